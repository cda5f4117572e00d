"""Odoo by its JSON-2 API (19 and newer) or JSON-RPC (older): who was written lately (contracts/pos-systems.md 1).

A walk goes by id, not by time: `write_date` is kept in microseconds and shown in whole seconds, so whoever goes on
behind the last time and id shown skips partners of that second, or reads them for ever. Who is written during a walk is
met by the next, which looks back to ten minutes before this one began: a long transaction commits late. Archived
partners are gone here; those that were unlinked are missed by a full walk.

Read in Odoo's public documentation and source: the paths, headers and arguments, the codes of errors, that times are
compared by whole seconds. General knowledge, not verified: that an archived partner is only shown with `active_test`
off, the names of JSON-RPC's errors, which fields older versions lack, and how often odoo.com lets itself be asked. Run
against a simulator only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Raw, Struct

from regulars import errors
from regulars.model.pull import Gone, Item, Page, State
from regulars.model.record import Record, Unreadable
from regulars.sources import credentials
from regulars.sources.contract import Budget, Given, Kind, Option
from regulars.sources.http import Http, Response, shaped, shown_time
from regulars.sources.parting import seen

FORMAT = "odoo"
_PATH = "/json/2/res.partner/search_read"
_PAGE_SIZE = 200
_OVERLAP = timedelta(minutes=10)  # its times are those of a transaction's begin
_BEGINNING = "1970-01-01 00:00:00"
_IMPOSSIBLE = "2100-01-01 00:00:00"
_FORM = "%Y-%m-%d %H:%M:%S"
_DOMAIN = '[["customer_rank", ">", 0]]'
_REFUSED = "Look at the options domain, fields and database, and at the rights of the key's user."
_OF_THE_QUESTION = ("AccessError", "ValueError", "KeyError", "UserError", "ValidationError", "MissingError")
_FIELDS = (
    "id", "name", "is_company", "company_name", "parent_id", "email", "phone", "street", "street2", "city", "zip",
    "state_id", "country_id", "country_code", "comment", "ref", "active", "create_date", "write_date",
)  # fmt: skip


class _Named(Struct):
    id: int
    active: bool = True


class _ErrorData(Struct, frozen=True):
    name: str = ""


class _Error(Struct):
    data: _ErrorData = _ErrorData()


class _Outcome(Struct):
    result: Raw = Raw(b"null")
    error: _Error | None = None


class Odoo:
    """One database's partners."""

    def __init__(self, given: Given, http: Http) -> None:
        self._key = credentials.bearer(given.secret)
        self._login, self._user = given.options.get("login", ""), 0
        self._database = database = given.options.get("database", "")
        headers = {} if self._login else {"authorization": f"bearer {self._key}"}
        if self._login and not database:
            raise errors.Fatal(
                "An older Odoo is asked with the name of its database", hint="--set database=NAME"
            )
        if database and not self._login:
            if not database.isascii() or not database.isprintable():
                raise errors.Fatal("The option database is no name of a database")
            headers["x-odoo-database"] = database
        self._http = http.at(given.url or "", headers)
        self._domain = _domain(given.options.get("domain", _DOMAIN))
        more = given.options.get("fields", "")
        self._fields = [*_FIELDS, *(name.strip() for name in more.split(",") if name.strip())]

    def begin(self, bookmark: State | None, *, full: bool) -> State:
        """At everybody, or at who was written since a little before the last walk began."""
        since = _BEGINNING if full or bookmark is None else _earlier(bookmark["at"])
        return {"since": since, "id": 0, "began": None}

    def page(self, state: State) -> Page:
        """Two hundred partners, in the order of their ids."""
        behind = [["write_date", ">=", state["since"]], ["id", ">", state["id"]]]
        found, shown_at = self._read([*self._domain, *behind], limit=_PAGE_SIZE)
        began = state["began"] or shown_at
        items = [_item(each, f"{FORMAT}:partners") for each in found]
        if len(found) < _PAGE_SIZE:
            return Page(items, None, {"at": began})
        last = max((one.id for each in found if (one := seen(each, _Named)) is not None), default=0)
        if last <= state["id"]:
            raise errors.Retriable("Odoo answered partners that were not asked for")
        return Page(items, {**state, "id": last, "began": began})

    def fetch(self, refs: Sequence[str]) -> Sequence[Item]:
        """All of them in one request; who is not shown is gone."""
        ids = [int(ref) for ref in refs if ref.isascii() and ref.isdigit()]
        found = self._read([*self._domain, ["id", "in", ids]], limit=len(ids))[0] if ids else []
        shown = {str(one.id): each for each in found if (one := seen(each, _Named)) is not None}
        return [_item(shown[ref], f"{FORMAT}:partner") if ref in shown else Gone(ref) for ref in refs]

    def check(self) -> None:
        """One partner."""
        self._read(self._domain, limit=1)

    def honours_filters(self) -> bool:
        """Nobody was written in the year 2100."""
        return not self._read([*self._domain, ["write_date", ">", _IMPOSSIBLE]], limit=1)[0]

    def close(self) -> None:
        """Nothing is open."""

    def _read(self, domain: Sequence[Any], *, limit: int) -> tuple[list[Raw], str]:
        """The partners, and what time it is at the source: by its own clock, where it shows one."""
        asked = {
            "domain": domain,
            "fields": self._fields,
            "limit": limit,
            "order": "id asc",
            "context": {"active_test": False},
        }
        answer = self._called(asked) if self._login else self._posted(_PATH, asked)
        found = _results(answer) if self._login else shaped(answer, list[Raw])
        now = shown_time(answer)
        return found, datetime.fromtimestamp(self._http.now() if now is None else now, UTC).strftime(_FORM)

    def _called(self, asked: Mapping[str, Any]) -> Response:
        """By JSON-RPC; who the key belongs to is asked once."""
        if not self._user:
            said = self._rpc("common", "authenticate", [self._database, self._login, self._key, {}])
            user = _outcome(said)
            if user == b"false":
                raise errors.Unauthorised("Odoo refuses the login or the key", reason="unknown")
            if not user.isdigit():
                raise errors.Retriable("Odoo answered something else than who the key belongs to")
            self._user = int(user[:18])
        named = {name: value for name, value in asked.items() if name != "domain"}
        about = [
            self._database,
            self._user,
            self._key,
            "res.partner",
            "search_read",
            [asked["domain"]],
            named,
        ]
        return self._rpc("object", "execute_kw", about)

    def _rpc(self, service: str, method: str, args: Sequence[Any]) -> Response:
        call = {"service": service, "method": method, "args": args}
        return self._posted("/jsonrpc", {"jsonrpc": "2.0", "method": "call", "id": 1, "params": call})

    def _posted(self, path: str, value: Mapping[str, Any]) -> Response:
        headers = {"content-type": "application/json; charset=utf-8"}
        try:
            return self._http.ask("POST", path, headers=headers, body=msgspec.json.encode(value))
        except (errors.Invalid, errors.NotFound):
            raise errors.Fatal("Odoo refuses to read partners", hint=_REFUSED) from None


def _results(answer: Response) -> list[Raw]:
    try:
        return msgspec.json.decode(_outcome(answer), type=list[Raw])
    except (msgspec.DecodeError, RecursionError):
        raise errors.Retriable("Odoo answered something else than partners") from None


def _outcome(answer: Response) -> bytes:
    """The result of a call; JSON-RPC tells errors in an answer of 200."""
    said = shaped(answer, _Outcome)
    name = "" if said.error is None else said.error.data.name
    if name.endswith("AccessDenied"):
        raise errors.Unauthorised("Odoo refuses the login or the key", reason="unknown")
    if name.endswith(_OF_THE_QUESTION):
        raise errors.Fatal("Odoo refuses to read partners", hint=_REFUSED)
    if said.error is not None:
        raise errors.Retriable("Odoo could not read partners")
    return bytes(said.result)


def _domain(text: str) -> list[Any]:
    try:
        return msgspec.json.decode(text, type=list[Any])
    except (msgspec.DecodeError, RecursionError):
        raise errors.Fatal("The option domain is no JSON list", hint=f"Such as {_DOMAIN}.") from None


def _earlier(text: str) -> str:
    try:
        return (datetime.strptime(text, _FORM) - _OVERLAP).strftime(_FORM)  # noqa: DTZ007  # as Odoo has it
    except (ValueError, OverflowError):
        return _BEGINNING


def _item(raw: Raw, place: str) -> Item:
    named = seen(raw, _Named)
    if named is None:
        return Unreadable(bytes(raw), place, "The partner has no id", FORMAT)
    return Record(FORMAT, bytes(raw), place) if named.active else Gone(str(named.id))


KIND = Kind(
    name="odoo",
    summary="Odoo's partners who are customers, those who were written since",
    proof="simulated",
    open=Odoo,
    is_incremental=True,
    timestamps=("write_date",),
    deletes="difference",
    budget=Budget(requests=60, seconds=60.0),
    needs_url=True,
    secret="an API key of a user who may read contacts",  # noqa: S106  # what it is, not one
    options=(
        Option("database", "the database, where the server has several"),
        Option("login", "whose key it is, for Odoo 18 and older: JSON-RPC is spoken"),
        Option("domain", "which partners, as a JSON domain", default=_DOMAIN),
        Option("fields", "more fields to keep in the records, with commas, such as mobile"),
    ),
)
