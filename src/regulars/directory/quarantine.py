"""Records that could not be read: looked at, tried again, or dropped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from regulars import errors
from regulars.directory import ingest
from regulars.directory.directory import Directory
from regulars.model.place import Location, Source
from regulars.model.record import Ingested, Quarantined, Record
from regulars.store import places
from regulars.store import quarantine as stored

_PAGE = 100


def every(directory: Directory, account_id: int, *, after: int = 0, limit: int = _PAGE) -> list[Quarantined]:
    """Entries with a number above `after`, oldest first."""
    store = directory.store
    with store.read():
        found = stored.page(store, account_id, after=after, limit=limit)
        locations, sources = _names(directory, account_id)
    return [_named(entry, locations, sources) for entry in found]


def one(directory: Directory, account_id: int, number: int) -> Quarantined:
    """One entry; raises NotFound."""
    store = directory.store
    with store.read():
        found = stored.maybe(store, account_id, number)
        if found is None:
            raise errors.NotFound("There is no such entry", hint="regulars quarantine list")
        return _named(found, *_names(directory, account_id))


def replay(directory: Directory, account_id: int, numbers: Sequence[int] | None) -> Ingested:
    """Tries entries again (None: all); those that can be read now become customers and leave.

    One of somebody who was erased here, and whose source is pulled, leaves without a trace; so does one that is older
    than the record of its customer.

    Raises NotFound for an unknown number, before anything is done.
    """
    done = Ingested()
    for entry in _chosen(directory, account_id, numbers):
        record = Record(entry.format, entry.raw, entry.place, entry.columns)
        result = ingest.batch(
            directory, account_id, entry.location_id, entry.source, [record], waited_since=entry.seen_at
        )
        done += result
        if not result.quarantined:
            drop(directory, account_id, [entry.number])
    return done


def drop(directory: Directory, account_id: int, numbers: Sequence[int] | None) -> int:
    """Forgets entries (None: all); how many. Raises NotFound for an unknown number, before anything is done."""
    dropped = 0
    for entry in _chosen(directory, account_id, numbers):
        with directory.store.write():
            dropped += stored.drop(directory.store, account_id, entry.number)
    return dropped


def _chosen(directory: Directory, account_id: int, numbers: Sequence[int] | None) -> Iterator[Quarantined]:
    if numbers is not None:
        yield from [one(directory, account_id, number) for number in dict.fromkeys(numbers)]
        return
    after = 0
    while page := every(directory, account_id, after=after):
        yield from page
        after = page[-1].number


def _names(directory: Directory, account_id: int) -> tuple[dict[int, Location], dict[int, Source]]:
    locations = {one.number: one for one in places.locations(directory.store, account_id)}
    return locations, places.sources(directory.store, account_id)


def _named(entry: stored.Entry, locations: dict[int, Location], sources: dict[int, Source]) -> Quarantined:
    return Quarantined(
        entry.number,
        locations[entry.loc_no].location_id,
        sources[entry.source_id].name,
        entry.record.place,
        entry.reason,
        entry.record.format,
        entry.seen_at,
        entry.record.raw,
        entry.record.columns,
    )
