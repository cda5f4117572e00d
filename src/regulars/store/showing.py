"""Everything that is known of one customer, for people."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from regulars.model.customer import Problem
from regulars.model.record import Record
from regulars.store import quarantine, records, sets
from regulars.store.square import Document
from regulars.store.store import Store


class Sheet(Struct, frozen=True):
    """One customer's row, documents, problems and record; `state`: how it looks since it was edited here."""

    id: str
    pos_ref: str
    loc_no: int
    source_id: int
    ref: str
    change_no: int
    created_at: int
    updated_at: int
    shift4: bytes
    square: Document
    problems: tuple[Problem, ...]
    record: Record
    seen_at: int
    version: int
    state: bytes | None


def rid_of_id(store: Store, account_id: int, id: str) -> int | None:
    """The customer with this Square id."""
    row = store.maybe("rid_of_id", {"account_id": account_id, "id": id})
    return row[0] if row else None


def sheet(store: Store, account_id: int, rid: int) -> Sheet:
    """The customer, known to be there."""
    row = store.one("shown", {"account_id": account_id, "rid": rid})
    id, pos_ref, loc_no, source_id, ref, change_no, created_at, updated_at, problems, shift4 = row[:10]
    square, group_ids, segment_ids, cards = row[10:14]
    seen_at, format, place, overrides, packed, version, state = row[14:]
    group_ids, segment_ids = sets.living(store, account_id, group_ids, segment_ids)
    return Sheet(
        id,
        pos_ref,
        loc_no,
        source_id,
        ref,
        change_no,
        created_at,
        updated_at,
        shift4,
        (square, group_ids, segment_ids, cards),
        msgspec.json.decode(problems, type=tuple[Problem, ...]) if problems else (),
        Record(format, records.unpack(format, packed), place, quarantine.columns(overrides)),
        seen_at,
        version,
        state,
    )


def count_problems(store: Store, account_id: int, loc_no: int) -> int:
    """How many customers of a location have problems; reads them all."""
    found: int = store.one("count_problems", {"account_id": account_id, "loc_no": loc_no})[0]
    return found
