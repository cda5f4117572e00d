"""What a source is. A new point of sale is a module with a `Kind`, and a reader of its records in `wire`.

A source fetches raw records page by page, byte for byte, and declares what cannot be known otherwise. Retries,
bookmarks, budgets, quarantine, reconciliation, leases and progress are the engine's (`regulars.sync`). It keeps nothing
between two calls but what it opened; whatever it needs to go on stands in the `State` that each page hands out.

Others add kinds by the entry point `regulars.sources` (docs/guides/write-a-source.md); `regulars.testing.conformance`
is what every kind passes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, Protocol

from msgspec import Struct

from regulars.model.customer import Customer
from regulars.model.pull import Item, Page, State
from regulars.sources.http import Http

Deletes = Literal["tombstone", "filter", "difference", "none"]
"""How a deletion shows: as a record of its own, under a filter, by its absence from a full walk, or never."""


class Budget(Struct, frozen=True):
    """At most so many requests in any stretch of so many seconds."""

    requests: int
    seconds: float


class Option(Struct, frozen=True):
    """What a person says of one source when it is added (`--set NAME=VALUE`)."""

    name: str
    summary: str
    is_required: bool = False
    default: str | None = None


class Given(Struct, frozen=True):
    """One source as it was added. `secret`: the text of its token file; a kind says in `secret` what that holds."""

    url: str | None
    secret: str | None
    options: Mapping[str, str]
    location_id: int
    country: str  # of the location: how national phone numbers are meant


class Refreshed(Struct, frozen=True):
    """A new secret that the point of sale gave in exchange for the old one; the engine keeps it, encrypted."""

    secret: str


class Source(Protocol):
    """One opened source.

    Every method may raise Retriable (it did not work this time; `retry_after` seconds), Unauthorised (the credentials
    are refused), Fatal (a person must mend it: a wrong address), and `page` StartOver (the state no longer holds at
    the source: the walk begins anew).
    """

    def begin(self, bookmark: State | None, *, full: bool) -> State:
        """Where a walk begins: at everything, or at what has changed since the bookmark (None: there is none yet)."""

    def page(self, state: State) -> Page:
        """The next page. Asked again with the same state, it brings what the source has there then."""

    def fetch(self, refs: Sequence[str]) -> Sequence[Item]:
        """These customers as they are now, `Gone` where the source has none.

        Asked after a webhook, after a merge, and of whom a full walk did not meet. `Gone` deletes: of whom it cannot
        look up a source says nothing.
        """

    def check(self) -> None:
        """One cheap request that needs the credentials; for `regulars source test`."""

    def honours_filters(self) -> bool:
        """Whether it obeys the filter of its incremental walk, asked for an impossible time.

        False makes every walk a full one (contracts/pos-systems.md 2.4).
        """

    def close(self) -> None:
        """Gives back what is open."""


class Hook(Struct, frozen=True):
    """A webhook as it came to `POST /hooks/{hook id}`. `url` is the public address that it was sent to."""

    url: str
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    secret: str  # what the point of sale signs with
    now: float  # seconds since 1970


class Heard(Struct, frozen=True):
    """What a genuine webhook says: which customers to look at. `event_id` tells a repetition; "": it has none.

    `erased`: whom the point of sale demands to be erased, whatever it still shows of them.
    """

    event_id: str
    refs: tuple[str, ...]
    erased: tuple[str, ...] = ()


class Kind(Struct, frozen=True, kw_only=True):
    """What the engine and the command line know of a kind of source before one is opened."""

    name: str  # as in `regulars source add NAME`
    summary: str  # one line for `regulars source kinds`
    proof: Literal["live", "simulated"]  # what its tests ran against
    open: Callable[[Given, Http], Source]
    read: Callable[[bytes], Customer] | None = (
        None  # one record, of a kind that others add; ours are in `wire`
    )
    is_incremental: bool  # whether a walk from a bookmark brings less than everything
    timestamps: tuple[str, ...] = ()  # which of the source's times are OR-ed (children!), for people
    deletes: Deletes
    merges: str | None = None  # how a merge shows, for people
    erasure: str | None = None  # how an erasure shows, for people
    budget: Budget | None = None  # what the point of sale allows; `--budget` says otherwise
    every_seconds: int = 300  # between two walks
    full_every_seconds: int = 86_400  # between two full walks; they find what no filter shows
    needs_url: bool = False
    secret: str | None = None  # what its token file holds, in words; None: it takes none
    options: tuple[Option, ...] = ()
    is_kept_open: bool = False  # going on after it was closed is dear: a walk is not cut into slices
    piped_without: str | None = None  # the option without which it reads standard input, of `sync NAME` alone
    # Judges and reads a webhook. Raises Unauthorised when it is not genuine or older than limits.HOOK_AGE_SECONDS_MAX
    # (where its sender signs the time), Invalid when nothing can be read in it. One that speaks of nobody has no refs.
    hook: Callable[[Hook], Heard] | None = None
    refresh: Callable[[Given, Http], Refreshed] | None = None  # when the secret is refused or runs out
