"""A Stripe that is none: customers and events in memory, as contracts/pos-systems.md says they are asked for."""

from __future__ import annotations

import hashlib
import hmac
import itertools
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec
from msgspec import structs

from regulars.sources.contract import Given
from regulars.sources.http import Request, Response
from regulars.sources.kinds.stripe import KIND
from regulars.testing.trial import Trial

_EVENT_SECONDS = 30 * 86_400
_BEGINNING = 1_700_000_000


class StripeTill(Trial):
    """Lists customers newest first, keeps events for thirty days."""

    kind = KIND
    many = 120
    filters = ("created[gte]",)

    def __init__(self) -> None:
        self.time = _BEGINNING
        self.customers: dict[str, dict[str, Any]] = {}
        self.events: list[dict[str, Any]] = []
        self._ignores_filters = False
        self._numbers = itertools.count(1)

    def given(self) -> Given:
        """With Stripe's own address."""
        return structs.replace(super().given(), url=None, secret="sk_test_invented")

    def now(self) -> float:
        """The till's own time."""
        return float(self.time)

    def create(self, name: str, phone: str) -> str:
        """A new customer."""
        id = f"cus_{next(self._numbers):06}"
        self.customers[id] = {
            "id": id, "object": "customer", "name": name, "phone": phone or None, "email": None,
            "created": self._tick(), "address": None, "shipping": None, "metadata": {},
        }  # fmt: skip
        self._tell("created", id)
        return id

    def edit(self, ref: str, *, name: str | None = None, phone: str | None = None) -> None:
        """An event tells."""
        given = {"name": name, "phone": phone}
        self.customers[ref] |= {field: value for field, value in given.items() if value is not None}
        self._tell("updated", ref)

    def delete(self, ref: str) -> None:
        """An event tells."""
        self._tell("deleted", ref)
        del self.customers[ref]

    def pass_seconds(self, seconds: int) -> None:
        """Events that are too old go."""
        self.time += seconds
        self.events = [event for event in self.events if event["created"] > self.time - _EVENT_SECONDS]

    def ignore_filters(self) -> None:
        """`created[gte]` is not seen."""
        self._ignores_filters = True

    def webhook(self, secret: str, *, at: int = -1) -> tuple[bytes, dict[str, str]]:
        """An event as it is sent: body and headers."""
        body = msgspec.json.encode(self.events[at])
        signed = hmac.new(secret.encode(), f"{self.time}.".encode() + body, hashlib.sha256).hexdigest()
        return body, {"stripe-signature": f"t={self.time},v1={signed},v0=00"}

    def send(self, request: Request) -> Response:
        """Answers as Stripe does."""
        if request.headers.get("authorization") != "Bearer sk_test_invented":
            return _json({"error": {"type": "invalid_request_error"}}, 401)
        parts = urlsplit(request.url)
        query = parse_qs(parts.query)
        if parts.path == "/v1/customers":
            return self._listed(list(reversed(self.customers.values())), query)
        if parts.path == "/v1/events":
            types = set(query.get("types[]", [])) or {event["type"] for event in self.events}
            since = 0 if self._ignores_filters else int(query.get("created[gte]", ["0"])[0])
            found = [one for one in self.events if one["type"] in types and one["created"] >= since]
            return self._listed(list(reversed(found)), query)
        id = unquote(parts.path.rpartition("/")[2])
        if id in self.customers:
            return _json(self.customers[id])
        if any(event["data"]["object"]["id"] == id for event in self.events):
            return _json({"id": id, "object": "customer", "deleted": True})
        return _json({"error": {"code": "resource_missing"}}, 404)

    def _listed(self, newest_first: list[dict[str, Any]], query: dict[str, list[str]]) -> Response:
        limit = int(query.get("limit", ["10"])[0])
        ids = [one["id"] for one in newest_first]
        behind, before = query.get("starting_after", [""])[0], query.get("ending_before", [""])[0]
        if (behind and behind not in ids) or (before and before not in ids):
            return _json({"error": {"code": "resource_missing"}}, 400)
        if before:
            newer = newest_first[: ids.index(before)]
            found, has_more = newer[-limit:], len(newer) > limit
        else:
            older = newest_first[ids.index(behind) + 1 if behind else 0 :]
            found, has_more = older[:limit], len(older) > limit
        return _json({"object": "list", "data": found, "has_more": has_more})

    def _tell(self, what: str, id: str) -> None:
        event = {
            "id": f"evt_{next(self._numbers):06}", "type": f"customer.{what}", "created": self._tick(),
            "data": {"object": dict(self.customers[id])},
        }  # fmt: skip
        self.events.append(event)

    def _tick(self) -> int:
        self.time += 1
        return self.time


def _json(value: Any, status: int = 200) -> Response:
    return Response(status, {"content-type": "application/json"}, msgspec.json.encode(value))
