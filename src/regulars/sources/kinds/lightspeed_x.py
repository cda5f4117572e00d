"""Lightspeed Retail X-Series: every record has a version that only grows, deletions too (contracts/pos-systems.md 1).

The best contract of all: a walk is `after` the highest version seen, and ends with an empty page. Read in Lightspeed's
public documentation: path and version, `after`, `deleted`, the budget for each register, refresh tokens that rotate.
Of its webhooks' signature it is published where it stands and what signs, not how it is written down nor over what
exactly: hexadecimal and base64 are taken, of the form and of its payload. Run against a simulator only.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import msgspec
from msgspec import Raw, Struct

from regulars import errors
from regulars.model.pull import Gone, Item, Page, State
from regulars.model.record import Record, Unreadable
from regulars.sources.contract import Budget, Given, Heard, Hook, Kind, Option, Refreshed
from regulars.sources.http import Http, json_of, shaped
from regulars.sources.parting import one_by_one, seen

FORMAT = "lightspeed-x"
_VERSION = "2026-07"
_PAGE_SIZE = 200


class _Versions(Struct, frozen=True):
    max: int | None = None


class _Page(Struct):
    data: list[Raw]
    version: _Versions = _Versions()


class _One(Struct):
    data: Raw


class _Named(Struct):
    id: str
    version: int | None = None
    deleted_at: str | None = None


class LightspeedX:
    """One retailer's customers."""

    def __init__(self, given: Given, http: Http) -> None:
        token = _credentials(given.secret).get("access_token") or (given.secret or "").strip()
        self._path = f"/api/{quote(given.options.get('version', _VERSION), safe='')}/customers"
        self._http = http.at(given.url or "", {"authorization": f"Bearer {token}"})

    def begin(self, bookmark: State | None, *, full: bool) -> State:
        """Behind the highest version seen; from the first one, where everything is asked for."""
        return {"after": 0 if full or bookmark is None else bookmark["after"]}

    def page(self, state: State) -> Page:
        """Two hundred customers in the order of their versions, the deleted among them."""
        after = int(state["after"])
        answer = self._http.get(self._path, {"after": after, "page_size": _PAGE_SIZE, "deleted": "true"})
        found = shaped(answer, _Page)
        items = [_item(each, f"{FORMAT}:after={after}") for each in found.data]
        if not found.data:
            return Page(items, None, {"after": after})
        versions = [named.version or 0 for each in found.data if (named := seen(each, _Named)) is not None]
        highest = max([found.version.max or 0, *versions])
        if highest <= after:
            raise errors.Retriable("Lightspeed answered a page whose versions do not grow")
        return Page(items, {"after": highest}, {"after": highest})

    def fetch(self, refs: Sequence[str]) -> Sequence[Item]:
        """One request each."""
        return one_by_one(refs, self._one)

    def check(self) -> None:
        """The first customer."""
        shaped(self._http.get(self._path, {"page_size": 1}), _Page)

    def honours_filters(self) -> bool:
        """Nobody has a version near the largest number there is."""
        return not shaped(self._http.get(self._path, {"after": 2**62, "page_size": 1}), _Page).data

    def close(self) -> None:
        """Nothing is open."""

    def _one(self, ref: str) -> Item:
        return _item(shaped(self._http.get(f"{self._path}/{ref}"), _One).data, f"{FORMAT}:customer")


def refresh(given: Given, http: Http) -> Refreshed:
    """A new pair of tokens for the refresh token, which is used up by that."""
    said = _credentials(given.secret)
    if not {"refresh_token", "client_id", "client_secret"} <= said.keys():
        raise errors.Unauthorised("Lightspeed refuses the token", reason="expired")
    form = {name: said[name] for name in ("refresh_token", "client_id", "client_secret")}
    try:
        answer = http.at(given.url or "").ask(
            "POST",
            "/api/1.0/token",
            headers={"content-type": "application/x-www-form-urlencoded"},
            body=urlencode({"grant_type": "refresh_token", **form}).encode(),
        )
    except (errors.Invalid, errors.NotFound):
        raise errors.Unauthorised("Lightspeed refuses the refresh token", reason="expired") from None
    fresh = json_of(answer)
    if not isinstance(fresh, dict) or not isinstance(fresh.get("access_token"), str):
        raise errors.Retriable("Lightspeed answered no token")
    kept = {name: fresh[name] for name in ("access_token", "refresh_token") if name in fresh}
    return Refreshed(msgspec.json.encode(said | kept).decode())


def hook(sent: Hook) -> Heard:
    """A form whose `payload` is JSON; `X-Signature: signature=…,algorithm=HMAC-SHA256`."""
    said = dict(part.strip().partition("=")[::2] for part in sent.headers.get("x-signature", "").split(","))
    try:
        payload = dict(parse_qsl(sent.body.decode(), max_num_fields=50)).get("payload", "")
    except ValueError:
        payload = ""
    given = said.get("signature", "").encode()
    if not any(_is_signed(given, sent.secret, signed) for signed in (sent.body, payload.encode())):
        raise errors.Unauthorised("The webhook is not signed as it must be", reason="unknown")
    try:
        named = msgspec.json.decode(payload, type=_Named)
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise errors.Invalid("The webhook holds no payload", rule="not_json") from None
    return Heard(hashlib.sha256(sent.body).hexdigest(), (named.id,))


def _is_signed(given: bytes, secret: str, signed: bytes) -> bool:
    digest = hmac.digest(secret.encode(), signed, "sha256")
    expected = (digest.hex().encode(), base64.b64encode(digest))
    return bool(signed) and (
        hmac.compare_digest(given.lower(), expected[0]) or hmac.compare_digest(given, expected[1])
    )


def _item(raw: Raw, place: str) -> Item:
    named = seen(raw, _Named)
    if named is None:
        return Unreadable(bytes(raw), place, "The customer has no id", FORMAT)
    return Gone(named.id) if named.deleted_at else Record(FORMAT, bytes(raw), place)


def _credentials(secret: str | None) -> dict[str, Any]:
    """What a token file of JSON says; nothing of one that is a token alone."""
    try:
        said = msgspec.json.decode(secret or "", type=dict[str, str])
    except (msgspec.DecodeError, RecursionError):
        return {}
    return said


KIND = Kind(
    name="lightspeed-x",
    summary="Lightspeed Retail X-Series (Vend), by its versions",
    proof="simulated",
    open=LightspeedX,
    is_incremental=True,
    timestamps=("version",),
    deletes="tombstone",
    budget=Budget(350, 300.0),  # of one register: 300 for each, and 50
    needs_url=True,
    secret="a token with customers:read, or JSON with access_token, refresh_token, client_id, client_secret",  # noqa: S106
    options=(Option("version", "the version of its API", default=_VERSION),),
    hook=hook,
    refresh=refresh,
)
