"""Square's cursors: where a list goes on, sealed (api/seal.py).

A cursor carries the sort, the `count` flag and the place behind the last customer shown, so nothing needs to be
repeated with it and nothing is kept for it here: it never expires, and it holds under concurrent writes.
"""

from __future__ import annotations

from msgspec import Struct

from regulars.model.page import SortField, SortOrder, SquarePosition


class Cursor(Struct, frozen=True, array_like=True):
    """The question, and the place where its answer goes on; None: at its beginning, in no cursor that is sealed."""

    sort: SortField
    order: SortOrder
    count: bool
    after: SquarePosition | None
