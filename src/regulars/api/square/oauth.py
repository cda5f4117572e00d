"""Square's OAuth: what a token opens, and in a sandbox new tokens for old ones."""

from __future__ import annotations

import msgspec
from msgspec import UnsetType

from regulars import errors
from regulars.api.route import Answer, Call
from regulars.api.square import oauth_shapes as shapes
from regulars.directory import tokens
from regulars.model import instant
from regulars.model.place import Scope

CLIENT_ID = "regulars"  # of every token: whoever made it ran this program
_SECOND = 1_000_000
_YEAR = 365 * 86_400 * _SECOND
_LIFE = 30 * 86_400 * _SECOND  # of Square's access tokens

# Square's words for our scopes (contracts/square.md, section 2.1).
_WORDS: dict[Scope, str] = {
    "customers:read": "CUSTOMERS_READ",
    "customers:write": "CUSTOMERS_WRITE",
    "locations:read": "MERCHANT_PROFILE_READ",
    "locations:write": "MERCHANT_PROFILE_WRITE",
}


def status(call: Call) -> Answer:
    """What the token that asks opens, and until when."""
    grant = call.grant
    found = shapes.RetrieveTokenStatusResponse(
        scopes=[word for scope, word in _WORDS.items() if grant.may(scope)],
        # tap-square and others read it without asking whether it is there.
        expires_at=_text(grant.expires_at or call.directory.clock() + _YEAR),
        client_id=CLIENT_ID,
        merchant_id=grant.merchant_id,
    )
    return Answer(msgspec.json.encode(found))


def obtain(call: Call) -> Answer:
    """A token for a month, in place of an older one; only in a sandbox."""
    asked = call.read(shapes.ObtainTokenRequest)
    _check_sandbox(call)
    name = "code" if asked.grant_type == "authorization_code" else asked.grant_type
    given = getattr(asked, name)
    if isinstance(given, UnsetType) or not given:
        raise errors.Invalid(f"{name} is required", field=name, rule="missing")
    grant = tokens.grant(call.directory, given)
    expires_at = call.directory.clock() + _LIFE
    made = tokens.create(
        call.directory,
        grant.account_id,
        name="oauth",
        location_ids=grant.location_ids,
        scopes=grant.scopes,
        expires_at=expires_at,
    )
    found = shapes.ObtainTokenResponse(made, "bearer", _text(expires_at), grant.merchant_id, given, False)
    return Answer(msgspec.json.encode(found))


def revoke(call: Call) -> Answer:
    """The token opens nothing any more; only in a sandbox."""
    asked = call.read(shapes.RevokeTokenRequest)
    _check_sandbox(call)
    grant = tokens.grant(call.directory, asked.access_token)
    tokens.revoke(call.directory, grant.account_id, grant.prefix)
    return Answer(msgspec.json.encode(shapes.RevokeTokenResponse(success=True)))


def _check_sandbox(call: Call) -> None:
    if not call.directory.is_sandbox:
        raise errors.Invalid(
            "Tokens are made and revoked where this server runs: regulars token create", rule="sandbox_only"
        )


def _text(micros: int) -> str:
    """In whole seconds, as Square writes it."""
    return instant.text(micros - micros % _SECOND)
