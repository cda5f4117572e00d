"""Accounts, locations and sources; numbers of the whole file; secrets of the store."""

from __future__ import annotations

from typing import NamedTuple

from regulars.model.place import Account, Location, Source
from regulars.store.store import Row, Store


def secret(store: Store, name: str) -> bytes | None:
    """A secret kept in the store under a name."""
    row = store.maybe("meta", {"name": name})
    return row[0] if row else None


def keep_secret(store: Store, name: str, value: bytes) -> None:
    """Keeps it, over an older one."""
    store.run("set_meta", {"name": name, "value": value})


def account_id(store: Store, name: str) -> int | None:
    """The account of this name."""
    row = store.maybe("account_id", {"name": name})
    return row[0] if row else None


def account(store: Store, account_id: int) -> Account:
    """One account that is known to be there."""
    return Account(*store.one("account", {"account_id": account_id}))


def account_ids(store: Store) -> list[int]:
    """The number of every account, by name."""
    return [row[0] for row in store.rows("account_ids", {})]


def accounts(store: Store) -> list[Account]:
    """Every account, by name."""
    return [account(store, number) for number in account_ids(store)]


def add_account(store: Store, *, name: str, merchant_id: str, now: int) -> Account:
    """A new account; its name is known to be free."""
    number = _next_number(store, "account")
    store.run("add_account_name", {"name": name, "account_id": number})
    store.run(
        "add_account", {"account_id": number, "name": name, "merchant_id": merchant_id, "created_at": now}
    )
    return Account(number, name, merchant_id, now)


def location(store: Store, account_id: int, location_id: int) -> Location | None:
    """One location, if the account has it."""
    row = store.maybe("location", {"account_id": account_id, "location_id": location_id})
    return _location(row) if row else None


def main_location(store: Store, account_id: int) -> Location | None:
    """The one that is the account's main one; None while there is none at all."""
    row = store.maybe("main_location", {"account_id": account_id})
    return _location(row) if row else None


def highest_location_id(store: Store, account_id: int) -> int | None:
    """Of all locations of an account; None while there is none."""
    found: int | None = store.one("highest_location_id", {"account_id": account_id})[0]
    return found


class Shelf(NamedTuple):
    """What a request needs of a location: its number in the store, and how many list places it has given."""

    number: int
    given: int


def shelf(store: Store, account_id: int, location_id: int) -> Shelf | None:
    """The location's shelf, if the account has it."""
    row = store.maybe("shelf", {"account_id": account_id, "location_id": location_id})
    return Shelf(*row) if row else None


def location_numbers(store: Store, account_id: int) -> dict[int, int]:
    """The number in the store of each of an account's locations."""
    return {row[0]: row[1] for row in store.rows("location_numbers", {"account_id": account_id})}


def locations(store: Store, account_id: int) -> list[Location]:
    """Every location of an account, by id."""
    return [_location(row) for row in store.rows("locations", {"account_id": account_id})]


def add_location(store: Store, new: Location) -> Location:
    """Adds it under a number of its own (`new.number` is ignored); it becomes the only main one if it says so."""
    number = _next_number(store, "location")
    if new.is_main:
        store.run("unset_main_location", {"account_id": new.account_id})
    values = {
        "account_id": new.account_id,
        "location_id": new.location_id,
        "loc_no": number,
        "name": new.name,
        "country": new.country,
        "time_zone": new.time_zone,
        "currency": new.currency,
        "language": new.language,
        "is_main": int(new.is_main),
        "created_at": new.created_at,
    }
    store.run("add_location", values)
    return _location(tuple(values.values()))


def update_location(store: Store, location: Location) -> None:
    """Writes what may change of a location: its name, time zone and language."""
    values = {
        "account_id": location.account_id,
        "location_id": location.location_id,
        "name": location.name,
        "time_zone": location.time_zone,
        "language": location.language,
    }
    store.run("update_location", values)


def sources(store: Store, account_id: int) -> dict[int, Source]:
    """Every source of an account, by its number."""
    return {row[1]: Source(*row) for row in store.rows("sources", {"account_id": account_id})}


def source_id(store: Store, account_id: int, name: str) -> int | None:
    """The source of this name, if there is one."""
    row = store.maybe("source_id", {"account_id": account_id, "name": name})
    return row[0] if row else None


def add_source(store: Store, account_id: int, name: str) -> int:
    """A new source's number."""
    number: int = store.one("next_source_id", {"account_id": account_id})[0]
    store.run("add_source", {"account_id": account_id, "source_id": number, "name": name})
    return number


def counts(store: Store, account_id: int) -> tuple[int, int, int]:
    """(last change number, last change time, customers with public information) of an account."""
    row = store.one("account_counts", {"account_id": account_id})
    return row[0], row[1], row[2]


def listed(store: Store, account_id: int, location_id: int) -> int:
    """How many customers with public information a location has; 0 when it is not there."""
    row = store.maybe("location_listed", {"account_id": account_id, "location_id": location_id})
    return row[0] if row else 0


def _next_number(store: Store, name: str) -> int:
    number: int = store.one("next_number", {"name": name})[0]
    return number


def _location(row: Row) -> Location:
    account_id, location_id, number, name, country, time_zone, currency, language, is_main, created_at = row
    return Location(
        account_id,
        location_id,
        number,
        name,
        country,
        time_zone,
        currency,
        language,
        bool(is_main),
        created_at,
    )
