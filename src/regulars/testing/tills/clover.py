"""A Clover that is none: one merchant's customers in memory, by offset (contracts/pos-systems.md 1)."""

from __future__ import annotations

import itertools
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
from msgspec import structs

from regulars.sources.contract import Given
from regulars.sources.http import Request, Response
from regulars.sources.kinds.clover import KIND
from regulars.testing.trial import Trial

MERCHANT = "MERCHANT1"
_EXPANDED = ("addresses", "emailAddresses", "phoneNumbers", "metadata")


class CloverTill(Trial):
    """Shows contacts only to who expands them."""

    kind = KIND
    many = 120

    def __init__(self) -> None:
        self.time = 1_700_000_000_000
        self.customers: dict[str, dict[str, Any]] = {}
        self._numbers = itertools.count(1)

    def given(self) -> Given:
        """One merchant's."""
        return structs.replace(super().given(), url=None, options={"merchant": MERCHANT})

    def now(self) -> float:
        """The till's own time."""
        return self.time / 1_000

    def create(self, name: str, phone: str) -> str:
        """A new customer."""
        id = f"CLOVER{next(self._numbers):07}"
        self.time += 1
        self.customers[id] = {
            "id": id, "firstName": name, "lastName": None, "marketingAllowed": False, "customerSince": self.time,
            "addresses": {"elements": []}, "emailAddresses": {"elements": []},
            "phoneNumbers": {"elements": _phones(phone)}, "metadata": {"modifiedTime": self.time},
        }  # fmt: skip
        return id

    def edit(self, ref: str, *, name: str | None = None, phone: str | None = None) -> None:
        """Its modified time moves, which nobody can ask for."""
        self.time += 1
        one = self.customers[ref]
        one["metadata"]["modifiedTime"] = self.time
        if name is not None:
            one["firstName"] = name
        if phone is not None:
            one["phoneNumbers"] = {"elements": _phones(phone)}

    def delete(self, ref: str) -> None:
        """It is no longer listed."""
        del self.customers[ref]

    def pass_seconds(self, seconds: int) -> None:
        """Nothing else happens."""
        self.time += seconds * 1_000

    def webhook(self, secret: str, ref: str, type: str = "UPDATE") -> tuple[bytes, dict[str, str]]:
        """As it is sent: body and headers."""
        told = {"objectId": f"C:{ref}", "type": type, "ts": self.time}
        body = msgspec.json.encode({"appId": "APP", "merchants": {MERCHANT: [told]}})
        return body, {"x-clover-auth": secret}

    def send(self, request: Request) -> Response:
        """Answers as Clover does."""
        if request.headers.get("authorization") != f"Bearer {super().given().secret}":
            return _json({"message": "401 Unauthorized"}, 401)
        parts = urlsplit(request.url)
        query = parse_qs(parts.query)
        root, _, id = parts.path.partition("/customers")
        if root != f"/v3/merchants/{MERCHANT}":
            return _json({"message": "Not Found"}, 404)
        expanded = query.get("expand", [""])[0].split(",")
        if id:
            one = self.customers.get(id.removeprefix("/"))
            return _json({"message": "Not Found"}, 404) if one is None else _json(_shown(one, expanded))
        offset, limit = (
            int(query.get(name, [usual])[0]) for name, usual in (("offset", "0"), ("limit", "100"))
        )
        found = list(self.customers.values())[offset : offset + limit]
        return _json({"elements": [_shown(one, expanded) for one in found], "href": request.url})


def _phones(phone: str) -> list[dict[str, str]]:
    return [{"id": "PHONE", "phoneNumber": phone}] if phone else []


def _shown(one: dict[str, Any], expanded: list[str]) -> dict[str, Any]:
    return {name: value for name, value in one.items() if name not in _EXPANDED or name in expanded}


def _json(value: Any, status: int = 200) -> Response:
    return Response(status, {"content-type": "application/json"}, msgspec.json.encode(value))
