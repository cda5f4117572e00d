"""Events: written down in the transaction of the change they tell of, for the accounts that want them.

    events.note(directory, account_id, (Note(…) for entry in entries))

inside `store.write()`. Nothing is made of the notes where nobody wants events. They are kept for 28 days, and go with
the customer they tell of: after an erase only `customer.deleted` is left, which holds ids.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from regulars import limits
from regulars.directory.directory import Directory
from regulars.model import event as model
from regulars.model.event import Event, Note, Wanted
from regulars.model.place import Grant
from regulars.store import events as stored
from regulars.store import places
from regulars.store.customers import Entry
from regulars.store.erasing import Doomed
from regulars.wire import shift4, square

_KEPT_MICROSECONDS = limits.EVENT_DAYS * 86_400_000_000
_CHANCE_BYTES = 16


def note(directory: Directory, account_id: int, notes: Iterable[Note]) -> None:
    """Writes down what happened, in the order given; nothing when the account wants no events. Within a write."""
    if stored.wanted(directory.store, account_id).at_all:
        _put(directory, account_id, list(notes))


def note_entries(
    directory: Directory, account_id: int, entries: Sequence[Entry], *, context: bytes | None = None
) -> None:
    """Customers were created or changed. `context`: JSON for `event_context`, such as that of a merge."""
    wanted = stored.wanted(directory.store, account_id)
    if wanted.at_all:
        told = [_of_entry(entry, wanted, context) for entry in entries if _is_told(entry)]
        _put(directory, account_id, told)


def note_deleted(
    directory: Directory,
    account_id: int,
    location_id: int,
    doomed: Sequence[Doomed],
    *,
    deleted_at: int,
    context: bytes | None = None,
) -> None:
    """Customers were deleted, the first of them (by rid) at a time; all that may be told of them is their ids.

    `context`: JSON for `event_context`, when they were merged into another.
    """
    wanted = stored.wanted(directory.store, account_id)
    if wanted.at_all:
        in_order = enumerate(sorted(doomed, key=lambda one: one.rid), start=deleted_at)
        _put(
            directory, account_id, [_of_doomed(one, location_id, wanted, at, context) for at, one in in_order]
        )


def _put(directory: Directory, account_id: int, notes: list[Note]) -> None:
    if notes:
        chances = os.urandom(_CHANCE_BYTES * len(notes))
        stored.put(directory.store, account_id, notes, chances, now=directory.clock())


def _is_told(entry: Entry) -> bool:
    """Whether it is news: a change of segments or cards alone is none (contracts/square.md 2.9)."""
    if entry.replaces is None or entry.hash != entry.replaces.hash or entry.state != entry.before.state:
        return True
    before, after = entry.before.extra, entry.extra
    if (before and before.group_ids) != (after and after.group_ids):
        return True
    return (before and (before.segment_ids, before.cards)) == (after and (after.segment_ids, after.cards))


def _of_entry(entry: Entry, wanted: Wanted, context: bytes | None) -> Note:
    """The customer with its groups, without segments and cards (contracts/square.md 2.9)."""
    group_ids = entry.extra.group_ids if entry.extra is not None else None
    core = square.without_segment(entry.square)
    customer = square.splice(core, group_ids=group_ids, segment_ids=None, cards=None)
    return Note(
        model.CREATED if entry.replaces is None else model.UPDATED,
        entry.id,
        _told(customer, context),
        entry.rid,
        entry.shift4 if wanted.shift4 else None,
    )


def _of_doomed(
    doomed: Doomed, location_id: int, wanted: Wanted, deleted_at: int, context: bytes | None
) -> Note:
    tombstone = None
    if wanted.shift4:
        tombstone = shift4.tombstone(pos_ref=doomed.pos_ref, location_id=location_id, deleted_at=deleted_at)
    told = _told(msgspec.json.encode({"id": doomed.id}), context)
    return Note(model.DELETED, doomed.id, told, doomed.rid, tombstone)


def _told(customer: bytes, context: bytes | None) -> bytes:
    told = b'{"customer":' + customer
    return told + (b',"event_context":' + context + b"}" if context is not None else b"}")


def is_asked(directory: Directory, account_id: int) -> bool:
    """Whether events are written down even while nobody subscribes."""
    with directory.store.read():
        return stored.is_asked(directory.store, account_id)


def ask(directory: Directory, account_id: int, *, asked: bool) -> None:
    """From now on they are, or are not."""
    with directory.store.write():
        stored.ask(directory.store, account_id, asked=asked)


class Found(NamedTuple):
    """A page of a search; `next`: the number to go on behind, None on the last page."""

    events: list[Event]
    next: int | None


def search(
    directory: Directory,
    grant: Grant,
    *,
    types: Sequence[str] | None,
    location_ids: Sequence[int] | None,
    since: int | None,
    until: int | None,
    upwards: bool,
    behind: int | None,
    limit: int,
) -> Found:
    """Events of the last 28 days that the token may see, of these types and locations, in a span of time.

    `since` is in the span, `until` is not. Newest first, or oldest first with `upwards`.
    """
    store, account_id = directory.store, grant.account_id
    oldest = directory.clock() - _KEPT_MICROSECONDS
    with store.read():
        last = stored.last_number(store, account_id)
        first = stored.number_since(store, account_id, max(since or 0, oldest))
        end = stored.number_since(store, account_id, until) if until is not None else None
        after = first - 1 if first is not None else last
        before = end if end is not None else last + 1
        if behind is not None:
            after, before = (max(after, behind), before) if upwards else (after, min(before, behind))
        numbers = stored.search(
            store,
            account_id,
            after=after,
            before=before,
            types=types,
            loc_nos=_loc_nos(directory, grant, location_ids),
            only_located=location_ids is not None,
            upwards=upwards,
            limit=limit + 1,
        )
        found = [stored.one(store, account_id, number) for number in numbers[:limit]]
    return Found(
        [one for one in found if one is not None], numbers[limit - 1] if len(numbers) > limit else None
    )


def _loc_nos(directory: Directory, grant: Grant, location_ids: Sequence[int] | None) -> list[int] | None:
    """The store's numbers of the locations asked for that the token sees; None: of any."""
    if location_ids is None and grant.location_ids is None:
        return None
    every = places.location_numbers(directory.store, grant.account_id)
    return [
        number
        for location_id, number in every.items()
        if grant.sees(location_id) and (location_ids is None or location_id in location_ids)
    ]


def step(directory: Directory, account_id: int) -> bool:
    """Drops some events that are older than 28 days; whether there may be more."""
    store = directory.store
    before = directory.clock() - _KEPT_MICROSECONDS
    with store.read():
        if not stored.has_old(store, account_id, before=before):
            return False
    with store.write():
        dropped = stored.drop_old(store, account_id, before=before, limit=limits.EVENTS_DROPPED_MAX)
    return dropped == limits.EVENTS_DROPPED_MAX
