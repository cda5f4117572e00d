"""Deleting customers: everything of them goes, a tombstone without personal data stays in the change order."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from regulars.model.sets import REACHABLE
from regulars.store import counters, members
from regulars.store.customers import Numbers
from regulars.store.store import Store

_MARK = "erased"
_SEQ_MASK = 0xFFFF_FFFF
# What is shown of a customer under its rid, but for its search words.
_SHOWN = (
    "delete_customer",
    "delete_doc",
    "delete_extra",
    "delete_record",
    "delete_edited",
)
# What else is kept there.
_BESIDE = (
    "delete_answers_of",
    "delete_attributes_of",
    "delete_attribute_terms_of",
    "delete_event_objects_of",
    "delete_events_of",
    "delete_sighting",
    "delete_pinned_of",
)


class Doomed(Struct, frozen=True):
    """What must be known of a customer to delete it."""

    rid: int
    id: str
    loc_no: int
    source_id: int
    ref: str
    pos_ref: str
    pos: int
    listed: int


def maybe(store: Store, account_id: int, id: str) -> Doomed | None:
    """A customer by its Square id."""
    row = store.maybe("customers_by_id", {"account_id": account_id, "id": id})
    return Doomed(*row) if row else None


def one(store: Store, account_id: int, id: str) -> Doomed:
    """The same of one that is known to be there."""
    return Doomed(*store.one("customers_by_id", {"account_id": account_id, "id": id}))


def erase(store: Store, account_id: int, loc_no: int, doomed: Sequence[Doomed], numbers: Numbers) -> None:
    """Deletes customers of one location under a run of change numbers taken for them.

    Leaves a mark: what the search index and the log still hold of them is to be wiped.
    """
    value = f"{account_id} {numbers.change_no}".encode()
    store.run("set_meta", {"name": _MARK, "value": value})
    _take_out(store, account_id, loc_no, doomed, numbers, queries=(*_SHOWN, *_BESIDE))


def hide(store: Store, account_id: int, loc_no: int, merged: Sequence[Doomed], numbers: Numbers) -> None:
    """The same of customers that were merged away and are kept elsewhere: to everybody they look deleted."""
    _take_out(store, account_id, loc_no, merged, numbers, queries=_SHOWN)


def _take_out(
    store: Store,
    account_id: int,
    loc_no: int,
    doomed: Sequence[Doomed],
    numbers: Numbers,
    *,
    queries: Sequence[str],
) -> None:
    deltas = counters.Deltas()
    for at, each in enumerate(sorted(doomed, key=lambda one: one.rid)):
        where = {"account_id": account_id, "rid": each.rid}
        members.forget(store, account_id, each.rid, [REACHABLE])
        for query in queries:
            store.run(query, where)
        store.run(
            "delete_wanted_of", {"account_id": account_id, "source_id": each.source_id, "ref": each.ref}
        )
        store.run("delete_words", where)
        store.run("delete_parts", where)
        updated_at, pos = numbers.updated_at + at, numbers.pos + at
        store.run(
            "put_tombstone",
            {
                "account_id": account_id,
                "loc_no": loc_no,
                "updated_at": updated_at,
                "pos": pos,
                "change_no": numbers.change_no + at,
                "id": each.id,
                "pos_ref": each.pos_ref,
                "seq": each.rid & _SEQ_MASK,
            },
        )
        deltas.take(counters.LIST, each.rid & _SEQ_MASK)
        deltas.take(counters.CHANGED, each.pos)
        deltas.add(counters.DELETED, pos, at=updated_at)
    deltas.write(store, account_id, loc_no)


def mark(store: Store) -> bytes | None:
    """The last erase whose bytes may not be wiped yet; None: all are."""
    row = store.maybe("meta", {"name": _MARK})
    return row[0] if row else None


def unmark(store: Store, wiped: bytes) -> None:
    """All up to this erase is wiped; a later one keeps its mark."""
    store.run("delete_meta", {"name": _MARK, "value": wiped})
