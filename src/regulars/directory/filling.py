"""Customers whose search words and pieces are of an older kind get today's when the store is next opened.

In small transactions that others can write between; whoever dies leaves a mark where the next one goes on. Until the
last one is in, searches would miss some, so whoever opens the store does it first: three minutes for a million, or five
seconds to see that none of them needs it.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import structs

from regulars.directory import keeping, preparing, segments
from regulars.directory.directory import Directory
from regulars.model.place import Location
from regulars.store import customers, places, sets
from regulars.store import filling as stored
from regulars.store.customers import NOTHING_KEPT

_CUSTOMERS = 100  # of one transaction


def fill(directory: Directory, seen: Callable[[int], None] | None = None) -> None:
    """Puts in whoever is due; one look when nobody is. `seen` is told how many were put in at a time."""
    for mark in stored.MARKS:
        with directory.store.read():
            is_full = stored.mark(directory.store, mark) is None
        while not is_full:
            with directory.store.write():
                count = _step(directory, mark)
            is_full = count == 0
            if seen is not None and count:
                seen(count)
    _fill_sets(directory)


def _fill_sets(directory: Directory) -> None:
    """The same of the sets that customers are in."""
    store = directory.store
    with store.read():
        waiting = [each.account_id for each in places.accounts(store)]
    while waiting:
        with store.read():
            is_full = sets.account_filled_to(store, waiting[-1]) is None
        if is_full:
            waiting.pop()
        else:
            segments.step(directory, waiting[-1])


def _step(directory: Directory, mark: str = stored.EVERYBODY) -> int:
    """The next few; how many they were, 0 when nobody is left."""
    store = directory.store
    last = stored.mark(store, mark)
    if last is None:  # another process was quicker
        return 0
    every = [one for each in places.accounts(store) for one in places.locations(store, each.account_id)]
    for location in stored.ahead(every, last):
        if rows := stored.after(store, location, last, limit=_CUSTOMERS):
            _put(directory, location, _due(directory, location, rows, mark))
            stored.set_mark(store, mark, rows[-1].rid)
            return len(rows)
    stored.clear_mark(store, mark, last)
    return 0


def _due(
    directory: Directory, location: Location, rows: list[stored.Served], mark: str
) -> list[stored.Served]:
    if mark == stored.EVERYBODY:
        return rows
    return stored.in_other_letters(directory.store, location.account_id, rows)


def _put(directory: Directory, location: Location, rows: list[stored.Served]) -> None:
    store, account_id = directory.store, location.account_id
    kept = customers.kept(store, account_id, [row.rid for row in rows])
    named = []
    for row in rows:
        customer = keeping.customer(directory, location, row.rid, kept.get(row.rid, NOTHING_KEPT))
        if customer.id not in {None, row.id}:  # taken when it came: its reference was drawn without it
            customer = structs.replace(customer, id=None)
        named.append((customer, row.pos_ref))
    tokens, texts = preparing.searched(named, store.index)
    stored.put(store, account_id, rows, tokens, texts)
