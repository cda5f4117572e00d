"""The native API's lists and searches: in list order, in the order of changes, by several texts, the best hits first.

A search looks at a bounded number of customers for each page, so a page may be shorter than asked, even empty, while
there are more.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, islice, repeat
from operator import itemgetter
from typing import Literal

from msgspec import Struct

from regulars import limits, normalise
from regulars.directory import contacts, relevance
from regulars.directory.directory import Directory
from regulars.directory.whole import Reader
from regulars.model.place import Grant
from regulars.model.search import Match
from regulars.model.whole import Whole
from regulars.store import Store, changing, find, listing

Kind = Literal["search", "name", "email", "phone"]
Fits = Callable[[Whole], bool]
_STEP = 100  # rids of one read


class Text(Struct, frozen=True, array_like=True):
    """One thing that is looked for: by Shift4's search, or in one kind of field."""

    kind: Kind
    text: str


class Asked(Struct, frozen=True, array_like=True):
    """What a list is asked for; any of the texts will do, none: everybody. The times are exclusive.

    `best`: the one text, its best hits first, nicknames and slips forgiven (relevance.py); without times.
    """

    location_id: int | None = None
    texts: tuple[Text, ...] = ()
    updated_after: int | None = None
    updated_before: int | None = None
    best: str | None = None


class Found(Struct, frozen=True):
    """A page; `next` is the place behind it, None at the end. `matches`: how each was found, where that is told."""

    customers: list[Whole]
    next: int | None
    matches: list[Match] | None = None


def page(directory: Directory, grant: Grant, asked: Asked, *, after: int | None, limit: int) -> Found:
    """The next customers behind a place (None: the first); raises NotFound for an unknown location."""
    with directory.store.read():
        reader = Reader(directory, grant, asked.location_id)
        if asked.best is not None:
            return _best(directory.store, reader, asked.best, after, limit)
        if asked.texts:
            return _searched(directory.store, reader, asked, after, limit)
        if asked.updated_after is None and asked.updated_before is None:
            rids = listing.walk(
                directory.store,
                grant.account_id,
                list(reader.locations),
                after=-1 if after is None else after,
                limit=limit + 1,
            )
            rows = [(rid, rid) for rid in islice(rids, limit + 1)]
        else:
            rows = _changed(directory.store, reader, asked, after, limit + 1)
        return Found(
            [reader.by_rid(rid) for _, rid in rows[:limit]],
            rows[limit - 1][0] if len(rows) > limit else None,
        )


def _best(store: Store, reader: Reader, text: str, after: int | None, limit: int) -> Found:
    """The best hits in their order, then all other exact ones in list order.

    A place among the best is a negative number: how many come before it.
    """
    loc_nos = list(reader.locations)
    best = relevance.best(store, reader.account_id, loc_nos, text)
    if after is None or after < 0:
        skip = 0 if after is None else -after
        hits = best.hits[skip : skip + limit]
        following: int | None = -(skip + limit)
        if skip + limit >= len(best.hits):
            following = 0 if best.more else None
        return Found([reader.by_rid(one.rid) for one in hits], following, [one.match for one in hits])
    known = {one.rid for one in best.hits}
    rest = (rid for rid in _hits(store, reader.account_id, loc_nos, text, after) if rid not in known)
    rids = list(islice(rest, limit + 1))
    found = [reader.by_rid(rid) for rid in rids[:limit]]
    return Found(found, rids[limit - 1] if len(rids) > limit else None, ["exact"] * len(found))


def _changed(
    store: Store, reader: Reader, asked: Asked, after: int | None, limit: int
) -> list[tuple[int, int]]:
    """(updated_at, rid) of those that changed between the times."""
    since = after if after is not None else asked.updated_after
    walk = changing.walk(
        store,
        reader.account_id,
        list(reader.locations),
        after=0 if since is None else since,
        limit=limit,
        deleted=False,
    )
    rows = [(row.updated_at, row.rid) for row in islice(walk, limit) if row.rid is not None]
    before = asked.updated_before
    return [row for row in rows if before is None or row[0] < before]


def _searched(store: Store, reader: Reader, asked: Asked, after: int | None, limit: int) -> Found:
    """Those whom one of the texts finds, each once, in list order."""
    place = -1 if after is None else after
    in_time = _in_time(asked)
    tests: list[Fits | None] = [_test(each) for each in asked.texts]
    loc_nos = list(reader.locations)
    walks = [
        zip(_hits(store, reader.account_id, loc_nos, each.text, place), repeat(at))
        for at, each in enumerate(asked.texts)
    ]
    found: list[Whole] = []
    for looked, (rid, group) in enumerate(groupby(heapq.merge(*walks), key=itemgetter(0))):
        if len(found) == limit or looked == limits.NATIVE_SEARCH_LOOKS_MAX:
            return Found(found, place)
        one = reader.by_rid(rid)
        if in_time(one) and any((test := tests[at]) is None or test(one) for _, at in group):
            found.append(one)
        place = rid
    return Found(found, None)


def _in_time(asked: Asked) -> Fits:
    after, before = asked.updated_after, asked.updated_before
    return lambda one: (
        (after is None or one.updated_at > after) and (before is None or one.updated_at < before)
    )


def _test(asked: Text) -> Fits | None:
    """What a customer must pass that Shift4's search found by the text; None: nothing more."""
    match asked.kind:
        case "name":
            return contacts.named(asked.text)
        case "email":
            return contacts.with_email(asked.text)
        case "phone":
            return contacts.with_phone(asked.text)
    return None


def _hits(store: Store, account_id: int, loc_nos: Sequence[int], text: str, after: int) -> Iterator[int]:
    """The rids behind one that Shift4's search finds, each location with the first reading that finds anybody there.

    Leaps over locations without a hit.
    """
    query = normalise.query(text)
    if query is None:
        return
    for low, high in listing.ranges(loc_nos):
        place = max(low, after + 1)
        while (
            place < high and (rid := find.first(store, account_id, query.readings, place, high)) is not None
        ):
            start, end = listing.rids(rid >> 32)
            readings = (find.Hits(store, account_id, rid >> 32, terms) for terms in query.readings)
            hits = next(each for each in readings if each.begin(start, 1))
            yield from _every(hits, place)
            place = end


def _every(hits: find.Hits, low: int) -> Iterator[int]:
    while page := hits.begin(low, _STEP):
        yield from page
        low = page[-1] + 1
