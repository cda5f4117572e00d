"""What the operations on locations and merchants take and answer."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from regulars import limits
from regulars.api.square.shapes import Location

Absent = UnsetType
Name = Annotated[str, Meta(min_length=1, max_length=limits.NAME_LENGTH_MAX)]
Language = Annotated[
    str, Meta(max_length=limits.LANGUAGE_LENGTH_MAX, pattern="^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$")
]


class LocationAddress(Struct, omit_defaults=True):
    """Of a location's address the country alone is kept."""

    country: str | Absent | None = UNSET


class CreateLocationData(Struct, omit_defaults=True, kw_only=True):
    """A new location; what is absent is as at the main one. What is not named here is ignored."""

    name: Name
    timezone: str | Absent | None = UNSET
    language_code: Language | Absent | None = UNSET
    country: str | Absent | None = UNSET
    address: LocationAddress | Absent | None = UNSET


class UpdateLocationData(Struct, omit_defaults=True, kw_only=True):
    """What is new of a location. Its country stays: customers' phones were understood by it."""

    name: Name | Absent = UNSET
    timezone: str | Absent = UNSET
    language_code: Language | Absent | None = UNSET


class CreateLocationRequest(Struct):
    """A new location."""

    location: CreateLocationData


class UpdateLocationRequest(Struct):
    """What is new of a location."""

    location: UpdateLocationData


class CreateLocationResponse(Struct):
    """The new location; its id is the next free number."""

    location: Location


class UpdateLocationResponse(Struct):
    """The location after the update."""

    location: Location
