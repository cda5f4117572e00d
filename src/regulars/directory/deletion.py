"""Deleting customers: gone at once for everybody; `purge` then wipes what the search index still holds.

What waits in quarantine was never understood, so it is searched for the customer's references, e-mails and phones.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence

from regulars import errors
from regulars.directory import preparing
from regulars.directory.directory import Directory
from regulars.model.customer import Customer
from regulars.model.place import Location
from regulars.store import customers, erasing, places, quarantine, showing, upkeep

_TELLING_LENGTH = 5  # characters of a text that names somebody wherever it stands


def delete(directory: Directory, account_id: int, customer_ids: Sequence[str]) -> int:
    """Deletes customers by Square id, with their records and quarantine entries; how many.

    Raises NotFound, and deletes nothing, when one of them is not there.
    """
    store = directory.store
    with store.write():
        by_location: dict[int, list[erasing.Doomed]] = defaultdict(list)
        for customer_id in dict.fromkeys(customer_ids):
            doomed = erasing.maybe(store, account_id, customer_id)
            if doomed is None:
                raise errors.NotFound("There is no such customer", hint="Nothing was deleted.")
            by_location[doomed.loc_no].append(doomed)
        for location in places.locations(store, account_id):
            if location.number in by_location:
                _delete_at(directory, location, by_location[location.number])
    directory.unmerged += 1
    return sum(map(len, by_location.values()))


def _delete_at(directory: Directory, location: Location, doomed: Sequence[erasing.Doomed]) -> None:
    store, account_id = directory.store, location.account_id
    for one in doomed:
        _drop_mentions(directory, location, one)
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


def _drop_mentions(directory: Directory, location: Location, doomed: erasing.Doomed) -> None:
    """Drops the quarantine entries of the customer's source that speak of the customer."""
    store, account_id = directory.store, location.account_id
    waiting = quarantine.of_source(store, account_id, location.number, doomed.source_id)
    if not waiting:
        return
    record = showing.sheet(store, account_id, doomed.rid).record
    speaks_of = _mentions(doomed.ref, preparing.clean(record, location.country))
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
    emptied = upkeep.purge(directory.store, progress)
    directory.unmerged = 0
    return emptied
