"""A Shift4 Conecto that is none: one location's customers in memory, as contracts/shift4.md says they are asked for.

It can be either published shape, and may look at `page`, `updatedAfter` and `pageSize` or not, as nobody knows what the
real one does. Whether it shows `Link: rel="next"` is for tests of that too; regulars itself does.
"""

from __future__ import annotations

import hmac
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import msgspec

from regulars.model import instant
from regulars.sources.http import Request, Response

_JSON = {"content-type": "application/json"}
_MICROSECONDS = 1_000_000
_TIMESTAMP_SECONDS = 10

Customer = dict[str, Any]


class Shift4Till:
    """`now`: seconds since 1970. `vendor`: the vendor host's shape, which looks at no parameter and has no times."""

    def __init__(
        self,
        now: Callable[[], float],
        *,
        location: int = 1,
        token: str = "shift4-token",
        client: tuple[str, str] | None = None,
        vendor: bool = False,
        looks_at: Sequence[str] = ("page", "pageSize", "updatedAfter", "search"),
        links: bool = False,
        has_meta: bool = True,
    ) -> None:
        self.location = location
        self.token = token
        self.refresh_token = "shift4-refresh"
        self.total: int | None = None  # what it says instead of the truth
        self._client = client
        self._vendor = vendor
        self.looks_at = () if vendor else looks_at
        self._links = links
        self._has_meta = has_meta and not vendor
        self._now = now
        self._customers: dict[str, Customer] = {}
        self._numbers = itertools.count(1)

    # --- what happens in the shop ----------------------------------------------------------------------------------

    def create(self, **fields: Any) -> str:
        """A new customer; its posRef."""
        ref = f"CUST-{next(self._numbers):06}"
        self._put({"posRef": ref, **fields, "createdAt": self._text()})
        return ref

    def edit(self, ref: str, **fields: Any) -> None:
        """Changes these fields."""
        self._put(self._customers[ref] | fields)

    def delete(self, ref: str) -> None:
        """Deletes it; it is absent from now on."""
        del self._customers[ref]

    @property
    def customers(self) -> Mapping[str, Customer]:
        """Everybody as they are shown, by posRef."""
        return {ref: self._shown(one) for ref, one in self._customers.items()}

    # --- what is asked over HTTP -----------------------------------------------------------------------------------

    def send(self, request: Request) -> Response:
        """The answer."""
        parts = urlsplit(request.url)
        headers = {name.lower(): value for name, value in request.headers.items()}
        if parts.path == "/oauth2/token/":
            return self._renew(msgspec.json.decode(request.body or b"{}"))
        if not self._is_known(request.method, parts.path, headers, request.body or b""):
            return _failed(401, "Unauthorized")
        if parts.path != f"/pos/v2/{self.location}/customers":
            return _failed(404, "Not Found")
        asked = {name: text for name, text in parse_qsl(parts.query) if name in self.looks_at}
        return self._page(parts.path, asked)

    def _page(self, path: str, asked: Mapping[str, str]) -> Response:
        page, size = int(asked.get("page", "1")), min(100, int(asked.get("pageSize", "50")))
        found = list(self._customers.values())
        if "updatedAfter" in asked:
            after = instant.parse(asked["updatedAfter"])
            found = [one for one in found if (instant.parse(one["updatedAt"]) or 0) > (after or 0)]
            found.sort(key=_changed)
        if "search" in asked:
            found = [one for one in found if asked["search"] in one["posRef"]]
        total = len(found) if self.total is None else self.total
        if not self._vendor:
            found = found[(page - 1) * size :]
        headers = dict(_JSON)
        if self._links and "updatedAfter" in asked and len(found) > size:
            after_text = quote(found[size - 1]["updatedAt"], safe="")
            headers["link"] = f'<{path}?pageSize={size}&page=1&updatedAfter={after_text}>; rel="next"'
        shown = found if self._vendor else found[:size]
        answer: Customer = {"results": [self._shown(one) for one in shown], "meta": {}}
        if self._has_meta:
            answer["meta"] = {"page": page, "pageSize": size, "totalCount": total}
        return Response(200, headers, msgspec.json.encode(answer))

    def _is_known(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> bool:
        if self._client is None:
            return headers.get("authorization") == f"Bearer {self.token}"
        id, secret = self._client
        at = headers.get("x-timestamp", "0")
        signed = hmac.digest(
            secret.encode(), f"{id}{method}{path.lower()}".encode() + body + at.encode(), "sha256"
        )
        return (
            headers.get("x-access-key") == id
            and abs(int(at) - self._now()) <= _TIMESTAMP_SECONDS
            and hmac.compare_digest(headers.get("x-signature", ""), signed.hex())
        )

    def _renew(self, asked: Customer) -> Response:
        if asked.get("refresh_token") != self.refresh_token:
            return _failed(401, "Unauthorized")
        number = next(self._numbers)
        self.token, self.refresh_token = f"shift4-token-{number}", f"shift4-refresh-{number}"
        answer = {"access_token": self.token, "refresh_token": self.refresh_token}
        return Response(200, _JSON, msgspec.json.encode(answer))

    # --- what it keeps -----------------------------------------------------------------------------------------------

    def _put(self, customer: Customer) -> None:
        self._customers[customer["posRef"]] = customer | {"updatedAt": self._text()}

    def _shown(self, customer: Customer) -> Customer:
        if not self._vendor:
            return customer
        return {name: value for name, value in customer.items() if name not in {"createdAt", "updatedAt"}}

    def _text(self) -> str:
        return instant.text(int(self._now() * _MICROSECONDS))


def _changed(customer: Customer) -> int:
    return instant.parse(customer["updatedAt"]) or 0


def _failed(status: int, message: str) -> Response:
    return Response(status, _JSON, msgspec.json.encode({"status": status, "message": message, "details": []}))
