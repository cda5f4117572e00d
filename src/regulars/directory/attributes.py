"""Custom attributes of customers: values by definition, kept beside the customer (contracts/square.md 2.2).

Setting one is no change of the customer: its version and `updated_at` stay, pulls and edits do not touch it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from regulars import errors, limits
from regulars.directory import definitions, events, idempotency
from regulars.directory.definitions import check_reached
from regulars.directory.directory import Directory
from regulars.directory.idempotency import Effect
from regulars.directory.square_list import loc_nos
from regulars.model.attribute import Attribute, Definition
from regulars.model.customer_filter import Times
from regulars.model.event import Note
from regulars.model.place import Grant
from regulars.normalise import attributes as values
from regulars.store import Store, merging
from regulars.store import attributes as stored
from regulars.wire import square_attributes as wire

AT = "custom_attribute"
_OPERATION = "UpsertCustomerCustomAttribute"  # whose keys these are; a bulk call's are the same ones
_BOTH = ("owned", "visible")
_ALWAYS = Times()


class Asked(NamedTuple):
    """A value to be set; `version`: only if the attribute still has it. `said`: all that was asked, for idempotency."""

    key: str
    value: Any
    version: int | None
    idempotency_key: str | None
    said: bytes


class Page(NamedTuple):
    """Some of a customer's attributes; `next`: the number to go on behind, None on the last page."""

    attributes: list[Attribute]
    next: int | None


def page(directory: Directory, grant: Grant, customer_id: str, *, after: int, limit: int) -> Page:
    """A customer's attributes in the order of their definitions, behind one; raises NotFound.

    Of the survivor if it was merged away, as the customer itself is shown.
    """
    store, account_id = directory.store, grant.account_id
    with store.read():
        rid = _answering(directory, grant, customer_id)
        found = stored.values_of(store, account_id, rid, after=after, limit=limit + 1)
        known = {one.number: one for one in stored.definitions(store, account_id)}
    attributes = [value.of(known[number]) for number, value in found[:limit]]
    return Page(attributes, found[limit - 1][0] if len(found) > limit else None)


def by_key(store: Store, account_id: int, rid: int) -> dict[str, Any]:
    """All values of a customer, in a transaction of the caller's."""
    found = stored.values_of(store, account_id, rid, after=0, limit=limits.DEFINITIONS_MAX)
    if not found:
        return {}
    known = {one.number: one for one in stored.definitions(store, account_id)}
    return {known[number].key: value.of(known[number]).value for number, value in found if number in known}


def one(
    directory: Directory, grant: Grant, customer_id: str, key: str, *, version: int | None = None
) -> Attribute:
    """A customer's attribute, of this version or a later one, or that of the survivor if it was merged away.

    Raises NotFound, Invalid when there is none so late.
    """
    with directory.store.read():
        rid = _answering(directory, grant, customer_id)
        found = _found(directory, grant.account_id, rid, key)
    check_reached(found.version, version)
    return found


def upsert(directory: Directory, grant: Grant, customer_id: str, asked: Asked) -> bytes:
    """The document of an attribute that was set; raises NotFound, Invalid for its value, Conflict for its version."""
    with directory.store.write():
        return upserting(directory, grant, customer_id, asked)()


def upserting(directory: Directory, grant: Grant, customer_id: str, asked: Asked) -> Callable[[], bytes]:
    """The same, to be done in a transaction of the caller's."""

    def make() -> Effect:
        rid = _rid(directory, grant, customer_id)
        definition = definitions.find(directory, grant.account_id, asked.key)
        values.check(asked.value, definition.schema, field=f"{AT}.value")
        made = _put(directory, grant.account_id, rid, definition, asked)
        return Effect(_told(directory, grant.account_id, customer_id, rid, made, what="updated"), rid)

    key, operation = asked.idempotency_key, f"{_OPERATION} {customer_id}"
    return lambda: idempotency.once(directory, grant, make, operation=operation, key=key, asked=asked.said)


def delete(directory: Directory, grant: Grant, customer_id: str, key: str) -> None:
    """Takes an attribute from a customer; raises NotFound, also when the customer has none."""
    store, account_id = directory.store, grant.account_id
    with store.write():
        rid = _rid(directory, grant, customer_id)
        found = _found(directory, account_id, rid, key)
        stored.drop(store, account_id, rid, found.definition.number)
        _told(directory, account_id, customer_id, rid, found, what="deleted")


def step(directory: Directory, account_id: int) -> bool:
    """Drops some values of definitions that were deleted; whether there may be more."""
    store, limit = directory.store, limits.ATTRIBUTES_DROPPED_MAX
    with store.read():
        if stored.gone(store, account_id) is None:
            return False
    with store.write():
        number = stored.gone(store, account_id)
        if number is None:
            return False
        rids = next(stored.holders(store, account_id, number, _ALWAYS, limit))
        for rid in rids:
            stored.drop(store, account_id, rid, number)
        if len(rids) < limit:
            stored.forget_gone(store, account_id, number)
    return True


def _put(directory: Directory, account_id: int, rid: int, definition: Definition, asked: Asked) -> Attribute:
    store, now = directory.store, directory.clock()
    before = stored.value(store, account_id, rid, definition.number)
    if asked.version is not None and asked.version != (before.version if before else 0):
        raise errors.Conflict("The custom attribute has changed: its version is another now")
    made = stored.Value(
        msgspec.json.encode(asked.value),
        before.version + 1 if before else 1,
        before.created_at if before else now,
        now,
    )
    terms = values.terms(asked.value, definition.schema)
    stored.put(store, account_id, rid, definition.number, made, terms=terms)
    return made.of(definition)


def _told(
    directory: Directory, account_id: int, customer_id: str, rid: int, one: Attribute, *, what: str
) -> bytes:
    document = wire.attribute(one)
    object_id = f"{one.definition.key}:CUSTOMER:{customer_id}"
    types = [f"customer.custom_attribute.{whose}.{what}" for whose in _BOTH]
    events.note(directory, account_id, (Note(type, object_id, document, rid) for type in types))
    return document


def _found(directory: Directory, account_id: int, rid: int, key: str) -> Attribute:
    definition = definitions.find(directory, account_id, key)
    value = stored.value(directory.store, account_id, rid, definition.number)
    if value is None:
        raise errors.NotFound("The customer has no such custom attribute")
    return value.of(definition)


def _answering(directory: Directory, grant: Grant, customer_id: str) -> int:
    """The rid of whoever answers for an id; raises NotFound, also when one of the two is not the token's."""
    survivor = merging.survivor(directory.store, grant.account_id, customer_id)
    rid = _rid(directory, grant, survivor.id)
    if survivor.was_at is not None and survivor.was_at not in loc_nos(directory, grant):
        raise errors.NotFound("There is no such customer")
    return rid


def _rid(directory: Directory, grant: Grant, customer_id: str) -> int:
    """The customer's; raises NotFound, also when it is at a location not the token's."""
    seen = loc_nos(directory, grant)
    found = stored.place_of(directory.store, grant.account_id, customer_id)
    if found is None or found[0] not in seen:
        raise errors.NotFound("There is no such customer")
    return found[1]
