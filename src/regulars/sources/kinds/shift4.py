"""Shift4 Conecto's POS customers (contracts/shift4.md): the portal's shape and the vendor host's, read alike.

Where the server shows `Link: rel="next"` a walk goes in the order of changes, which misses nobody while customers
change. Elsewhere page numbers are turned; a page that customers may have left for the one before is read again.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, quote, urljoin, urlsplit

import msgspec
from msgspec import Raw, Struct, structs

from regulars import errors
from regulars.model import instant
from regulars.model.pull import Gone, Item, Page, State
from regulars.model.record import Record
from regulars.sources import credentials
from regulars.sources.contract import Budget, Given, Kind, Option, Refreshed
from regulars.sources.http import Http, Response, judged, shaped, shown_time
from regulars.sources.parting import parted

OVERLAP_SECONDS = 60
_SIZE = 100
_SIZE_UNASKED = 50  # of a server that does not look at `pageSize`
_STRIKES_MAX = 3
_LINK_LENGTH_MAX = 2_000
_MICROSECONDS = 1_000_000
_NEVER = "2100-01-01T00:00:00Z"
_NEXT = re.compile(r'<([^<>\s]{1,2000})>[^,<>]*;\s*rel="?next"?(?=[\s;,]|$)')


class _Peek(Struct, rename="camel"):
    pos_ref: str | None = None
    updated_at: str | None = None
    deleted_at: str | None = None


class _Meta(Struct, rename="camel"):
    page_size: int | None = None
    total_count: int | None = None


class _Results(Struct):
    results: list[Raw]
    meta: Raw = Raw(b"{}")


class _State(Struct, omit_defaults=True):
    """Where a walk stands. `after`: microseconds, what is asked as `updatedAfter`; `link`: what is asked instead.

    `tries`: a full walk's first request, which shows whether there are links. `last`: tells the page before. `strikes`:
    answers in a row that were not to the question.
    """

    begun: int
    full: bool = False
    tries: bool = False
    after: int | None = None
    link: str | None = None
    page: int = 1
    last: str | None = None
    total: int | None = None
    strikes: int = 0
    number: int = 1


class _Answer(Struct):
    """A page, understood as far as the walk needs it."""

    items: list[Item]
    refs: str
    count: int  # of different records
    times: list[int | None]
    size: int | None
    total: int | None
    link: str | None


class Signer:
    """Conecto's HMAC: what proves each request (contracts/shift4.md, "Authentication")."""

    def __init__(self, client_id: str, client_secret: str) -> None:
        self._id = client_id
        self._secret = client_secret

    def headers(self, method: str, path: str, body: bytes, *, now: int) -> dict[str, str]:
        """For a request made now, in whole seconds; the path without host and query."""
        message = f"{self._id}{method}{path.lower()}".encode() + body + str(now).encode()
        signature = hmac.new(self._secret.encode(), message, "sha256").hexdigest()
        return {"x-access-key": self._id, "x-timestamp": str(now), "x-signature": signature}


class Shift4Source:
    """One location's customers."""

    def __init__(
        self, http: Http, *, base: str, location: str, signer: Signer | None, overlap_seconds: int
    ) -> None:
        self._http = http
        self._base = base.rstrip("/")
        self._list = f"/pos/v2/{location}/customers"
        self._signer = signer
        self._overlap = overlap_seconds * _MICROSECONDS

    def begin(self, bookmark: State | None, *, full: bool) -> State:
        """Everybody, in the order of changes if there is one; or what changed since shortly before the bookmark."""
        begun = int(self._http.now() * _MICROSECONDS)
        at = (bookmark or {}).get("after")
        if full or not isinstance(at, int):
            return _plain(_State(begun, full=True, tries=True, after=0))
        return _plain(_State(begun, after=max(0, at - self._overlap)))

    def page(self, state: State) -> Page:
        """The next page, by link or by number."""
        at = msgspec.convert(dict(state), _State)
        try:
            response = self._ask(at.link or self._list, None if at.link else _query(at))
        except errors.Invalid:
            if not at.tries:
                raise
            return Page((), _plain(_by_number(at)))  # it does not know `updatedAfter`
        answer = _understood(response, at.number)
        shown = shown_time(response)
        if shown is not None:
            at.begun = min(at.begun, int(shown) * _MICROSECONDS)
        onward = _onward(at, answer)
        if onward is None:
            return Page(answer.items, None, {"after": at.begun}, answer.total)
        onward.number = at.number + 1
        return Page(answer.items, _plain(onward), None, answer.total if at.full else None)

    def fetch(self, refs: Sequence[str]) -> list[Item]:
        """One by one, where the server shows single customers; else whoever a search finds by that very posRef.

        Where searches are ignored, nothing is said of those who are not found: others came, and nobody knows more.
        """
        items: list[Item] = []
        shows_single = False
        for ref in refs:
            item = self._single(ref)
            shows_single |= item is not None
            if item is None:
                item = Gone(ref) if shows_single else self._searched(ref)
            if item is not None:
                items.append(item)
        return items

    def check(self) -> None:
        """Asks for one customer."""
        self._ask(self._list, {"page": 1, "pageSize": 1})

    def honours_filters(self) -> bool:
        """Whether nobody changed after the year 2100, and records say when they changed."""
        try:
            late = self._ask(self._list, {"page": 1, "pageSize": 1, "updatedAfter": _NEVER})
        except errors.Invalid:
            return False
        if shaped(late, _Results).results:
            return False
        some = shaped(self._ask(self._list, {"page": 1, "pageSize": 1}), _Results).results
        return all(_micros(_peek(bytes(raw)).updated_at) is not None for raw in some)

    def close(self) -> None:
        """Nothing is open."""

    def _single(self, ref: str) -> Item | None:
        try:
            raw = self._ask(f"{self._list}/{quote(ref, safe='')}", None).body
        except errors.NotFound:
            return None
        if _peek(raw).pos_ref != ref:
            raise errors.Retriable("The source answered something else than the customer that was asked for")
        return Record("shift4", raw, "shift4:retrieved")

    def _searched(self, ref: str) -> Item | None:
        found = shaped(self._ask(self._list, {"page": 1, "pageSize": _SIZE, "search": ref}), _Results)
        for raw in map(bytes, found.results):
            if _peek(raw).pos_ref == ref:
                return Record("shift4", raw, "shift4:retrieved")
        return None if found.results else Gone(ref)

    def _ask(self, path: str, query: Mapping[str, object] | None) -> Response:
        # A link holds the whole path, unless a proxy took the beginning away.
        own = path.startswith("/pos/")
        url = self._base + path if own else urljoin(self._base + self._list, path)
        headers = {}
        if self._signer is not None:
            headers = self._signer.headers("GET", urlsplit(url).path, b"", now=int(self._http.now()))
        return judged(self._http.send("GET", url, query=query, headers=headers), self._http.now())


def _query(at: _State) -> dict[str, object]:
    query: dict[str, object] = {"page": at.page, "pageSize": _SIZE}
    if at.after is not None:
        query["updatedAfter"] = instant.text(at.after)
        if not at.full:
            query["includeDeleted"] = "true"  # regulars' own; others do not look at it
    return query


def _understood(response: Response, number: int) -> _Answer:
    """Raises Retriable for what is no page."""
    raws, page = parted(response, "results", _Results)
    peeks = [_peek(raw) for raw in raws]
    latest: dict[str, int] = {}
    for peek in peeks:
        if peek.pos_ref is not None:
            latest[peek.pos_ref] = max(latest.get(peek.pos_ref, -1), _micros(peek.updated_at) or 0)
    items: list[Item] = []
    for no, (raw, peek) in enumerate(zip(raws, peeks, strict=True), 1):
        if peek.deleted_at is None or peek.pos_ref is None:
            items.append(Record("shift4", raw, f"shift4:{number}#{no}"))
        elif (_micros(peek.updated_at) or 0) >= latest[peek.pos_ref]:
            items.append(Gone(peek.pos_ref))  # unless it is there again
    keys = {peek.pos_ref or hashlib.sha256(raw).hexdigest() for raw, peek in zip(raws, peeks, strict=True)}
    meta = _meta(page.meta)
    return _Answer(
        items=items,
        refs=hashlib.sha256("\n".join(sorted(keys)).encode("utf-8", "surrogatepass")).hexdigest()[:16],
        count=len(keys),
        times=[_micros(peek.updated_at) for peek in peeks],
        size=meta.page_size if meta.page_size and meta.page_size > 0 else None,
        total=meta.total_count if meta.total_count is not None and meta.total_count >= 0 else None,
        link=_next(response),
    )


def _onward(at: _State, answer: _Answer) -> _State | None:
    """Where the walk goes on; None: this was the last page."""
    if answer.link is not None:
        if at.link is None and at.page > 1:
            # The pages before were not to this question: the server looks at `updatedAfter` only now and then.
            return structs.replace(at, page=1, last=None, total=None, strikes=at.strikes + 1)
        return structs.replace(at, link=answer.link, tries=False, last=answer.refs, strikes=0)
    if at.link is not None:
        return _behind_links(at, answer)
    if at.tries:
        is_all = answer.total is not None and 0 < answer.total <= answer.count < _SIZE
        return None if is_all and None not in answer.times else _by_number(at)
    if _is_ignored(at, answer) and at.strikes < _STRIKES_MAX:
        return structs.replace(at, strikes=at.strikes + 1)
    return _next_number(at, answer)


def _behind_links(at: _State, answer: _Answer) -> _State | None:
    """A page without a link is the last, unless its question was not looked at; when in doubt it is asked again."""
    if _is_ignored(at, answer):
        if at.strikes >= _STRIKES_MAX:
            raise errors.StartOver("The source no longer looks at updatedAfter")
        return structs.replace(at, strikes=at.strikes + 1)
    is_all = answer.total is not None and answer.total <= answer.count
    if is_all or answer.count < (answer.size or _SIZE) or answer.refs == at.last:
        return None
    return structs.replace(at, last=answer.refs, strikes=at.strikes + 1)


def _next_number(at: _State, answer: _Answer) -> _State | None:
    """The next page by its number, or the one before again when fewer customers are left than there were."""
    size = answer.size or _SIZE
    if answer.count == 0 or answer.refs == at.last:  # the end, or a server that does not look at `page`
        return None
    if answer.total is None:
        is_last = answer.count < size and answer.count != _SIZE_UNASKED
    else:
        # A full page is no end, whatever the total says: it may be that of the page.
        is_last = at.page * size >= answer.total and answer.count < size
    has_shrunk = at.total is not None and answer.total is not None and answer.total < at.total
    if has_shrunk and at.page > 1:
        return structs.replace(at, page=at.page - 1, last=answer.refs, total=answer.total)
    if is_last:
        return None
    return structs.replace(at, page=at.page + 1, last=answer.refs, total=answer.total)


def _by_number(at: _State) -> _State:
    return _State(at.begun, full=at.full, number=at.number + 1)


def _is_ignored(at: _State, answer: _Answer) -> bool:
    """Whether somebody is among them who had not changed by then."""
    after = at.after if at.link is None else _after_of(at.link)
    return after is not None and any(time is not None and time <= after for time in answer.times)


def _after_of(link: str) -> int | None:
    found = parse_qs(urlsplit(link).query).get("updatedAfter")
    return _micros(found[0]) if found else None


def _next(response: Response) -> str | None:
    """Where `Link: rel="next"` leads."""
    found = _NEXT.search(response.headers.get("link", "")[: 2 * _LINK_LENGTH_MAX])
    return found[1] if found else None


def _meta(raw: Raw) -> _Meta:
    try:
        return msgspec.json.decode(raw, type=_Meta)
    except msgspec.DecodeError:
        return _Meta()


def _peek(raw: bytes) -> _Peek:
    """Nothing is known of what is no record; its reader says so."""
    try:
        return _PEEK.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Peek()


_PEEK = msgspec.json.Decoder(_Peek)


def _micros(text: str | None) -> int | None:
    return instant.parse(text) if text else None


def _plain(state: _State) -> State:
    plain: dict[str, Any] = msgspec.to_builtins(state)
    return plain


def _open(given: Given, http: Http) -> Shift4Source:
    if given.url is None:
        raise errors.Fatal("The address of the server is needed", hint="--url https://…")
    location = given.options.get("location", str(given.location_id))
    if not re.fullmatch("[A-Za-z0-9_-]{1,64}", location):
        raise errors.Fatal("The option location is their locationId", hint="--set location=12345")
    overlap = given.options.get("overlap", str(OVERLAP_SECONDS))
    if not re.fullmatch("[0-9]{1,6}", overlap):
        raise errors.Fatal("The option overlap is a number of seconds", hint="--set overlap=60")
    client = credentials.client(given.secret)
    signer = None
    headers = {"accept": "application/json"}
    if client is not None and not client.refresh_token and not client.access_token:
        signer = Signer(client.client_id, client.client_secret)
    else:
        headers["authorization"] = f"Bearer {credentials.bearer(given.secret)}"
    return Shift4Source(
        http.at(given.url, headers),
        base=given.url,
        location=location,
        signer=signer,
        overlap_seconds=int(overlap),
    )


def _refresh(given: Given, http: Http) -> Refreshed:
    where = given.options.get("auth_url") or given.url or ""
    return credentials.renewed(given.secret, http.at(where), "/oauth2/token/")


KIND = Kind(
    name="shift4",
    summary="Shift4 Conecto: POS customers of one location, in either published shape",
    proof="simulated",
    open=_open,
    is_incremental=True,
    timestamps=("updatedAt",),
    deletes="difference",
    budget=Budget(100, 3_600),  # contracts/shift4.md: per client, method and path
    needs_url=True,
    secret="a token; or JSON with client_id and client_secret (HMAC), and refresh_token (OAuth)",  # noqa: S106
    options=(
        Option("location", "their locationId, where it is not ours"),
        Option("overlap", "seconds that a walk looks back", default=str(OVERLAP_SECONDS)),
        Option("auth_url", "where tokens are renewed, where it is another host"),
    ),
    refresh=_refresh,
)
