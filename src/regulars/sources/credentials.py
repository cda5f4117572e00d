"""What a token file may hold: a bearer token alone, or JSON with what renews one (OAuth 2, RFC 6749 section 6)."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from regulars import errors
from regulars.sources.contract import Refreshed
from regulars.sources.http import Http, shaped

_FORM = "a token; or JSON with client_id, client_secret and refresh_token"


class Client(Struct, frozen=True, omit_defaults=True):
    """What a JSON token file holds: whoever has a refresh token renews, the others sign with the secret."""

    client_id: str
    client_secret: str
    refresh_token: str | None = None
    access_token: str | None = None


def client(secret: str | None) -> Client | None:
    """The client of a token file that is JSON; None: it is a token. Raises Fatal for JSON that is something else."""
    text = (secret or "").strip()
    if not text.startswith("{"):
        return None
    try:
        return msgspec.json.decode(text, type=Client)
    except msgspec.DecodeError:
        raise errors.Fatal("The token file holds JSON of another shape", hint=f"It holds {_FORM}.") from None


def bearer(secret: str | None) -> str:
    """The token itself; raises Unauthorised where it must be asked for first, Fatal where there is none."""
    found = client(secret)
    token = (secret or "").strip() if found is None else found.access_token
    if found is not None and found.refresh_token and not token:
        raise errors.Unauthorised("There is no access token yet", reason="missing")
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise errors.Fatal("An access token is needed", hint=f"--token-file FILE, which holds {_FORM}")
    return token


def renewed(secret: str | None, http: Http, path: str) -> Refreshed:
    """A new access token for the refresh token; the next refresh token too, where they rotate."""
    found = client(secret)
    if found is None or not found.refresh_token:
        raise errors.Unauthorised("These credentials cannot be renewed", reason="expired")
    asked = {
        "client_id": found.client_id,
        "client_secret": found.client_secret,
        "grant_type": "refresh_token",
        "refresh_token": found.refresh_token,
    }
    answer = http.ask(
        "POST", path, headers={"content-type": "application/json"}, body=msgspec.json.encode(asked)
    )
    tokens = shaped(answer, _Tokens)
    kept = msgspec.structs.replace(
        found, access_token=tokens.access_token, refresh_token=tokens.refresh_token or found.refresh_token
    )
    return Refreshed(msgspec.json.encode(kept).decode())


class _Tokens(Struct):
    access_token: str
    refresh_token: str | None = None
