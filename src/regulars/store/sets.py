"""Groups and segments, and what is shown of a customer's: the arrays of its extra (members.py has who is in them)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from regulars.model.sets import CustomerSet, Kind
from regulars.store.store import Row, Store, array

_encode = msgspec.json.Encoder().encode
_IDS = msgspec.json.Decoder(list[str])


_ARRAYS = ("group_ids", "segment_ids", "cards")

Arrays = tuple[bytes | None, bytes | None, bytes | None]  # of an extra: group_ids, segment_ids, cards
_NOTHING: Arrays = (None, None, None)


class Named(NamedTuple):
    """What its id tells of a set: whether it was deleted, and whether customers are judged by it."""

    number: int
    is_deleted: bool
    is_own: bool


class Deleted(NamedTuple):
    """Ids of sets that were deleted while their members are not all let go."""

    groups: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()


class Leaving(NamedTuple):
    """A deleted set whose members are to be let go."""

    kind: Kind
    id: str
    number: int


# --- groups and segments -----------------------------------------------------------------------------------


def maybe(store: Store, account_id: int, kind: Kind, id: str) -> CustomerSet | None:
    """A group or a segment that is there."""
    row = store.maybe("set_by_id", {"account_id": account_id, "kind": kind, "id": id})
    return _set(row) if row else None


def page(store: Store, account_id: int, kind: Kind, *, after: int, limit: int) -> list[CustomerSet]:
    """Those with a number above `after`, in the order of making."""
    values = {"account_id": account_id, "kind": kind, "after": after, "limit": limit}
    return [_set(row) for row in store.rows("sets_page", values)]


def own_segments(store: Store, account_id: int) -> list[CustomerSet]:
    """The segments that customers are judged by."""
    return [_set(row) for row in store.rows("own_segments", {"account_id": account_id})]


def named(store: Store, account_id: int, kind: Kind, ids: Iterable[str]) -> dict[str, Named]:
    """Those of these ids that are, or were, sets."""
    values = {"account_id": account_id, "kind": kind, "ids": array(ids)}
    return {
        id: Named(number, bool(state), bool(is_own))
        for id, number, state, is_own in store.rows("sets_by_id", values)
    }


def add(store: Store, account_id: int, kind: Kind, every: Sequence[CustomerSet]) -> list[int]:
    """Adds sets under numbers of their own (their `number` is ignored); the numbers."""
    last: int = store.one("take_set_numbers", {"account_id": account_id, "n": len(every)})[0]
    numbers = list(range(last - len(every) + 1, last + 1))
    for number, each in zip(numbers, every, strict=True):
        values = {
            "account_id": account_id,
            "kind": kind,
            "id": each.id,
            "set_no": number,
            "name": each.name,
            "created_at": each.created_at,
            "updated_at": each.updated_at,
            "filter": each.filter,
            "filled_to": each.filled_to,
        }
        store.run("add_set", values)
    return numbers


def rename(store: Store, account_id: int, kind: Kind, id: str, name: str, *, now: int) -> None:
    """Gives one another name."""
    values = {"account_id": account_id, "kind": kind, "id": id, "name": name, "updated_at": now}
    store.run("rename_set", values)


def delete(store: Store, account_id: int, kind: Kind, id: str, *, now: int) -> None:
    """Hides one from every answer; its members are let go afterwards."""
    store.run("delete_set", {"account_id": account_id, "kind": kind, "id": id, "updated_at": now})


def leaving(store: Store, account_id: int) -> list[Leaving]:
    """Those that were deleted and are not yet gone, oldest first."""
    found = store.rows("deleted_sets", {"account_id": account_id})
    return [Leaving(*row) for row in found]


def bury(store: Store, account_id: int, gone: Leaving) -> None:
    """A deleted set is without members; that it was stays, so that no source and no undo brings it back."""
    store.run("bury_set", {"account_id": account_id, "kind": gone.kind, "id": gone.id})


def filled(store: Store, account_id: int, id: str, filled_to: int | None) -> None:
    """A segment has judged customers up to this one; None: all."""
    store.run("filled_set", {"account_id": account_id, "id": id, "filled_to": filled_to})


def account_filled_to(store: Store, account_id: int) -> int | None:
    """The last customer whose sets are known; None: they are of all."""
    filled_to: int | None = store.one("account_filled_to", {"account_id": account_id})[0]
    return filled_to


def account_filled(store: Store, account_id: int, filled_to: int | None) -> None:
    """The sets of customers are known up to this one; None: of all."""
    store.run("filled_account", {"account_id": account_id, "filled_to": filled_to})


def keep_came_by(store: Store, account_id: int, rid: int, number: int) -> None:
    """The set of those who came in as this customer did."""
    store.run("keep_came_by", {"account_id": account_id, "rid": rid, "came_by": number})


def keep_core(store: Store, account_id: int, rid: int, core: bytes) -> None:
    """Writes Square's document of a customer, without any change of the customer."""
    store.run("change_square_doc", {"account_id": account_id, "rid": rid, "square": core})


# --- what is shown of a customer's sets ---------------------------------------------------------------------


def deleted(store: Store, account_id: int) -> Deleted:
    """What extras may still name, and nobody may see."""
    every = leaving(store, account_id)
    if not every:
        return _NONE
    return Deleted(
        frozenset(one.id for one in every if one.kind == "group"),
        frozenset(one.id for one in every if one.kind == "segment"),
    )


def shown(ids: bytes | None, deleted: frozenset[str]) -> bytes | None:
    """An extra's array without these; None when nothing is left."""
    if ids is None or not deleted:
        return ids
    every = _IDS.decode(ids)
    left = [id for id in every if id not in deleted]
    return ids if len(left) == len(every) else _encode(left) if left else None


def extras(store: Store, account_id: int, rids: Iterable[int]) -> dict[int, Arrays]:
    """What is held of the groups, segments and cards of those of these customers that have any."""
    rows = store.rows("extras", {"account_id": account_id, "rids": array(rids)})
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def keep_extra(store: Store, account_id: int, rid: int, arrays: Arrays, *, before: Arrays | None) -> None:
    """Writes what is held of a customer's groups and segments, without any change of the customer."""
    where: dict[str, object] = {"account_id": account_id, "rid": rid}
    if arrays == before or (before is None and arrays == _NOTHING):
        return
    if arrays == _NOTHING:
        store.run("delete_extra", where)
    else:
        query = "put_extra" if before is None else "change_extra"
        store.run(query, where | dict(zip(_ARRAYS, arrays, strict=True)))


def living(
    store: Store, account_id: int, group_ids: bytes | None, segment_ids: bytes | None
) -> tuple[bytes | None, bytes | None]:
    """The arrays of one extra without what was deleted."""
    if group_ids is None and segment_ids is None:
        return None, None
    gone = deleted(store, account_id)
    return shown(group_ids, gone.groups), shown(segment_ids, gone.segments)


_NONE = Deleted()


class Judged(NamedTuple):
    """What judging a customer anew takes, beside its record."""

    rid: int
    change_no: int
    came_by: int
    pos_ref: str
    created_at: int
    updated_at: int
    core: bytes
    group_ids: bytes | None
    segment_ids: bytes | None
    cards: bytes | None


def to_judge(store: Store, account_id: int, *, low: int, high: int, limit: int) -> list[Judged]:
    """The next customers by rid, from `low` on and before `high`."""
    values = {"account_id": account_id, "low": low, "high": high, "limit": limit}
    return [Judged(*row) for row in store.rows("customers_to_judge", values)]


def change_numbers(store: Store, account_id: int, rids: Iterable[int]) -> dict[int, int]:
    """When each of these customers was last changed."""
    return dict(store.rows("change_numbers", {"account_id": account_id, "rids": array(rids)}))


def _set(row: Row) -> CustomerSet:
    id, number, name, created_at, updated_at, filter, filled_to = row
    return CustomerSet(
        id=id,
        number=number,
        name=name,
        created_at=created_at,
        updated_at=updated_at,
        filter=filter,
        filled_to=filled_to,
    )
