"""Search words: what a customer is found by, and what a search text asks for.

`normalise.words` makes both, `store` turns them into its engine's index and query. (contracts/shift4.md, "search")
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Match = Literal["exact", "nickname", "typo"]  # how somebody was found


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


class Entire(Struct, frozen=True):
    """One of the words is this, or begins with it if it is a long one."""

    word: str


class Near(Struct, frozen=True):
    """One of the words is one of these spellings of a word, or begins with it if it is a long one.

    An engine may take any word that is one slip away: what is found so is looked at again.
    """

    word: str
    spellings: tuple[str, ...]


Choice = Term | Entire | Near


class Query(Struct, frozen=True):
    """A search text understood. `readings` are tried in turn until one finds something; all its terms must match."""

    readings: tuple[tuple[Term, ...], ...]


class Pieces(Struct, frozen=True, gc=False):
    """What Square's search finds a customer by, beside its words: what its document shows.

    `email`: its letters and digits; `runs`: those of the reference. `unheld`: what exact searches need and the words do
    not hold, of few customers: the e-mail behind `@`, the reference behind `=`, endings of the phone.
    """

    email: str = ""
    runs: tuple[str, ...] = ()
    unheld: tuple[str, ...] = ()
