"""Who is in which set: rows (set number, rid), read in ranges of rids, so that one location is one range.

A search by sets lists the members of those that it asks for, and looks up the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from regulars.model.sets import Asked, Kind
from regulars.store import listing, sets
from regulars.store.sets import Leaving
from regulars.store.store import Store, array

_IDS = msgspec.json.Decoder(list[str])
_ENDLESS = 1 << 62  # above every rid


def join(store: Store, account_id: int, joining: Mapping[int, Sequence[int]]) -> None:
    """Puts customers into sets, by number; who is in already stays."""
    for number, rids in joining.items():
        store.run("put_members", {"account_id": account_id, "set_no": number, "rids": array(rids)})


def leave(store: Store, account_id: int, leaving: Mapping[int, Sequence[int]]) -> None:
    """Takes customers out of sets; who is not in stays out."""
    for number, rids in leaving.items():
        store.run("delete_members", {"account_id": account_id, "set_no": number, "rids": array(rids)})


def forget(store: Store, account_id: int, rid: int, fixed: Iterable[int]) -> None:
    """Takes a customer out of every set: these, how it came in, and those that its extra names."""
    where = {"account_id": account_id, "rid": rid}
    numbers = {*fixed, *(row[0] for row in store.rows("came_by", where))}
    extra = store.maybe("extra", where)
    arrays: tuple[tuple[Kind, bytes | None], ...] = ()
    if extra is not None:
        arrays = ("group", extra[0]), ("segment", extra[1])
    for kind, ids in arrays:
        if ids is not None:
            numbers |= {one.number for one in sets.named(store, account_id, kind, _IDS.decode(ids)).values()}
    for number in numbers:
        store.run("delete_member", where | {"set_no": number})


def let_go(store: Store, account_id: int, gone: Leaving, *, limit: int) -> bool:
    """Lets the first members of a deleted set go; whether there may be more."""
    rids = members(store, account_id, gone.number, first=0, end=_ENDLESS, limit=limit)
    dropped = frozenset([gone.id])
    for rid, arrays in sets.extras(store, account_id, rids).items():
        group_ids, segment_ids, cards = arrays
        if gone.kind == "group":
            group_ids = sets.shown(group_ids, dropped)
        else:
            segment_ids = sets.shown(segment_ids, dropped)
        sets.keep_extra(store, account_id, rid, (group_ids, segment_ids, cards), before=arrays)
    leave(store, account_id, {gone.number: rids})
    return len(rids) == limit


def members(store: Store, account_id: int, number: int, *, first: int, end: int, limit: int) -> list[int]:
    """The next customers of a set, by rid, from `first` on and before `end`."""
    values = {"account_id": account_id, "set_no": number, "first": first, "end": end, "limit": limit}
    return [row[0] for row in store.rows("members", values)]


def among(store: Store, account_id: int, number: int, rids: Iterable[int]) -> set[int]:
    """Those of these customers that are in a set."""
    values = {"account_id": account_id, "set_no": number, "rids": array(rids)}
    return {row[0] for row in store.rows("members_among", values)}


def fitting(store: Store, account_id: int, asked: Asked, rids: Iterable[int]) -> list[int]:
    """Those of these customers that are in the sets that are asked for, in their order."""
    left = list(rids)
    for number in asked.all:
        found = among(store, account_id, number, left)
        left = [rid for rid in left if rid in found]
    if asked.any:
        found = set().union(*(among(store, account_id, number, left) for number in asked.any))
        left = [rid for rid in left if rid in found]
    for number in asked.none:
        found = among(store, account_id, number, left)
        left = [rid for rid in left if rid not in found]
    return left


def pages(
    store: Store, account_id: int, numbers: Sequence[int], loc_nos: Sequence[int], *, size: int
) -> Iterator[list[int]]:
    """The members of any of these sets at these locations, in pages that grow; who is in two comes twice."""
    for number in numbers:
        for low, end in listing.ranges(loc_nos):
            first = low
            while True:
                page = members(store, account_id, number, first=first, end=end, limit=size)
                yield page
                if len(page) < size:
                    break
                first = page[-1] + 1
                size *= 3  # four times as many in all
