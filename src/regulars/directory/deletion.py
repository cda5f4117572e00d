"""Deleting customers: gone at once for everybody; `purge` then wipes what the search index still holds.

What waits in quarantine was never understood, so it is searched for the customer's references, e-mails and phones.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from regulars import errors
from regulars.directory import events, preparing, suppression
from regulars.directory.directory import Directory
from regulars.model.customer import Customer
from regulars.model.place import Location
from regulars.model.record import Record
from regulars.store import customers, editing, erasing, merging, places, quarantine, upkeep

_TELLING_LENGTH = 5  # characters of a text that names somebody wherever it stands


def delete(directory: Directory, account_id: int, customer_ids: Sequence[str]) -> int:
    """Deletes customers by Square id, with their records and quarantine entries; how many.

    Raises NotFound, and deletes nothing, when one of them is not there.
    """
    with directory.store.write():
        deleted = within(directory, account_id, customer_ids)
    directory.unmerged += 1
    return deleted


def within(
    directory: Directory, account_id: int, customer_ids: Sequence[str], *, suppress: bool = True
) -> int:
    """The same in a transaction of the caller's. `suppress`: a source that is pulled may not bring them back."""
    store = directory.store
    by_location: dict[int, list[erasing.Doomed]] = defaultdict(list)
    for customer_id in dict.fromkeys(customer_ids):
        one = erasing.maybe(store, account_id, customer_id)
        if one is None:
            raise errors.NotFound("There is no such customer", hint="Nothing was deleted.")
        by_location[one.loc_no].append(one)
        if suppress:
            suppression.note(directory, account_id, one.source_id, [one.ref])
    locations = {one.number: one for one in places.locations(store, account_id)}
    for doomed in by_location.values():
        _forget_merged(directory, account_id, locations, doomed, suppress=suppress)
    for location in locations.values():
        if location.number in by_location:
            _delete_at(directory, location, by_location[location.number])
    return sum(map(len, by_location.values()))


def _delete_at(directory: Directory, location: Location, doomed: Sequence[erasing.Doomed]) -> None:
    store, account_id = directory.store, location.account_id
    for one in doomed:
        record = editing.record(store, account_id, one.rid)
        _drop_mentions(directory, location, one.source_id, one.ref, record)
    numbers = customers.take_numbers(
        store,
        account_id,
        location.location_id,
        now=directory.clock(),
        changes=len(doomed),
        new=0,
        listed=-sum(one.listed for one in doomed),
    )
    erasing.erase(store, account_id, location.number, doomed, numbers)
    events.note_deleted(directory, account_id, location.location_id, doomed, deleted_at=numbers.updated_at)


def _forget_merged(
    directory: Directory,
    account_id: int,
    locations: Mapping[int, Location],
    doomed: Sequence[erasing.Doomed],
    *,
    suppress: bool,
) -> None:
    """Whoever was merged into these customers goes with them."""
    store = directory.store
    for survivor in doomed:
        losers = merging.under(store, account_id, survivor.id)
        for one in losers:
            _drop_mentions(directory, locations[one.loc_no], one.source_id, one.ref, one.record)
            if suppress:
                suppression.note(directory, account_id, one.source_id, [one.ref])
        merging.forget(store, account_id, survivor.id, losers)


def _drop_mentions(
    directory: Directory, location: Location, source_id: int, ref: str, record: Record
) -> None:
    """Drops the quarantine entries of a customer's source that speak of the customer."""
    store, account_id = directory.store, location.account_id
    waiting = quarantine.of_source(store, account_id, location.number, source_id)
    if not waiting:
        return
    speaks_of = _mentions(ref, preparing.clean(record, location.country))
    for entry in waiting:
        if speaks_of(entry.record.raw.decode(errors="replace")):
            quarantine.drop(store, account_id, entry.number)


def _mentions(ref: str, customer: Customer) -> Callable[[str], object]:
    """Whether a text holds the reference (behind its key, or as a word when it is long enough), an e-mail, a phone."""
    quoted = re.escape(ref)
    signs = [rf'"(?:posRef|id)"\s*:\s*"?{quoted}\b']
    if len(ref) >= _TELLING_LENGTH:
        signs.append(rf"(?<!\w){quoted}(?!\w)")
    contacts = [each.text.strip() for each in customer.emails]
    contacts += [each.text.strip() for each in customer.phones]
    contacts += [each.e164 for each in customer.phones if each.e164 is not None]
    signs += [re.escape(text) for text in contacts if len(text) >= _TELLING_LENGTH]
    return re.compile("|".join(signs), re.IGNORECASE).search


def purge(directory: Directory, progress: Callable[[int], None] | None = None) -> bool:
    """Rewrites the search index past everything deleted and empties the log; `progress` gets the steps done.

    Small steps that others can write between; at a million customers some seconds in all. False when a reader kept
    the log from being emptied: it will be with the next checkpoint that finds no reader.
    """
    store = directory.store
    with store.read():
        mark = erasing.mark(store)
    emptied = upkeep.purge(store, progress)
    if emptied and mark is not None:
        with store.write():
            erasing.unmark(store, mark)
    directory.unmerged = 0
    return emptied
