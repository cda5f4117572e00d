"""Accounts of a sandbox: one for each test, ready to be asked."""

from __future__ import annotations

import os

from msgspec import Struct

from regulars.directory import places, tokens
from regulars.directory.directory import Directory
from regulars.model.place import SCOPES, Account

_NAME_BYTES = 6
_LOCATION_ID = 1


class Seeded(Struct, frozen=True):
    """An account with a shop, and a token that may do everything there."""

    account: str
    merchant_id: str
    location_id: int
    token: str


def seed(directory: Directory, *, token: str | None = None) -> Seeded:
    """The sandbox's own account, `default`; raises Invalid for a token that no header can carry."""
    return _furnished(directory, places.account(directory, places.DEFAULT_ACCOUNT), token)


def add_account(directory: Directory) -> Seeded:
    """Another account that knows nobody yet, with a token of its own."""
    return _furnished(directory, places.add_account(directory, f"test-{os.urandom(_NAME_BYTES).hex()}"), None)


def _furnished(directory: Directory, account: Account, token: str | None) -> Seeded:
    places.add_location(
        directory,
        account.account_id,
        _LOCATION_ID,
        name="Sandbox",
        country="US",
        time_zone="America/New_York",
        currency="USD",
        language="en-US",
    )
    if token is None:
        token = tokens.create(directory, account.account_id, name="sandbox", location_ids=None, scopes=SCOPES)
    else:
        tokens.adopt(directory, account.account_id, token, name="sandbox", scopes=SCOPES)
    return Seeded(account.name, account.merchant_id, _LOCATION_ID, token)
