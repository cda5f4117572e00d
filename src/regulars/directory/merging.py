"""Merging customers that are one human's: one of them survives and answers for the others; all of it can be undone.

The others look deleted to everybody: a tombstone in the change order, no place in any list, count or search. What it
takes to bring them back is kept beside the survivor and goes with it when it is deleted (docs/concepts/merging.md).
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence

import msgspec
from msgspec import Struct, structs

from regulars import errors, limits
from regulars.directory import editing, events, ids, joining, keeping, preparing, writing
from regulars.directory.directory import Directory
from regulars.directory.editing import Found, Written
from regulars.directory.writing import Plan
from regulars.model.customer import Customer
from regulars.model.place import Grant, Location
from regulars.store import customers, erasing, places
from regulars.store import editing as held
from regulars.store import merging as stored
from regulars.store.customers import Extra
from regulars.store.merging import Merged, Merger


class Done(Struct, frozen=True):
    """A merge that was made or undone: the survivor as it is now, and who came back."""

    merge_id: str
    survivor: Written
    returned: list[Written]


def merge(
    directory: Directory,
    grant: Grant,
    survivor_id: str,
    from_ids: Sequence[str],
    *,
    version: int | None = None,
) -> Done:
    """Merges customers into one of the same account, who gains what it lacks; one change of each of them.

    Raises NotFound when the token does not see one of them, Conflict for another version of the survivor, Invalid
    when it is among the others or these are too many.
    """
    if len(from_ids) > limits.MERGED_MAX:
        raise errors.Invalid(
            f"At most {limits.MERGED_MAX} customers at a time", field="from", rule="array_too_long"
        )
    if survivor_id in from_ids:
        raise errors.Invalid("A customer cannot be merged into itself", field="from", rule="conflicting")
    with editing.edits(directory):
        survivor = editing.find(directory, grant, survivor_id)
        losers = [editing.find(directory, grant, id) for id in dict.fromkeys(from_ids)]
        editing.check_version(survivor, version)
        return _merged(directory, grant, survivor, losers)


def follow(directory: Directory, grant: Grant, survivor_id: str, from_ids: Sequence[str]) -> None:
    """Lets a customer answer for others, in a transaction of the caller's, as their source has merged them.

    Nothing moves: the source's record of the survivor says already what it gained. Raises NotFound.
    """
    survivor = editing.find(directory, grant, survivor_id)
    losers = [editing.find(directory, grant, id) for id in dict.fromkeys(from_ids) if id != survivor_id]
    if losers:
        _merged(directory, grant, survivor, losers, joins=False)


def undo(directory: Directory, grant: Grant, merge_id: str) -> Done:
    """Brings back whom a merge merged away; the survivor loses what it gained, unless somebody has changed it since.

    Raises NotFound when there is no such merge, when the survivor was deleted, or when the token does not see one of
    them; Conflict when it is undone already, or when the survivor was merged away itself.
    """
    with editing.edits(directory):
        merger, losers, locations = _undoable(directory, grant, merge_id)
        survivor = editing.find(directory, grant, merger.survivor_id)
        returned = [_back(directory, locations[one.loc_no], one) for one in losers]
        before, after = (keeping.decoded(state) for state in (merger.before, merger.after))
        customer = joining.parted(
            before=before, after=after, now=survivor.customer, region=survivor.location.country
        )
        groups = joining.without_items(
            before=before.group_ids, after=after.group_ids, now=_group_ids(survivor.kept.extra)
        )
        written = editing.rewrite(
            directory,
            survivor,
            structs.replace(customer, group_ids=survivor.customer.group_ids),
            _with_groups(survivor.kept.extra, groups),
        )
        stored.undone(directory.store, grant.account_id, merge_id, now=directory.clock())
        return Done(merge_id, written, returned)


def _merged(
    directory: Directory, grant: Grant, survivor: Found, losers: Sequence[Found], *, joins: bool = True
) -> Done:
    store, account_id = directory.store, grant.account_id
    merge_id = ids.customer_id(directory.clock(), os.urandom(ids.CHANCE_BYTES))
    survivor_id, own_groups = survivor.stored.id, _group_ids(survivor.kept.extra)
    context = msgspec.json.encode(
        {
            "merge": {
                "from_customer_ids": [one.stored.id for one in losers],
                "to_customer_id": survivor_id,
            }
        }
    )
    joined = losers if joins else []
    others = [joining.Other(one.customer, one.location.country) for one in joined]
    customer = joining.joined(survivor.customer, others, region=survivor.location.country)
    groups = joining.with_items(own_groups, [_group_ids(one.kept.extra) for one in joined])
    stored.put(
        store,
        account_id,
        merge_id,
        survivor_id,
        before=_whole(survivor.customer, own_groups),
        after=_whole(customer, groups),
        now=directory.clock(),
    )
    # The survivor first: whoever follows the changes has everything at any time.
    written = editing.rewrite(
        directory, survivor, customer, _with_groups(survivor.kept.extra, groups), context=context
    )
    for one in losers:
        stored.keep(
            store,
            account_id,
            merge_id,
            survivor_id,
            id=one.stored.id,
            rid=one.stored.rid,
            creation_source=editing.came_by(one),
        )
    _hide(directory, losers, context)
    return Done(merge_id, written, [])


def _hide(directory: Directory, losers: Sequence[Found], context: bytes) -> None:
    """They leave every list, count and search, location by location."""
    store = directory.store
    by_location: dict[int, list[Found]] = defaultdict(list)
    for one in losers:
        by_location[one.location.number].append(one)
    for found in by_location.values():
        location = found[0].location
        gone = [erasing.one(store, location.account_id, one.stored.id) for one in found]
        numbers = customers.take_numbers(
            store,
            location.account_id,
            location.location_id,
            now=directory.clock(),
            changes=len(gone),
            new=0,
            listed=-sum(one.listed for one in gone),
        )
        erasing.hide(store, location.account_id, location.number, gone, numbers)
        events.note_deleted(
            directory,
            location.account_id,
            location.location_id,
            gone,
            deleted_at=numbers.updated_at,
            context=context,
        )


def _undoable(
    directory: Directory, grant: Grant, merge_id: str
) -> tuple[Merger, list[Merged], dict[int, Location]]:
    """A merge that can be undone, whom it brings back, and the locations that the token sees."""
    store, account_id = directory.store, grant.account_id
    every = places.locations(store, account_id)
    seen = {one.number: one for one in every if grant.sees(one.location_id)}
    merger = stored.maybe(store, account_id, merge_id)
    losers = stored.of_merge(store, account_id, merge_id)
    if merger is None or any(one.loc_no not in seen for one in losers):
        raise errors.NotFound("There is no such merge")
    answering = stored.survivor(store, account_id, merger.survivor_id)
    there = held.maybe(store, account_id, answering.id)
    if there is None or there.loc_no not in seen:
        raise errors.NotFound("There is no such merge")
    if merger.undone_at is not None:
        raise errors.Conflict("The merge is undone already")
    if answering.id != merger.survivor_id:
        raise errors.Conflict("The survivor was merged into another customer", hint="Undo that merge first.")
    return merger, losers, seen


def _back(directory: Directory, location: Location, one: Merged) -> Written:
    """Who was merged away is there again under its own names, at a new place in the list order."""
    store, account_id = directory.store, location.account_id
    state = one.kept.state
    looks = keeping.decoded(state) if state is not None else preparing.clean(one.record, location.country)
    id_taken = looks.id not in {None, one.id}
    returning = structs.replace(
        looks,
        id=None if id_taken else looks.id,
        created_at=one.created_at,
        version=max(min(one.version + 1, limits.VERSION_MAX), looks.version or 0),
    )
    source = places.sources(store, account_id)[one.source_id].name
    work = editing.work_at(directory, location, one.source_id, source, one.creation_source)
    prepared = preparing.of_customer(one.record, returning, work, ref=one.ref, pos_ref=one.pos_ref)
    plan = Plan(
        prepared=structs.replace(prepared, hash=one.hash),
        replaces=None,
        pos_ref=one.pos_ref,
        id=one.id,
        id_taken=id_taken,
        extra=one.kept.extra,
        state=state,
    )
    written = editing.written(writing.entered(directory, work, [plan])[0])
    stored.bring_back(store, account_id, one, rid=written.rid)
    return written


def _whole(customer: Customer, group_ids: Sequence[str]) -> bytes:
    return keeping.encoded(structs.replace(customer, group_ids=tuple(group_ids)))


def _group_ids(extra: Extra | None) -> list[str]:
    return keeping.listed(extra.group_ids) if extra is not None else []


def _with_groups(extra: Extra | None, group_ids: Sequence[str]) -> Extra | None:
    """The extra with these groups."""
    _, segment_ids, cards = (extra.group_ids, extra.segment_ids, extra.cards) if extra else (None,) * 3
    return keeping.made_extra(group_ids, keeping.listed(segment_ids), keeping.listed(cards))
