"""Whom a search finds: rids, always within one location, in list order. What the engine is asked: index.py."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from regulars.model.search import Choice, Term
from regulars.store.listing import rids
from regulars.store.store import Store


def first(
    store: Store, account_id: int, readings: Iterable[Sequence[Term]], low: int, high: int
) -> int | None:
    """The first rid from `low` on and before `high` that any of these readings finds."""
    values = {"account_id": account_id, "low": low, "high": high - 1, "limit": 1}
    found = [store.rows("find_rids", values | {"match": store.index.all_of(terms)}) for terms in readings]
    return min((rows[0][0] for rows in found if rows), default=None)


_SEQS = msgspec.json.Decoder(list[int])


def some(
    store: Store,
    account_id: int,
    groups: Sequence[Sequence[Choice]],
    ranges: Iterable[tuple[int, int]],
    limit: int,
) -> list[int]:
    """The first rids that one of each of these groups finds, within ranges of rids (first, behind the last)."""
    values = {"account_id": account_id, "match": store.index.any_of(groups)}
    found: list[int] = []
    for low, high in ranges:
        if len(found) < limit:
            part = {"low": low, "high": high - 1, "limit": limit - len(found)}
            found += [row[0] for row in store.rows("find_rids", values | part)]
    return found


class Hits:
    """The customers of one location that match an expression, in list order."""

    def __init__(self, store: Store, account_id: int, loc_no: int, terms: Sequence[Term]) -> None:
        low, high = rids(loc_no)
        self._store = store
        self._first = low
        match = store.index.all_of(terms)
        self._values = {"account_id": account_id, "match": match, "low": low, "high": high - 1}

    def count(self, low: int | None = None) -> int:
        """How many, from this rid on if one is given; costs 45 ns a hit on SQLite."""
        values = self._values if low is None else self._values | {"low": low}
        found: int = self._store.one("find_count", values)[0]
        return found

    def count_up_to(self, limit: int) -> int:
        """How many, counting no further than that."""
        found: int = self._store.one("find_some", self._values | {"limit": limit})[0]
        return found

    def page(self, *, skip: int, limit: int) -> list[bytes]:
        """Their Shift4 documents."""
        values = {"skip": skip, "limit": limit}
        return [row[0] for row in self._store.rows("find_page", self._values | values)]

    def first(self, limit: int) -> list[int]:
        """The first rids."""
        return [row[0] for row in self._store.rows("find_rids", self._values | {"limit": limit})]

    def begin(self, low: int, limit: int) -> list[int]:
        """The first rids from this one on."""
        return [row[0] for row in self._store.rows("find_rids", self._values | {"low": low, "limit": limit})]

    def every(self) -> list[int]:
        """All their rids."""
        return [row[0] for row in self._store.rows("find_every_rid", self._values)]

    def seqs(self, low: int, high: int, limit: int) -> list[int]:
        """The first seqs from one on and before another; half as dear as their rids."""
        first = self._first
        values = {"first": first, "low": first + low, "high": first + high - 1, "limit": limit}
        found: list[int] = _SEQS.decode(self._store.one("find_seqs", self._values | values)[0])
        return found

    def holds(self, rid: int) -> bool:
        """Whether this customer is one of them."""
        return self._store.maybe("find_one", self._values | {"rid": rid}) is not None
