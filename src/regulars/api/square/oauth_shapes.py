"""What Square's OAuth operations take and answer."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from regulars import limits
from regulars.api.square.shapes import Time

Absent = UnsetType
Secret = Annotated[str, Meta(max_length=limits.TOKEN_LENGTH_MAX)]


class RetrieveTokenStatusResponse(Struct):
    """What a token opens. `expires_at` is always there: a year ahead when the token does not expire."""

    scopes: list[str]
    expires_at: Time
    client_id: str
    merchant_id: str


class ObtainTokenRequest(Struct, omit_defaults=True, kw_only=True):
    """A code or a refresh token; in a sandbox each of its tokens is both."""

    client_id: Secret
    grant_type: Literal["authorization_code", "refresh_token", "migration_token"]
    client_secret: Secret | Absent | None = UNSET
    code: Secret | Absent | None = UNSET
    refresh_token: Secret | Absent | None = UNSET
    migration_token: Secret | Absent | None = UNSET


class ObtainTokenResponse(Struct):
    """A new token for the same account."""

    access_token: str
    token_type: Literal["bearer"]
    expires_at: Time
    merchant_id: str
    refresh_token: str
    short_lived: bool


class RevokeTokenRequest(Struct, omit_defaults=True, kw_only=True):
    """The token that is to open nothing any more."""

    client_id: Secret | Absent | None = UNSET
    access_token: Secret


class RevokeTokenResponse(Struct):
    """It was done."""

    success: bool
