"""Is a store whole? Everything that is kept twice must agree; everything that is counted must be what is there."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from msgspec import json

from regulars.app.opening import open_directory
from regulars.directory import Directory, documents, preparing
from regulars.model.customer import Customer
from regulars.model.place import Location
from regulars.model.record import Record
from regulars.store import Store, counters, listing, places, records
from tests import engines
from tests.proof_faults import consistent_index, consistent_sets

_SEQ_MASK = 0xFFFF_FFFF
# The bits of a place that a bucket of this kind swallows, and which places it counts.
_KINDS = {
    order.kind(level): (bits, places)
    for order, places in ((counters.LIST, "seq"), (counters.CHANGED, "pos"), (counters.DELETED, "gone"))
    for level, bits in enumerate(counters.BITS)
}


class _Row(NamedTuple):
    """A customer as the store has it, with everything that hangs on it."""

    rid: int
    source_id: int
    ref: str
    pos_ref: str
    id: str
    hash: bytes
    change_no: int
    pos: int
    created_at: int
    updated_at: int
    listed: int
    sort_key: str
    shift4: bytes | None
    square: bytes | None
    format: str | None
    columns: str | None
    raw: bytes | None
    version: int
    state: bytes | None


_ROWS = """SELECT c.rid, c.source_id, c.ref, c.pos_ref, c.id, c.hash, c.change_no, c.pos, c.created_at, c.updated_at,
  c.listed, c.sort_key, d.shift4, d.square, r.format, r.columns, r.raw, c.version,
  ed.state
FROM customer c LEFT JOIN doc d ON d.rid = c.rid AND d.account_id = c.account_id
  LEFT JOIN record r ON r.rid = c.rid AND r.account_id = c.account_id
  LEFT JOIN edited ed ON ed.rid = c.rid AND ed.account_id = c.account_id
WHERE c.account_id = ? AND c.loc_no = ? ORDER BY c.rid"""


def complaints(folder: Path, *, key_file: Path | None = None, contents: bool = True) -> list[str]:
    """What does not fit in the store of a data folder, in words; empty when it is whole.

    Opens it as any start of the program does. Without `contents` each customer's own content is not looked into.
    """
    directory = open_directory(folder, key_file=key_file)
    try:
        return complaints_of(directory, contents=contents)
    finally:
        directory.close()


def complaints_of(directory: Directory, *, contents: bool = True) -> list[str]:
    """The same of an open directory, at one moment."""
    store = directory.store
    found = store.damage(full=True)
    if found:
        return found
    with store.read():
        found += _tables(store)
        for account in places.accounts(store):
            found += _account(directory, account.account_id)
            for location in places.locations(store, account.account_id):
                rows = _rows(directory, location)
                found += _location(directory, location, rows)
                found += _contents(directory, location, rows) if contents else []
    return found


def _tables(store: Store) -> Iterator[str]:
    """Every customer has one document, one record, one entry in the search index, and nobody else has."""
    customers = _set(store, "SELECT account_id, rid FROM customer")
    for table in ("doc", "record"):
        others = _set(store, f"SELECT account_id, rid FROM {table}")  # noqa: S608  # a name of ours
        yield from (f"customer without {table}: {each}" for each in customers - others)
        yield from (f"{table} without customer: {each}" for each in others - customers)
    yield from (
        f"extra without customer: {each}"
        for each in _set(store, "SELECT account_id, rid FROM extra") - customers
    )
    yield from _merged(store)
    yield from consistent_sets.complaints(store)
    attributes = _set(store, "SELECT account_id, rid, def_no FROM attribute")
    terms = _set(store, "SELECT account_id, rid, def_no FROM attribute_term")
    yield from (f"term without attribute: {each}" for each in terms - attributes)
    known = customers | _set(store, "SELECT account_id, rid FROM merged")
    yield from (f"attribute without customer: {each}" for each in {each[:2] for each in attributes} - known)
    rids = {rid for _, rid in customers}
    indexed = consistent_index.rids(store, "find")
    if rids != indexed:
        yield f"search index: {len(rids - indexed)} customers missing, {len(indexed - rids)} too many"
    if pieced := consistent_index.rids(store, "part") - rids:
        yield f"index of pieces: {len(pieced)} customers too many"


def _merged(store: Store) -> Iterator[str]:
    """Who was merged away is nowhere else, is answered for by somebody who is there, and can be brought back."""
    there = _set(store, "SELECT account_id, id FROM customer")
    away = _set(store, "SELECT account_id, id FROM merged")
    answering = _set(store, "SELECT account_id, survivor_id FROM merged")
    yield from (f"merged away and still there: {each}" for each in away & there)
    yield from (f"answers for others and is not there: {each}" for each in answering - there)
    into = _set(store, "SELECT account_id, into_id FROM merged")
    yield from (f"others were merged into nobody: {each}" for each in into - there - away)
    standing = _set(
        store,
        "SELECT account_id, merge_id, survivor_id FROM merger WHERE undone_at IS NULL AND before IS NOT NULL",
    )
    made = _set(store, "SELECT account_id, merge_id, into_id FROM merged")
    yield from (f"merge without customers, or customers without merge: {each}" for each in standing ^ made)


def _account(directory: Directory, account_id: int) -> Iterator[str]:
    store = directory.store
    ((change_no, last_at, listed, source_no, quarantine_no),) = engines.rows(
        store,
        "SELECT change_no, last_at, listed, source_no, quarantine_no FROM account WHERE account_id = ?",
        account_id,
    )
    every = engines.rows(
        store,
        "SELECT change_no, updated_at, rid FROM customer WHERE account_id = ?"
        " UNION ALL SELECT change_no, updated_at, 0 FROM tombstone WHERE account_id = ?",
        account_id,
        account_id,
    )
    yield from _distinct("change_no", (one[0] for one in every))
    yield from _distinct("updated_at", (one[1] for one in every))
    ordered = sorted(every)
    if [one[1] for one in ordered] != sorted(one[1] for one in every):
        yield "change_no and updated_at are in different orders"
    if every and (ordered[0][0] < 1 or ordered[-1][0] > change_no or ordered[-1][1] > last_at):
        yield f"a change is past the account's last: {ordered[0]}, {ordered[-1]}, {change_no}, {last_at}"
    numbers = engines.rows(store, "SELECT pos, listed FROM location WHERE account_id = ?", account_id)
    # Each change took one number of the account and one place of a location: together they are dense.
    if sum(pos for pos, _ in numbers) != change_no:
        yield f"change numbers are not dense: {change_no} given, places {numbers}"
    if sum(one for _, one in numbers) != listed:
        yield f"listed: the account says {listed}, its locations {numbers}"
    sources = _set(store, "SELECT source_id FROM source WHERE account_id = ?", account_id)
    if any(not 1 <= one <= source_no for (one,) in sources):
        yield f"a source has a number that was not given: {sources}, {source_no}"
    if any(
        not 1 <= one <= quarantine_no
        for (one,) in _set(store, "SELECT number FROM quarantine WHERE account_id = ?", account_id)
    ):
        yield "a quarantine entry has a number that was not given"
    yield from _quarantine(store, account_id)


def _quarantine(store: Store, account_id: int) -> Iterator[str]:
    for number, format, digest, raw in engines.rows(
        store, "SELECT number, format, digest, raw FROM quarantine WHERE account_id = ?", account_id
    ):
        if hashlib.blake2b(records.unpack(format, raw), digest_size=16).digest() != digest:
            yield f"quarantine entry {number} is not what was put in"


def _rows(directory: Directory, location: Location) -> list[_Row]:
    where = (location.account_id, location.number)
    return [_Row(*row) for row in engines.rows(directory.store, _ROWS, *where)]


def _location(directory: Directory, location: Location, rows: list[_Row]) -> Iterator[str]:
    store = directory.store
    where = (location.account_id, location.number)
    ((seq, pos, listed),) = engines.rows(
        store, "SELECT seq, pos, listed FROM location WHERE account_id = ? AND loc_no = ?", *where
    )
    gone = engines.rows(
        store, "SELECT pos, updated_at FROM tombstone WHERE account_id = ? AND loc_no = ?", *where
    )
    low, high = listing.rids(location.number)
    if any(not low <= row.rid < low + seq <= high for row in rows):
        yield "a customer has a list place that was not given"
    # A place is given to each new customer, and a deleted one leaves its tombstone.
    if len(rows) + len(gone) != seq:
        yield f"list places: {seq} given, {len(rows)} customers, {len(gone)} tombstones"
    changed = [(row.pos, row.updated_at) for row in rows]
    yield from _distinct("pos", (one[0] for one in [*changed, *gone]))
    if any(not 0 <= one[0] < pos for one in [*changed, *gone]):
        yield "a change has a place that was not given"
    if [one[1] for one in sorted([*changed, *gone])] != sorted(one[1] for one in [*changed, *gone]):
        yield "pos and updated_at are in different orders"
    if sum(row.listed for row in rows) != listed:
        yield f"listed: the location says {listed}, {sum(row.listed for row in rows)} are there"
    if listing.count(store, *where) != len(rows):
        yield f"count by buckets {listing.count(store, *where)}, count(*) {len(rows)}"
    yield from _buckets(store, where, rows, changed, gone)


def _buckets(
    store: Store,
    where: tuple[int, int],
    rows: list[_Row],
    changed: list[Any],
    gone: list[Any],
) -> Iterator[str]:
    """Each bucket holds what is there; its `first_at` lies behind every earlier change and no later than its own."""
    there: dict[str, list[tuple[int, int]]] = {
        "seq": [(row.rid & _SEQ_MASK, 0) for row in rows],
        "pos": changed,
        "gone": gone,
    }
    stored: dict[int, dict[int, tuple[int, int | None]]] = defaultdict(dict)
    for kind, no, n, first_at in engines.rows(
        store, "SELECT kind, no, n, first_at FROM bucket WHERE account_id = ? AND loc_no = ?", *where
    ):
        stored[kind][no] = (n, first_at)
    for kind, (bits, order) in _KINDS.items():
        counted = Counter(place >> bits for place, _ in there[order])
        kept = {no: n for no, (n, _) in stored[kind].items() if n}
        if kept != counted:
            yield f"buckets of kind {kind}: {kept} kept, {dict(counted)} counted"
        if order != "seq":
            yield from _beginnings(kind, bits, there[order], stored[kind])


def _beginnings(
    kind: int, bits: int, changes: list[tuple[int, int]], stored: dict[int, tuple[int, int | None]]
) -> Iterator[str]:
    """The first change that a bucket ever had came after all of the buckets before it."""
    first: dict[int, int] = {}
    for place, at in sorted(changes, reverse=True):
        first[place >> bits] = at
    last: dict[int, int] = {place >> bits: at for place, at in sorted(changes)}
    before = 0
    for no, (_, first_at) in sorted(stored.items()):
        if first_at is None or not before < first_at <= first.get(no, first_at):
            yield f"bucket {no} of kind {kind} begins at {first_at}"
        before = last.get(no, before)


def _contents(directory: Directory, location: Location, rows: Iterable[_Row]) -> Iterator[str]:
    """From each kept record follow its documents, its hash, its sort key and the words that find it."""
    sources = places.sources(directory.store, location.account_id)
    words = consistent_index.words(directory.store, location.number)
    pieces = consistent_index.pieces(directory.store, location.number)
    for row in rows:
        if row.raw is None or row.format is None:
            continue  # _tables has said so
        work = preparing.Work(
            location,
            row.source_id,
            sources[row.source_id].name,
            "IMPORT",
            directory.key("posRef"),
            directory.store.index,
            places.account(directory.store, location.account_id).merchant_id,
        )
        columns = json.decode(row.columns, type=dict[str, str]) if row.columns else {}
        record: Any = Record(row.format, records.unpack(row.format, row.raw), "", columns)
        (made,) = preparing.prepare([record], work)
        if isinstance(made, preparing.Refused):
            yield f"customer {row.rid} has a record that cannot be read"
            continue
        own_id = made.customer.id in {None, row.id}
        named = made
        if row.state is not None:
            looks = json.decode(row.state, type=Customer)
            named = made = preparing.redrawn(made, work, looks, pos_ref=row.pos_ref)
        elif row.pos_ref != row.ref or not own_id:
            named = preparing.renamed(made, work, pos_ref=row.pos_ref, own_id=own_id)
        finished = documents.finish(
            named.drawn,
            named.customer,
            id=row.id,
            created_at=row.created_at,
            updated_at=row.updated_at,
            version=row.version,
        )
        if (finished.shift4, finished.square) != (row.shift4, row.square):
            yield f"customer {row.rid} has documents of another record"
        if (made.ref, made.hash, made.sort_key) != (row.ref, row.hash, row.sort_key):
            yield f"customer {row.rid} has the key, hash or sort key of another record"
        if set(named.tokens.split(" ")) - {""} != words[row.rid]:
            yield f"customer {row.rid} is not found by its own words"
        if {named.part[at : at + 3] for at in range(len(named.part) - 2)} != pieces[row.rid]:
            yield f"customer {row.rid} is not found by its own pieces"


def _set(store: Store, query: str, *values: Any) -> set[tuple[Any, ...]]:
    return set(engines.rows(store, query, *values))


def _distinct(what: str, numbers: Iterable[int]) -> Iterator[str]:
    yield from (
        f"{what} {number} was given {times} times" for number, times in Counter(numbers).items() if times > 1
    )
