"""Accounts and their locations."""

from __future__ import annotations

import os
import re
from itertools import count

from msgspec import structs

from regulars import errors, limits, normalise
from regulars.directory import ids
from regulars.directory.directory import Directory
from regulars.model.place import Account, Location
from regulars.store import Store
from regulars.store import places as stored

DEFAULT_ACCOUNT = "default"
_TIME_ZONE = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+){0,2}", re.ASCII)


def account(directory: Directory, name: str) -> Account:
    """The account of this name; raises NotFound. `default` is made when it is first asked for."""
    store = directory.store
    with store.read():
        account_id = stored.account_id(store, name)
        if account_id is not None:
            return stored.account(store, account_id)
    if name == DEFAULT_ACCOUNT:
        return _default(directory)
    raise errors.NotFound("There is no such account", hint=f"regulars account add {name}")


def _default(directory: Directory) -> Account:
    try:
        return add_account(directory, DEFAULT_ACCOUNT)
    except errors.Conflict:  # another process was quicker
        return account(directory, DEFAULT_ACCOUNT)


def account_of(directory: Directory, account_id: int) -> Account:
    """The account with this number, known to be there."""
    with directory.store.read():
        return stored.account(directory.store, account_id)


def add_account(directory: Directory, name: str) -> Account:
    """A new account; raises Invalid, or Conflict when the name is taken."""
    _check_name(name)
    store = directory.store
    with store.write():
        if stored.account_id(store, name) is not None:
            raise errors.Conflict("An account of this name is there already", hint="regulars account list")
        return stored.add_account(
            store, name=name, merchant_id=ids.merchant_id(os.urandom(7)), now=directory.clock()
        )


def accounts(directory: Directory) -> list[Account]:
    """Every account, by name."""
    with directory.store.read():
        return stored.accounts(directory.store)


def location(directory: Directory, account_id: int, location_id: int) -> Location:
    """One location; raises NotFound."""
    with directory.store.read():
        found = stored.location(directory.store, account_id, location_id)
    if found is None:
        raise errors.NotFound(
            f"Location {location_id} is not known",
            hint=f"regulars location add {location_id} --name … --country …",
        )
    return found


def locations(
    directory: Directory, account_id: int, location_ids: tuple[int, ...] | None = None
) -> list[Location]:
    """An account's locations by id; `location_ids` None: all of them."""
    with directory.store.read():
        every = stored.locations(directory.store, account_id)
    return [one for one in every if location_ids is None or one.location_id in location_ids]


def main_location(directory: Directory, account_id: int) -> Location | None:
    """The account's main location; None while it has none at all."""
    with directory.store.read():
        return stored.main_location(directory.store, account_id)


def add_location(
    directory: Directory,
    account_id: int,
    location_id: int | None,
    *,
    name: str,
    country: str,
    time_zone: str,
    currency: str | None = None,
    language: str | None = None,
    main: bool = False,
) -> Location:
    """A new location, the main one if it is the first; raises Invalid, or Conflict when the id is taken.

    `location_id` None: the next number after the highest there is.
    `country` is an ISO 3166-1 code or any usual name of the country; the alpha-2 code is kept.
    """
    _check_name(name)
    if location_id is not None and not 1 <= location_id <= limits.LOCATION_ID_MAX:
        raise errors.Invalid(
            f"A location id is 1 to {limits.LOCATION_ID_MAX}", field="location_id", rule="range"
        )
    code = normalise.country_code(country.strip())
    if code is None:
        raise errors.Invalid(
            "That is no country of ISO 3166",
            field="country",
            rule="unknown",
            hint="Two letters, such as US, DE or BR.",
        )
    _check_time_zone(time_zone)
    store = directory.store
    with store.write():
        highest = stored.highest_location_id(store, account_id)
        if location_id is None:
            location_id = _next_id(store, account_id, highest or 0)
        if stored.location(store, account_id, location_id) is not None:
            raise errors.Conflict(f"Location {location_id} is there already", hint="regulars location list")
        new = Location(
            account_id,
            location_id,
            0,
            name,
            code,
            time_zone,
            currency,
            language,
            main or highest is None,
            directory.clock(),
        )
        return stored.add_location(store, new)


def update_location(
    directory: Directory, location: Location, *, name: str, time_zone: str, language: str | None
) -> Location:
    """The location with these; raises Invalid."""
    _check_name(name)
    _check_time_zone(time_zone)
    after = structs.replace(location, name=name, time_zone=time_zone, language=language)
    with directory.store.write():
        stored.update_location(directory.store, after)
    return after


def _next_id(store: Store, account_id: int, highest: int) -> int:
    """One more than the highest; when that is the highest there can be, the lowest that is free."""
    if highest < limits.LOCATION_ID_MAX:
        return highest + 1
    taken = {one.location_id for one in stored.locations(store, account_id)}
    return next(n for n in count(1) if n not in taken)


def _check_time_zone(name: str) -> None:
    if len(name) > limits.NAME_LENGTH_MAX or not _TIME_ZONE.fullmatch(name):
        raise errors.Invalid("A time zone is a name such as America/New_York", field="time_zone", rule="form")


def _check_name(name: str) -> None:
    if not 0 < len(name.strip()) <= limits.NAME_LENGTH_MAX or not name.isprintable():
        raise errors.Invalid(
            f"A name has 1 to {limits.NAME_LENGTH_MAX} printable characters", field="name", rule="length"
        )
