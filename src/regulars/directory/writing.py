"""The inside of one writing transaction: what is new, what changed, under which numbers, and its finished answers."""

from __future__ import annotations

import os
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from regulars.directory import documents, ids, preparing
from regulars.directory.directory import Directory
from regulars.directory.preparing import Prepared, Refused, Work
from regulars.model.customer import Customer, Problem
from regulars.model.record import Ingested
from regulars.store import customers as stored
from regulars.store import quarantine
from regulars.store.customers import Entry, Extra, Stored

_encode = msgspec.json.Encoder().encode
_ID_TAKEN = Problem("id", "taken")


class _Plan(Struct, frozen=True, gc=False):
    """A customer to be written: the names it is served under (None: to be made from its change time)."""

    prepared: Prepared
    replaces: Stored | None
    pos_ref: str
    id: str | None
    id_taken: bool


def customers(directory: Directory, work: Work, group: Sequence[Prepared]) -> Ingested:
    """Writes the new and the changed of a group in which no ref stands twice; what was done."""
    store, location = directory.store, work.location
    account_id, loc_no = location.account_id, location.number
    there = stored.by_ref(store, account_id, loc_no, work.source_id, [each.ref for each in group])
    changed = [each for each in group if _differs(each, there.get(each.ref))]
    for each in group:
        before = there.get(each.ref)
        if before is not None and before.hash == each.hash:
            stored.keep_record(
                store, account_id, before.rid, each.record, each.packed, seen_at=directory.clock()
            )
    entries = _entries(directory, work, _plans(directory, work, changed, there)) if changed else []
    created = sum(entry.replaces is None for entry in entries)
    return Ingested(
        read=len(group),
        created=created,
        updated=len(entries) - created,
        unchanged=len(group) - len(entries),
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


def _differs(prepared: Prepared, before: Stored | None) -> bool:
    return before is None or before.hash != prepared.hash


def _plans(
    directory: Directory, work: Work, changed: Sequence[Prepared], there: dict[str, Stored]
) -> list[_Plan]:
    """Names for each: a posRef that no other source has here, a Square id that nobody has in the account."""
    store, account_id = directory.store, work.location.account_id
    new = [each for each in changed if each.ref not in there]
    own_ids = [each.customer.id for each in new if each.customer.id is not None]
    taken_ids = stored.taken_ids(store, account_id, own_ids) if own_ids else set()
    pos_refs = _free_pos_refs(directory, work, [each.ref for each in new])
    plans = []
    for each in changed:
        before, wanted = there.get(each.ref), each.customer.id
        id: str | None
        if before is not None:
            pos_ref, id = before.pos_ref, before.id
            id_taken = wanted not in (None, id)
        else:
            pos_ref, id = pos_refs[each.ref], wanted
            id_taken = id in taken_ids
            if id_taken:
                id = None
            elif id is not None:
                taken_ids.add(id)  # another record of this group may bring the same
        drawn = each
        if pos_ref != each.ref or id_taken:
            drawn = preparing.renamed(each, work, pos_ref=pos_ref, own_id=not id_taken)
        plans.append(_Plan(drawn, before, pos_ref, id, id_taken))
    return plans


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


def _entries(directory: Directory, work: Work, plans: Sequence[_Plan]) -> list[Entry]:
    """Takes the numbers, finishes both dialects' answers, writes."""
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
    entries = []
    seq = numbers.seq
    chances = os.urandom(ids.CHANCE_BYTES * len(plans))
    for at, plan in enumerate(plans):
        rid = plan.replaces.rid if plan.replaces is not None else location.number << 32 | seq
        seq += plan.replaces is None
        entries.append(_entry(plan, rid, numbers, at, chances))
    stored.put(
        store,
        location.account_id,
        location.number,
        work.source_id,
        entries,
        seen_at=directory.clock(),
    )
    return entries


def _entry(plan: _Plan, rid: int, numbers: stored.Numbers, at: int, chances: bytes) -> Entry:
    """The `at`-th of the run of numbers, and of the random bytes for ids."""
    prepared, updated_at = plan.prepared, numbers.updated_at + at
    created_at = _created_at(plan, updated_at)
    id = plan.id or ids.customer_id(updated_at, chances[at * ids.CHANCE_BYTES : (at + 1) * ids.CHANCE_BYTES])
    made = documents.finish(
        prepared.drawn, prepared.customer, id=id, created_at=created_at, updated_at=updated_at
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
        problems=(*prepared.customer.problems, _ID_TAKEN) if plan.id_taken else prepared.customer.problems,
        shift4=made.shift4,
        square=made.square,
        extra=_extra(prepared.customer),
        tokens=prepared.tokens,
        record=prepared.record,
        packed=prepared.packed,
        replaces=plan.replaces,
    )


def _created_at(plan: _Plan, updated_at: int) -> int:
    """What the POS said; else the stamp of the customer's first change (contracts/shift4.md, "createdAt")."""
    if plan.prepared.customer.created_at is not None:
        return plan.prepared.customer.created_at
    return plan.replaces.created_at if plan.replaces is not None else updated_at


def _extra(customer: Customer) -> Extra | None:
    if not (customer.group_ids or customer.segment_ids or customer.cards):
        return None
    return Extra(
        _encode(customer.group_ids) if customer.group_ids else None,
        _encode(customer.segment_ids) if customer.segment_ids else None,
        _encode(customer.cards) if customer.cards else None,
    )
