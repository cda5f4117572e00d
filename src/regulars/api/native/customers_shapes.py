"""What the native search takes."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from regulars import limits
from regulars.model.pin import PINNABLE, Pinnable

_Text = Annotated[str, Meta(min_length=1, max_length=limits.SEARCH_LENGTH_MAX)]


class CustomerPins(Struct):
    """The fields that stay as they are, whatever the source says; none of the others does."""

    fields: Annotated[list[Pinnable], Meta(max_length=len(PINNABLE))]


class SearchedText(Struct, omit_defaults=True):
    """One text, under one of these names."""

    search: _Text | None = None
    name: _Text | None = None
    email: _Text | None = None
    phone: _Text | None = None


_Asked = Annotated[SearchedText, Meta(extra_json_schema={"minProperties": 1})]


class CustomerSearch(Struct):
    """Customers whom any of these texts finds."""

    any: Annotated[list[_Asked], Meta(min_length=1, max_length=limits.NATIVE_SEARCHES_MAX)]
    limit: Annotated[int, Meta(ge=1, le=limits.PAGE_SIZE_MAX)] = limits.PAGE_SIZE_MAX
    cursor: Annotated[str, Meta(max_length=limits.CURSOR_LENGTH_MAX)] | None = None
