"""Everything that happened to an account's customers, over any number of locations, in the order it was committed.

`updated_at` grows strictly over all changes and deletions of an account (counters and customers take it under the
write lock), so whoever reads on from the last one seen misses nothing.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from regulars.store.store import Store

_STEP_MIN = 4  # rows of one read of a walk


class Change(NamedTuple):
    """A customer as it is since a time (`rid`), or one that is gone since (`id`, `pos_ref`)."""

    updated_at: int
    loc_no: int
    rid: int | None
    id: str = ""
    pos_ref: str = ""


def walk(
    store: Store, account_id: int, loc_nos: Sequence[int], *, after: int, limit: int, deleted: bool
) -> Iterator[Change]:
    """What changed after an instant, read as it is asked; with `deleted`, who is gone among it.

    A merge of one or two walks a location, whatever the number of customers. `limit`: how many are likely to be
    asked for.
    """
    step = max(_STEP_MIN, 2 * limit // max(1, len(loc_nos)))
    walks = [_changed(store, account_id, loc_no, after, step) for loc_no in loc_nos]
    if deleted:
        walks += [_deleted(store, account_id, loc_no, after, step) for loc_no in loc_nos]
    return heapq.merge(*walks)


def _changed(store: Store, account_id: int, loc_no: int, after: int, step: int) -> Iterator[Change]:
    where = {"account_id": account_id, "loc_no": loc_no, "limit": step}
    while True:
        rows = store.rows("changed_rids", where | {"after": after})
        yield from (Change(updated_at, loc_no, rid) for rid, updated_at in rows)
        if len(rows) < step:
            return
        after = rows[-1][1]


def _deleted(store: Store, account_id: int, loc_no: int, after: int, step: int) -> Iterator[Change]:
    where = {"account_id": account_id, "loc_no": loc_no, "limit": step}
    while True:
        rows = store.rows("deleted_ids", where | {"after": after})
        yield from (Change(updated_at, loc_no, None, id, pos_ref) for updated_at, id, pos_ref in rows)
        if len(rows) < step:
            return
        after = rows[-1][0]
