"""An Odoo that is none: partners in memory, asked by domains (contracts/pos-systems.md 1)."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any

import msgspec

from regulars.sources.http import Request, Response
from regulars.sources.kinds.odoo import KIND
from regulars.testing.trial import Trial

_USER = 7
_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: bool(left == right),
    ">": lambda left, right: bool(left > right),
    ">=": lambda left, right: bool(left >= right),
    "in": lambda left, right: left in right,
}


class OdooTill(Trial):
    """Times are of whole seconds, and several changes share one."""

    kind = KIND
    many = 220
    filters = ("domain",)

    def __init__(self) -> None:
        self.time = 1_700_000_000
        self.partners: dict[int, dict[str, Any]] = {}
        self._numbers = itertools.count(1)
        self._changes = 0
        self._ignores_filters = False

    def now(self) -> float:
        """The till's own time."""
        return float(self.time)

    def create(self, name: str, phone: str) -> str:
        """A new partner, who is a customer."""
        id = next(self._numbers)
        self.partners[id] = {
            "id": id, "name": name, "is_company": False, "company_name": False, "parent_id": False, "email": False,
            "phone": phone or False, "street": False, "street2": False, "city": False, "zip": False, "state_id": False,
            "country_id": False, "country_code": False, "comment": False, "ref": False, "active": True,
            "create_date": self._text(), "write_date": self._text(), "customer_rank": 1,
        }  # fmt: skip
        self._touch(id)
        return str(id)

    def edit(self, ref: str, *, name: str | None = None, phone: str | None = None) -> None:
        """Its write_date moves."""
        given = {"name": name, "phone": phone}
        self.partners[int(ref)] |= {field: value for field, value in given.items() if value is not None}
        self._touch(int(ref))

    def delete(self, ref: str) -> None:
        """Unlinked: nothing tells."""
        del self.partners[int(ref)]

    def archive(self, ref: str) -> None:
        """Hidden, and its write_date moves."""
        self.partners[int(ref)]["active"] = False
        self._touch(int(ref))

    def write_at_once(self) -> None:
        """All of them in one transaction: one moment."""
        self.time += 1
        for one in self.partners.values():
            one["write_date"] = self._text()

    def pass_seconds(self, seconds: int) -> None:
        """Nothing else happens."""
        self.time += seconds

    def ignore_filters(self) -> None:
        """Conditions on write_date are not seen."""
        self._ignores_filters = True

    def send(self, request: Request) -> Response:
        """Answers as Odoo does; at `/jsonrpc` as older ones do."""
        if request.url.endswith("/jsonrpc"):
            return self._called(msgspec.json.decode(request.body or b"{}")["params"])
        if request.headers.get("authorization") != f"bearer {self.given().secret}":
            return self._json({"name": "werkzeug.exceptions.Unauthorized"}, 401)
        return self._json(self._found(msgspec.json.decode(request.body or b"{}")))

    def _called(self, call: dict[str, Any]) -> Response:
        database, *args = call["args"]
        if call["service"] == "common":
            good = (database, args[0], args[1]) == ("shop", "till@example.com", self.given().secret)
            return self._json({"jsonrpc": "2.0", "id": 1, "result": _USER if good else False})
        if (database, args[0], args[1]) != ("shop", _USER, self.given().secret):
            denied = {"name": "odoo.exceptions.AccessDenied", "message": "Access Denied"}
            return self._json({"jsonrpc": "2.0", "id": 1, "error": {"code": 200, "data": denied}})
        found = self._found({"domain": args[4][0], **args[5]})
        return self._json({"jsonrpc": "2.0", "id": 1, "result": found})

    def _found(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        active_only = asked.get("context", {}).get("active_test", True)
        rows = sorted(self.partners.values(), key=lambda one: int(one["id"]))
        found = [
            one
            for one in rows
            if (one["active"] or not active_only) and self._fits(one, asked.get("domain", []))
        ][: asked.get("limit")]
        fields = asked.get("fields") or list(rows[0] if rows else [])
        return [{name: one[name] for name in fields if name in one} for one in found]

    def _fits(self, one: dict[str, Any], domain: list[Any]) -> bool:
        """A domain in prefix notation; terms that stand side by side must all hold."""
        stack: list[bool] = []
        for term in reversed(domain):
            if term in ("|", "&"):
                left, right = stack.pop(), stack.pop()
                stack.append(left or right if term == "|" else left and right)
                continue
            field, operator, value = term
            ignored = self._ignores_filters and field == "write_date"
            stack.append(ignored or _COMPARED[operator](one[field], value))
        return all(stack)

    def _touch(self, id: int) -> None:
        """Three changes share a second."""
        self._changes += 1
        self.time += self._changes % 3 == 0
        self.partners[id]["write_date"] = self._text()

    def _text(self) -> str:
        return datetime.fromtimestamp(self.time, UTC).strftime("%Y-%m-%d %H:%M:%S")

    def _json(self, value: Any, status: int = 200) -> Response:
        headers = {"content-type": "application/json", "date": formatdate(self.time, usegmt=True)}
        return Response(status, headers, msgspec.json.encode(value))
