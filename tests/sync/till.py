"""A till that lives in memory and is asked over a network that a test breaks; and the kind of source that asks it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
from msgspec import Struct, structs

from regulars import errors
from regulars.model.pull import Erased, Gone, Item, Merged, Page, State
from regulars.model.record import Record, Unreadable
from regulars.sources.contract import Given, Kind, Refreshed
from regulars.sources.http import Http, Request, Response, json_of

PAGE = 4
BASE = "https://till.example.com"
_BAD_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
IMPOSSIBLE = 4_102_444_800  # the year 2100


@dataclass
class Till:
    """Holds customers; `now` moves with everything that happens to one. `token` is what it lets in."""

    now: int = 1_700_000_000
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    token: str = "good"
    ignores_filters: bool = False
    has_tombstones: bool = False
    pages_by_offset: bool = False
    made: int = 0
    requests: list[str] = field(default_factory=list)

    def create(self, name: str, phone: str = "") -> str:
        self.made += 1
        ref = f"T{self.made:05}"
        self.people[ref] = {"id": ref, "name": name, "phone": phone, "updated": self._tick()}
        return ref

    def edit(self, ref: str, *, silently: bool = False, **fields: Any) -> None:
        """`silently`: as when a child changes, the customer's own time does not move."""
        self.people[ref] |= fields
        if not silently:
            self.people[ref]["updated"] = self._tick()

    def delete(self, ref: str) -> None:
        del self.people[ref]
        if self.has_tombstones:
            self.people[ref] = {"id": ref, "deleted": True, "updated": self._tick()}

    def erase(self, ref: str) -> None:
        self.people[ref] = {"id": ref, "name": None, "phone": "****", "updated": self._tick()}

    def merge(self, ref: str, into: str) -> None:
        """The survivor gains the phone, and its time does not move."""
        self.people[into]["phone"] = self.people[into]["phone"] or self.people[ref]["phone"]
        self.people[ref] = {"id": ref, "name": None, "phone": "", "into": into, "updated": self._tick()}

    def living(self) -> dict[str, tuple[str, str]]:
        """Whom a directory should know: ref -> name and phone."""
        return {
            ref: (one["name"], one["phone"])
            for ref, one in self.people.items()
            if "deleted" not in one and one["phone"] != "****" and "into" not in one
        }

    def send(self, request: Request) -> Response:
        parts = urlsplit(request.url)
        self.requests.append(f"{parts.path}?{parts.query}")
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return Response(401, {}, b"{}")
        query = dict(parse_qsl(parts.query))
        if parts.path == "/one":
            one = self.people.get(query["id"])
            return Response(404, {}, b"{}") if one is None else _json([one])
        since = 0 if self.ignores_filters else int(query.get("since", 0))
        after = (int(query.get("at", 0)), query.get("after", ""))
        order = "updated" if parts.path == "/changed" else None
        rows = sorted(self.people.values(), key=lambda one: (one[order] if order else 0, one["id"]))
        found = [
            one
            for one in rows
            if one["updated"] >= since and ((one[order] if order else 0), one["id"]) > after
        ]
        if self.pages_by_offset:
            found = found[int(query.get("offset", 0)) :]
        return _json(found[:PAGE], now=self.now, more=len(found) > PAGE)

    def _tick(self) -> int:
        self.now += 1
        return self.now


class TillSource:
    """Asks it: everybody in the order of ids, or who changed in the order of changes."""

    def __init__(self, given: Given, http: Http) -> None:
        self._http = http.at(BASE, {"authorization": f"Bearer {given.secret}"})

    def begin(self, bookmark: State | None, *, full: bool) -> State:
        if full or bookmark is None:
            return {"path": "/list", "after": ""}
        return {"path": "/changed", "since": bookmark["at"], "at": 0, "after": ""}

    def page(self, state: State) -> Page:
        query = {name: value for name, value in state.items() if name not in {"path", "high"}}
        answer = _answer(self._http.get(str(state["path"]), query))
        items = [_item(bytes(row)) for row in answer.rows]
        # Where the next walk begins: not after anything that may have happened while this one went on.
        high = state.get("high", answer.now)
        if not answer.more:
            return Page(items, None, bookmark={"at": high})
        try:
            last = msgspec.json.decode(answer.rows[-1], type=_Last)
        except (IndexError, *_BAD_JSON):
            raise errors.Retriable("The source's page does not say where to go on") from None
        if "offset" in state:
            return Page(items, {**state, "offset": int(state["offset"]) + PAGE, "high": high})
        after = {**state, "after": last.id, "high": high}
        return Page(items, after | {"at": last.updated} if state["path"] == "/changed" else after)

    def fetch(self, refs: Sequence[str]) -> Sequence[Item]:
        found: list[Item] = []
        for ref in refs:
            try:
                found += [_item(bytes(row)) for row in _answer(self._http.get("/one", {"id": ref})).rows]
            except errors.NotFound:
                found.append(Gone(ref))
        return found

    def check(self) -> None:
        json_of(self._http.get("/list"))

    def honours_filters(self) -> bool:
        return not _answer(self._http.get("/changed", {"since": IMPOSSIBLE})).rows

    def close(self) -> None:
        pass


def kind(**changed: Any) -> Kind:
    """The kind, with another budget, say."""
    made = Kind(
        name="shift4",  # its records are in Shift4's shape, once they are read
        summary="A till of tests",
        proof="simulated",
        open=TillSource,
        is_incremental=True,
        deletes="difference",
    )
    return structs.replace(made, **changed)


def refreshed(_given: Given, _http: Http) -> Refreshed:
    return Refreshed("fresh")


class OffsetSource(TillSource):
    """Asks for everybody by place, not by id: whoever leaves moves all behind them one place on."""

    def begin(self, bookmark: State | None, *, full: bool) -> State:
        state = super().begin(bookmark, full=full)
        return {"path": "/list", "offset": 0} if state["path"] == "/list" else state


class _Answer(Struct, frozen=True):
    rows: list[msgspec.Raw]
    now: int
    more: bool


class _Last(Struct, frozen=True):
    id: str
    updated: int


def _answer(response: Response) -> _Answer:
    try:
        return msgspec.json.decode(response.body, type=_Answer)
    except _BAD_JSON:
        raise errors.Retriable("The source answered something that is no page") from None


def _item(raw: bytes) -> Item:
    """Only what is whole is a tombstone, a merge or an erasure; everything else is a record, however odd."""
    try:
        row = msgspec.json.decode(raw)
    except _BAD_JSON:
        return Unreadable(raw, "till:1", "It is no JSON", "shift4")
    if not isinstance(row, dict) or "junk" in row or not isinstance(row.get("id"), str):
        return Record("shift4", b"[1]", "till:1")  # no customer: cannot be read
    if isinstance(row.get("into"), str):
        return Merged(row["id"], row["into"])
    if row.get("deleted") is True:
        return Gone(row["id"])
    if row.get("phone") == "****":
        return Erased(row["id"])
    phones = [{"phone": row["phone"]}] if row.get("phone") else []
    content = {"posRef": row["id"], "firstName": row.get("name"), "customerPhones": phones}
    return Record("shift4", msgspec.json.encode(content), "till:1")


def _json(rows: list[Any], *, now: int = 0, more: bool = False) -> Response:
    return Response(200, {}, msgspec.json.encode({"rows": rows, "now": now, "more": more}))
