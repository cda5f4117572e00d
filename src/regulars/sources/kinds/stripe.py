"""Stripe: customers listed newest first, and events that say who changed, for thirty days (contracts/pos-systems.md 1).

Stripe's list can only be narrowed by when a customer was created, so changes come from `/v1/events`, asked for from the
last event known on (`ending_before`). Events may come late and out of order, so they only say whom to look at, and the
next walk begins two minutes back. When its event is no longer kept, everybody is listed. Read in Stripe's public
documentation: the list's cursors, events for 30 days and their order, 25 requests a second, the signature with its age
of five minutes. Run against a simulator only.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

import msgspec
from msgspec import Raw, Struct

from regulars import errors, limits
from regulars.model.pull import Gone, Item, Page, State
from regulars.model.record import Record, Unreadable
from regulars.sources.contract import Budget, Given, Heard, Hook, Kind
from regulars.sources.http import Http, Response, shaped
from regulars.sources.parting import one_by_one, seen

FORMAT = "stripe"
_BASE = "https://api.stripe.com"
_TYPES = ["customer.created", "customer.updated", "customer.deleted"]
_PAGE_SIZE = 100
_SETTLED_SECONDS = 120  # events older than that are all there
_IMPOSSIBLE = 4_102_444_800  # the year 2100


class _Page(Struct):
    data: list[Raw]
    has_more: bool


class _Named(Struct):
    id: str
    object: str = "customer"
    deleted: bool = False


class _Data(Struct):
    object: Raw


class _Event(Struct):
    id: str
    type: str
    data: _Data
    created: int = 0


class Stripe:
    """One account's customers."""

    def __init__(self, given: Given, http: Http) -> None:
        self._http = http.at(given.url or _BASE, {"authorization": f"Bearer {(given.secret or '').strip()}"})

    def begin(self, bookmark: State | None, *, full: bool) -> State:
        """Behind the last event, or at everybody, with the event to go on from afterwards."""
        if not full and bookmark is not None:
            event = bookmark["event"]
            return {"walk": "events", "event": event, "settled": event, "asked": [], "more": True}
        return self._from_the_top()

    def page(self, state: State) -> Page:
        """A hundred customers, or events; then one of those that these speak of, since each is a request."""
        if state["walk"] != "events":
            return self._list(state)
        return self._one_of(state) if state["asked"] else self._events(state)

    def fetch(self, refs: Sequence[str]) -> Sequence[Item]:
        """One request each."""
        return one_by_one(refs, self._one)

    def check(self) -> None:
        """The first customer."""
        shaped(self._get("/v1/customers", limit=1), _Page)

    def honours_filters(self) -> bool:
        """Events of the year 2100 are none."""
        return not shaped(self._get("/v1/events", limit=1, **{"created[gte]": _IMPOSSIBLE}), _Page).data

    def close(self) -> None:
        """Nothing is open."""

    def _one(self, ref: str) -> Item:
        return _item(shaped(self._http.get(f"/v1/customers/{ref}"), Raw), f"{FORMAT}:customer")

    def _from_the_top(self) -> State:
        newest = self._events_page(limit=1)
        event = newest[-1].id if newest else None
        return {"walk": "list", "after": None, "event": event}

    def _list(self, state: State) -> Page:
        try:
            answer = self._get("/v1/customers", limit=_PAGE_SIZE, starting_after=state["after"])
        except (errors.Invalid, errors.NotFound):
            if state["after"] is None:
                raise errors.Fatal("Stripe refuses to list customers") from None
            # The customer that the page was to begin behind was deleted meanwhile.
            raise errors.StartOver("Stripe no longer knows where the walk was") from None
        found = shaped(answer, _Page)
        items = [_item(each, f"{FORMAT}:customers") for each in found.data]
        bookmark = {"event": state["event"]}
        if not found.has_more or not found.data:
            return Page(items, None, bookmark)
        last = seen(found.data[-1], _Named)
        if last is None:
            raise errors.Retriable("Stripe answered a customer without an id")
        return Page(items, {**state, "after": last.id})

    def _events(self, state: State) -> Page:
        """Events behind the last one known; where none is known, or it is no longer kept, everybody."""
        if state["event"] is None:
            # Nothing had ever happened; if something has since, there is no order to follow it in.
            return Page((), self._from_the_top()) if self._events_page(limit=1) else _nothing(state)
        try:
            found = self._events_page(limit=_PAGE_SIZE, ending_before=state["event"])
        except (errors.Invalid, errors.NotFound):
            return Page((), self._from_the_top())
        settled = state["settled"]
        for event in found:
            if event.created <= self._http.now() - _SETTLED_SECONDS:
                settled = event.id
        last = found[-1].id if found else state["event"]
        more = len(found) == _PAGE_SIZE
        following = {**state, "event": last, "settled": settled, "asked": _refs(found), "more": more}
        return _going_on(_unreadable(found), following)

    def _one_of(self, state: State) -> Page:
        ref, *others = state["asked"]
        return _going_on(self.fetch([ref]), {**state, "asked": others})

    def _events_page(self, *, limit: int, ending_before: str | None = None) -> list[_Event]:
        """Oldest first; Stripe lists them the other way round."""
        answer = self._get("/v1/events", limit=limit, ending_before=ending_before, **{"types[]": _TYPES})
        found = shaped(answer, _Page).data
        try:
            return [msgspec.json.decode(each, type=_Event) for each in reversed(found)]
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise errors.Retriable("Stripe answered something that is no list of events") from None

    def _get(self, path: str, **query: object) -> Response:
        return self._http.get(path, query)


def hook(sent: Hook) -> Heard:
    """`Stripe-Signature: t=…,v1=…`: HMAC-SHA256 over time and body, not older than five minutes."""
    parts = [part.partition("=") for part in sent.headers.get("stripe-signature", "").split(",")]
    times = [value for name, _, value in parts if name.strip() == "t"]
    given = [value for name, _, value in parts if name.strip() == "v1"]
    at = times[0] if len(times) == 1 and times[0].isascii() and times[0].isdigit() else ""
    expected = hmac.new(sent.secret.encode(), at.encode() + b"." + sent.body, hashlib.sha256).hexdigest()
    if not at or not any(hmac.compare_digest(expected.encode(), each.encode()) for each in given):
        raise errors.Unauthorised("The webhook is not signed as it must be", reason="unknown")
    if abs(sent.now - int(at[:12])) > limits.HOOK_AGE_SECONDS_MAX:
        raise errors.Unauthorised("The webhook is too old", reason="unknown")
    try:
        event = msgspec.json.decode(sent.body, type=_Event)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise errors.Invalid("The webhook holds no event", rule="not_json") from None
    named = seen(event.data.object, _Named)
    is_about_one = named is not None and named.object == "customer" and event.type.startswith("customer.")
    return Heard(event.id, (named.id,) if named is not None and is_about_one else ())


def _going_on(items: Sequence[Item], state: State) -> Page:
    """To the next customer of whom events spoke, to the events behind them, or the end."""
    if state["asked"] or state["more"]:
        return Page(items, state)
    return Page(items, None, {"event": state["settled"]})


def _nothing(state: State) -> Page:
    return Page((), None, {"event": state["event"]})


def _refs(events: Sequence[_Event]) -> list[str]:
    """Whom they speak of, each once."""
    named = (seen(event.data.object, _Named) for event in events)
    return list(dict.fromkeys(one.id for one in named if one is not None))


def _unreadable(events: Sequence[_Event]) -> list[Item]:
    """Those that do not say of whom."""
    return [
        Unreadable(bytes(event.data.object), f"{FORMAT}:events", "The event names no customer", FORMAT)
        for event in events
        if seen(event.data.object, _Named) is None
    ]


def _item(raw: Raw, place: str) -> Item:
    named = seen(raw, _Named)
    if named is None:
        return Unreadable(bytes(raw), place, "The customer has no id", FORMAT)
    return Gone(named.id) if named.deleted else Record(FORMAT, bytes(raw), place)


KIND = Kind(
    name="stripe",
    summary="Stripe's customers, by its list and its events",
    proof="simulated",
    open=Stripe,
    is_incremental=True,
    timestamps=("the order of its events",),
    deletes="tombstone",
    budget=Budget(25, 1.0),
    secret="an API key that may read customers and events",  # noqa: S106  # what it is, not one
    hook=hook,
)
