"""Square's Customers API (contracts/square.md): everybody by the list, changes by the search, deletions by events.

Every walk goes in the order of creation, which no edit disturbs. Cursors live five minutes and may lead back; a walk
whose cursor does not hold goes on from the latest creation that it saw.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import Raw, Struct

from regulars import errors
from regulars.model import instant
from regulars.model.pull import Gone, Item, Merged, Page, State
from regulars.model.record import Record
from regulars.sources import credentials
from regulars.sources.contract import Given, Kind, Option, Refreshed
from regulars.sources.http import Http, Response, judged, shaped, shown_time
from regulars.sources.parting import parted
from regulars.sources.square import hook
from regulars.sources.square.shapes import Customers, Data, Error, Errors, Events, One, Peek, Retrieved

URL = "https://connect.squareup.com"
VERSION = "2024-12-18"  # the last of Square's versions that shows the cards of a customer
OVERLAP_SECONDS = 300  # the search lags by a minute or longer at times (contracts/square.md 3)
_PAGE = 100
_MICROSECONDS = 1_000_000
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EMPTY = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{\s*\}\s*")
_NEVER = "2100-01-01T00:00:00Z"
_JSON = {"content-type": "application/json"}
_EVENTS_REFUSED = frozenset({400, 403, 404, 405, 501})  # the token may not, or nobody there keeps any


class _State(Struct, omit_defaults=True):
    """Where a walk stands. Times are microseconds; `start` and `high` are of creation.

    `events`: deletions are looked through first. `start`: the walk goes on from there by the search, whatever it
    began with. `high`: the latest seen. `last`: tells the page before.
    """

    begun: int
    since: int | None = None  # None: everybody
    full: bool = False
    events: bool = False
    cursor: str | None = None
    start: int | None = None
    high: int | None = None
    last: str | None = None
    page: int = 1


class SquareSource:
    """One merchant's customers."""

    def __init__(self, http: Http, *, overlap_seconds: int = OVERLAP_SECONDS, events: bool = True) -> None:
        self._http = http
        self._overlap = overlap_seconds * _MICROSECONDS
        self._events = events

    def begin(self, bookmark: State | None, *, full: bool) -> State:
        """Deletions since the bookmark, if there is one; then everybody, or who has changed since."""
        at = (bookmark or {}).get("at")
        since = at - self._overlap if isinstance(at, int) else None
        state = _State(
            begun=self._now(),
            since=since,
            full=full or since is None,
            events=self._events and since is not None,
        )
        return _plain(state)

    def page(self, state: State) -> Page:
        """A page of events or of customers."""
        at = msgspec.convert(dict(state), _State)
        return self._page_of_events(at) if at.events else self._page_of_customers(at)

    def fetch(self, refs: Sequence[str]) -> list[Item]:
        """These as they are now; an old id of a merged customer answers with the new one."""
        items: list[Item] = []
        for at in range(0, len(refs), _PAGE):
            items += self._retrieve(refs[at : at + _PAGE], {})
        return items

    def check(self) -> None:
        """Asks for one customer, which needs CUSTOMERS_READ."""
        self._http.get("/v2/customers", {"limit": 1})

    def honours_filters(self) -> bool:
        """Whether a search finds nobody who changed after the year 2100."""
        body = {"query": {"filter": {"updated_at": {"start_at": _NEVER}}}, "limit": 1}
        return not shaped(self._post("/v2/customers/search", body), Customers).customers

    def close(self) -> None:
        """Nothing is open."""

    # --- customers -------------------------------------------------------------------------------------------------

    def _page_of_customers(self, at: _State) -> Page:
        if at.full and at.start is None:
            query = {"limit": _PAGE, "sort_field": "CREATED_AT", "sort_order": "ASC", "count": "true"}
            response = self._http.send("GET", "/v2/customers", query={**query, "cursor": at.cursor})
        else:
            response = self._send("/v2/customers/search", _search(at))
        if at.cursor is not None and _refuses_cursor(response):
            return Page((), _plain(_from_latest(at)))
        raws, found = parted(judged(response, self._http.now()), "customers", Customers)
        if found.errors:
            raise errors.Retriable("Square answered with errors")
        if found == Customers() and not _EMPTY.fullmatch(response.body):
            raise errors.Retriable("Square answered something else than customers")  # its empty list is {}
        peeks = [_peek(raw) for raw in raws]
        items = [Record("square", raw, f"square:{at.page}#{no}") for no, raw in enumerate(raws, 1)]
        at.begun = _begun(at, response)
        times = [micros for peek in peeks if (micros := _micros(peek.created_at)) is not None]
        state = _onward(at, found.cursor, times, _digest([peek.id for peek in peeks]))
        total = _count(found.count) if at.full and at.start is None else None
        if state is None:
            return Page(items, None, {"at": at.begun}, total)
        return Page(items, _plain(state), None, total)

    # --- deletions and merges ----------------------------------------------------------------------------------------

    def _page_of_events(self, at: _State) -> Page:
        """Who was deleted of late, as they are now: the events only say whom to look at (a merge may be undone)."""
        response = self._send("/v2/events", _search_events(at))
        if at.cursor is not None and _refuses_cursor(response):
            return Page((), _plain(_from_latest(at)))
        if response.status in _EVENTS_REFUSED:
            return Page((), _plain(_to_customers(at)))
        found = shaped(judged(response, self._http.now()), Events)
        heirs: dict[str, str] = {}
        refs = []
        for event in found.events or ():
            if event.type == "customer.deleted" and event.data is not None and event.data.id:
                refs.append(event.data.id)
                if heir := _heir(event.data):
                    heirs[event.data.id] = heir
        at.begun = _begun(at, response)
        items: list[Item] = []
        looked_at = list(dict.fromkeys(refs))
        for start in range(0, len(looked_at), _PAGE):
            items += self._retrieve(looked_at[start : start + _PAGE], heirs)
        times = [micros for event in found.events or () if (micros := _micros(event.created_at)) is not None]
        state = _onward(at, found.cursor, times, _digest([event.event_id for event in found.events or ()]))
        return Page(items, _plain(state or _to_customers(at)))

    def _retrieve(self, refs: Sequence[str], heirs: Mapping[str, str]) -> list[Item]:
        """At most a hundred; `heirs`: into whom events say they were merged."""
        body = {"customer_ids": list(refs)}
        found = shaped(self._post("/v2/customers/bulk-retrieve", body), Retrieved).responses or {}
        records: list[Item] = []
        others: list[Item] = []
        for ref in refs:
            one = found[ref] if ref in found else self._retrieve_one(ref)
            raw = bytes(one.customer)
            if raw != b"null":
                records.append(Record("square", raw, "square:retrieved"))
                id = _peek(raw).id
                if id and id != ref:
                    others.append(Merged(ref, id))
            elif any(error.code == "NOT_FOUND" for error in one.errors or ()):
                others.append(Merged(ref, heirs[ref]) if ref in heirs else Gone(ref))
            else:
                raise errors.Retriable("Square answered with errors")
        return records + others

    def _retrieve_one(self, ref: str) -> One:
        try:
            return shaped(self._http.get(f"/v2/customers/{quote(ref, safe='')}"), One)
        except errors.NotFound:
            return One(errors=[Error("NOT_FOUND")])

    # --- requests ----------------------------------------------------------------------------------------------------

    def _send(self, path: str, body: Mapping[str, Any]) -> Response:
        return self._http.send("POST", path, headers=_JSON, body=msgspec.json.encode(body))

    def _post(self, path: str, body: Mapping[str, Any]) -> Response:
        return judged(self._send(path, body), self._http.now())

    def _now(self) -> int:
        return int(self._http.now() * _MICROSECONDS)


def _search(at: _State) -> dict[str, Any]:
    """No end: who changes meanwhile would leave the result, and its later pages would move forward by one."""
    filters = {}
    if not at.full and at.since is not None:
        filters["updated_at"] = {"start_at": instant.text_milliseconds(at.since)}
    if at.start is not None:
        filters["created_at"] = {"start_at": instant.text_milliseconds(at.start)}
    query = {"filter": filters, "sort": {"field": "CREATED_AT", "order": "ASC"}}
    return {"query": query, "limit": _PAGE} | ({"cursor": at.cursor} if at.cursor else {})


def _search_events(at: _State) -> dict[str, Any]:
    since = at.since if at.start is None else at.start
    span = {"start_at": instant.text_milliseconds(since or 0)}
    filters = {"event_types": ["customer.deleted"], "created_at": span}
    query = {"filter": filters, "sort": {"field": "DEFAULT", "order": "ASC"}}
    return {"query": query, "limit": _PAGE} | ({"cursor": at.cursor} if at.cursor else {})


def _onward(at: _State, cursor: str | None, times: Sequence[int], digest: str | None) -> _State | None:
    """Where the walk goes on behind a page with these times; None: this was the last one."""
    if not cursor:
        return None
    latest = max(times, default=None)
    goes_back = latest is not None and at.high is not None and latest < at.high
    high = max((at.high or 0, *times)) or None
    if goes_back or cursor == at.cursor or (digest is not None and digest == at.last):
        return _from_latest(msgspec.structs.replace(at, high=high))
    return msgspec.structs.replace(at, cursor=cursor, high=high, last=digest, page=at.page + 1)


def _from_latest(at: _State) -> _State:
    """The walk goes on from the latest creation that it saw; raises StartOver when that leads nowhere."""
    if at.high is None or at.high == at.start:
        raise errors.StartOver("Square's cursor no longer holds")
    return msgspec.structs.replace(at, cursor=None, start=at.high, last=None, page=at.page + 1)


def _to_customers(at: _State) -> _State:
    return _State(begun=at.begun, since=at.since, full=at.full, page=at.page + 1)


def _heir(data: Data) -> str | None:
    context = data.object.event_context if data.object is not None else None
    return context.merge.to_customer_id if context is not None and context.merge is not None else None


def _refuses_cursor(response: Response) -> bool:
    if response.status != 400:
        return False
    try:
        found = msgspec.json.decode(response.body, type=Errors).errors or []
    except (msgspec.DecodeError, RecursionError):
        return False
    return any(error.code == "INVALID_CURSOR" or error.field == "cursor" for error in found)


def _peek(raw: bytes) -> Peek:
    """Nothing is known of what is no record; its reader says so."""
    try:
        return _PEEK.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Peek()


_PEEK = msgspec.json.Decoder(Peek)


def _micros(text: str | None) -> int | None:
    return instant.parse(text) if text else None


def _count(raw: Raw) -> int | None:
    """The total, for a progress bar; whatever else stands there is none."""
    try:
        return msgspec.json.decode(raw, type=int | None)
    except msgspec.DecodeError:
        return None


def _digest(ids: Sequence[str | None]) -> str | None:
    """Tells a page from the next, whatever comes twice on it; ids are no data of a person. None: nobody is on it."""
    if not ids:
        return None
    text = "\n".join(sorted({id or "" for id in ids}))
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _begun(at: _State, response: Response) -> int:
    """By the source's own clock, where it shows one: a bookmark by ours could lie ahead of it."""
    shown = shown_time(response)
    return at.begun if shown is None else min(at.begun, int(shown) * _MICROSECONDS)


def _plain(state: _State) -> State:
    plain: dict[str, Any] = msgspec.to_builtins(state)
    return plain


def _open(given: Given, http: Http) -> SquareSource:
    overlap = given.options.get("overlap", str(OVERLAP_SECONDS))
    if not (overlap.isascii() and overlap.isdigit() and len(overlap) <= 6):
        raise errors.Fatal("The option overlap is a number of seconds", hint="--set overlap=300")
    events = given.options.get("events", "yes")
    if events not in {"yes", "no"}:
        raise errors.Fatal("The option events is yes or no", hint="--set events=no")
    version = given.options.get("version", VERSION)
    if not _DAY.fullmatch(version):
        raise errors.Fatal("The option version is a date", hint=f"--set version={VERSION}")
    headers = {
        "authorization": f"Bearer {credentials.bearer(given.secret)}",
        "square-version": version,
        "accept": "application/json",
    }
    return SquareSource(
        http.at(given.url or URL, headers), overlap_seconds=int(overlap), events=events == "yes"
    )


def _refresh(given: Given, http: Http) -> Refreshed:
    return credentials.renewed(given.secret, http.at(given.url or URL), "/oauth2/token")


KIND = Kind(
    name="square",
    summary="Square: everybody, changes, deletions and merges; webhooks",
    proof="simulated",
    open=_open,
    is_incremental=True,
    timestamps=("updated_at",),
    deletes="difference",
    merges="customer.deleted with event_context.merge; the old id answers with the new customer",
    secret="an access token; or JSON with client_id, client_secret and refresh_token",  # noqa: S106  # in words
    options=(
        Option("version", "Square-Version of every request", default=VERSION),
        Option("overlap", "seconds that a walk looks back, because Square's search lags", default="300"),
        Option("events", "yes, or no: deletions then show in full walks alone", default="yes"),
    ),
    hook=hook.hear,
    refresh=_refresh,
)
