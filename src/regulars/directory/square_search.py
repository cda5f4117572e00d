"""SearchCustomers: the customers that fit a filter, in Square's orders, and how many they are.

For each thing asked, whoever knows it lists candidates, all in step: the first that has no more of them is the most
selective, and its candidates are judged one by one. Between the steps a walk through the wanted order judges as many
customers as a step had candidates, and may fill the page before anybody is through: so a search costs a few times the
smaller of what its most selective filter finds and what a walk must pass (docs/decisions/0019).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from msgspec import Struct

from regulars.directory.attribute_filters import AttributeFilters
from regulars.directory.candidates import FIRST, Asking, Candidates
from regulars.directory.directory import Directory
from regulars.directory.judging import Judge
from regulars.directory.set_filters import SetFilters
from regulars.directory.square_list import loc_nos, shown
from regulars.model.customer_filter import CustomerFilter
from regulars.model.page import SortField, SortOrder, SquarePage, SquarePosition
from regulars.model.place import Grant
from regulars.store import searching as stored
from regulars.store import square
from regulars.store.store import Row

_GROWTH = 4  # of a step
_WALK = 2  # candidates cost about as much as one customer that a walk comes by and looks at
_CHUNK = 1_000  # customers that are judged together


class Search(Struct, frozen=True):
    """What is asked: who, in which order, behind whom."""

    filter: CustomerFilter
    sort: SortField
    order: SortOrder
    after: SquarePosition | None
    limit: int


def page(
    directory: Directory, grant: Grant, search: Search, *, cards: bool, count: bool
) -> tuple[SquarePage, int | None]:
    """The next customers that fit, and (`count`) how many there are in all, both of one moment."""
    with directory.store.read():
        seeking = _Seeking(directory, grant, search)
        found, total = seeking.all() if count else (seeking.some(), None)
        return shown(directory, grant, found, limit=search.limit, cards=cards), total


class _Seeking:
    """One search at work, inside a reading transaction."""

    def __init__(self, directory: Directory, grant: Grant, search: Search) -> None:
        self._store = directory.store
        self._account_id = grant.account_id
        self._search = search
        self._wanted = search.limit + 1  # one more tells whether there is a page after this one
        self._loc_nos = loc_nos(directory, grant)
        asked = search.filter
        held = (
            SetFilters(directory, grant.account_id, asked),
            AttributeFilters(self._store, grant.account_id, asked.attributes),
        )
        self._judge = Judge(self._store, grant.account_id, asked.own, held)
        self._candidates = Asking(self._store, grant.account_id, self._loc_nos).of(asked.own, held)

    def some(self) -> list[Row]:
        """The first that fit behind the position; a step at a time by both ways, whichever is there first."""
        walk = _Walk(self._rows(self._search.after), self._judge, self._wanted)
        size = FIRST
        while True:
            complete = self._complete(size)
            if complete is not None:
                return self._picked(complete).first
            if walk.reach(max(2 * self._wanted, size // _WALK)):
                return walk.fitting[: self._wanted]
            size *= _GROWTH

    def all(self) -> tuple[list[Row], int]:
        """The same, and how many fit wherever they stand."""
        size = FIRST
        while self._candidates:
            complete = self._complete(size)
            if complete is not None:
                picked = self._picked(complete, count=True)
                return picked.first, picked.total
            size *= _GROWTH
        picked = _Picked(self._search, self._judge, self._wanted)
        rows = self._rows(None)
        while chunk := list(islice(rows, _CHUNK)):
            picked.take(self._judge.fitting(chunk))
        return picked.first, picked.total

    def _complete(self, size: int) -> Candidates | None:
        """The first that has no more than about `size` candidates; those that are dear wait for the walk."""
        for each in self._candidates:
            if size // _WALK >= each.after_walk and each.reach(size):
                return each
        return None

    def _picked(self, candidates: Candidates, *, count: bool = False) -> _Picked:
        """All that fit are counted; else only those are looked at who would be among the first."""
        picked = _Picked(self._search, self._judge, self._wanted)
        for chunk in _chunks(candidates.found):
            if count:
                picked.take(self._judge.among(chunk))
            else:
                picked.look_at(stored.rows(self._store, self._account_id, chunk))
        return picked

    def _rows(self, after: SquarePosition | None) -> Iterator[Row]:
        search = self._search
        return square.walk(
            self._store,
            self._account_id,
            self._loc_nos,
            sort=search.sort,
            order=search.order,
            after=after,
            limit=FIRST,
        )


class _Walk:
    """Goes through customers in order and keeps those that fit."""

    def __init__(self, rows: Iterator[Row], judge: Judge, wanted: int) -> None:
        self._rows = rows
        self._judge = judge
        self._wanted = wanted
        self._passed = 0
        self.fitting: list[Row] = []

    def reach(self, size: int) -> bool:
        """Goes on until `size` customers were passed; whether all that are wanted were found, or nobody is left."""
        while self._passed < size:
            rows = list(islice(self._rows, min(FIRST, size - self._passed)))
            if not rows:
                return True
            self._passed += len(rows)
            self.fitting += self._judge.fitting(rows)
            if len(self.fitting) >= self._wanted:
                return True
        return False


class _Picked:
    """The first in order of those that fit, out of customers that come in any order; nobody else is kept."""

    def __init__(self, search: Search, judge: Judge, wanted: int) -> None:
        self._key = square.KEYS[search.sort]
        self._is_descending = search.order == "DESC"
        self._after = None if search.after is None else self._key(square.row(search.after))
        self._judge = judge
        self._wanted = wanted
        self.first: list[Row] = []
        self.total = 0

    def take(self, rows: Sequence[Row]) -> None:
        """Some that fit."""
        self.total += len(rows)
        self._keep(self._shown(rows))

    def look_at(self, rows: Sequence[Row]) -> None:
        """Some that may fit: as few as possible are judged."""
        rest = sorted(self._shown(rows), key=self._key, reverse=self._is_descending)
        fitting: list[Row] = []
        size = self._wanted
        while rest and len(fitting) < self._wanted:
            fitting += self._judge.fitting(rest[:size])
            rest = rest[size:]
            size *= 2
        self._keep(fitting)

    def _shown(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Those behind the position, and not behind all that are found already."""
        key, after = self._key, self._after
        last = key(self.first[-1]) if len(self.first) == self._wanted else None
        if self._is_descending:
            after, last = last, after
        if after is not None:
            rows = [row for row in rows if key(row) > after]
        return rows if last is None else [row for row in rows if key(row) < last]

    def _keep(self, rows: Sequence[Row]) -> None:
        if rows:
            best = heapq.nlargest if self._is_descending else heapq.nsmallest
            self.first = best(self._wanted, [*self.first, *rows], key=self._key)


def _chunks(rids: Iterable[int]) -> Iterator[list[int]]:
    each = iter(rids)
    while chunk := list(islice(each, _CHUNK)):
        yield chunk
