"""A Square that is none: one merchant's customers in memory, as contracts/square.md says they are asked for.

What is Square's and not regulars' own: a merge makes a customer with a new id, the search lags behind the list, and
cursors live five minutes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from regulars.model import instant
from regulars.sources.http import Request, Response

CURSOR_SECONDS = 300
_PUBLIC = ("given_name", "family_name", "company_name", "email_address", "phone_number")
_JSON = {"content-type": "application/json"}
_MICROSECONDS = 1_000_000

Customer = dict[str, Any]


class SquareTill:
    """`now`: seconds since 1970. `lag_seconds`: how late a change shows in searches. `events`: whether it has any."""

    def __init__(
        self,
        now: Callable[[], float],
        *,
        token: str = "square-token",
        lag_seconds: float = 0,
        events: bool = True,
        obeys_updated_at: bool = True,
    ) -> None:
        self.token = token
        self.refresh_token = "square-refresh"
        self.lag_seconds = lag_seconds
        self.has_events = events
        self.obeys_updated_at = obeys_updated_at
        self._now = now
        self._customers: dict[str, Customer] = {}
        self._indexed: dict[str, Customer] = {}
        self._late: list[tuple[float, str, Customer | None]] = []
        self._events: list[Customer] = []
        self._heirs: dict[str, str] = {}
        self._numbers = itertools.count(1)
        self._cursors: dict[str, tuple[float, bytes, tuple[int, str]]] = {}

    # --- what happens in the shop ----------------------------------------------------------------------------------

    def create(self, **fields: Any) -> str:
        """A new customer; its id."""
        return self._made(fields, None)

    def edit(self, id: str, **fields: Any) -> None:
        """Changes these fields; None clears one."""
        merged = self._customers[id] | fields
        kept = {name: value for name, value in merged.items() if value is not None}
        edited = kept | {"updated_at": self._text(), "version": merged["version"] + 1}
        self._put(edited)
        self._tell("customer.updated", edited, None)

    def delete(self, id: str) -> None:
        """Deletes it; only an event tells."""
        self._end(id, None)

    def merge(self, *ids: str) -> str:
        """Makes one of several, with a new id."""
        fields: Customer = {}
        for id in reversed(ids):
            fields |= {name: value for name, value in self._customers[id].items() if value not in ("", None)}
        kept = {name: value for name, value in fields.items() if name not in {"id", "created_at", "version"}}
        survivor = self._made(kept | {"creation_source": "MERGE"}, ids)
        context = {"merge": {"from_customer_ids": list(ids), "to_customer_id": survivor}}
        for id in ids:
            self._end(id, context)
            self._heirs[id] = survivor
        return survivor

    def webhook(self, url: str, key: str, *, at: int = -1) -> tuple[bytes, dict[str, str]]:
        """An event as it is sent to a subscriber: body and headers."""
        body = msgspec.json.encode(self._events[at])
        signed = hmac.digest(key.encode(), url.encode() + body, "sha256")
        return body, {"x-square-hmacsha256-signature": base64.b64encode(signed).decode()}

    @property
    def customers(self) -> Mapping[str, Customer]:
        """Everybody, by id."""
        return self._customers

    # --- what is asked over HTTP -----------------------------------------------------------------------------------

    def send(self, request: Request) -> Response:
        """The answer."""
        parts = urlsplit(request.url)
        query = dict(parse_qsl(parts.query))
        body = msgspec.json.decode(request.body) if request.body else {}
        path = f"{request.method} {parts.path}"
        if path == "POST /oauth2/token":
            return self._renew(body)
        if {name.lower(): value for name, value in request.headers.items()}.get(
            "authorization"
        ) != f"Bearer {self.token}":
            return _failed(401, "UNAUTHORIZED")
        match path:
            case "GET /v2/customers":
                found = sorted(self._customers.values(), key=_created)
                return self._page("customers", found, query, query)
            case "POST /v2/customers/search":
                return self._page("customers", self._found(body), body, _asked(body))
            case "POST /v2/customers/bulk-retrieve":
                return _answer({"responses": {id: self._one(id) for id in body["customer_ids"]}})
            case "POST /v2/events":
                return self._search_events(body) if self.has_events else _failed(403, "FORBIDDEN")
        id = unquote(parts.path.removeprefix("/v2/customers/"))
        one = self._one(id)
        return _answer(one) if "customer" in one else Response(404, _JSON, msgspec.json.encode(one))

    def _found(self, body: Customer) -> Sequence[Customer]:
        self._index()
        filters = body.get("query", {}).get("filter", {})
        found = sorted(self._indexed.values(), key=_created)
        for name in ("created_at", "updated_at"):
            if name in filters and (name != "updated_at" or self.obeys_updated_at):
                found = [one for one in found if _is_within(one[name], filters[name])]
        return found

    def _search_events(self, body: Customer) -> Response:
        filters = body.get("query", {}).get("filter", {})
        found = [
            event
            for event in self._events
            if event["type"] in filters["event_types"]
            and _is_within(event["created_at"], filters["created_at"])
        ]
        return self._page("events", found, body, _asked(body))

    def _page(self, key: str, found: Sequence[Customer], given: Customer, question: Customer) -> Response:
        """A page behind its cursor, which holds for the same question and for five minutes."""
        asked = msgspec.json.encode({name: question[name] for name in sorted(question) if name != "cursor"})
        shown = [one for one in found if key == "events" or any(one.get(name) for name in _PUBLIC)]
        count, limit = len(shown), int(given.get("limit", 100))
        if cursor := given.get("cursor"):
            made_at, bound, last = self._cursors.get(cursor, (0.0, b"", (0, "")))
            if self._now() - made_at >= CURSOR_SECONDS or bound != asked:
                return _failed(400, "INVALID_CURSOR", field="cursor")
            shown = [one for one in shown if _created(one) > last]
        answer: Customer = {key: shown[:limit]} if shown else {}
        if len(shown) > limit:
            last = _created(shown[limit - 1])
            cursor = hashlib.sha256(repr((asked, last)).encode()).hexdigest()
            self._cursors[cursor] = (self._now(), asked, last)
            answer["cursor"] = cursor
        if given.get("count") in {"true", True}:
            answer["count"] = count
        return _answer(answer)

    def _one(self, id: str) -> Customer:
        while id in self._heirs:
            id = self._heirs[id]
        if id in self._customers:
            return {"customer": self._customers[id]}
        return {"errors": [{"category": "INVALID_REQUEST_ERROR", "code": "NOT_FOUND"}]}

    def _renew(self, body: Customer) -> Response:
        if body.get("refresh_token") != self.refresh_token or body.get("grant_type") != "refresh_token":
            return _failed(401, "UNAUTHORIZED")
        number = next(self._numbers)
        self.token, self.refresh_token = f"square-token-{number}", f"square-refresh-{number}"
        return _answer({"access_token": self.token, "refresh_token": self.refresh_token})

    # --- what it keeps -----------------------------------------------------------------------------------------------

    def _made(self, fields: Customer, merged: Sequence[str] | None) -> str:
        id = f"SQ{next(self._numbers):08}"
        new = {"id": id, **fields, "created_at": self._text(), "updated_at": self._text(), "version": 0}
        self._put(new)
        context = {"merge": {"from_customer_ids": list(merged), "to_customer_id": id}} if merged else None
        self._tell("customer.created", new, context)
        return id

    def _put(self, customer: Customer) -> None:
        self._customers[customer["id"]] = customer
        self._late.append((self._now(), customer["id"], customer))

    def _end(self, id: str, context: Customer | None) -> None:
        self._tell("customer.deleted", self._customers.pop(id), context)
        self._late.append((self._now(), id, None))

    def _index(self) -> None:
        while self._late and self._late[0][0] <= self._now() - self.lag_seconds:
            _, id, customer = self._late.pop(0)
            if customer is None:
                self._indexed.pop(id, None)
            else:
                self._indexed[id] = customer

    def _tell(self, type: str, customer: Customer, context: Customer | None) -> None:
        shown = {"customer": customer} | ({"event_context": context} if context else {})
        self._events.append(
            {
                "merchant_id": "M1",
                "type": type,
                "event_id": f"event-{next(self._numbers):08}",
                "created_at": self._text(),
                "data": {"type": "customer", "id": customer["id"], "object": shown},
            }
        )

    def _text(self) -> str:
        return instant.text_milliseconds(int(self._now() * _MICROSECONDS))


def _created(customer: Customer) -> tuple[int, str]:
    return instant.parse(customer["created_at"]) or 0, customer.get("event_id") or customer["id"]


def _asked(body: Customer) -> Customer:
    return {name: value for name, value in body.items() if name in {"query", "limit"}}


def _is_within(text: str, span: Customer) -> bool:
    at = instant.parse(text) or 0
    start, end = (instant.parse(span.get(name, "")) for name in ("start_at", "end_at"))
    return (start is None or at >= start) and (end is None or at < end)


def _answer(value: Customer) -> Response:
    return Response(200, _JSON, msgspec.json.encode(value))


def _failed(status: int, code: str, field: str | None = None) -> Response:
    error = {"category": "INVALID_REQUEST_ERROR", "code": code} | ({"field": field} if field else {})
    return Response(status, _JSON, msgspec.json.encode({"errors": [error]}))
