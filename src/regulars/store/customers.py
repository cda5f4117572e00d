"""Writing customers: rows, documents, records, search words, counts and change numbers, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from regulars.model.customer import Problem
from regulars.model.record import Record
from regulars.store import counters, sets
from regulars.store.store import Store, array


class Stored(Struct, frozen=True, gc=False):
    """What ingest must know of a customer that is there already."""

    ref: str
    rid: int
    pos_ref: str
    id: str
    hash: bytes
    pos: int
    created_at: int
    listed: int
    version: int
    came_by: int


class Extra(Struct, frozen=True, gc=False):
    """Finished JSON arrays that Square's document gets at read; None: nothing."""

    group_ids: bytes | None
    segment_ids: bytes | None
    cards: bytes | None


class Kept(Struct, frozen=True, gc=False):
    """What of a customer is held beside its record: how it looks since it was edited here, and its extra."""

    state: bytes | None = None
    extra: Extra | None = None


NOTHING_KEPT = Kept()


class Entry(Struct, frozen=True, kw_only=True, gc=False):
    """A customer ready to be written.

    `replaces`: what it takes the place of, None for a new one; `before`: what was held beside its record till now.
    `record` None: the record that is there stays. `state`: how it looks since it was edited here, None: as its record.
    """

    rid: int
    pos: int
    change_no: int
    ref: str
    pos_ref: str
    id: str
    hash: bytes
    created_at: int
    updated_at: int
    listed: bool
    sort_key: str
    problems: tuple[Problem, ...]
    version: int
    came_by: int
    shift4: bytes
    square: bytes
    extra: Extra | None
    tokens: str
    part: str
    record: Record | None
    packed: bytes
    state: bytes | None
    replaces: Stored | None
    before: Kept


class Numbers(Struct, frozen=True):
    """What one transaction was given: the first of each run of numbers."""

    change_no: int
    updated_at: int
    seq: int
    pos: int


def take_numbers(
    store: Store, account_id: int, location_id: int, *, now: int, changes: int, new: int, listed: int
) -> Numbers:
    """Runs of numbers for `changes` changes, `new` of them new places; `listed`: more (or fewer) in Square's count.

    The first statement of a write: its row lock makes change_no and updated_at come out in commit order.
    """
    change_no, last_at = store.one(
        "take_changes", {"account_id": account_id, "n": changes, "now": now, "listed": listed}
    )
    seq, pos = store.one(
        "take_places",
        {
            "account_id": account_id,
            "location_id": location_id,
            "seqs": new,
            "poss": changes,
            "listed": listed,
        },
    )
    return Numbers(change_no - changes + 1, last_at - changes + 1, seq - new, pos - changes)


def by_ref(
    store: Store, account_id: int, loc_no: int, source_id: int, refs: Iterable[str]
) -> dict[str, Stored]:
    """Those of a source's refs that are there."""
    values = {"account_id": account_id, "loc_no": loc_no, "source_id": source_id, "refs": array(refs)}
    return {row[0]: Stored(*row) for row in store.rows("customers_by_ref", values)}


def kept(store: Store, account_id: int, rids: Iterable[int]) -> dict[int, Kept]:
    """What is held beside the records of these customers, for those that have anything."""
    found = store.rows("kept_here", {"account_id": account_id, "rids": array(rids)})
    return {rid: Kept(state, _living(store, account_id, extra)) for rid, state, *extra in found}


def _living(store: Store, account_id: int, row: Sequence[bytes | None]) -> Extra | None:
    """An extra without what was deleted: empty, but there, if that was all that it had."""
    group_ids, segment_ids, cards = row
    if group_ids is segment_ids is cards is None:
        return None
    return Extra(*sets.living(store, account_id, group_ids, segment_ids), cards)


def taken_pos_refs(store: Store, account_id: int, loc_no: int, pos_refs: Iterable[str]) -> set[str]:
    """Those of these posRefs that are served already at the location."""
    values = {"account_id": account_id, "loc_no": loc_no, "pos_refs": array(pos_refs)}
    return {row[0] for row in store.rows("taken_pos_refs", values)}


def taken_ids(store: Store, account_id: int, ids: Iterable[str]) -> set[str]:
    """Those of these Square ids that are in use in the account."""
    return {row[0] for row in store.rows("taken_ids", {"account_id": account_id, "ids": array(ids)})}


def put(
    store: Store,
    account_id: int,
    loc_no: int,
    source_id: int,
    entries: Sequence[Entry],
    *,
    seen_at: int,
) -> None:
    """Writes the entries, each under numbers of its own.

    Sorted by rid and deletes first: FTS5 flushes what it has collected whenever a rowid is not larger than the one
    before (2.2x; docs/decisions/0004).
    """
    entries = sorted(entries, key=lambda entry: entry.rid)
    new = [entry for entry in entries if entry.replaces is None]
    changed = [entry for entry in entries if entry.replaces is not None]
    with_extra = [_key(entry, account_id) for entry in changed if entry.before.extra is not None]
    with_state = [_key(entry, account_id) for entry in changed if entry.before.state is not None]
    recorded = [entry for entry in changed if entry.record is not None]
    store.run_many("put_customer", [_row(entry, account_id, loc_no, source_id) for entry in new])
    store.run_many("change_customer", [_row(entry, account_id, loc_no, source_id) for entry in changed])
    store.run_many("put_doc", [_doc(entry, account_id) for entry in new])
    store.run_many("change_doc", [_doc(entry, account_id) for entry in changed])
    store.run_many("delete_extra", with_extra)
    store.run_many("put_extra", [_extra(entry, account_id) for entry in entries if entry.extra is not None])
    store.run_many("put_record", [_record(entry, account_id, seen_at) for entry in new])
    store.run_many("change_record", [_record(entry, account_id, seen_at) for entry in recorded])
    store.run_many("delete_edited", with_state)
    store.run_many("put_edited", [_state(entry, account_id) for entry in entries if entry.state is not None])
    store.run_many("delete_words", [_key(entry, account_id) for entry in changed])
    store.run_many("put_words", [_words(entry, account_id) for entry in entries])
    store.run_many("delete_parts", [_key(entry, account_id) for entry in changed])
    store.run_many("put_parts", [_part(entry, account_id) for entry in entries if entry.part])
    _count(store, account_id, loc_no, entries)


def keep_record(
    store: Store, account_id: int, rid: int, record: Record, packed: bytes, *, seen_at: int
) -> None:
    """Keeps a newer record of a customer that nobody sees a change of; writes nothing when it is the same."""
    if store.one("record_raw", {"account_id": account_id, "rid": rid})[0] == packed:
        return
    store.run(
        "change_record",
        {"rid": rid, "account_id": account_id, "seen_at": seen_at} | _record_values(record, packed),
    )


def newer(store: Store, account_id: int, rids: Iterable[int], *, than: int) -> set[int]:
    """Those of these customers whose records came after a time."""
    values = {"account_id": account_id, "rids": array(rids), "than": than}
    return {row[0] for row in store.rows("newer_records", values)}


def keep_hash(store: Store, account_id: int, rid: int, hash: bytes, state: bytes | None) -> None:
    """Keeps what a newer record says where it changes nothing of a customer that was edited here."""
    where = {"account_id": account_id, "rid": rid}
    store.run("keep_hash", where | {"hash": hash})
    store.run("delete_edited", where)
    if state is not None:
        store.run("put_edited", where | {"state": state})


def _key(entry: Entry, account_id: int) -> dict[str, int]:
    return {"account_id": account_id, "rid": entry.rid}


def _state(entry: Entry, account_id: int) -> dict[str, object]:
    return {"account_id": account_id, "rid": entry.rid, "state": entry.state}


def _row(entry: Entry, account_id: int, loc_no: int, source_id: int) -> dict[str, object]:
    return {
        "rid": entry.rid,
        "account_id": account_id,
        "loc_no": loc_no,
        "source_id": source_id,
        "ref": entry.ref,
        "pos_ref": entry.pos_ref,
        "id": entry.id,
        "hash": entry.hash,
        "change_no": entry.change_no,
        "pos": entry.pos,
        "created_at": entry.created_at,
        "updated_at": entry.updated_at,
        "listed": int(entry.listed),
        "sort_key": entry.sort_key,
        "problems": msgspec.json.encode(entry.problems).decode() if entry.problems else None,
        "version": entry.version,
        "came_by": entry.came_by,
    }


def _doc(entry: Entry, account_id: int) -> dict[str, object]:
    return {"rid": entry.rid, "account_id": account_id, "shift4": entry.shift4, "square": entry.square}


def _extra(entry: Entry, account_id: int) -> dict[str, object]:
    extra = entry.extra or Extra(None, None, None)
    return {
        "rid": entry.rid,
        "account_id": account_id,
        "group_ids": extra.group_ids,
        "segment_ids": extra.segment_ids,
        "cards": extra.cards,
    }


def _words(entry: Entry, account_id: int) -> dict[str, object]:
    return {"account_id": account_id, "rid": entry.rid, "words": entry.tokens}


def _part(entry: Entry, account_id: int) -> dict[str, object]:
    return {"account_id": account_id, "rid": entry.rid, "text": entry.part}


def _record(entry: Entry, account_id: int, seen_at: int) -> dict[str, object]:
    assert entry.record is not None  # noqa: S101  # a new customer has one, and of the others these were chosen
    return {"rid": entry.rid, "account_id": account_id, "seen_at": seen_at} | _record_values(
        entry.record, entry.packed
    )


def _record_values(record: Record, packed: bytes) -> dict[str, object]:
    columns = msgspec.json.encode(record.columns).decode() if record.columns else None
    return {"format": record.format, "place": record.place, "columns": columns, "raw": packed}


def _count(store: Store, account_id: int, loc_no: int, entries: Sequence[Entry]) -> None:
    deltas = counters.Deltas()
    for entry in sorted(entries, key=lambda entry: entry.pos):
        deltas.add(counters.CHANGED, entry.pos, at=entry.updated_at)
        if entry.replaces is None:
            deltas.add(counters.LIST, entry.rid & 0xFFFF_FFFF)
        else:
            deltas.take(counters.CHANGED, entry.replaces.pos)
    deltas.write(store, account_id, loc_no)
