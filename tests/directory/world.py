"""A directory in a folder of its own, invented people for it, and a plain dictionary that should agree with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from regulars.directory import Directory, places
from regulars.model.place import SCOPES, Account, Grant
from regulars.model.record import Record
from tests import engines

HERE, THERE = 12345, 7  # two locations


class Clock:
    """A clock that a test moves; it may stand still or go back, as real ones do."""

    def __init__(self, now: int = 1_700_000_000_000_000) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


@contextmanager
def opened(
    folder: Path, *, clock: Clock | None = None, engine: engines.Engine = engines.SQLITE
) -> Iterator[Directory]:
    """A directory on a real store."""
    clock = clock or Clock()
    directory = Directory(engine.open(folder, now=clock()), clock)
    try:
        yield directory
    finally:
        directory.close()


def settle_in(directory: Directory, *location_ids: int, account: str = "default") -> Account:
    """An account with these locations, in the United States."""
    made = (
        places.account(directory, account) if account == "default" else places.add_account(directory, account)
    )
    for location_id in location_ids:
        places.add_location(
            directory,
            made.account_id,
            location_id,
            name=f"Shop {location_id}",
            country="US",
            time_zone="America/New_York",
        )
    return made


def grant_of(account: Account, location_ids: tuple[int, ...] | None = None) -> Grant:
    """A grant to everything of the account, or to some locations."""
    return Grant(account.account_id, account.merchant_id, "rg_testtest", location_ids, SCOPES)


def record(ref: str | None, **fields: Any) -> Record:
    """A record in Shift4's shape."""
    content = fields if ref is None else {"posRef": ref, **fields}
    return Record("shift4", json.dumps(content).encode(), "test:1")


def person(
    ref: str | None, first: str = "Ada", last: str = "Example", phone: str = "", email: str = ""
) -> Record:
    """A record of somebody with a name and perhaps a phone and an e-mail."""
    return record(
        ref,
        firstName=first,
        lastName=last,
        customerPhones=[{"phone": phone}] if phone else [],
        customerEmails=[{"email": email}] if email else [],
    )


@dataclass
class Kept:
    """One customer as the plain dictionary remembers it."""

    source: str
    ref: str
    raw: bytes
    place: int  # in list order
    updated_at: int = 0


@dataclass
class Shelf:
    """One location of the plain dictionary."""

    customers: dict[tuple[str, str], Kept] = field(default_factory=dict)
    tombstones: dict[str, int] = field(default_factory=dict)  # posRef and time of what is deleted
    places_given: int = 0

    def listed(self) -> list[Kept]:
        """Customers in list order."""
        return sorted(self.customers.values(), key=lambda one: one.place)

    def changed(self, after: int) -> list[Kept]:
        """Customers changed after an instant, in change order."""
        changed = [one for one in self.customers.values() if one.updated_at > after]
        return sorted(changed, key=lambda one: one.updated_at)
