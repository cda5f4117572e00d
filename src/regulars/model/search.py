"""Search words: what a customer is found by, and what a search text asks for.

`normalise.words` makes both, `store` turns them into its engine's index and query. (contracts/shift4.md, "search")
"""

from __future__ import annotations

from msgspec import Struct


class Words(Struct, frozen=True, gc=False):
    """What finds a customer: folded words, and digit strings of phones (each suffix of three digits or more)."""

    words: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


class Term(Struct, frozen=True):
    """One word of a search. It matches when any of its three sides does.

    `literal` is a prefix of one of the words; or each of `parts` (when not empty) is a prefix of one of the words;
    or `number` is a prefix of one of the numbers.
    """

    literal: str | None = None
    parts: tuple[str, ...] = ()
    number: str | None = None


class Query(Struct, frozen=True):
    """A search text understood. `readings` are tried in turn until one finds something; all its terms must match."""

    readings: tuple[tuple[Term, ...], ...]
