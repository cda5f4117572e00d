"""Segments as the native API asks for and answers them."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from regulars import limits
from regulars.wire.square_searching import CustomerFilterData, OwnFilterData

_Name = Annotated[str, Meta(min_length=1, max_length=limits.GROUP_NAME_LENGTH_MAX)]
_Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]


class SegmentRequest(Struct):
    """A new segment: whom this filter finds. It may ask of a customer's own fields only."""

    name: _Name
    filter: CustomerFilterData


class Segment(Struct, omit_defaults=True):
    """A segment; `filter` is that of one defined here. Until it `is_filled`, customers are missing in it."""

    id: str
    name: str
    created_at: _Time
    updated_at: _Time
    is_filled: bool
    filter: OwnFilterData | UnsetType = UNSET


class SegmentList(Struct):
    """Reachable, and the segments defined here."""

    segments: list[Segment]


class Deleted(Struct):
    """It is gone."""
