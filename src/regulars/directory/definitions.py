"""Definitions of custom attributes: what the values of an account's customers may be (contracts/square.md 2.2).

They belong to the account, whose tokens are one application to Square's rules: it owns every definition, whatever its
visibility. Only a token for all locations changes them, for that concerns customers everywhere.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import NamedTuple

from msgspec import structs

from regulars import errors, limits
from regulars.directory import events, idempotency
from regulars.directory.directory import Directory
from regulars.directory.idempotency import Effect
from regulars.model.attribute import HIDDEN, Definition, Schema, Visibility
from regulars.model.event import Note
from regulars.model.place import Grant
from regulars.store import attributes as stored
from regulars.wire import square_attributes as wire

AT = "custom_attribute_definition"
_BOTH = ("owned", "visible")


class Asked(NamedTuple):
    """What a definition is to be."""

    schema: Schema
    name: str | None
    description: str | None
    visibility: Visibility = HIDDEN


def page(directory: Directory, grant: Grant, *, after: int, limit: int) -> list[Definition]:
    """Definitions behind a number, oldest first."""
    with directory.store.read():
        found = stored.definitions(directory.store, grant.account_id)
    return [one for one in found if one.number > after][:limit]


def one(directory: Directory, grant: Grant, key: str, *, version: int | None = None) -> Definition:
    """One by its key, of this version or a later one; raises NotFound, Invalid when there is none so late."""
    with directory.store.read():
        found = find(directory, grant.account_id, key)
    check_reached(found.version, version)
    return found


def create(
    directory: Directory, grant: Grant, key: str, asked: Asked, *, idempotency_key: str | None, said: bytes
) -> bytes:
    """The document of a new one, once for each idempotency key.

    Raises Conflict when its key or name is taken or there are too many, Invalid, Forbidden.
    """
    _check_everywhere(grant)
    _check(asked)
    store, account_id = directory.store, grant.account_id

    def make() -> Effect:
        others = stored.definitions(store, account_id)
        if any(other.key == key for other in others):
            raise errors.Conflict("The key is that of another definition")
        if len(others) >= limits.DEFINITIONS_MAX:
            raise errors.Conflict(f"An account has at most {limits.DEFINITIONS_MAX} definitions")
        _check_name(asked.name, others)
        now = directory.clock()
        made = Definition(stored.take_number(store, account_id), key, *asked, 1, now, now)
        stored.put_definition(store, account_id, made)
        return Effect(_told(directory, account_id, made, "created"))

    operation = "CreateCustomerCustomAttributeDefinition"
    with store.write():
        return idempotency.once(directory, grant, make, operation=operation, key=idempotency_key, asked=said)


def update(
    directory: Directory,
    grant: Grant,
    key: str,
    changed: Callable[[Definition], Asked],
    *,
    version: int | None,
    idempotency_key: str | None,
    said: bytes,
) -> bytes:
    """The document of one after an update; raises NotFound, Conflict for another version or a taken name, Invalid."""
    _check_everywhere(grant)
    store, account_id = directory.store, grant.account_id

    def make() -> Effect:
        before = find(directory, account_id, key)
        if version is not None and version != before.version:
            raise errors.Conflict("The definition has changed: its version is another now")
        asked = changed(before)
        _check(asked)
        others = [other for other in stored.definitions(store, account_id) if other.number != before.number]
        if asked.name != before.name:
            _check_name(asked.name, others)
        after = structs.replace(
            before, version=before.version + 1, updated_at=directory.clock(), **asked._asdict()
        )
        stored.put_definition(store, account_id, after)
        return Effect(_told(directory, account_id, after, "updated"))

    operation = f"UpdateCustomerCustomAttributeDefinition {key}"
    with store.write():
        return idempotency.once(directory, grant, make, operation=operation, key=idempotency_key, asked=said)


def delete(directory: Directory, grant: Grant, key: str) -> None:
    """Deletes one, and hides its values at once; nothing when it is not there, as Square does. Raises Forbidden."""
    _check_everywhere(grant)
    store, account_id = directory.store, grant.account_id
    with store.write():
        found = stored.definition(store, account_id, key)
        if found is not None:
            stored.drop_definition(store, account_id, found.number)
            _told(directory, account_id, found, "deleted")


def find(directory: Directory, account_id: int, key: str) -> Definition:
    """One by its key, in a transaction of the caller's; raises NotFound."""
    found = stored.definition(directory.store, account_id, key)
    if found is None:
        raise errors.NotFound("There is no such custom attribute definition")
    return found


def check_reached(current: int, version: int | None) -> None:
    """Raises Invalid when a version is asked for that nothing has reached yet."""
    if version is not None and version > current:
        raise errors.Invalid("It has no such version yet", field="version", rule="not_reached")


def new_option() -> str:
    """The id of a new option of a selection."""
    return str(uuid.uuid4())


def _told(directory: Directory, account_id: int, one: Definition, what: str) -> bytes:
    document = wire.definition(one)
    types = [f"customer.custom_attribute_definition.{whose}.{what}" for whose in _BOTH]
    events.note(directory, account_id, (Note(type, one.key, document) for type in types))
    return document


def _check_everywhere(grant: Grant) -> None:
    if grant.location_ids is not None:
        raise errors.Forbidden("The token is for some locations only", scope="customers:write")


def _check(asked: Asked) -> None:
    """Raises Invalid unless whoever may see it can read what it is."""
    for name in () if asked.visibility == HIDDEN else ("name", "description"):
        if not getattr(asked, name):
            raise errors.Invalid(
                f"{AT}.{name} is required unless it is hidden", field=f"{AT}.{name}", rule="missing"
            )


def _check_name(name: str | None, others: Sequence[Definition]) -> None:
    if name and any(other.name == name for other in others):
        raise errors.Conflict("The name is that of another definition")
