"""Records in: read, cleaned, compared, written. Nothing is lost, nothing half-done, nothing done twice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from regulars import errors, limits
from regulars.directory import preparing, writing
from regulars.directory.directory import Directory
from regulars.directory.preparing import Prepared, Refused, Work
from regulars.model.customer import Customer
from regulars.model.place import Location
from regulars.model.record import Ingested, Record, Unreadable
from regulars.store import places, upkeep

_MERGE_AFTER = 64  # transactions: each leaves one more piece of the search index to look into
_MERGE_STEPS = 4  # of one go, each a transaction of some milliseconds
_MANY = 20  # records of one transaction that are an import's


def batch(
    directory: Directory,
    account_id: int,
    location_id: int,
    source: str,
    records: Sequence[Record | Unreadable],
    *,
    creation_source: str = "IMPORT",
    waited_since: int | None = None,
) -> Ingested:
    """Takes in records of one source at one location; durable when it returns.

    A record that cannot be read goes to quarantine; the rest goes in. Written in transactions short enough that
    nobody waits for them (`limits.WRITE_SECONDS_MAX`). `waited_since`: when they came, if that was not just now: who
    was erased here stays away, and who has a newer record keeps it. Raises NotFound for an unknown location, Invalid
    for a source name out of bounds.
    """
    location, source_id, merchant_id = _place(directory, account_id, location_id, source)
    work = Work(
        location,
        source_id,
        source,
        creation_source,
        directory.key("posRef"),
        directory.store.index,
        merchant_id,
        suppresses=waited_since is not None,
        waited_since=waited_since,
    )
    return every(directory, work, records)


def every(
    directory: Directory,
    work: Work,
    records: Sequence[Record | Unreadable],
    *,
    within: Callable[[Ingested], None] | None = None,
) -> Ingested:
    """The same where it is known where they go. `within` runs inside the last transaction, with all that was done."""
    done = Ingested()
    at = 0
    if len(records) >= _MANY:
        directory.pace.look(is_alone=directory.is_alone())
    while at < len(records):
        part = records[at : at + directory.pace.rows]
        at += len(part)
        last = within if at >= len(records) else None
        done = _write(directory, work, _prepare(part, work), done, last)
    return done


def settle(directory: Directory) -> None:
    """Merges what an import left in the search index; call it when the import is over."""
    upkeep.merge(directory.store)
    directory.unmerged = 0


def preview(record: Record, region: str) -> Customer:
    """The record read and cleaned, nothing written; raises Invalid when it cannot be read."""
    return preparing.clean(record, region)


def _prepare(part: Sequence[Record | Unreadable], work: Work) -> list[Prepared | Refused]:
    """Every record of a part, readable or refused, in its order."""
    refused = [_refuse(record) for record in part]
    readable = [record for record in part if isinstance(record, Record)]
    prepared = iter(preparing.prepare([record for record in readable if _fits(record)], work))
    return [each if each is not None else next(prepared) for each in refused]


def _fits(record: Record) -> bool:
    return len(record.raw) <= limits.RECORD_BYTES_MAX


def _refuse(record: Record | Unreadable) -> Refused | None:
    """What need not be looked at to be refused; what of it is kept is cut to its bound."""
    if isinstance(record, Record) and _fits(record):
        return None
    cut = Record(record.format, record.raw[: limits.RECORD_BYTES_MAX], record.place)
    if isinstance(record, Unreadable):
        return Refused(cut, record.reason)
    return Refused(cut, f"The record is larger than {limits.RECORD_BYTES_MAX} bytes")


def _place(directory: Directory, account_id: int, location_id: int, source: str) -> tuple[Location, int, str]:
    """The location, the source's number, and whose both are; the source is made when it is new."""
    if not 0 < len(source.strip()) <= limits.NAME_LENGTH_MAX or not source.isprintable():
        raise errors.Invalid(
            f"A source's name has 1 to {limits.NAME_LENGTH_MAX} characters", field="source", rule="length"
        )
    store = directory.store
    with store.read():
        location = places.location(store, account_id, location_id)
        source_id = places.source_id(store, account_id, source)
        merchant_id = places.account(store, account_id).merchant_id
    if location is None:
        raise errors.NotFound(
            f"Location {location_id} is not known",
            hint=f"regulars location add {location_id} --name … --country …",
        )
    if source_id is None:
        with store.write():
            source_id = places.source_id(store, account_id, source) or places.add_source(
                store, account_id, source
            )
    return location, source_id, merchant_id


def _write(
    directory: Directory,
    work: Work,
    part: Sequence[Prepared | Refused],
    done: Ingested,
    within: Callable[[Ingested], None] | None,
) -> Ingested:
    """One transaction; then, now and then, a few steps of merging in transactions of their own."""
    store = directory.store
    with store.write():
        started = time.monotonic()
        for group in _without_repeats(part):
            done += writing.customers(directory, work, group)
        for each in part:
            if isinstance(each, Refused):
                writing.refusal(directory, work, each)
                done += Ingested(read=1, quarantined=1)
        if within is not None:
            within(done)
    directory.pace.learn(len(part), time.monotonic() - started)
    # Each step waits its turn. Who writes one customer beside an import waits for one more, not for all.
    merge_now_and_then(directory, steps=_MERGE_STEPS if len(part) >= _MANY else 1)
    return done


def merge_now_and_then(directory: Directory, *, steps: int) -> None:
    """To be called after every transaction that wrote customers: after some of them, merges the search index a bit."""
    directory.unmerged += 1
    if directory.unmerged >= _MERGE_AFTER and upkeep.merge(directory.store, steps=steps) < steps:
        directory.unmerged = 0


def _without_repeats(part: Sequence[Prepared | Refused]) -> Iterator[list[Prepared]]:
    """The readable records in groups that hold each ref once: a later record of the same ref changes the earlier."""
    group: dict[str, Prepared] = {}
    for each in part:
        if isinstance(each, Refused):
            continue
        if each.ref in group:
            yield list(group.values())
            group = {}
        group[each.ref] = each
    if group:
        yield list(group.values())
