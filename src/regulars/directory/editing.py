"""Customers created and changed here, one at a time, inside a transaction of the caller's.

    with editing.edits(directory):
        found = editing.find(directory, grant, customer_id)
        written = editing.update(directory, found, lambda customer: structs.replace(customer, note="…"))

Who was created here belongs to the source `api`, and the record is rewritten with every edit. Who came from another
source keeps its record; what it looks like since is kept beside it (docs/decisions/0017).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
from msgspec import Struct, structs

from regulars import errors, normalise
from regulars.directory import ids, ingest, keeping, preparing, three_way, writing
from regulars.directory.directory import Directory
from regulars.directory.preparing import Prepared, Work
from regulars.directory.square_list import spliced
from regulars.directory.writing import Plan
from regulars.model.customer import Customer
from regulars.model.place import Grant, Location
from regulars.model.record import Record
from regulars.store import editing as stored
from regulars.store import places
from regulars.store.customers import Entry, Extra, Kept, Stored
from regulars.wire import native

SOURCE = "api"

Change = Callable[[Customer], Customer]


class _Core(Struct):
    creation_source: str = "OTHER"


_CORE = msgspec.json.Decoder(_Core)


class Found(Struct, frozen=True):
    """A customer that may be edited: how it looks now (clean), where it is, and what is held beside its record."""

    customer: Customer
    stored: Stored
    core: bytes  # Square's document without what is spliced in at read
    location: Location
    source_id: int
    source: str
    kept: Kept


class Written(Struct, frozen=True):
    """A customer as it is after an edit; `has_changed` tells whether the edit was one."""

    id: str
    rid: int
    version: int
    core: bytes
    extra: Extra | None
    has_changed: bool = True

    def square(self, *, cards: bool) -> bytes:
        """Its finished document in Square's dialect."""
        extra = self.extra or Extra(None, None, None)
        return spliced((self.core, extra.group_ids, extra.segment_ids, extra.cards), cards=cards)


@contextmanager
def edits(directory: Directory) -> Iterator[None]:
    """The transaction of some edits; now and then, a step of merging the search index follows in one of its own."""
    with directory.store.write():
        yield
    ingest.merge_now_and_then(directory, steps=1)


def find(directory: Directory, grant: Grant, customer_id: str) -> Found:
    """The customer of this Square id; raises NotFound, also when it is at a location not the token's."""
    store, account_id = directory.store, grant.account_id
    # Read whether or not there is anybody: who is not the token's takes as long as who is not there.
    seen = {one.number: one for one in places.locations(store, account_id) if grant.sees(one.location_id)}
    there = stored.maybe(store, account_id, customer_id)
    location = None if there is None else seen.get(there.loc_no)
    if there is None or location is None:
        raise errors.NotFound("There is no such customer")
    rid = there.stored.rid
    kept = stored.kept(store, account_id, rid)
    return Found(
        customer=keeping.customer(directory, location, rid, kept),
        stored=there.stored,
        core=there.core,
        location=location,
        source_id=there.source_id,
        source=places.sources(store, account_id)[there.source_id].name,
        kept=kept,
    )


def check_version(found: Found, version: int | None) -> None:
    """Raises Conflict when somebody was quicker: the version asked for is not the customer's (None: any will do)."""
    if version is not None and version != found.stored.version:
        raise errors.Conflict("The customer has changed: its version is another now")


def create(
    directory: Directory,
    grant: Grant,
    draft: Customer,
    *,
    creation_source: str = "THIRD_PARTY",
    location_id: int | None = None,
) -> Written:
    """A new customer at a location; None: the token's only one, else the main one. Its posRef is its Square id.

    Raises Conflict when there is no location to put it, Invalid for one that is not the token's.
    """
    location = _home(directory, grant, location_id)
    work = work_at(directory, location, _own_source(directory, grant.account_id), SOURCE, creation_source)
    id = ids.customer_id(directory.clock(), os.urandom(ids.CHANCE_BYTES))
    draft = structs.replace(draft, id=id, pos_ref=id, creation_source=creation_source)
    customer = normalise.customer(draft, region=location.country)
    plan = Plan(prepared=_prepared(customer, work, id, id), replaces=None, pos_ref=id, id=id)
    return written(writing.entered(directory, work, [plan])[0])


def update(directory: Directory, found: Found, change: Change) -> Written:
    """The customer changed; what changes nothing is no change, and takes no number.

    `change` gets the clean customer and gives a draft: what it leaves alone stays, texts of its own are cleaned.
    """
    draft = change(found.customer)
    still = three_way.still_true(found.customer.problems, of=found.customer, now=draft)
    customer = normalise.customer(structs.replace(draft, problems=still), region=found.location.country)
    if not three_way.is_edited(customer, found.customer):
        one = found.stored
        return Written(one.id, one.rid, one.version, found.core, found.kept.extra, has_changed=False)
    return rewrite(directory, found, customer, found.kept.extra)


def touch(directory: Directory, found: Found, extra: Extra | None) -> Written:
    """The customer with another extra (groups, segments, cards): a change like any other, but of nothing of its own."""
    return rewrite(directory, found, found.customer, extra)


def rewrite(
    directory: Directory,
    found: Found,
    customer: Customer,
    extra: Extra | None,
    *,
    context: bytes | None = None,
) -> Written:
    """The customer as this clean one, with this extra: a change in any case. `context`: JSON for its event."""
    one, location = found.stored, found.location
    work = work_at(directory, location, found.source_id, found.source, came_by(found))
    state = None
    if found.source == SOURCE:
        prepared = _prepared(customer, work, one.ref, one.pos_ref)
    else:
        record = stored.record(directory.store, location.account_id, one.rid)
        prepared = preparing.of_customer(record, customer, work, ref=one.ref, pos_ref=one.pos_ref)
        prepared = structs.replace(prepared, hash=one.hash)  # the record's, which stays
        if three_way.is_edited(customer, preparing.clean(record, location.country)):
            state = keeping.encoded(customer)
    plan = Plan(
        prepared=prepared,
        replaces=one,
        pos_ref=one.pos_ref,
        id=one.id,
        extra=extra,
        state=state,
        before=found.kept,
        has_record=found.source == SOURCE,
    )
    return written(writing.entered(directory, work, [plan], context=context)[0])


def came_by(found: Found) -> str:
    """Square's word for how the customer came in."""
    return _CORE.decode(found.core).creation_source


def _prepared(customer: Customer, work: Work, ref: str, pos_ref: str) -> Prepared:
    record = Record("native", native.write(customer), SOURCE)
    return preparing.of_customer(record, customer, work, ref=ref, pos_ref=pos_ref)


def written(entry: Entry) -> Written:
    """What was written, for whoever asked for it."""
    return Written(entry.id, entry.rid, entry.version, entry.square, entry.extra)


def work_at(
    directory: Directory, location: Location, source_id: int, source: str, creation_source: str
) -> Work:
    """Where a single customer goes."""
    merchant_id = places.account(directory.store, location.account_id).merchant_id
    return Work(
        location,
        source_id,
        source,
        creation_source,
        directory.key("posRef"),
        directory.store.index,
        merchant_id,
    )


def _home(directory: Directory, grant: Grant, location_id: int | None) -> Location:
    """Where a new customer goes: the location asked for, else the only one of the token, the main one, the first."""
    seen = [one for one in places.locations(directory.store, grant.account_id) if grant.sees(one.location_id)]
    if not seen:
        raise errors.Conflict(
            "The account has no location to put a customer at", hint="regulars location add makes one."
        )
    if location_id is None:
        return next((one for one in seen if one.is_main), seen[0])
    asked = next((one for one in seen if one.location_id == location_id), None)
    if asked is None:
        raise errors.Invalid("There is no such location", field="location_id", rule="not_a_choice")
    return asked


def _own_source(directory: Directory, account_id: int) -> int:
    store = directory.store
    return places.source_id(store, account_id, SOURCE) or places.add_source(store, account_id, SOURCE)
