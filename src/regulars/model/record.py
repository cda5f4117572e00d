"""Records: what a source sent, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from regulars.model.customer import Problem
from regulars.model.search import Match

Format = str
"""Which reader of `wire` understands a record (directory/preparing.py has the table); else a kind that others add."""


class Record(Struct, frozen=True, gc=False):
    """One customer as a source sent it, byte for byte, with where it stood.

    A `csv` record is two CSV lines in UTF-8, the header and the row; `columns` overrides what the header's
    column names are taken for (`--map field=column`, as {column: field}). A `native` record was made here, by an API.
    """

    format: Format
    raw: bytes
    place: str = ""  # such as `customers.csv:17`; no personal data
    columns: Mapping[str, str] = field(default_factory=dict)


class Unreadable(Struct, frozen=True, gc=False):
    """A piece of a source that is no record at all (cut JSON, bad bytes): straight to quarantine."""

    raw: bytes
    place: str
    reason: str  # a sentence without the record's content
    format: Format = "csv"


class Ingested(Struct, frozen=True):
    """What one `ingest` did, in records; `problems` counts the problems of created and updated customers.

    `suppressed`: records of customers that were erased here and whom their source may not bring back.
    """

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    quarantined: int = 0
    problems: int = 0
    suppressed: int = 0

    def __add__(self, other: Ingested) -> Ingested:
        """Both together."""
        return Ingested(
            self.read + other.read,
            self.created + other.created,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.quarantined + other.quarantined,
            self.problems + other.problems,
            self.suppressed + other.suppressed,
        )


class Quarantined(Struct, frozen=True):
    """A record that could not be read at all, kept with its bytes and its reason."""

    number: int
    location_id: int
    source: str
    place: str
    reason: str
    format: Format
    seen_at: int
    raw: bytes
    columns: Mapping[str, str]


class Shown(Struct, frozen=True):
    """Everything known of one customer, for `show`: both dialects' bytes, problems, provenance.

    `attributes`: its custom attributes by key; `answers_for`: ids of those who were merged into it. `match`: how a
    search found it.
    """

    id: str
    pos_ref: str
    location_id: int
    source: str
    ref: str
    change_no: int
    created_at: int
    updated_at: int
    shift4: bytes
    square: bytes
    problems: tuple[Problem, ...]
    record: Record
    seen_at: int
    pinned: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    answers_for: tuple[str, ...] = ()
    match: Match = "exact"
