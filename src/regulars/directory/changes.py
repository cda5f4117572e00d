"""What happened to customers, in the order it was committed: a page of it, and where the next one begins."""

from __future__ import annotations

from itertools import islice

from msgspec import Struct

from regulars.directory.directory import Directory
from regulars.directory.whole import Reader
from regulars.model.place import Grant
from regulars.model.whole import Gone, Whole
from regulars.store import changing


class Changes(Struct, frozen=True):
    """What happened; `after` is the place behind the last of it, `more` tells whether there is more already."""

    found: list[Whole | Gone]
    after: int
    more: bool


def page(directory: Directory, grant: Grant, location_id: int | None, *, after: int, limit: int) -> Changes:
    """What happened after a place, 0 being before everything; raises NotFound for an unknown location."""
    store = directory.store
    with store.read():
        reader = Reader(directory, grant, location_id)
        walk = changing.walk(
            store, grant.account_id, list(reader.locations), after=after, limit=limit + 1, deleted=True
        )
        rows = list(islice(walk, limit + 1))
        found = [_one(reader, row) for row in rows[:limit]]
        return Changes(found, rows[:limit][-1].updated_at if found else after, len(rows) > limit)


def _one(reader: Reader, row: changing.Change) -> Whole | Gone:
    if row.rid is not None:
        return reader.by_rid(row.rid)
    location_id = reader.locations[row.loc_no].location_id
    return Gone(row.id, row.pos_ref, location_id, row.updated_at, reader.survivor(row.id))
