"""Square's orders: by name or by creation, over any number of locations."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence

from regulars import limits
from regulars.model.page import SortField, SortOrder, SquarePosition
from regulars.store import sets
from regulars.store.store import Row, Store, array

Document = tuple[bytes, bytes | None, bytes | None, bytes | None]  # core, group_ids, segment_ids, cards

_FAR = 1 << 62
_STEP_MIN = 4  # rows of one read of a walk
_QUERY = {
    ("DEFAULT", "ASC"): "name_asc",
    ("DEFAULT", "DESC"): "name_desc",
    ("CREATED_AT", "ASC"): "created_asc",
    ("CREATED_AT", "DESC"): "created_desc",
}
# Before everything in each direction; no sort key is as long.
_BEFORE: dict[SortOrder, SquarePosition] = {
    "ASC": SquarePosition("", -_FAR, ""),
    "DESC": SquarePosition("\U0010ffff" * (limits.SORT_KEY_LENGTH_MAX + 1), _FAR, ""),
}


def walk(
    store: Store,
    account_id: int,
    loc_nos: Sequence[int],
    *,
    sort: SortField,
    order: SortOrder,
    after: SquarePosition | None,
    limit: int,
) -> Iterator[Row]:
    """(sort key, created_at, id, rid) of every customer with public information behind a position, read as it is asked.

    A merge of one walk a location: 10 µs for each, whatever the number of customers. `limit`: how many are likely to
    be asked for.
    """
    start = after or _BEFORE[order]
    step = max(_STEP_MIN, 2 * limit // max(1, len(loc_nos)))
    walks = [
        _walk(store, _QUERY[sort, order], {"account_id": account_id, "loc_no": loc_no}, start, step)
        for loc_no in loc_nos
    ]
    if len(walks) == 1:
        return walks[0]
    return heapq.merge(*walks, key=KEYS[sort], reverse=order == "DESC")


def position(row: Row) -> SquarePosition:
    """The place behind a row of `walk`."""
    key, created_at, id, _rid = row
    return SquarePosition(key, created_at, id)


def _walk(
    store: Store, query: str, where: Mapping[str, int], start: SquarePosition, step: int
) -> Iterator[Row]:
    """One location's customers in order from a position on, read a few at a time."""
    key, created_at, id = start.key, start.created_at, start.id
    while True:
        values = {**where, "key": key, "created_at": created_at, "id": id, "limit": step}
        rows = store.rows(query, values)
        yield from rows
        if len(rows) < step:
            return
        key, created_at, id, _rid = rows[-1]


def _by_name(row: Row) -> Row:
    return row[:3]


def _by_creation(row: Row) -> Row:
    return row[1:3]


def row(place: SquarePosition) -> Row:
    """The position as the beginning of a row."""
    return place.key, place.created_at, place.id


# What a row of `walk` is sorted by.
KEYS: dict[SortField, Callable[[Row], Row]] = {"DEFAULT": _by_name, "CREATED_AT": _by_creation}


def documents(store: Store, account_id: int, rids: Sequence[int]) -> list[Document]:
    """Square documents in their pieces, in the order of these rids, all known to be there."""
    rows = store.rows("square_documents", {"account_id": account_id, "rids": array(rids)})
    found = {row[0]: document for row, document in zip(rows, living(store, account_id, rows), strict=True)}
    return [found[rid] for rid in rids]


def living(store: Store, account_id: int, rows: Sequence[Row]) -> list[Document]:
    """The documents of rows that begin with a rid, without groups and segments that were deleted."""
    gone = None
    if any(row[2] is not None or row[3] is not None for row in rows):
        gone = sets.deleted(store, account_id)
    if not gone or not (gone.groups or gone.segments):
        return [(row[1], row[2], row[3], row[4]) for row in rows]
    return [
        (row[1], sets.shown(row[2], gone.groups), sets.shown(row[3], gone.segments), row[4]) for row in rows
    ]


def by_id(store: Store, account_id: int, id: str) -> tuple[int, Document] | None:
    """(location number, document) of a Square id."""
    row = store.maybe("square_customer", {"account_id": account_id, "id": id})
    return (row[0], living(store, account_id, [row])[0]) if row else None
