"""What an edit must know of one customer, and the answers that were given under idempotency keys."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct

from regulars.model.record import Record
from regulars.store import quarantine, records, sets
from regulars.store.customers import Extra, Kept, Stored
from regulars.store.store import Store


class Editable(Struct, frozen=True):
    """A customer that may be edited, where it is, whose it is, and Square's document of it without its extra."""

    stored: Stored
    loc_no: int
    source_id: int
    core: bytes


def maybe(store: Store, account_id: int, id: str) -> Editable | None:
    """A customer by its Square id."""
    row = store.maybe("customer_by_id", {"account_id": account_id, "id": id})
    return Editable(Stored(*row[:10]), *row[10:]) if row else None


def record(store: Store, account_id: int, rid: int) -> Record:
    """The record of a customer that is known to be there."""
    format, place, columns, packed = store.one("record", {"account_id": account_id, "rid": rid})
    return Record(format, records.unpack(format, packed), place, quarantine.columns(columns))


def kept(store: Store, account_id: int, rid: int) -> Kept:
    """What is held beside the record of one customer."""
    where = {"account_id": account_id, "rid": rid}
    state, extra = store.maybe("edited_state", where), store.maybe("extra", where)
    if extra is not None:
        extra = (*sets.living(store, account_id, extra[0], extra[1]), extra[2])
    return Kept(state[0] if state else None, Extra(*extra) if extra else None)


class Answered(NamedTuple):
    """An answer that was given: digest of what was asked, the body, and when."""

    digest: bytes
    body: bytes
    answered_at: int


def answered(store: Store, account_id: int, key: bytes) -> Answered | None:
    """The answer that was given under a key."""
    row = store.maybe("answer", {"account_id": account_id, "key": key})
    return Answered(*row) if row else None


def keep_answer(store: Store, account_id: int, key: bytes, given: Answered, *, rid: int | None) -> None:
    """Keeps an answer; `rid`: whom it shows, so that it is forgotten with them."""
    values = {"account_id": account_id, "key": key, "rid": rid, **given._asdict()}
    store.run("put_answer", values)


def drop_answer(store: Store, account_id: int, key: bytes) -> None:
    """Forgets it."""
    store.run("delete_answer", {"account_id": account_id, "key": key})


def old_answers(store: Store, account_id: int, *, before: int, limit: int) -> list[bytes]:
    """The keys of answers that were given before a time, oldest first."""
    values = {"account_id": account_id, "before": before, "limit": limit}
    return [row[0] for row in store.rows("old_answers", values)]
