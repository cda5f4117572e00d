"""What SearchCustomers takes and answers, beside the shapes of `wire.square_searching`."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from regulars import limits
from regulars.api.square.shapes import Customer
from regulars.wire.square_searching import QueryData


class SearchCustomersRequest(Struct, omit_defaults=True, kw_only=True):
    """What is looked for, how much of it a page holds, and where it goes on."""

    cursor: str | None = None
    limit: Annotated[int, Meta(ge=1, le=limits.PAGE_SIZE_MAX)] | None = None
    query: QueryData | None = None
    count: bool | None = None


class OldSearchCustomersRequest(SearchCustomersRequest, omit_defaults=True, kw_only=True):
    """The same of clients for which a `limit` out of range is none."""

    limit: int | None = None


class SearchCustomersResponse(Struct, omit_defaults=True):
    """The customers found; `cursor` is absent on the last page, `count` unless asked for."""

    customers: list[Customer] | UnsetType = UNSET
    cursor: str | UnsetType = UNSET
    count: int | UnsetType = UNSET
