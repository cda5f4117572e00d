"""Merges as the native API asks for and answers them."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct, field

from regulars import limits
from regulars.api.square.shapes import Customer

_Id = Annotated[str, Meta(min_length=1, max_length=limits.REF_LENGTH_MAX)]
_Ids = Annotated[list[_Id], Meta(min_length=1, max_length=limits.MERGED_MAX)]
_Version = Annotated[int, Meta(ge=0, le=limits.VERSION_MAX)]


class MergeRequest(Struct):
    """Whom to merge into the customer; `version`: only if it still has this one."""

    from_: _Ids = field(name="from")
    version: _Version | None = None


class MergeAnswer(Struct):
    """The merge, and the survivor in Square's dialect."""

    merge_id: str
    customer: Customer


class UndoAnswer(Struct):
    """The survivor as it is now, and who came back, in Square's dialect."""

    merge_id: str
    customer: Customer
    returned: list[Customer]
