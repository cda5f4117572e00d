"""Shift4's list order and change order: pages of finished documents, and exact counts."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from regulars.store import counters
from regulars.store.counters import CHANGED, DELETED, LIST, Order
from regulars.store.store import Store

_ENDLESS = 1 << 62
Tombstone = Callable[[str, int], bytes]  # (pos_ref, deleted_at) -> its document


def rids(loc_no: int) -> tuple[int, int]:
    """The range of rids of a location: from (with), to (without)."""
    return loc_no << 32, (loc_no + 1) << 32


def ranges(loc_nos: Iterable[int]) -> list[tuple[int, int]]:
    """The ranges of rids of some locations, from each first one on and before each last: neighbours are one range."""
    found: list[tuple[int, int]] = []
    for low, high in map(rids, sorted(loc_nos)):
        is_neighbour = found and found[-1][1] == low
        found.append((found.pop()[0] if is_neighbour else low, high))
    return found


def count(store: Store, account_id: int, loc_no: int) -> int:
    """How many customers the location has."""
    return counters.count(store, account_id, loc_no, LIST)


def page(
    store: Store, account_id: int, loc_no: int, *, skip: int, limit: int, is_dense: bool = False
) -> list[bytes]:
    """Shift4 documents in list order (first seen first).

    `is_dense`: no place of the location is empty, so that the k-th customer stands at the k-th.
    """
    values = _range(store, account_id, loc_no, skip, limit, is_dense=is_dense)
    return [row[0] for row in store.rows("list_page", values)] if values else []


def joined(
    store: Store, account_id: int, loc_no: int, *, skip: int, limit: int, is_dense: bool = False
) -> tuple[bytes, int]:
    """The same with commas between, and how many they are: half as dear as a row for each."""
    values = _range(store, account_id, loc_no, skip, limit, is_dense=is_dense)
    found, shown = store.one("list_joined", values) if values else (None, 0)
    return found or b"", shown


def _range(
    store: Store, account_id: int, loc_no: int, skip: int, limit: int, *, is_dense: bool
) -> dict[str, int] | None:
    """Where a page begins and ends; None: behind the last."""
    low, high = rids(loc_no)
    if is_dense:
        low = min(low + skip, high)
    elif skip:
        spot = counters.find(store, account_id, loc_no, (LIST,), skip)
        if spot is None:
            return None
        low = _rid_after(store, account_id, low | spot.place, high, spot.skip)
    return {"account_id": account_id, "low": low, "high": high, "limit": limit}


def _rid_after(store: Store, account_id: int, low: int, high: int, skip: int) -> int:
    if skip == 0:
        return low
    rid: int = store.one("rid_after", {"account_id": account_id, "low": low, "high": high, "skip": skip})[0]
    return rid


def document(store: Store, account_id: int, rid: int) -> bytes:
    """One Shift4 document that is known to be there."""
    found: bytes = store.one("document", {"account_id": account_id, "rid": rid})[0]
    return found


def rid_of_pos_ref(store: Store, account_id: int, loc_no: int, pos_ref: str) -> int | None:
    """The customer that is served under this posRef."""
    row = store.maybe("rid_of_pos_ref", {"account_id": account_id, "loc_no": loc_no, "pos_ref": pos_ref})
    return row[0] if row else None


class Changes:
    """What changed at a location after an instant, in change order; with `deleted`, tombstones among it.

    Counted and read by buckets, so that neither the number of changes nor the depth of a page costs anything.
    """

    def __init__(self, store: Store, account_id: int, loc_no: int, *, after: int, deleted: bool) -> None:
        self._store = store
        self._where = {"account_id": account_id, "loc_no": loc_no}
        self._after = after
        self._deleted = deleted
        self._orders: tuple[Order, ...] = (CHANGED, DELETED) if deleted else (CHANGED,)
        self._next_place, self._in_first_bucket = self._first_bucket()

    def _first_bucket(self) -> tuple[int | None, int]:
        """The place where the buckets wholly after the instant begin, and how many changes come before it."""
        starts = [self._store.maybe("changed_start", self._where | {"after": self._after})]
        if self._deleted:
            starts.append(self._store.maybe("deleted_start", self._where | {"after": self._after}))
        places = [row[0] for row in starts if row is not None]
        if not places:
            return None, 0
        start = counters.next_start(min(places))
        return start, sum(self._count_before(order, start) for order in self._orders)

    def _count_before(self, order: Order, start: int) -> int:
        """How many changed after the instant and before the bucket that begins at this place."""
        bucket = {"kind": order.kind(0), "no": start >> counters.BITS[0]}
        row = self._store.maybe("bucket_at", self._where | bucket)
        query = "changed_count" if order == CHANGED else "deleted_count"
        values = self._where | {"after": self._after, "before": row[0] if row else _ENDLESS}
        found: int = self._store.one(query, values)[0]
        return found

    def count(self) -> int:
        """How many there are, exactly."""
        if self._next_place is None:
            return 0
        account_id, loc_no = self._where["account_id"], self._where["loc_no"]
        return self._in_first_bucket + sum(
            counters.count(self._store, account_id, loc_no, order, start=self._next_place)
            for order in self._orders
        )

    def page(self, *, skip: int, limit: int, tombstone: Tombstone) -> tuple[list[bytes], int | None]:
        """Documents, and the updated_at of the last of them."""
        start = self._start(skip)
        if start is None:
            return [], None
        values = self._where | {"after": start, "limit": limit}
        changed = self._store.rows("changed_page", values)
        if self._deleted:
            gone = self._store.rows("deleted_page", values)
            made = [(at, tombstone(pos_ref, at)) for at, pos_ref in gone]
            changed = list(islice(heapq.merge(changed, made), limit))
        return [document for _, document in changed], changed[-1][0] if changed else None

    def _start(self, skip: int) -> int | None:
        """The instant after which the page begins; None past the end."""
        if self._next_place is None:
            return None
        if skip < self._in_first_bucket:
            return self._advance(self._after, skip)
        account_id, loc_no = self._where["account_id"], self._where["loc_no"]
        spot = counters.find(
            self._store,
            account_id,
            loc_no,
            self._orders,
            skip - self._in_first_bucket,
            start=self._next_place,
        )
        if spot is None or spot.first_at is None:
            return None
        return self._advance(spot.first_at - 1, spot.skip)

    def _advance(self, after: int, skip: int) -> int:
        """The instant of the skip-th change after an instant; skip is under 512, two buckets."""
        if skip == 0:
            return after
        values = self._where | {"after": after, "limit": skip}
        times = [row[1] for row in self._store.rows("changed_rids", values)]
        if self._deleted:
            gone = [row[0] for row in self._store.rows("deleted_page", values)]
            times = list(islice(heapq.merge(times, gone), skip))
        last: int = times[-1]
        return last


def changed(store: Store, account_id: int, loc_no: int, *, after: int, limit: int) -> list[tuple[int, int]]:
    """(rid, updated_at) of what changed after an instant, in change order."""
    values = {"account_id": account_id, "loc_no": loc_no, "after": after, "limit": limit}
    return [(row[0], row[1]) for row in store.rows("changed_rids", values)]


def times(
    store: Store, account_id: int, candidates: Iterable[int], *, after: int
) -> Iterator[tuple[int, int]]:
    """(updated_at, rid) of those candidates that changed after an instant."""
    for rid in candidates:
        at = store.one("updated_at", {"account_id": account_id, "rid": rid})[0]
        if at > after:
            yield at, rid


def walk(store: Store, account_id: int, loc_nos: Iterable[int], *, after: int, limit: int) -> Iterator[int]:
    """The rids behind one in list order, location by location, read as they are asked; `limit` at a time."""
    for low, high in ranges(loc_nos):
        place = max(low, after + 1)
        while place < high:
            values = {"account_id": account_id, "low": place, "high": high, "limit": limit}
            rows = store.rows("rids", values)
            yield from (row[0] for row in rows)
            if len(rows) < limit:
                break
            place = rows[-1][0] + 1
