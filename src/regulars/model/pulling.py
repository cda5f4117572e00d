"""Connected sources: how each is pulled, where it stands, what became of its runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

PullState = Literal["active", "paused", "stopped", "held"]
"""`paused` by a person; `stopped`: only a person can mend it; `held`: active, but what vanished there stays here until
a person has said that it may go."""

Mode = Literal["changes", "full", "wanted"]
"""What a run looks at: what changed since the bookmark, everything, or what webhooks spoke of."""

RunOutcome = Literal["done", "held", "stopped", "abandoned"]


class NewPull(Struct, frozen=True, kw_only=True):
    """A source as a person adds it; the secrets are sealed already."""

    kind: str
    name: str
    location_id: int
    url: str | None
    options: Mapping[str, str]
    secret: bytes | None
    hook_secret: bytes | None
    every_seconds: int
    full_every_seconds: int
    budget_requests: int | None  # None: what the kind says
    budget_milliseconds: int | None
    fail_percent: int
    vanish_percent: int


class Pull(Struct, frozen=True, kw_only=True):
    """A connected source. Times are microseconds since 1970; `next_at` and `lease_until` may lie ahead."""

    account_id: int
    source_id: int
    name: str
    kind: str
    location_id: int
    url: str | None
    options: Mapping[str, str]
    secret: bytes | None  # sealed
    hook_secret: bytes | None  # sealed
    every_seconds: int
    full_every_seconds: int
    budget_requests: int | None
    budget_milliseconds: int | None
    fail_percent: int
    vanish_percent: int
    created_at: int
    updated_at: int
    state: PullState
    message: str | None
    bookmark: Mapping[str, Any] | None
    walk: Walk | None
    run_no: int
    held_run: int | None
    full_at: int | None
    fresh_at: int | None
    next_at: int
    failures: int
    spent: tuple[int, ...]
    lease_owner: str | None
    lease_until: int


class Walk(Struct, frozen=True, kw_only=True):
    """A walk under way, as it is committed with each page. `seen`: digests of the states it was in lately."""

    run_no: int
    mode: Mode
    began_at: int
    state: Mapping[str, Any]
    counts: Counts
    is_walked: bool = False  # the last page is in; who was not met is still to be looked for
    looked_after: str | None = None  # of whom it has not met, the source was asked up to this ref
    bookmark: Mapping[str, Any] | None = None  # where it began
    seen: tuple[int, ...] = ()
    empty_pages: int = 0
    restarts: int = 0
    total: int | None = None
    is_whole: bool = True  # what the last page said


class Counts(Struct, frozen=True, omit_defaults=True):
    """What a run has brought. `requests` counts those that were sent, answered or not."""

    pages: int = 0
    requests: int = 0
    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    quarantined: int = 0
    problems: int = 0
    suppressed: int = 0
    deleted: int = 0
    erased: int = 0
    merged: int = 0
    vanished: int = 0

    def __add__(self, other: Counts) -> Counts:
        """Both together."""
        return Counts(*(getattr(self, name) + getattr(other, name) for name in self.__struct_fields__))


class Run(Struct, frozen=True):
    """One run of a source; `ended_at` None: it goes on."""

    run_no: int
    mode: Mode
    began_at: int
    ended_at: int | None
    outcome: RunOutcome | None
    message: str | None
    counts: Counts


class Wanted(Struct, frozen=True):
    """A customer that a webhook spoke of, and when one last did."""

    ref: str
    wanted_at: int
