"""Counted buckets: exact totals, and any page at any depth, without counting rows.

Two orders are counted per location: the list order `seq` and the change order `pos`. Each has buckets of 256, 4,096
and 65,536 places. A count adds at most 32 smaller buckets and one large one for every 65,536 places; a jump to the
k-th customer walks the large ones, at most 16 of each smaller level, then at most 255 rows.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any, NamedTuple

from regulars.store.store import Store

BITS = (8, 12, 16)  # bits of a place that a bucket of each level swallows
_ENDLESS = 1 << 62


class Order(NamedTuple):
    """An order of places; its buckets' kinds (column `kind`) are counted from the lowest level's."""

    lowest: int

    def kind(self, level: int) -> int:
        """The kind of the buckets of a level, 0 the smallest."""
        return self.lowest + level


LIST = Order(1)
CHANGED = Order(11)
DELETED = Order(21)


class Spot(NamedTuple):
    """Where the k-th is: `skip` further on from this place, which was first taken at `first_at`."""

    place: int
    skip: int
    first_at: int | None


class _Bucket(NamedTuple):
    no: int
    n: int
    first_at: int | None


def next_start(place: int) -> int:
    """The first place of the small bucket after this place's."""
    return ((place >> BITS[0]) + 1) << BITS[0]


def count(store: Store, account_id: int, loc_no: int, order: Order, *, start: int = 0) -> int:
    """How many are at place `start` (the first of a small bucket) and after it."""
    where = {"account_id": account_id, "loc_no": loc_no}
    total = 0
    for level, numbers in _cover(start):
        values = where | {"kind": order.kind(level), "low": numbers.start, "high": numbers.stop}
        total += store.one("count_buckets", values)[0]
    return total


def find(
    store: Store, account_id: int, loc_no: int, orders: Sequence[Order], skip: int, *, start: int = 0
) -> Spot | None:
    """The spot `skip` places behind place `start` (the first of a small bucket); None when there are not so many.

    Several orders over the same places (changed and deleted) are walked as one.
    """
    buckets = _Buckets(store, account_id, loc_no, orders)
    for level, numbers in _cover(start):
        found, skip = buckets.walk(level, numbers, skip)
        if found is not None:
            return buckets.descend(level, found, skip)
    return None


def _cover(start: int) -> Iterator[tuple[int, range]]:
    """The fewest buckets that hold a place (the first of a small bucket) and all after it: level and numbers."""
    for level, (bits, above) in enumerate(pairwise(BITS)):
        if start & ((1 << above) - 1):
            stop = ((start >> above) + 1) << above
            yield level, range(start >> bits, stop >> bits)
            start = stop
    yield len(BITS) - 1, range(start >> BITS[-1], _ENDLESS)


class _Buckets(NamedTuple):
    """The buckets of one location, summed over some orders."""

    store: Store
    account_id: int
    loc_no: int
    orders: Sequence[Order]

    def walk(self, level: int, numbers: range, skip: int) -> tuple[_Bucket | None, int]:
        """The bucket `skip` places into these, and the places to skip in it; or None, and what is left to skip."""
        for bucket in self._read(level, numbers):
            if skip < bucket.n:
                return bucket, skip
            skip -= bucket.n
        return None, skip

    def descend(self, level: int, bucket: _Bucket, skip: int) -> Spot | None:
        """The spot within a bucket. In the list order a full one names it: no place of it is empty."""
        bits = BITS[level]
        if bucket.first_at is None and bucket.n == 1 << bits:
            return Spot((bucket.no << bits) + skip, 0, None)
        if level == 0:
            return Spot(bucket.no << bits, skip, bucket.first_at)
        finer = bits - BITS[level - 1]
        within, skip = self.walk(level - 1, range(bucket.no << finer, (bucket.no + 1) << finer), skip)
        return None if within is None else self.descend(level - 1, within, skip)

    def _read(self, level: int, numbers: range) -> Iterable[_Bucket]:
        each = [self._rows(order.kind(level), numbers) for order in self.orders]
        if len(each) == 1:
            return map(_Bucket._make, each[0])
        return (
            _Bucket(no, sum(n for _, n, _ in group), min(at for _, _, at in group))
            for no, group in ((no, list(rows)) for no, rows in groupby(heapq.merge(*each), key=itemgetter(0)))
        )

    def _rows(self, kind: int, numbers: range) -> list[Any]:
        values = {"account_id": self.account_id, "loc_no": self.loc_no, "kind": kind}
        return self.store.rows("buckets", values | {"low": numbers.start, "high": numbers.stop})


class Deltas:
    """What one transaction adds to and takes from the buckets of a location, summed before it is written."""

    def __init__(self) -> None:
        # By order and small bucket; the larger ones follow from these.
        self._sums: Counter[tuple[Order, int]] = Counter()
        self._first_at: dict[tuple[Order, int], int] = {}

    def add(self, order: Order, place: int, *, at: int | None = None) -> None:
        """One more at a place; `at`: its updated_at, in the orders that have one. Places come in order."""
        key = order, place >> BITS[0]
        self._sums[key] += 1
        if at is not None:
            self._first_at.setdefault(key, at)

    def take(self, order: Order, place: int) -> None:
        """One less at a place."""
        self._sums[order, place >> BITS[0]] -= 1

    def write(self, store: Store, account_id: int, loc_no: int) -> None:
        """Writes the sums, then drops the buckets that this emptied."""
        common: dict[str, int | None] = {"account_id": account_id, "loc_no": loc_no}
        sums: Counter[tuple[int, int]] = Counter()
        first_at: dict[tuple[int, int], int] = {}
        for (order, small), n in self._sums.items():
            for level, bits in enumerate(BITS):
                key = order.kind(level), small >> bits - BITS[0]
                sums[key] += n
                if (order, small) in self._first_at:
                    first_at.setdefault(key, self._first_at[order, small])
        changed = [
            common | {"kind": kind, "no": no, "n": n, "first_at": first_at.get((kind, no))}
            for (kind, no), n in sorted(sums.items())
        ]
        store.run_many("add_to_bucket", changed)
        store.run_many(
            "drop_empty_bucket",
            [common | {"kind": kind, "no": no} for (kind, no), n in sums.items() if n < 0],
        )
