"""Tokens by their SHA-256; the token itself is never here."""

from __future__ import annotations

import hashlib

import msgspec

from regulars.model.place import Grant, Scope, TokenInfo
from regulars.store.store import Row, Store


def digest(token: str) -> bytes:
    """What is kept of a token. It holds 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).digest()


def maybe(store: Store, token: str) -> tuple[int, TokenInfo] | None:
    """(account_id, token) of a bearer token, whatever its state."""
    row = store.maybe("token", {"hash": digest(token)})
    return (row[0], _info(row)) if row else None


def every(store: Store, account_id: int) -> list[TokenInfo]:
    """An account's tokens, oldest first."""
    return [_info(row) for row in store.rows("tokens", {"account_id": account_id})]


def add(store: Store, account_id: int, token: str, info: TokenInfo) -> None:
    """Keeps a new token."""
    store.run(
        "add_token",
        {
            "hash": digest(token),
            "account_id": account_id,
            "prefix": info.prefix,
            "name": info.name,
            "location_ids": None
            if info.location_ids is None
            else msgspec.json.encode(info.location_ids).decode(),
            "scopes": " ".join(info.scopes),
            "rate": info.rate,
            "created_at": info.created_at,
            "expires_at": info.expires_at,
        },
    )


def revoke(store: Store, account_id: int, prefix: str, *, now: int) -> bool:
    """Revokes it for good; False when there was nothing to revoke."""
    return store.run("revoke_token", {"account_id": account_id, "prefix": prefix, "revoked_at": now}) > 0


def grant(account_id: int, merchant_id: str, info: TokenInfo) -> Grant:
    """What the token opens."""
    return Grant(
        account_id, merchant_id, info.prefix, info.location_ids, info.scopes, info.rate, info.expires_at
    )


def _info(row: Row) -> TokenInfo:
    _account_id, prefix, name, location_ids, scopes, rate, created_at, expires_at, revoked_at = row
    return TokenInfo(
        prefix=prefix,
        name=name,
        location_ids=None
        if location_ids is None
        else msgspec.json.decode(location_ids, type=tuple[int, ...]),
        scopes=msgspec.convert(scopes.split(), tuple[Scope, ...]),
        created_at=created_at,
        expires_at=expires_at,
        revoked_at=revoked_at,
        rate=rate,
    )
