"""Another instance of this program: its `/v1/changes` tells everything that happened, in order, without a gap.

What a walk goes on from is that instance's own `after`. It belongs to what its token sees; when that changes, the old
place is refused, and the walk begins at the beginning, where who is gone is told too.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

import msgspec
from msgspec import Raw, Struct

from regulars import errors, limits
from regulars.model.pull import Gone, Item, Merged, Page, State
from regulars.model.record import Record, Unreadable
from regulars.sources.contract import Given, Kind, Option
from regulars.sources.http import Http, Response

FORMAT = "regulars"
_CHANGES = "/v1/changes"
_CUSTOMERS = "/v1/customers"


class _Page(Struct):
    changes: list[Raw]
    after: str
    more: bool


class _Change(Struct):
    type: str
    customer: Raw = Raw()
    id: str | None = None
    merged_into: str | None = None


class _Named(Struct):
    id: str


class Instance:
    """The other instance, as one token sees it."""

    def __init__(self, given: Given, http: Http) -> None:
        self._http = http.at(given.url or "", {"authorization": f"Bearer {(given.secret or '').strip()}"})
        self._location = given.options.get("location")

    def begin(self, bookmark: State | None, *, full: bool) -> State:
        """Behind what was seen last; from the beginning, where nothing was."""
        after = None if full or bookmark is None else bookmark["after"]
        return {"after": after, "page": 1, "full": after is None}

    def page(self, state: State) -> Page:
        """Up to a hundred changes."""
        try:
            answer = self._changes(state["after"], limits.PAGE_SIZE_MAX)
        except errors.Invalid:
            return self._again(state)
        found = _decoded(answer)
        place = f"{FORMAT}:page={state['page']}"
        items = [item for each in found.changes for item in _items(bytes(each), place)]
        bookmark = {"after": found.after}
        following = {**state, "after": found.after, "page": state["page"] + 1} if found.more else None
        return Page(items, following, bookmark)

    def fetch(self, refs: Sequence[str]) -> Sequence[Item]:
        """One request each; who was merged away is answered for by the survivor."""
        items: list[Item] = []
        for ref in refs:
            try:
                answer = self._http.get(f"{_CUSTOMERS}/{quote(ref, safe='')}")
            except errors.NotFound:
                items.append(Gone(ref))
                continue
            survivor = _id(answer.body)
            items.append(Record(FORMAT, answer.body, f"{FORMAT}:customer"))
            if survivor != ref:
                items.append(Merged(ref, survivor))
        return items

    def check(self) -> None:
        """The first change."""
        try:
            _decoded(self._changes(None, 1))
        except errors.Invalid:
            raise _refused() from None

    def honours_filters(self) -> bool:
        """Its place is opaque, and refused when it is none."""
        return True

    def close(self) -> None:
        """Nothing is open."""

    def _changes(self, after: str | None, limit: int) -> Response:
        return self._http.get(_CHANGES, {"after": after, "limit": limit, "location": self._location})

    def _again(self, state: State) -> Page:
        """From the beginning, where a place is refused; a walk from there shows who is gone, too."""
        if state["after"] is None:
            raise _refused() from None
        if state["full"]:
            raise errors.StartOver("The other instance no longer knows the place") from None
        return Page((), {"after": None, "page": 1, "full": True})


def _refused() -> errors.Fatal:
    return errors.Fatal("The other instance refuses to tell its changes", hint="Look at the option location.")


def _decoded(answer: Response) -> _Page:
    try:
        return msgspec.json.decode(answer.body, type=_Page)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise errors.Retriable("The other instance answered something that is no page of changes") from None


def _items(raw: bytes, place: str) -> list[Item]:
    try:
        change = msgspec.json.decode(raw, type=_Change)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return [Unreadable(raw, place, "The change is in no known shape", FORMAT)]
    if change.type == "changed" and bytes(change.customer).startswith(b"{"):
        return [Record(FORMAT, bytes(change.customer), place)]
    if change.type == "deleted" and change.id and change.merged_into:
        return [Merged(change.id, change.merged_into)]
    if change.type == "deleted" and change.id:
        return [Gone(change.id)]
    return [Unreadable(raw, place, "The change is of no known type", FORMAT)]


def _id(document: bytes) -> str:
    """Whose document it is; raises Retriable when it is none, as a proxy's page is."""
    try:
        return msgspec.json.decode(document, type=_Named).id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise errors.Retriable("The other instance answered something that is no customer") from None


KIND = Kind(
    name="regulars",
    summary="another instance of regulars, by its changes",
    proof="live",
    open=Instance,
    is_incremental=True,
    timestamps=("the order of its changes",),
    deletes="tombstone",
    merges="a deletion that names the survivor",
    every_seconds=60,
    needs_url=True,
    secret="a token of the other instance with customers:read",  # noqa: S106  # what it is, not one
    options=(Option("location", "only customers of this location over there"),),
)
