"""Deleting customers: everything of them goes, a tombstone without personal data stays in the change order."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from regulars.store import counters
from regulars.store.customers import Numbers
from regulars.store.store import Store

_SEQ_MASK = 0xFFFF_FFFF


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


def erase(store: Store, account_id: int, loc_no: int, doomed: Sequence[Doomed], numbers: Numbers) -> None:
    """Deletes customers of one location under a run of change numbers taken for them."""
    deltas = counters.Deltas()
    for at, each in enumerate(sorted(doomed, key=lambda one: one.rid)):
        where = {"account_id": account_id, "rid": each.rid}
        for query in ("delete_customer", "delete_doc", "delete_extra", "delete_record"):
            store.run(query, where)
        store.run("delete_words", {"rid": each.rid})
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
            },
        )
        deltas.take(counters.LIST, each.rid & _SEQ_MASK)
        deltas.take(counters.CHANGED, each.pos)
        deltas.add(counters.DELETED, pos, at=updated_at)
    deltas.write(store, account_id, loc_no)
