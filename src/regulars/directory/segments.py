"""Segments: `REACHABLE`, those that sources tell of, and our own, which judge every customer that is written.

A segment's members are found while they are written. A new one judges those that are there in small steps, and so does
a store that was made before there were sets. Who is in which segment changes neither a customer's version nor its
change time.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from msgspec import Struct

from regulars import errors, limits
from regulars.directory import groups, ids, keeping, own_fields, sets
from regulars.directory.directory import Directory
from regulars.directory.sets import Rule
from regulars.model.customer_filter import NOTHING_ASKED
from regulars.model.place import Grant, Location
from regulars.model.sets import (
    REACHABLE,
    REACHABLE_END,
    REACHABLE_NAME,
    CustomerSet,
    number_of_source,
)
from regulars.normalise import filtering
from regulars.store import editing, listing, members, places
from regulars.store import sets as stored
from regulars.store.customers import Extra
from regulars.store.sets import Judged
from regulars.wire import square
from regulars.wire.square_searching import OwnFilterData, read_own

_START = "gv2:"  # as Square's ids of segments that merchants define begin


class _Core(Struct):
    creation_source: str = "OTHER"


_CORE = msgspec.json.Decoder(_Core)


def page(directory: Directory, grant: Grant, *, after: int, limit: int) -> list[CustomerSet]:
    """The next segments with a number above `after`: REACHABLE, then the others in the order of making."""
    store, account_id = directory.store, grant.account_id
    with store.read():
        first = [_reachable(directory, account_id)] if after < REACHABLE else []
        others = stored.page(store, account_id, "segment", after=after, limit=limit)
    return [*first, *others][:limit]


def every(directory: Directory, grant: Grant) -> list[CustomerSet]:
    """REACHABLE, and those that were defined here; few."""
    store, account_id = directory.store, grant.account_id
    with store.read():
        return [_reachable(directory, account_id), *stored.own_segments(store, account_id)]


def one(directory: Directory, grant: Grant, id: str) -> CustomerSet:
    """One segment; raises NotFound."""
    with directory.store.read():
        return _found(directory, grant, id)


def define(directory: Directory, grant: Grant, name: str, asked: OwnFilterData) -> CustomerSet:
    """A new segment of those whom this filter finds; in a small directory it is filled when this returns.

    Raises Invalid, Conflict when there are too many, Forbidden for a token of some locations.
    """
    groups.check_name(name, field="name")
    if read_own(asked, at="filter") == NOTHING_ASKED:
        raise errors.Invalid("filter must ask for something", field="filter", rule="missing")
    groups.check_whole(grant)
    store, now = directory.store, directory.clock()
    made = CustomerSet(
        id=_START + ids.customer_id(now, os.urandom(ids.CHANCE_BYTES)),
        number=0,
        name=name,
        created_at=now,
        updated_at=now,
        filter=msgspec.json.encode(asked),
        filled_to=0,
    )
    with store.write():
        if len(stored.own_segments(store, grant.account_id)) >= limits.OWN_SEGMENTS_MAX:
            raise errors.Conflict(
                f"The account has {limits.OWN_SEGMENTS_MAX} segments of its own: delete one first"
            )
        stored.add(store, grant.account_id, "segment", [made])
    step(directory, grant.account_id)
    return one(directory, grant, made.id)


def delete(directory: Directory, grant: Grant, id: str) -> None:
    """A segment of ours is gone, for everybody.

    Raises NotFound, Conflict for one that was not defined here, Forbidden for a token of some locations.
    """
    groups.check_whole(grant)
    with directory.store.write():
        if _found(directory, grant, id).filter is None:
            raise errors.Conflict("Only segments that were defined here can be deleted")
        stored.delete(directory.store, grant.account_id, "segment", id, now=directory.clock())
    groups.step(directory, grant.account_id)


def step(directory: Directory, account_id: int) -> bool:
    """Judges some customers whose sets are not known yet; whether there may be more."""
    store = directory.store
    with store.read():
        since = stored.account_filled_to(store, account_id)
        waiting = [one for one in stored.own_segments(store, account_id) if one.filled_to is not None]
    if since is not None:
        with store.write():
            return _fill_account(directory, account_id) or bool(waiting)
    return bool(waiting) and (_fill(directory, account_id, waiting[0]) or len(waiting) > 1)


class _Page(NamedTuple):
    location: Location
    customers: list[Judged]


def _next(directory: Directory, account_id: int, after: int, *, limit: int) -> _Page | None:
    """The next customers by rid, all of one location; None: there are no more."""
    store = directory.store
    for location in sorted(places.locations(store, account_id), key=lambda one: one.number):
        low, high = listing.rids(location.number)
        if after + 1 < high:
            found = stored.to_judge(store, account_id, low=max(low, after + 1), high=high, limit=limit)
            if found:
                return _Page(location, found)
    return None


def _fill_account(directory: Directory, account_id: int) -> bool:
    """One step for a store that was made before there were sets. What was written since is known already."""
    store = directory.store
    since = stored.account_filled_to(store, account_id)
    found = _next(directory, account_id, since, limit=limits.SETS_CLEARED_MAX) if since is not None else None
    if found is None:
        stored.account_filled(store, account_id, None)
        return False
    unknown = [each for each in found.customers if not each.came_by]
    extras = [Extra(each.group_ids, each.segment_ids, each.cards) for each in unknown]
    belonging = sets.Belonging(directory, account_id, extras, judges=False)
    own_id = sets.reachable_id(directory, account_id)
    for each, extra in zip(unknown, extras, strict=True):
        came_by, is_reachable = number_of_source(_came_by(each)), square.is_reachable(each.core)
        known = belonging.learn(each.rid, extra, came_by=came_by, is_reachable=is_reachable)
        stored.keep_extra(store, account_id, each.rid, known, before=_arrays(each))
        stored.keep_came_by(store, account_id, each.rid, came_by)
        if is_reachable:
            stored.keep_core(store, account_id, each.rid, square.with_segment(each.core, own_id))
    belonging.write()
    more = _mark(directory, account_id, found)
    stored.account_filled(store, account_id, more)
    return more is not None


def _fill(directory: Directory, account_id: int, segment: CustomerSet) -> bool:
    """One step for a new segment; whoever changes meanwhile is judged by that change."""
    store, rule = directory.store, sets.rule_of(segment)
    with store.read():
        found = _next(directory, account_id, segment.filled_to or 0, limit=limits.SETS_CLEARED_MAX)
        fitting = (
            [each for each in found.customers if _fits(directory, found.location, rule, each)]
            if found
            else []
        )
    with store.write():
        there = stored.maybe(store, account_id, "segment", segment.id)
        if there is None or there.filled_to != segment.filled_to:
            return True  # deleted, or another process was quicker
        if found is not None:
            _let_in(directory, account_id, rule, fitting)
        more = _mark(directory, account_id, found) if found is not None else None
        stored.filled(store, account_id, segment.id, more)
    return more is not None


def _mark(directory: Directory, account_id: int, done: _Page) -> int | None:
    """Where to go on behind these customers; None: they were the last."""
    last = done.customers[-1].rid
    return None if _next(directory, account_id, last, limit=1) is None else last


def _fits(directory: Directory, location: Location, rule: Rule, each: Judged) -> bool:
    kept = editing.kept(directory.store, location.account_id, each.rid)
    fields = own_fields.of(
        keeping.customer(directory, location, each.rid, kept),
        pos_ref=each.pos_ref,
        creation_source=_came_by(each),
        created_at=each.created_at,
        updated_at=each.updated_at,
    )
    return filtering.matches(rule.asks, fields)


def _let_in(directory: Directory, account_id: int, rule: Rule, fitting: Sequence[Judged]) -> None:
    """Puts those into a segment that are still as they were when they were judged."""
    store = directory.store
    now = stored.change_numbers(store, account_id, [each.rid for each in fitting])
    rids = [each.rid for each in fitting if now.get(each.rid) == each.change_no]
    extras = stored.extras(store, account_id, rids)
    for rid in rids:
        before = extras.get(rid)
        group_ids, segment_ids, cards = before or (None, None, None)
        there = keeping.listed(segment_ids)
        if rule.id not in there:
            more = msgspec.json.encode([*there, rule.id])
            stored.keep_extra(store, account_id, rid, (group_ids, more, cards), before=before)
    members.join(store, account_id, {rule.number: rids})


def _came_by(each: Judged) -> str:
    return _CORE.decode(each.core).creation_source


def _arrays(each: Judged) -> stored.Arrays | None:
    """The customer's extra; None: it has none."""
    arrays = each.group_ids, each.segment_ids, each.cards
    return None if arrays == (None, None, None) else arrays


def _found(directory: Directory, grant: Grant, id: str) -> CustomerSet:
    reachable = _reachable(directory, grant.account_id)
    if id == reachable.id:
        return reachable
    found = None
    if len(id) <= limits.REF_LENGTH_MAX:
        found = stored.maybe(directory.store, grant.account_id, "segment", id)
    if found is None:
        raise errors.NotFound("There is no such segment")
    return found


def _reachable(directory: Directory, account_id: int) -> CustomerSet:
    account = places.account(directory.store, account_id)
    return CustomerSet(
        id=account.merchant_id + REACHABLE_END,
        number=REACHABLE,
        name=REACHABLE_NAME,
        created_at=account.created_at,
        updated_at=account.created_at,
        filled_to=stored.account_filled_to(directory.store, account_id),
    )
