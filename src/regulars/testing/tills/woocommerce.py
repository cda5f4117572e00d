"""A WooCommerce that is none: one shop's customers in memory, by offset (contracts/pos-systems.md 1)."""

from __future__ import annotations

import base64
import hmac
import itertools
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
from msgspec import structs

from regulars.sources.contract import Given
from regulars.sources.http import Request, Response
from regulars.sources.kinds.woocommerce import KIND
from regulars.testing.trial import Trial

KEYS = "ck_invented:cs_invented"
_PATH = "/wp-json/wc/v3/customers"


class WooCommerceTill(Trial):
    """Every customer has an account; times tell nobody who asks."""

    kind = KIND
    many = 120

    def __init__(self) -> None:
        self.time = 1_700_000_000
        self.customers: dict[int, dict[str, Any]] = {}
        self._numbers = itertools.count(1)

    def given(self) -> Given:
        """With a pair of keys."""
        return structs.replace(super().given(), secret=KEYS)

    def now(self) -> float:
        """The till's own time."""
        return float(self.time)

    def create(self, name: str, phone: str) -> str:
        """A new customer."""
        id = next(self._numbers)
        billing = {"first_name": name, "last_name": "", "company": "", "email": "", "phone": phone}
        self.customers[id] = {
            "id": id, "date_created_gmt": "2024-01-15T10:30:00", "date_modified_gmt": None, "email": "",
            "first_name": name, "last_name": "", "role": "customer", "billing": billing, "shipping": {},
        }  # fmt: skip
        return str(id)

    def edit(self, ref: str, *, name: str | None = None, phone: str | None = None) -> None:
        """Nobody can ask for it."""
        one = self.customers[int(ref)]
        if name is not None:
            one["first_name"] = name
        if phone is not None:
            one["billing"]["phone"] = phone

    def delete(self, ref: str) -> None:
        """It is no longer listed."""
        del self.customers[int(ref)]

    def pass_seconds(self, seconds: int) -> None:
        """Nothing else happens."""
        self.time += seconds

    def webhook(self, secret: str, ref: str, topic: str = "customer.updated") -> tuple[bytes, dict[str, str]]:
        """As it is sent: body and headers."""
        body = msgspec.json.encode(self.customers.get(int(ref), {"id": int(ref)}))
        signed = base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()
        headers = {"x-wc-webhook-signature": signed, "x-wc-webhook-topic": topic}
        return body, headers | {"x-wc-webhook-delivery-id": f"delivery-{ref}"}

    def send(self, request: Request) -> Response:
        """Answers as WooCommerce does."""
        expected = "Basic " + base64.b64encode(KEYS.encode()).decode()
        if request.headers.get("authorization") != expected:
            return _json({"code": "woocommerce_rest_cannot_view"}, 401)
        parts = urlsplit(request.url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        id = parts.path.removeprefix(_PATH).removeprefix("/")
        if id:
            one = self.customers.get(int(id)) if id.isdigit() else None
            return _json({"code": "woocommerce_rest_invalid_id"}, 404) if one is None else _json(one)
        offset, size = int(query.get("offset", "0")), min(int(query.get("per_page", "10")), 100)
        rows = sorted(self.customers.values(), key=lambda one: int(one["id"]))
        return _json(rows[offset : offset + size], total=len(rows))


def _json(value: Any, status: int = 200, *, total: int | None = None) -> Response:
    headers = {"content-type": "application/json; charset=UTF-8"}
    if total is not None:
        headers["x-wp-total"] = str(total)
    return Response(status, headers, msgspec.json.encode(value))
