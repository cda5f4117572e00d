"""Clover v3: customers by offset, with what `expand` adds (contracts/pos-systems.md 1).

Clover cannot be asked who changed: its filters know no modified time. So every walk is a full one, and webhooks bring
what happens in between; its offsets shift (`offsets`).
Read in Clover's public documentation: paths, `expand`, 16 requests a second, webhooks with ids only and a static
secret. Run against a simulator only.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from urllib.parse import quote

import msgspec
from msgspec import Raw, Struct

from regulars import errors
from regulars.model.pull import Item, Page, State
from regulars.model.record import Record, Unreadable
from regulars.sources import offsets
from regulars.sources.contract import Budget, Given, Heard, Hook, Kind, Option
from regulars.sources.http import Http, shaped
from regulars.sources.parting import one_by_one, seen

FORMAT = "clover"
_BASE = "https://api.clover.com"
_EXPAND = "addresses,emailAddresses,phoneNumbers,metadata"
_PAGE_SIZE = 100


class _Page(Struct):
    elements: list[Raw]


class _Named(Struct):
    id: str


class _Told(Struct, rename="camel"):
    object_id: str
    ts: int = 0


class _Webhook(Struct):
    merchants: dict[str, list[_Told]]


class Clover:
    """One merchant's customers."""

    def __init__(self, given: Given, http: Http) -> None:
        merchant = quote(given.options.get("merchant", ""), safe="")
        self._path = f"/v3/merchants/{merchant}/customers"
        self._http = http.at(given.url or _BASE, {"authorization": f"Bearer {(given.secret or '').strip()}"})

    def begin(self, bookmark: State | None, *, full: bool) -> State:
        """At the first customer, always."""
        return offsets.BEGINNING

    def page(self, state: State) -> Page:
        """A hundred customers; the first few of them again, to see that the offset still is where it was."""
        offset = int(state["offset"])
        answer = self._http.get(self._path, {"expand": _EXPAND, "limit": _PAGE_SIZE, "offset": offset})
        found = shaped(answer, _Page).elements
        refs = [_id(each) or "" for each in found]
        if offsets.is_torn(state, refs):
            return Page((), offsets.stepped_back(state, _PAGE_SIZE))
        items = [_item(each, f"{FORMAT}:offset={offset}") for each in found]
        if len(found) < _PAGE_SIZE:
            return Page(items, None, {"offset": 0})
        return Page(items, offsets.following(state, refs, _PAGE_SIZE))

    def fetch(self, refs: Sequence[str]) -> Sequence[Item]:
        """One request each."""
        return one_by_one(refs, self._one)

    def check(self) -> None:
        """The first customer."""
        shaped(self._http.get(self._path, {"limit": 1}), _Page)

    def honours_filters(self) -> bool:
        """None is used."""
        return True

    def close(self) -> None:
        """Nothing is open."""

    def _one(self, ref: str) -> Item:
        return _item(
            shaped(self._http.get(f"{self._path}/{ref}", {"expand": _EXPAND}), Raw), f"{FORMAT}:customer"
        )


def hook(sent: Hook) -> Heard:
    """`X-Clover-Auth` is a secret that never changes; the body names objects, `C:` and the id those that we pull."""
    given = sent.headers.get("x-clover-auth", "")
    if not hmac.compare_digest(given.encode(), sent.secret.encode()):
        raise errors.Unauthorised("The webhook does not carry the secret", reason="unknown")
    try:
        told = msgspec.json.decode(sent.body, type=_Webhook)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise errors.Invalid("The webhook names no objects", rule="not_json") from None
    refs = [
        each.object_id.removeprefix("C:")
        for objects in told.merchants.values()
        for each in objects
        if each.object_id.startswith("C:")
    ]
    return Heard(hashlib.sha256(sent.body).hexdigest(), tuple(refs))


def _item(raw: Raw, place: str) -> Item:
    if _id(raw) is None:
        return Unreadable(bytes(raw), place, "The customer has no id", FORMAT)
    return Record(FORMAT, bytes(raw), place)


def _id(raw: Raw) -> str | None:
    named = seen(raw, _Named)
    return None if named is None else named.id


KIND = Kind(
    name="clover",
    summary="Clover's customers, all of them each time, and its webhooks",
    proof="simulated",
    open=Clover,
    is_incremental=False,
    timestamps=("none can be asked for",),
    deletes="difference",
    budget=Budget(16, 1.0),
    every_seconds=900,
    secret="an API token of the merchant that may read customers",  # noqa: S106  # what it is, not one
    options=(Option("merchant", "the merchant's id", is_required=True),),
    hook=hook,
)
