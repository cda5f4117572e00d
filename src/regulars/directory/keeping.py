"""What is held of a customer beside its record: how it looks since it was edited here, and what others decide of it.

A newer record of the source is merged with it field by field (three_way.py).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from regulars import normalise
from regulars.directory import preparing, three_way
from regulars.directory.directory import Directory
from regulars.directory.preparing import Prepared, Work
from regulars.model.customer import Customer
from regulars.model.place import Location
from regulars.store import editing
from regulars.store.customers import Extra, Kept, Stored

_encode = msgspec.json.Encoder().encode
_EMPTY = Extra(None, None, None)
_STATE = msgspec.json.Decoder(Customer)


class Settled(Struct, frozen=True, gc=False):
    """A newer record merged with what is held beside the one before; `is_quiet`: nobody sees a change."""

    prepared: Prepared
    state: bytes | None
    extra: Extra | None
    is_quiet: bool = False


def settle(
    directory: Directory,
    work: Work,
    each: Prepared,
    before: Stored,
    kept: Kept,
    *,
    pinned: Collection[str] = (),
) -> Settled:
    """How the customer looks with this newer record, and what is held beside it from now on."""
    extra = extra_of(each.customer)
    if kept.state is None and kept.extra is None and extra is None and not pinned:
        return Settled(each, None, None)
    location = work.location
    old = preparing.clean(editing.record(directory.store, location.account_id, before.rid), location.country)
    extra = _merged_extra(old, each.customer, kept.extra)
    if kept.state is None and not pinned:
        return Settled(each, None, extra)
    here = old if kept.state is None else _STATE.decode(kept.state)
    merged = normalise.customer(
        three_way.merge(old=old, new=each.customer, here=here, pinned=pinned), region=location.country
    )
    state = encoded(merged) if three_way.is_edited(merged, each.customer) else None
    is_quiet = (
        not three_way.is_edited(merged, here)
        and merged.problems == here.problems
        and (extra or _EMPTY) == (kept.extra or _EMPTY)
    )
    if is_quiet:
        return Settled(each, state, extra, is_quiet=True)
    return Settled(preparing.redrawn(each, work, merged, pos_ref=before.pos_ref), state, extra)


def renewed(kept: Kept, *, old: Customer, new: Customer, region: str, pinned: Collection[str] = ()) -> Kept:
    """What is held beside the newer record of a customer that nobody sees now, as it was merged away."""
    extra = _merged_extra(old, new, kept.extra)
    if kept.state is None and not pinned:
        return Kept(None, extra)
    here = old if kept.state is None else _STATE.decode(kept.state)
    looks = three_way.merge(old=old, new=new, here=here, pinned=pinned)
    merged = normalise.customer(looks, region=region)
    return Kept(encoded(merged) if three_way.is_edited(merged, new) else None, extra)


def customer(directory: Directory, location: Location, rid: int, kept: Kept) -> Customer:
    """How the customer looks now: as it was edited here, else as its record says."""
    if kept.state is not None:
        return _STATE.decode(kept.state)
    return preparing.clean(editing.record(directory.store, location.account_id, rid), location.country)


def decoded(state: bytes) -> Customer:
    """A state that was kept."""
    return _STATE.decode(state)


def encoded(state: Customer) -> bytes:
    """A state as it is kept."""
    return _encode(state)


def extra_of(customer: Customer) -> Extra | None:
    """What a record says of groups, segments and cards; None when it says nothing."""
    return made_extra(customer.group_ids, customer.segment_ids, msgspec.to_builtins(customer.cards))


def made_extra(
    group_ids: Sequence[str] = (), segment_ids: Sequence[str] = (), cards: Sequence[Any] = ()
) -> Extra | None:
    """An extra of these; None when there is nothing."""
    if not (group_ids or segment_ids or cards):
        return None
    return Extra(*(_encode(each) if each else None for each in (group_ids, segment_ids, cards)))


def with_groups(extra: Extra | None, group_ids: Sequence[str]) -> Extra | None:
    """An extra with these groups instead of its own."""
    extra = extra or _EMPTY
    return made_extra(group_ids, listed(extra.segment_ids), listed(extra.cards))


def listed(array: bytes | None) -> list[Any]:
    """An array of an extra, taken apart."""
    found: list[Any] = msgspec.json.decode(array) if array is not None else []
    return found


def _merged_extra(old: Customer, new: Customer, here: Extra | None) -> Extra | None:
    here = here or Extra(None, None, None)
    return made_extra(
        three_way.merge_items(old=old.group_ids, new=new.group_ids, here=listed(here.group_ids)),
        three_way.merge_items(old=old.segment_ids, new=new.segment_ids, here=listed(here.segment_ids)),
        three_way.merge_items(
            old=msgspec.to_builtins(old.cards), new=msgspec.to_builtins(new.cards), here=listed(here.cards)
        ),
    )
