"""The inside of one writing transaction: what is new, what changed, under which numbers, and its finished answers."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from functools import partial

from msgspec import Struct

from regulars import limits
from regulars.directory import (
    documents,
    events,
    ids,
    keeping,
    merged_away,
    own_fields,
    preparing,
    suppression,
)
from regulars.directory.directory import Directory
from regulars.directory.preparing import Prepared, Refused, Work
from regulars.directory.sets import Belonging
from regulars.model.customer import Problem
from regulars.model.customer_filter import Fields
from regulars.model.record import Ingested
from regulars.model.sets import number_of_source
from regulars.store import customers as stored
from regulars.store import pins, pulls, quarantine
from regulars.store.customers import NOTHING_KEPT, Entry, Extra, Kept, Stored

_ID_TAKEN = Problem("id", "taken")


class Plan(Struct, frozen=True, kw_only=True, gc=False):
    """A customer to be written: the names it is served under (id None: to be made from its change time).

    `state`: how it looks since it was edited here; `extra`: what others hold of it; `before`: both as they were.
    Without `has_record`, the record that is there stays.
    """

    prepared: Prepared
    replaces: Stored | None
    pos_ref: str
    id: str | None
    id_taken: bool = False
    extra: Extra | None = None
    state: bytes | None = None
    before: Kept = NOTHING_KEPT
    has_record: bool = True


def customers(directory: Directory, work: Work, group: Sequence[Prepared]) -> Ingested:
    """Writes the new and the changed of a group in which no ref stands twice; what was done."""
    store, location = directory.store, work.location
    account_id, loc_no = location.account_id, location.number
    read = len(group)
    if work.suppresses:
        group = suppression.without(directory, account_id, work.source_id, group)
    suppressed = read - len(group)
    there = stored.by_ref(store, account_id, loc_no, work.source_id, [each.ref for each in group])
    if work.waited_since is not None:
        newer = stored.newer(store, account_id, [one.rid for one in there.values()], than=work.waited_since)
        group = [each for each in group if each.ref not in there or there[each.ref].rid not in newer]
    changed = [each for each in group if _differs(each, there.get(each.ref))]
    for each in group:
        before = there.get(each.ref)
        if before is not None and before.hash == each.hash:
            stored.keep_record(
                store, account_id, before.rid, each.record, each.packed, seen_at=directory.clock()
            )
    if work.sighting is not None:
        pulls.sight(store, account_id, work.sighting, _as_they_were(group, there))
    entries = entered(directory, work, _plans(directory, work, changed, there)) if changed else []
    created = sum(entry.replaces is None for entry in entries)
    return Ingested(
        read=read,
        suppressed=suppressed,
        created=created,
        updated=len(entries) - created,
        unchanged=read - suppressed - len(entries),
        problems=sum(len(entry.problems) for entry in entries),
    )


def refusal(directory: Directory, work: Work, refused: Refused) -> None:
    """Puts a record that cannot be read into quarantine."""
    quarantine.put(
        directory.store,
        work.location.account_id,
        work.location.number,
        work.source_id,
        refused.record,
        reason=refused.reason,
        now=directory.clock(),
    )


def _as_they_were(group: Sequence[Prepared], there: dict[str, Stored]) -> list[int]:
    return [there[each.ref].rid for each in group if each.ref in there and there[each.ref].hash == each.hash]


def _differs(prepared: Prepared, before: Stored | None) -> bool:
    return before is None or before.hash != prepared.hash


def _plans(
    directory: Directory, work: Work, changed: Sequence[Prepared], there: dict[str, Stored]
) -> list[Plan]:
    """Names for each: a posRef that no other source has here, a Square id that nobody has in the account.

    What was edited here is merged with what the source changed; where that shows nothing new, there is no plan. Nor is
    there one for who was merged away.
    """
    store, account_id = directory.store, work.location.account_id
    new = [each for each in changed if each.ref not in there]
    away = merged_away.taken_in(directory, work, new) if new else frozenset()
    if away:
        new = [each for each in new if each.ref not in away]
        changed = [each for each in changed if each.ref not in away]
    own_ids = [each.customer.id for each in new if each.customer.id is not None]
    taken_ids = stored.taken_ids(store, account_id, own_ids) if own_ids else set()
    pos_refs = _free_pos_refs(directory, work, [each.ref for each in new])
    rids = [there[each.ref].rid for each in changed if each.ref in there]
    kept = stored.kept(store, account_id, rids) if rids else {}
    pinned = pins.of_many(store, account_id, rids) if rids else {}
    plans = []
    for each in changed:
        before = there.get(each.ref)
        if before is not None:
            held = kept.get(before.rid, NOTHING_KEPT)
            plan = _changed(directory, work, each, before, held, pinned=pinned.get(before.rid, ()))
            if plan is not None:
                plans.append(plan)
        else:
            plans.append(_new(work, each, pos_refs[each.ref], taken_ids))
    return plans


def _new(work: Work, each: Prepared, pos_ref: str, taken_ids: set[str]) -> Plan:
    id = each.customer.id
    id_taken = id in taken_ids
    if id is not None and not id_taken:
        taken_ids.add(id)  # another record of this group may bring the same
    return Plan(
        prepared=named(work, each, pos_ref, own_id=not id_taken),
        replaces=None,
        pos_ref=pos_ref,
        id=None if id_taken else id,
        id_taken=id_taken,
        extra=keeping.extra_of(each.customer),
    )


def _changed(
    directory: Directory,
    work: Work,
    each: Prepared,
    before: Stored,
    kept: Kept,
    *,
    pinned: Collection[str],
) -> Plan | None:
    """None: somebody edited here what the source has now, so nobody sees a change; the record is kept all the same."""
    settled = keeping.settle(directory, work, each, before, kept, pinned=pinned)
    if settled.is_quiet:
        store, account_id = directory.store, work.location.account_id
        stored.keep_record(store, account_id, before.rid, each.record, each.packed, seen_at=directory.clock())
        stored.keep_hash(store, account_id, before.rid, each.hash, settled.state)
        return None
    id_taken = each.customer.id not in {None, before.id}
    return Plan(
        prepared=named(work, settled.prepared, before.pos_ref, own_id=not id_taken),
        replaces=before,
        pos_ref=before.pos_ref,
        id=before.id,
        id_taken=id_taken,
        extra=settled.extra,
        state=settled.state,
        before=kept,
    )


def _free_pos_refs(directory: Directory, work: Work, refs: Sequence[str]) -> dict[str, str]:
    """Each ref's posRef: the ref, or `SOURCE:ref` when another source has it here already, decided for ever."""
    store, location = directory.store, work.location
    chosen: dict[str, str] = {}
    wanted = {ref: ref for ref in refs}
    while wanted:
        taken = stored.taken_pos_refs(store, location.account_id, location.number, wanted.values())
        taken |= set(chosen.values())
        clashing = {}
        for ref, pos_ref in wanted.items():
            if pos_ref in taken:
                clashing[ref] = f"{work.source}:{pos_ref}"
            else:
                chosen[ref] = pos_ref
                taken.add(pos_ref)
        wanted = clashing
    return chosen


def named(work: Work, each: Prepared, pos_ref: str, *, own_id: bool) -> Prepared:
    """The customer as drawn under its own names, unless others have them."""
    if pos_ref == each.ref and own_id:
        return each
    return preparing.renamed(each, work, pos_ref=pos_ref, own_id=own_id)


def problems_of(plan: Plan) -> tuple[Problem, ...]:
    """What is wrong with the customer, under the names it is served under."""
    problems = plan.prepared.customer.problems
    return (*problems, _ID_TAKEN) if plan.id_taken else problems


def entered(
    directory: Directory, work: Work, plans: Sequence[Plan], *, context: bytes | None = None
) -> list[Entry]:
    """Takes the numbers, finishes both dialects' answers, writes; what was written.

    `context`: JSON that the events of these changes carry as their `event_context`.
    """
    if not plans:
        return []
    store, location = directory.store, work.location
    new = sum(plan.replaces is None for plan in plans)
    before_listed = sum(plan.replaces.listed for plan in plans if plan.replaces is not None)
    numbers = stored.take_numbers(
        store,
        location.account_id,
        location.location_id,
        now=directory.clock(),
        changes=len(plans),
        new=new,
        listed=sum(plan.prepared.customer.is_listed for plan in plans) - before_listed,
    )
    belonging = Belonging(
        directory,
        location.account_id,
        [plan.extra for plan in plans],
        [plan.before for plan in plans],
    )
    entries = []
    seq = numbers.seq
    chances = os.urandom(ids.CHANCE_BYTES * len(plans))
    for at, plan in enumerate(plans):
        rid = plan.replaces.rid if plan.replaces is not None else location.number << 32 | seq
        seq += plan.replaces is None
        entries.append(_entry(plan, rid, numbers, at, chances, work=work, belonging=belonging))
    # First: a statement that writes many rows makes FTS5 write down what it has collected.
    belonging.write()
    stored.put(
        store,
        location.account_id,
        location.number,
        work.source_id,
        entries,
        seen_at=directory.clock(),
    )
    events.note_entries(directory, location.account_id, entries, context=context)
    return entries


def _entry(
    plan: Plan,
    rid: int,
    numbers: stored.Numbers,
    at: int,
    chances: bytes,
    *,
    work: Work,
    belonging: Belonging,
) -> Entry:
    """The `at`-th of the run of numbers, and of the random bytes for ids."""
    prepared, updated_at = plan.prepared, numbers.updated_at + at
    created_at, version = _created_at(plan, updated_at), _version(plan)
    id = plan.id or ids.customer_id(updated_at, chances[at * ids.CHANCE_BYTES : (at + 1) * ids.CHANCE_BYTES])
    made = documents.finish(
        prepared.drawn,
        prepared.customer,
        id=id,
        created_at=created_at,
        updated_at=updated_at,
        version=version,
    )
    word = prepared.customer.creation_source or work.creation_source
    came_by = number_of_source(word)
    extra = belonging.settle(
        rid,
        partial(_fields, plan, word, created_at, updated_at),
        plan.extra,
        came_by=came_by,
        is_reachable=prepared.drawn.is_reachable,
        replaces=plan.replaces,
        before=plan.before,
    )
    return Entry(
        rid=rid,
        pos=numbers.pos + at,
        change_no=numbers.change_no + at,
        ref=prepared.ref,
        pos_ref=plan.pos_ref,
        id=id,
        hash=prepared.hash,
        created_at=created_at,
        updated_at=updated_at,
        listed=prepared.customer.is_listed,
        sort_key=prepared.sort_key,
        problems=problems_of(plan),
        version=version,
        came_by=came_by,
        shift4=made.shift4,
        square=made.square,
        extra=extra,
        tokens=prepared.tokens,
        part=prepared.part,
        record=prepared.record if plan.has_record else None,
        packed=prepared.packed,
        state=plan.state,
        replaces=plan.replaces,
        before=plan.before,
    )


def _fields(plan: Plan, creation_source: str, created_at: int, updated_at: int) -> Fields:
    return own_fields.of(
        plan.prepared.customer,
        pos_ref=plan.pos_ref,
        creation_source=creation_source,
        created_at=created_at,
        updated_at=updated_at,
    )


def _version(plan: Plan) -> int:
    """From 0, one more with every change, the source's own where that is higher (contracts/square.md, section 2.3)."""
    own = plan.prepared.customer.version or 0
    return own if plan.replaces is None else min(max(plan.replaces.version + 1, own), limits.VERSION_MAX)


def _created_at(plan: Plan, updated_at: int) -> int:
    """What the POS said; else the stamp of the customer's first change (contracts/shift4.md, "createdAt")."""
    if plan.prepared.customer.created_at is not None:
        return plan.prepared.customer.created_at
    return plan.replaces.created_at if plan.replaces is not None else updated_at
