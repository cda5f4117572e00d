"""Groups: sets of customers that somebody puts together, by Square's dialect or at a source.

They are the account's: a token of some locations sees them and puts its own customers into them, and only a token of
the whole account renames and deletes them. A deleted group is hidden from every answer at once; its members are let go
in small steps, which changes neither their version nor their change time.
"""

from __future__ import annotations

import os

from msgspec import structs

from regulars import errors, limits
from regulars.directory import editing, idempotency, ids, keeping
from regulars.directory.directory import Directory
from regulars.directory.idempotency import Effect
from regulars.model.place import Grant
from regulars.model.sets import CustomerSet
from regulars.store import members
from regulars.store import sets as stored
from regulars.wire import square_sets

_LINES = str.maketrans("\t\n\r", "   ")


def page(directory: Directory, grant: Grant, *, after: int, limit: int) -> list[CustomerSet]:
    """The next groups with a number above `after`, in the order of making."""
    with directory.store.read():
        return stored.page(directory.store, grant.account_id, "group", after=after, limit=limit)


def one(directory: Directory, grant: Grant, id: str) -> CustomerSet:
    """One group; raises NotFound."""
    with directory.store.read():
        return _found(directory, grant, id)


def create(directory: Directory, grant: Grant, name: str, *, key: str | None) -> bytes:
    """The document of a new group, once for each idempotency key; raises Invalid for a name that is none."""
    check_name(name, field="group.name")
    store, now = directory.store, directory.clock()

    def make() -> Effect:
        id = ids.customer_id(now, os.urandom(ids.CHANCE_BYTES))
        new = CustomerSet(id=id, number=0, name=name, created_at=now, updated_at=now)
        stored.add(store, grant.account_id, "group", [new])
        return Effect(square_sets.write(new))

    with store.write():
        return idempotency.once(
            directory, grant, make, operation="CreateCustomerGroup", key=key, asked=name.encode()
        )


def rename(directory: Directory, grant: Grant, id: str, name: str) -> CustomerSet:
    """The group under another name; raises NotFound, Invalid, Forbidden for a token of some locations."""
    check_name(name, field="group.name")
    check_whole(grant)
    store, now = directory.store, directory.clock()
    with store.write():
        found = _found(directory, grant, id)
        stored.rename(store, grant.account_id, "group", id, name, now=now)
    return structs.replace(found, name=name, updated_at=now)


def delete(directory: Directory, grant: Grant, id: str) -> None:
    """The group is gone, for everybody; raises NotFound, Forbidden for a token of some locations."""
    check_whole(grant)
    with directory.store.write():
        _found(directory, grant, id)
        stored.delete(directory.store, grant.account_id, "group", id, now=directory.clock())
    step(directory, grant.account_id)  # what has few members is gone with the answer


def put_in(directory: Directory, grant: Grant, customer_id: str, id: str) -> None:
    """The customer is in the group; raises NotFound for either, Conflict when it is in too many."""
    with editing.edits(directory):
        found = editing.find(directory, grant, customer_id)
        group = _found(directory, grant, id)
        extra = found.kept.extra
        there = keeping.listed(extra.group_ids) if extra else []
        if group.id in there:
            return
        if len(there) >= limits.SETS_OF_CUSTOMER_MAX:
            raise errors.Conflict(f"The customer is in {limits.SETS_OF_CUSTOMER_MAX} groups: leave one first")
        editing.touch(directory, found, keeping.with_groups(extra, [*there, group.id]))


def take_out(directory: Directory, grant: Grant, customer_id: str, id: str) -> None:
    """The customer is not in the group; raises NotFound for either."""
    with editing.edits(directory):
        found = editing.find(directory, grant, customer_id)
        group = _found(directory, grant, id)
        extra = found.kept.extra
        there = keeping.listed(extra.group_ids) if extra else []
        if group.id in there:
            left = [one for one in there if one != group.id]
            editing.touch(directory, found, keeping.with_groups(extra, left))


def step(directory: Directory, account_id: int) -> bool:
    """Lets some members of deleted groups and segments go; whether there may be more."""
    store = directory.store
    with store.read():
        if not stored.leaving(store, account_id):
            return False
    with store.write():
        every = stored.leaving(store, account_id)
        if every and not members.let_go(store, account_id, every[0], limit=limits.SETS_CLEARED_MAX):
            stored.bury(store, account_id, every[0])
            return len(every) > 1
    return bool(every)


def check_name(name: str, *, field: str) -> None:
    """Raises Invalid for a name of a group or a segment that is none."""
    if not name.strip():
        raise errors.Invalid(f"{field} must not be empty", field=field, rule="empty")
    if len(name) > limits.GROUP_NAME_LENGTH_MAX:
        raise errors.Invalid(
            f"{field} must have at most {limits.GROUP_NAME_LENGTH_MAX} characters",
            field=field,
            rule="too_long",
        )
    # Square takes names of several lines (its SDK's own tests send one).
    if not name.translate(_LINES).isprintable():
        raise errors.Invalid(f"{field} must be printable", field=field, rule="form")


def check_whole(grant: Grant) -> None:
    """Raises Forbidden for a token of some locations: what it asks for touches customers that it does not see."""
    if grant.location_ids is not None:
        raise errors.Forbidden("The token is for some locations only", scope="customers:write")


def _found(directory: Directory, grant: Grant, id: str) -> CustomerSet:
    found = None
    if len(id) <= limits.REF_LENGTH_MAX:
        found = stored.maybe(directory.store, grant.account_id, "group", id)
    if found is None:
        raise errors.NotFound("There is no such group")
    return found
