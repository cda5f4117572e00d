"""A Shopify that is none: customers in memory, in the order of their changes (contracts/pos-systems.md 1)."""

from __future__ import annotations

import base64
import hmac
import itertools
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qs

import msgspec

from regulars.model import instant
from regulars.sources.http import Request, Response
from regulars.sources.kinds.shopify import KIND
from regulars.testing.trial import Trial

_GID = "gid://shopify/Customer/"
_PROTECTED = ("firstName", "lastName", "defaultEmailAddress", "defaultPhoneNumber")


class ShopifyTill(Trial):
    """Answers the two queries that our source asks; `throttled`: so many answers are a request to wait.

    `reach`: how many customers a cursor leads past. `dear_from`: so many at a time cost too much. `is_approved`:
    whether names and contacts are shown. `token`: what opens it; `client`: whom it is given to.
    """

    kind = KIND
    many = 120
    filters = ("query",)

    def __init__(self) -> None:
        self.time = 1_700_000_000
        self.throttled = 0
        self.reach = 25_000
        self.dear_from = 251
        self.is_approved = True
        self.token = self.given().secret or ""
        self.client = ("invented-id", "invented-secret")
        self.customers: dict[str, dict[str, Any]] = {}
        self._numbers = itertools.count(7_000_001)
        self._ignores_filters = False

    def now(self) -> float:
        """The till's own time."""
        return float(self.time)

    def create(self, name: str, phone: str) -> str:
        """A new customer."""
        ref = str(next(self._numbers))
        self.time += 1
        self.customers[ref] = {
            "id": _GID + ref, "firstName": name, "lastName": None, "note": None, "tags": [],
            "createdAt": self._text(), "updatedAt": self._text(), "defaultEmailAddress": None,
            "defaultPhoneNumber": _phone(phone), "addresses": [],
        }  # fmt: skip
        return ref

    def edit(self, ref: str, *, name: str | None = None, phone: str | None = None) -> None:
        """It moves to the end of the order."""
        self.time += 1
        one = self.customers[ref]
        one["updatedAt"] = self._text()
        if name is not None:
            one["firstName"] = name
        if phone is not None:
            one["defaultPhoneNumber"] = _phone(phone)

    def delete(self, ref: str) -> None:
        """Nothing tells who only asks."""
        del self.customers[ref]

    def pass_seconds(self, seconds: int) -> None:
        """Nothing else happens."""
        self.time += seconds

    def ignore_filters(self) -> None:
        """The query's times are not seen."""
        self._ignores_filters = True

    def webhook(self, secret: str, topic: str, body: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
        """As it is sent: body and headers."""
        sent = msgspec.json.encode(body)
        signed = base64.b64encode(hmac.digest(secret.encode(), sent, "sha256")).decode()
        headers = {"x-shopify-hmac-sha256": signed, "x-shopify-topic": topic}
        return sent, headers | {"x-shopify-webhook-id": f"webhook-{topic}"}

    def send(self, request: Request) -> Response:
        """Answers as Shopify does."""
        if request.url.endswith("/admin/oauth/access_token"):
            return self._granted(request)
        if request.headers.get("x-shopify-access-token") != self.token:
            return self._json({"errors": "[API] Invalid API key or access token"}, 401)
        if self.throttled:
            self.throttled -= 1
            cost = {
                "requestedQueryCost": 252,
                "throttleStatus": {"currentlyAvailable": 52, "restoreRate": 100},
            }
            return self._json(
                {"errors": [{"extensions": {"code": "THROTTLED"}}], "extensions": {"cost": cost}}
            )
        variables = msgspec.json.decode(request.body or b"{}").get("variables", {})
        if "ids" in variables:
            refs = [id.removeprefix(_GID) for id in variables["ids"]]
            return self._json({"data": {"nodes": [self.customers.get(ref) for ref in refs]}})
        if variables.get("first", 0) >= self.dear_from:
            return self._json({"errors": [{"extensions": {"code": "MAX_COST_EXCEEDED"}}]})
        return self._listed(variables)

    def _granted(self, request: Request) -> Response:
        asked = {name: values[0] for name, values in parse_qs((request.body or b"").decode()).items()}
        if (asked.get("client_id"), asked.get("client_secret")) != self.client:
            return self._json({"error": "invalid_client"}, 400)
        return self._json({"access_token": self.token, "scope": "read_customers", "expires_in": 86_399})

    def _listed(self, variables: dict[str, Any]) -> Response:
        since = (variables.get("query") or "").partition("'")[2].rstrip("'")
        rows = sorted(self.customers.values(), key=lambda one: (one["updatedAt"], one["id"]))
        if since and not self._ignores_filters:
            rows = [one for one in rows if one["updatedAt"] >= since]
        if variables.get("after"):
            try:
                at, id = base64.b64decode(variables["after"], validate=True).decode().split("|")
            except ValueError:
                return self._json(
                    {"errors": [{"message": "Invalid cursor", "extensions": {"code": "BAD_CURSOR"}}]}
                )
            if sum((one["updatedAt"], one["id"]) <= (at, id) for one in rows) >= self.reach:
                return self._json({"errors": [{"message": "Pagination limit exceeded"}]})
            rows = [one for one in rows if (one["updatedAt"], one["id"]) > (at, id)]
        found = rows[: variables.get("first", 10)]
        if not self.is_approved:
            found = [one | dict.fromkeys(_PROTECTED) for one in found]
        end = found[-1] if found else None
        cursor = (
            None if end is None else base64.b64encode(f"{end['updatedAt']}|{end['id']}".encode()).decode()
        )
        page = {"hasNextPage": len(rows) > len(found), "endCursor": cursor}
        return self._json({"data": {"customers": {"nodes": found, "pageInfo": page}}})

    def _text(self) -> str:
        return instant.text(self.time * 1_000_000)

    def _json(self, value: Any, status: int = 200) -> Response:
        headers = {"content-type": "application/json", "date": formatdate(self.time, usegmt=True)}
        return Response(status, headers, msgspec.json.encode(value))


def _phone(phone: str) -> dict[str, str] | None:
    return {"phoneNumber": phone, "marketingState": "NOT_SUBSCRIBED"} if phone else None
