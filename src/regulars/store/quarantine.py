"""Records that could not be read: kept with their bytes and the reason until somebody replays or drops them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec

from regulars.model.record import Record
from regulars.store import records
from regulars.store.store import Row, Store


def put(
    store: Store,
    account_id: int,
    loc_no: int,
    source_id: int,
    record: Record,
    *,
    reason: str,
    now: int,
) -> None:
    """Keeps it; the same bytes of the same source only once."""
    digest = hashlib.blake2b(record.raw, digest_size=16).digest()
    where = {"account_id": account_id, "loc_no": loc_no, "source_id": source_id, "digest": digest}
    there = store.maybe("quarantine_number", where)
    if there is not None:
        values = {"account_id": account_id, "number": there[0], "seen_at": now, "place": record.place}
        store.run("see_quarantine_again", values | {"reason": reason})
        return
    number = store.one("next_quarantine_number", {"account_id": account_id})[0]
    store.run(
        "put_quarantine",
        where
        | {
            "number": number,
            "seen_at": now,
            "format": record.format,
            "place": record.place,
            "columns": msgspec.json.encode(record.columns).decode() if record.columns else None,
            "reason": reason,
            "raw": records.pack(record.format, record.raw),
        },
    )


class Entry(msgspec.Struct, frozen=True):
    """One entry as the store has it."""

    number: int
    loc_no: int
    source_id: int
    seen_at: int
    reason: str
    record: Record


def page(store: Store, account_id: int, *, after: int, limit: int) -> list[Entry]:
    """Entries by number, oldest first."""
    rows = store.rows("quarantine_page", {"account_id": account_id, "after": after, "limit": limit})
    return [_entry(row) for row in rows]


def of_source(store: Store, account_id: int, loc_no: int, source_id: int) -> list[Entry]:
    """All entries of one source at one location."""
    where = {"account_id": account_id, "loc_no": loc_no, "source_id": source_id}
    return [_entry(row) for row in store.rows("quarantine_of_source", where)]


def maybe(store: Store, account_id: int, number: int) -> Entry | None:
    """One entry."""
    row = store.maybe("quarantine_one", {"account_id": account_id, "number": number})
    return _entry(row) if row else None


def drop(store: Store, account_id: int, number: int) -> bool:
    """Forgets it; whether it was there."""
    return store.run("drop_quarantine", {"account_id": account_id, "number": number}) > 0


def count(store: Store, account_id: int, loc_no: int) -> int:
    """How many wait at a location."""
    found: int = store.one("count_quarantine", {"account_id": account_id, "loc_no": loc_no})[0]
    return found


def columns(text: str | None) -> Mapping[str, str]:
    """The column overrides that were kept as text."""
    return msgspec.json.decode(text, type=dict[str, str]) if text else {}


def _entry(row: Row) -> Entry:
    number, loc_no, source_id, seen_at, format, place, overrides, reason, packed = row
    record = Record(format, records.unpack(format, packed), place, columns(overrides))
    return Entry(number, loc_no, source_id, seen_at, reason, record)
