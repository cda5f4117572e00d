"""Counted buckets: exact totals, and any page at any depth, without counting rows.

Two orders are counted per location: the list order `seq` and the change order `pos`. Each has buckets of 256 places
and of 65,536 places. A count adds at most 256 small buckets and one large one for every 65,536 places; a jump to the
k-th customer walks the large ones, then the small ones of one large, then at most 255 rows.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from regulars.store.store import Store

SMALL, LARGE = 8, 16  # bits of a place that a bucket swallows
_LARGE_MASK = (1 << LARGE) - 1
_ENDLESS = 1 << 62


class Order(NamedTuple):
    """An order's two kinds of bucket (column `kind`)."""

    small: int
    large: int


LIST = Order(1, 2)
CHANGED = Order(11, 12)
DELETED = Order(21, 22)


class Spot(NamedTuple):
    """Where the k-th place is: in this small bucket (whose first change was at `first_at`), `skip` rows in."""

    no: int
    skip: int
    first_at: int | None
    full: bool  # no place of it is empty, so that the k-th can be named without reading


def count(store: Store, account_id: int, loc_no: int, order: Order, *, start: int = 0) -> int:
    """How many are at place `start` (a multiple of 256) and after it."""
    at_start, large = 0, start >> LARGE
    if start & _LARGE_MASK:
        at_start = _sum(store, account_id, loc_no, order.small, range(start >> SMALL, _smalls(large).stop))
        large += 1
    return at_start + _sum(store, account_id, loc_no, order.large, range(large, _ENDLESS))


def find(
    store: Store, account_id: int, loc_no: int, orders: Sequence[Order], skip: int, *, start: int = 0
) -> Spot | None:
    """The spot `skip` places behind place `start` (a multiple of 256); None when there are not so many.

    Several orders over the same places (changed and deleted) are walked as one.
    """
    buckets = _Buckets(store, account_id, loc_no, orders)
    large = start >> LARGE
    if start & _LARGE_MASK:
        spot, skip = buckets.walk(range(start >> SMALL, _smalls(large).stop), skip)
        if spot is not None:
            return spot
        large += 1
    for no, n, _first_at in buckets.large(large):
        if skip < n:
            return buckets.walk(_smalls(no), skip)[0]
        skip -= n
    return None


def _smalls(large: int) -> range:
    """The small buckets within a large one."""
    return range(large << (LARGE - SMALL), (large + 1) << (LARGE - SMALL))


def _sum(store: Store, account_id: int, loc_no: int, kind: int, numbers: range) -> int:
    values = {"account_id": account_id, "loc_no": loc_no, "kind": kind}
    values |= {"low": numbers.start, "high": numbers.stop}
    total: int = store.one("count_buckets", values)[0]
    return total


class _Buckets(NamedTuple):
    """The buckets of one location, summed over some orders: (number, how many, first change), in order."""

    store: Store
    account_id: int
    loc_no: int
    orders: Sequence[Order]

    def walk(self, numbers: range, skip: int) -> tuple[Spot | None, int]:
        """The spot `skip` places into these small buckets, or None and what is left to skip."""
        for no, n, first_at in self._read(
            [order.small for order in self.orders], numbers.start, numbers.stop
        ):
            if skip < n:
                return Spot(no, skip, first_at, n == 1 << SMALL), 0
            skip -= n
        return None, skip

    def large(self, low: int) -> Iterable[tuple[int, int, int | None]]:
        """The large buckets from this one on."""
        return self._read([order.large for order in self.orders], low, _ENDLESS)

    def _read(self, kinds: Sequence[int], low: int, high: int) -> Iterable[tuple[int, int, int | None]]:
        each = [self._kind(kind, low, high) for kind in kinds]
        if len(each) == 1:
            return each[0]
        return (
            (no, sum(n for _, n, _ in group), min(at for _, _, at in group))
            for no, group in ((no, list(rows)) for no, rows in groupby(heapq.merge(*each), key=itemgetter(0)))
        )

    def _kind(self, kind: int, low: int, high: int) -> Iterable[Any]:
        values = {
            "account_id": self.account_id,
            "loc_no": self.loc_no,
            "kind": kind,
            "low": low,
            "high": high,
        }
        return self.store.each("buckets", values)


class Deltas:
    """What one transaction adds to and takes from the buckets of a location, summed before it is written."""

    def __init__(self) -> None:
        self._sums: Counter[tuple[int, int]] = Counter()
        self._first_at: dict[tuple[int, int], int] = {}

    def add(self, order: Order, place: int, *, at: int | None = None) -> None:
        """One more at a place; `at`: its updated_at, in the orders that have one. Places come in order."""
        for key in ((order.small, place >> SMALL), (order.large, place >> LARGE)):
            self._sums[key] += 1
            if at is not None:
                self._first_at.setdefault(key, at)

    def take(self, order: Order, place: int) -> None:
        """One less at a place."""
        self._sums[order.small, place >> SMALL] -= 1
        self._sums[order.large, place >> LARGE] -= 1

    def write(self, store: Store, account_id: int, loc_no: int) -> None:
        """Writes the sums, then drops the buckets that this emptied."""
        common: dict[str, int | None] = {"account_id": account_id, "loc_no": loc_no}
        changed = [
            common | {"kind": kind, "no": no, "n": n, "first_at": self._first_at.get((kind, no))}
            for (kind, no), n in sorted(self._sums.items())
        ]
        store.run_many("add_to_bucket", changed)
        store.run_many(
            "drop_empty_bucket",
            [common | {"kind": kind, "no": no} for (kind, no), n in self._sums.items() if n < 0],
        )
