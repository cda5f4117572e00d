"""Tryton 8.2 and newer, by its REST: parties, their contacts and addresses (contracts/pos-systems.md 1 and 2).

Measured on a real one: an edited phone does not touch its party's `write_date`, nor does a merge that of the survivor;
so the times of contacts, addresses and identifiers are asked for too, and survivors are fetched. A contact's own
deletion, and a party's, only a full walk shows. Archived parties are gone here; an erased one shows without a name, its
contacts as asterisks (one that had none is gone). Pages are in the order of ids, so that nobody moves meanwhile.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Raw, Struct

from regulars import errors
from regulars.model.pull import Erased, Gone, Item, Merged, Page, State
from regulars.model.record import Record, Unreadable
from regulars.sources.contract import Given, Kind, Option
from regulars.sources.http import Http, shaped, shown_time

FORMAT = "tryton"
_PATH = "/rest/model/party.party"
_PAGE_SIZE = 200
_OVERLAP = timedelta(minutes=5)  # a transaction that commits late was begun before
_FIELDS = (
    "name", "code", "active", "replaced_by", "create_date", "write_date",
    "contact_mechanisms.type", "contact_mechanisms.value", "contact_mechanisms.active",
    "addresses.street", "addresses.postal_code", "addresses.city", "addresses.country.code",
    "addresses.subdivision.code", "addresses.active", "identifiers.type", "identifiers.code", "identifiers.active",
)  # fmt: skip
_TIMES = ("write_date", "contact_mechanisms.write_date", "addresses.write_date", "identifiers.write_date")
# Else Tryton asks for what is active in every part of a domain that does not say otherwise, children too.
_CONTEXT = {"active_test": False}
_BLANK = "****"


class _Value(Struct):
    value: str | None = None
    code: str | None = None


class _Party(Struct):
    id: int
    name: str | None = None
    active: bool = True
    replaced_by: int | None = None
    contact_mechanisms: list[_Value] = []
    identifiers: list[_Value] = []


class Tryton:
    """One database's parties."""

    def __init__(self, given: Given, http: Http) -> None:
        headers = {
            "authorization": f"bearer {(given.secret or '').strip()}",
            "x-tryton-context": _packed(_CONTEXT),
        }
        self._http = http.at(given.url or "", headers)
        self._keeps_archived = given.options.get("archived") == "keep"

    def begin(self, bookmark: State | None, *, full: bool) -> State:
        """Who changed since the last walk began, or everybody."""
        since = None if full or bookmark is None else bookmark["at"]
        return {"since": since, "id": 0, "began": None}

    def page(self, state: State) -> Page:
        """Two hundred parties in the order of their ids."""
        asked: list[Any] = [["id", ">", state["id"]]]
        if state["since"] is not None:
            at = _datetime(datetime.fromtimestamp(state["since"], UTC) - _OVERLAP)
            asked.append(["OR", *([name, ">=", at] for name in _TIMES)])
        found, now = self._search(asked, _PAGE_SIZE)
        began = state["began"] or now
        items = [self._item(each, f"{FORMAT}:after={state['id']}") for each in found]
        ids = [party.id for each in found if (party := _party(each)) is not None]
        if len(found) < _PAGE_SIZE:
            return Page(items, None, {"at": began})
        if not ids:
            raise errors.Retriable("Tryton answered parties without an id")
        return Page(items, {**state, "id": max(ids), "began": began})

    def fetch(self, refs: Sequence[str]) -> Sequence[Item]:
        """All of them in one request; who is not shown is gone."""
        ids = [int(ref) for ref in refs if ref.isascii() and ref.isdigit()]
        found, _ = self._search([["id", "in", ids]], len(ids)) if ids else ([], 0)
        shown = {str(party.id): each for each in found if (party := _party(each)) is not None}
        return [self._item(shown[ref], f"{FORMAT}:party") if ref in shown else Gone(ref) for ref in refs]

    def check(self) -> None:
        """One party."""
        self._search([], 1)

    def honours_filters(self) -> bool:
        """Nobody was written in the year 2100."""
        return not self._search([["write_date", ">", _datetime(datetime(2100, 1, 1, tzinfo=UTC))]], 1)[0]

    def close(self) -> None:
        """Nothing is open."""

    def _search(self, domain: Sequence[Any], limit: int) -> tuple[list[Raw], int]:
        """The parties, and what time it is at the source (seconds since 1970)."""
        query = {"d": _packed(domain), "o": _packed([["id", "ASC"]]), "s": limit, "f": _FIELDS}
        try:
            answer = self._http.get(_PATH, query)
        except errors.NotFound:
            raise errors.Fatal(
                "There is no such database of Tryton", hint="--url is http://host:port/database."
            ) from None
        now = shown_time(answer)
        return shaped(answer, list[Raw]), int(self._http.now() if now is None else now)

    def _item(self, raw: Raw, place: str) -> Item:
        party = _party(raw)
        if party is None:
            return Unreadable(bytes(raw), place, "The party has no id", FORMAT)
        if _is_erased(party):
            return Erased(
                str(party.id)
            )  # also of one who was merged: the erase of a survivor blanks them all
        if party.replaced_by is not None:
            return Merged(str(party.id), str(party.replaced_by))
        if not party.active and not self._keeps_archived:
            return Gone(str(party.id))
        return Record(FORMAT, bytes(raw), place)


def _is_erased(party: _Party) -> bool:
    """Tryton's erase leaves the row, without a name, with asterisks for contacts (contracts/pos-systems.md 2.3)."""
    told = [*party.contact_mechanisms, *party.identifiers]
    return not party.active and not party.name and any(_BLANK in (each.value, each.code) for each in told)


def _party(raw: Raw) -> _Party | None:
    """SQLite's truths are 1 and 0."""
    try:
        return msgspec.convert(msgspec.json.decode(raw), _Party, strict=False)
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _packed(value: Any) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(value)).decode()


def _datetime(at: datetime) -> dict[str, Any]:
    names = ("year", "month", "day", "hour", "minute", "second", "microsecond")
    return {"__class__": "datetime"} | {name: getattr(at, name) for name in names}


KIND = Kind(
    name="tryton",
    summary="Tryton's parties, with their contacts and addresses",
    proof="live",
    open=Tryton,
    is_incremental=True,
    timestamps=_TIMES,
    deletes="difference",
    merges="replaced_by",
    erasure="no name, not active, contacts of asterisks",
    needs_url=True,
    secret="the key of a user application `rest`",  # noqa: S106  # what it is, not one
    options=(Option("archived", "`keep` keeps parties that are archived there"),),
)
