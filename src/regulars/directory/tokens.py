"""Bearer tokens: made, checked, listed, revoked."""

from __future__ import annotations

import hashlib
import re
import secrets

from regulars import errors, limits
from regulars.directory.directory import Directory
from regulars.model.place import SCOPES, Grant, Scope, TokenInfo
from regulars.store import Store
from regulars.store import places as stored_places
from regulars.store import tokens as stored

_START = "rg_"
_RANDOM_BYTES = 32
_PREFIX_LENGTH = 11  # `rg_` and 8 characters: enough to tell tokens apart, 208 random bits stay unknown
_FORM = re.compile(r"rg_[A-Za-z0-9_-]{43}", re.ASCII)
_GIVEN_FORM = re.compile(
    r"[A-Za-z0-9._~+/-]+=*", re.ASCII
)  # RFC 6750, section 2.1: whatever a header can carry


def grant(directory: Directory, token: str) -> Grant:
    """What a bearer token opens; raises Unauthorised (`unknown`, `revoked`, `expired`).

    Looked up by its hash, anew as soon as anybody has written anything: a revoked token is useless at once, in every
    process.
    """
    if not (_FORM.fullmatch(token) or directory.is_sandbox):
        raise errors.Unauthorised("The token is not known", reason="unknown")
    key = "grant", stored.digest(token)
    found: Grant | None = directory.lately.known().get(key)
    if found is None:
        with directory.store.read():
            found = directory.lately.known()[key] = _grant(directory.store, token)
    if found.expires_at is not None and found.expires_at <= directory.clock():
        raise errors.Unauthorised("The token has expired", reason="expired")
    return found


def _grant(store: Store, token: str) -> Grant:
    found = stored.maybe(store, token)
    if found is None:
        raise errors.Unauthorised("The token is not known", reason="unknown")
    account_id, info = found
    if info.revoked_at is not None:
        raise errors.Unauthorised("The token was revoked", reason="revoked")
    return stored.grant(account_id, stored_places.account(store, account_id).merchant_id, info)


def create(
    directory: Directory,
    account_id: int,
    *,
    name: str,
    location_ids: tuple[int, ...] | None,
    scopes: tuple[Scope, ...],
    expires_at: int | None = None,
    rate: int | None = None,
) -> str:
    """A new token, told this once; raises Invalid for unknown scopes, locations or bounds."""
    _check(name, scopes, location_ids, rate)
    token = _START + secrets.token_urlsafe(_RANDOM_BYTES)
    info = TokenInfo(
        token[:_PREFIX_LENGTH],
        name,
        location_ids if location_ids is None else tuple(sorted(set(location_ids))),
        scopes,
        directory.clock(),
        expires_at,
        None,
        rate,
    )
    store = directory.store
    with store.write():
        for location_id in location_ids or ():
            if stored_places.shelf(store, account_id, location_id) is None:
                raise errors.NotFound(
                    f"Location {location_id} is not known", hint="regulars location list shows them."
                )
        stored.add(store, account_id, token, info)
    return token


def adopt(directory: Directory, account_id: int, token: str, *, name: str, scopes: tuple[Scope, ...]) -> None:
    """Makes a text that somebody chose a token, in a sandbox only; raises Invalid for what no header can carry.

    Nobody can guess a token of ours; of a chosen one that is not so, which is why no other store knows any.
    """
    if not directory.is_sandbox:
        raise errors.Fatal("Only a sandbox takes tokens that were chosen")
    if len(token) > limits.TOKEN_LENGTH_MAX or not _GIVEN_FORM.fullmatch(token):
        raise errors.Invalid(
            f"A token has at most {limits.TOKEN_LENGTH_MAX} characters of A-Z a-z 0-9 - . _ ~ + /",
            field="sandbox_token",
            rule="form",
        )
    _check(name, scopes, None, None)
    # The prefix is shown and logged, so it is not the beginning of a text that may be short.
    prefix = _START + hashlib.sha256(token.encode()).hexdigest()[: _PREFIX_LENGTH - len(_START)]
    info = TokenInfo(prefix, name, None, scopes, directory.clock(), None, None, None)
    with directory.store.write():
        stored.add(directory.store, account_id, token, info)


def _check(
    name: str, scopes: tuple[Scope, ...], location_ids: tuple[int, ...] | None, rate: int | None
) -> None:
    if not 0 < len(name.strip()) <= limits.NAME_LENGTH_MAX:
        raise errors.Invalid("A token needs a name", field="name", rule="length")
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        raise errors.Invalid(
            "A scope is not known", field="scope", rule="unknown", hint=f"Scopes are {', '.join(SCOPES)}."
        )
    if location_ids is not None and not 0 < len(location_ids) <= limits.TOKEN_LOCATIONS_MAX:
        raise errors.Invalid(
            f"A token names 1 to {limits.TOKEN_LOCATIONS_MAX} locations, or none for all",
            field="location",
            rule="count",
        )
    if rate is not None and not 0 < rate <= limits.TOKEN_RATE_MAX:
        raise errors.Invalid(
            f"The rate must be 1 to {limits.TOKEN_RATE_MAX} a minute", field="rate", rule="range"
        )


def every(directory: Directory, account_id: int) -> list[TokenInfo]:
    """An account's tokens, oldest first, revoked ones included."""
    with directory.store.read():
        return stored.every(directory.store, account_id)


def revoke(directory: Directory, account_id: int, prefix: str) -> TokenInfo:
    """Revokes the token that starts so, for good; raises NotFound, or Conflict when several do."""
    store = directory.store
    with store.write():
        found = [
            info
            for info in stored.every(store, account_id)
            if info.prefix.startswith(prefix[:_PREFIX_LENGTH]) and info.revoked_at is None
        ]
        if not found or not prefix:
            raise errors.NotFound("No such token, or revoked already", hint="regulars token list shows them.")
        if len(found) > 1:
            raise errors.Conflict("Several tokens start so", hint="Give more of the token's beginning.")
        now = directory.clock()
        stored.revoke(store, account_id, found[0].prefix, now=now)
        return next(info for info in stored.every(store, account_id) if info.prefix == found[0].prefix)
