"""A Lightspeed X-Series that is none: customers with versions in memory (contracts/pos-systems.md 1)."""

from __future__ import annotations

import hashlib
import hmac
import itertools
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import msgspec
from msgspec import structs

from regulars.model import instant
from regulars.sources.contract import Given
from regulars.sources.http import Request, Response
from regulars.sources.kinds.lightspeed_x import KIND
from regulars.testing.trial import Trial


class LightspeedTill(Trial):
    """Every change takes the next version; a deleted customer keeps its row."""

    kind = KIND
    many = 220
    filters = ("after",)

    def __init__(self) -> None:
        self.time = 1_700_000_000
        self.customers: dict[str, dict[str, Any]] = {}
        self.token, self.refresh_token = "token-1", "refresh-1"  # of no shop
        self._versions, self._numbers = itertools.count(1), itertools.count(1)
        self._ignores_filters = False

    def given(self) -> Given:
        """With a pair of tokens."""
        return structs.replace(super().given(), secret=self.credentials())

    def credentials(self) -> str:
        """What a token file holds."""
        said = {
            "access_token": "token-1",
            "refresh_token": "refresh-1",
            "client_id": "c",
            "client_secret": "s",
        }
        return msgspec.json.encode(said).decode()

    def now(self) -> float:
        """The till's own time."""
        return float(self.time)

    def create(self, name: str, phone: str) -> str:
        """A new customer."""
        id = f"0af7b240-ab24-11e7-eddc-{next(self._numbers):012}"
        self.customers[id] = {
            "id": id, "first_name": name, "last_name": None, "phone": phone or None, "email": None, "deleted_at": None,
            "created_at": self._text(), "updated_at": self._text(), "version": next(self._versions),
        }  # fmt: skip
        return id

    def edit(self, ref: str, *, name: str | None = None, phone: str | None = None) -> None:
        """It takes the next version."""
        given = {"first_name": name, "phone": phone}
        self._change(ref, **{field: value for field, value in given.items() if value is not None})

    def delete(self, ref: str) -> None:
        """Its row stays, with the time of that."""
        self._change(ref, deleted_at=self._text())

    def pass_seconds(self, seconds: int) -> None:
        """Nothing else happens."""
        self.time += seconds

    def ignore_filters(self) -> None:
        """`after` is not seen."""
        self._ignores_filters = True

    def webhook(self, secret: str, ref: str) -> tuple[bytes, dict[str, str]]:
        """As it is sent: body and headers."""
        payload = msgspec.json.encode(self.customers[ref]).decode()
        body = urlencode({"type": "customer.update", "payload": payload}).encode()
        signed = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        return body, {"x-signature": f"signature={signed}, algorithm=HMAC-SHA256"}

    def send(self, request: Request) -> Response:
        """Answers as Lightspeed does."""
        parts = urlsplit(request.url)
        query = parse_qs(parts.query)
        if parts.path == "/api/1.0/token":
            return self._refreshed(dict(parse_qsl((request.body or b"").decode())))
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return _json({"error": "unauthorized"}, 401)
        id = parts.path.partition("/customers")[2].removeprefix("/")
        if id:
            one = self.customers.get(id)
            return _json({"error": "not found"}, 404) if one is None else _json({"data": one})
        after = 0 if self._ignores_filters else int(query.get("after", ["0"])[0])
        size = int(query.get("page_size", ["50"])[0])
        rows = sorted(self.customers.values(), key=lambda one: one["version"])
        found = [
            one
            for one in rows
            if one["version"] > after and (not one["deleted_at"] or query.get("deleted") == ["true"])
        ][:size]
        versions = [one["version"] for one in found]
        bounds = {"min": min(versions, default=0), "max": max(versions, default=0)}
        return _json({"data": found, "version": bounds})

    def _refreshed(self, form: dict[str, str]) -> Response:
        """Both tokens rotate."""
        if form.get("refresh_token") != self.refresh_token:
            return _json({"error": "invalid_grant"}, 400)
        self.token, self.refresh_token = self.token + "+", self.refresh_token + "+"
        return _json({"access_token": self.token, "refresh_token": self.refresh_token, "expires_in": 86_400})

    def _change(self, ref: str, **fields: Any) -> None:
        self.time += 1
        self.customers[ref] |= {**fields, "updated_at": self._text(), "version": next(self._versions)}

    def _text(self) -> str:
        return instant.text(self.time * 1_000_000)


def _json(value: Any, status: int = 200) -> Response:
    return Response(status, {"content-type": "application/json"}, msgspec.json.encode(value))
