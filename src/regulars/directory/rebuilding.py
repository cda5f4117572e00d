"""Records that are kept, put through today's rules once more: whatever comes out otherwise is an ordinary change.

Whoever was edited here keeps how it looks; its texts are cleaned anew. Who is in which group, and who was merged away,
stays as it is: a merged one is read by today's rules when it comes back.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct, structs

from regulars import errors, limits, normalise
from regulars.directory import documents, ingest, keeping, preparing, quarantine, three_way, writing
from regulars.directory.directory import Directory
from regulars.directory.preparing import Prepared, Refused, Work
from regulars.directory.writing import Plan
from regulars.model.place import Location
from regulars.model.rebuilt import Rebuilt
from regulars.model.record import Ingested, Quarantined, Record
from regulars.store import customers, listing, places
from regulars.store import rebuilding as stored
from regulars.store.customers import NOTHING_KEPT
from regulars.store.rebuilding import Kept

_PAGE = limits.BATCH_ROWS_MAX  # customers read at a time

# What a key of an answer is called here; some stand in both answers.
_FIELDS: Final = {
    "firstName": "first_name",
    "lastName": "last_name",
    "companyName": "company_name",
    "customerEmails": "emails",
    "customerPhones": "phones",
    "customerAddresses": "addresses",
    "createdAt": "created_at",
    "given_name": "first_name",
    "family_name": "last_name",
    "email_address": "emails",
    "phone_number": "phones",
    "address": "addresses",
    "tax_ids": "eu_vat",
    "preferences": "email_unsubscribed",
}


class Step(Struct, frozen=True):
    """A page of customers that is done; `rid` is the last of them, where the next page begins."""

    rid: int
    done: Rebuilt


class _Changed(Struct, frozen=True):
    """A customer that looks otherwise by today's rules, in these fields; None of them: nobody sees a change."""

    kept: Kept
    work: Work
    plan: Plan
    fields: frozenset[str]


def rebuild(
    directory: Directory, location: Location, *, after: int = 0, dry_run: bool = False
) -> Iterator[Step]:
    """Goes through the customers of a location behind a rid, page by page; what a page changed is durable by then."""
    store = directory.store
    while True:
        with store.read():
            page = stored.after(store, location, after, limit=_PAGE)
        if not page:
            return
        changed, unreadable = _compared(directory, location, page)
        seen = [one for one in changed if one.fields]
        written = seen if dry_run else _write(directory, location, changed)
        fields = sum((Rebuilt(fields=dict.fromkeys(one.fields, 1)) for one in written), Rebuilt()).fields
        after = page[-1].stored.rid
        yield Step(after, Rebuilt(len(page), len(written), unreadable, fields))


def count(directory: Directory, locations: Sequence[Location]) -> int:
    """How many customers there are at these locations."""
    with directory.store.read():
        return sum(listing.count(directory.store, one.account_id, one.number) for one in locations)


def quarantined(
    directory: Directory, account_id: int, locations: Sequence[Location], *, dry_run: bool
) -> Ingested:
    """Tries again what waits in quarantine at these locations; `dry_run`: only whether it can be read."""
    regions = {one.location_id: one.country for one in locations}
    done = Ingested()
    after = 0
    while page := quarantine.every(directory, account_id, after=after):
        after = page[-1].number
        for entry in page:
            if entry.location_id not in regions:
                continue
            if dry_run:
                done += _looked_at(entry, regions[entry.location_id])
            else:
                done += quarantine.replay(directory, account_id, [entry.number])
    return done


def _looked_at(entry: Quarantined, region: str) -> Ingested:
    try:
        ingest.preview(Record(entry.format, entry.raw, entry.place, entry.columns), region)
    except errors.Invalid:
        return Ingested(read=1, quarantined=1)
    return Ingested(read=1)


def _compared(directory: Directory, location: Location, page: Sequence[Kept]) -> tuple[list[_Changed], int]:
    """Whoever differs, and how many cannot be read."""
    changed: list[_Changed] = []
    unreadable = 0
    with directory.store.read():
        works = _works(directory, location, page)
        held = customers.kept(directory.store, location.account_id, [one.stored.rid for one in page])
    for work, few in works:
        for one, each in zip(few, preparing.prepare([one.record for one in few], work), strict=True):
            if isinstance(each, Refused):
                unreadable += 1
                continue
            found = _judged(work, one, each, held.get(one.stored.rid, NOTHING_KEPT))
            changed += [found] if found is not None else []
    return changed, unreadable


def _works(directory: Directory, location: Location, page: Sequence[Kept]) -> list[tuple[Work, list[Kept]]]:
    """The customers by their source and by how they came in, which their answers show."""
    store, account_id = directory.store, location.account_id
    merchant_id = places.account(store, account_id).merchant_id
    names = places.sources(store, account_id)
    sorts: dict[tuple[int, str], list[Kept]] = defaultdict(list)
    for one in page:
        sorts[one.source_id, _CORE.decode(one.square).creation_source].append(one)
    return [
        (
            Work(
                location,
                source_id,
                names[source_id].name,
                word,
                directory.key("posRef"),
                store.index,
                merchant_id,
            ),
            few,
        )
        for (source_id, word), few in sorts.items()
    ]


def _judged(work: Work, one: Kept, each: Prepared, held: customers.Kept) -> _Changed | None:
    """How the customer looks by today's rules, if that is otherwise than it is served, or than it is kept."""
    before = one.stored
    hash = each.hash
    each = structs.replace(each, ref=before.ref)
    state = None
    if held.state is not None:
        here = keeping.decoded(held.state)
        same = three_way.merge(old=each.customer, new=each.customer, here=here)
        looks = normalise.customer(same, region=work.location.country)
        state = keeping.encoded(looks) if three_way.is_edited(looks, each.customer) else None
        each = preparing.redrawn(each, work, looks, pos_ref=before.pos_ref)
    id_taken = each.customer.id not in {None, before.id}
    plan = Plan(
        prepared=writing.named(work, each, before.pos_ref, own_id=not id_taken),
        replaces=before,
        pos_ref=before.pos_ref,
        id=before.id,
        id_taken=id_taken,
        extra=held.extra,
        state=state,
        before=held,
        has_record=False,
    )
    fields = _differences(one, plan)
    if not fields and hash != before.hash and held.state is None:
        fields = frozenset({"search"})  # what is understood of it, beside what is shown
    if not fields and hash == before.hash and state == held.state:
        return None
    return _Changed(one, work, plan, fields)


def _differences(one: Kept, plan: Plan) -> frozenset[str]:
    """In which fields what is served differs."""
    before, customer = one.stored, plan.prepared.customer
    made = documents.finish(
        plan.prepared.drawn,
        customer,
        id=before.id,
        created_at=before.created_at if customer.created_at is None else customer.created_at,
        updated_at=one.updated_at,
        version=before.version,
    )
    found = set()
    if made.shift4 != one.shift4:
        found |= _differing(made.shift4, one.shift4)
    if made.square != one.square:
        found |= _differing(made.square, one.square)
    if writing.problems_of(plan) != one.problems:
        found.add("problems")
    if plan.prepared.sort_key != one.sort_key:
        found.add("sort_key")
    return frozenset(found)


def _differing(made: bytes, served: bytes) -> set[str]:
    new: Mapping[str, Any] = msgspec.json.decode(made)
    old: Mapping[str, Any] = msgspec.json.decode(served)
    differ = {key for key in new.keys() | old.keys() if new.get(key) != old.get(key)}
    # Being reachable follows from the contacts; "form": the same, written otherwise.
    return {_FIELDS.get(key, key) for key in differ - {"segment_ids"}} or differ or {"form"}


def _write(directory: Directory, location: Location, changed: Sequence[_Changed]) -> list[_Changed]:
    """Writes those whom nobody has changed meanwhile, in short transactions; whoever has did it by today's rules."""
    store, account_id = directory.store, location.account_id
    written: list[_Changed] = []
    at = 0
    while at < len(changed):
        part = changed[at : at + directory.pace.rows]
        at += len(part)
        with store.write():
            started = time.monotonic()
            now = stored.change_numbers(store, account_id, [one.kept.stored.rid for one in part])
            still = [one for one in part if now.get(one.kept.stored.rid) == one.kept.change_no]
            _write_few(directory, still)
        directory.pace.learn(len(part), time.monotonic() - started)
        ingest.merge_now_and_then(directory, steps=1)
        written += [one for one in still if one.fields]
    return written


def _write_few(directory: Directory, few: Sequence[_Changed]) -> None:
    by_work: dict[int, list[_Changed]] = defaultdict(list)
    for one in few:
        if one.fields:
            by_work[id(one.work)].append(one)
        else:  # nobody sees a change, and the next pull finds none
            customers.keep_hash(
                directory.store,
                one.work.location.account_id,
                one.kept.stored.rid,
                one.plan.prepared.hash,
                one.plan.state,
            )
    for each in by_work.values():
        writing.entered(directory, each[0].work, [one.plan for one in each])


class _Core(Struct):
    creation_source: str = "OTHER"


_CORE = msgspec.json.Decoder(_Core)
