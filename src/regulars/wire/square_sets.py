"""A group or a segment as Square's dialect shows it: both look the same (contracts/square.md 2.2)."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from regulars.model.instant import text_milliseconds
from regulars.model.sets import CustomerSet

_encode = msgspec.json.Encoder().encode


class _Shown(Struct):
    created_at: str
    id: str
    name: str
    updated_at: str


def write(one: CustomerSet) -> bytes:
    """One JSON object; times have milliseconds."""
    return _encode(
        _Shown(text_milliseconds(one.created_at), one.id, one.name, text_milliseconds(one.updated_at))
    )
