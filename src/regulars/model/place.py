"""Accounts, locations, sources, and what a token opens."""

from __future__ import annotations

from typing import Literal, get_args

from msgspec import Struct

Scope = Literal["customers:read", "customers:write", "locations:read", "locations:write", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
SCOPES_DEFAULT: tuple[Scope, ...] = ("customers:read", "locations:read")


class Account(Struct, frozen=True):
    """One business, the tenant; Square's merchant."""

    account_id: int
    name: str
    merchant_id: str
    created_at: int


class Location(Struct, frozen=True):
    """One shop of an account.

    `location_id` is Shift4's integer. `number` addresses the shop in the store and never leaves it.
    """

    account_id: int
    location_id: int
    number: int
    name: str
    country: str
    time_zone: str
    currency: str | None
    language: str | None
    is_main: bool
    created_at: int


class Source(Struct, frozen=True):
    """One connected POS of an account."""

    account_id: int
    source_id: int
    name: str


class Grant(Struct, frozen=True):
    """What a bearer token opens. `location_ids` None: every location of the account."""

    account_id: int
    merchant_id: str
    prefix: str  # the readable start of the token; the only part that may be logged
    location_ids: tuple[int, ...] | None
    scopes: tuple[Scope, ...]
    rate: int | None = None  # requests a minute; None: no limit
    expires_at: int | None = None

    def sees(self, location_id: int) -> bool:
        """Whether the location is one of the token's."""
        return self.location_ids is None or location_id in self.location_ids

    def may(self, scope: Scope) -> bool:
        """Whether the token carries the scope; `admin` carries all."""
        return scope in self.scopes or "admin" in self.scopes


class TokenInfo(Struct, frozen=True):
    """A token as its owner may see it again: everything but the token."""

    prefix: str
    name: str
    location_ids: tuple[int, ...] | None
    scopes: tuple[Scope, ...]
    created_at: int
    expires_at: int | None
    revoked_at: int | None
    rate: int | None
