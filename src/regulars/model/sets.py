"""Sets of customers: groups, segments, and all who came in one way. Each has a number, and a list of who is in it.

Numbers up to 99 mean the same in every account, for ever: they stand in stores. Others are given one after the other.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from regulars.model.customer_filter import CREATION_SOURCES

Kind = Literal["group", "segment"]

REACHABLE = 1  # the segment of customers with an e-mail or a phone
REACHABLE_NAME = "Reachable"
REACHABLE_END = ".REACHABLE"  # of its id, behind the merchant's
_FIRST_SOURCE = 2
_OTHER_WORDS = 31  # who came in by a word that Square does not know
SOURCES: dict[str, int] = {word: number for number, word in enumerate(CREATION_SOURCES, _FIRST_SOURCE)}
EVERY_SOURCE = (*SOURCES.values(), _OTHER_WORDS)
FIXED_MAX = 99


class CustomerSet(Struct, frozen=True, kw_only=True):
    """A group or a segment.

    `filter`: what a segment of ours asks of a customer, as Square's search says it (JSON); None for groups and for
    segments that others decide. `filled_to`: of a new segment, the last customer that has been judged by it; None: all
    have.
    """

    id: str
    number: int
    name: str
    created_at: int
    updated_at: int
    filter: bytes | None = None
    filled_to: int | None = None


class Asked(Struct, frozen=True):
    """Sets by number: in one of `any`, in each of `all`, in none of `none`; an empty one asks for nothing."""

    any: tuple[int, ...] = ()
    all: tuple[int, ...] = ()
    none: tuple[int, ...] = ()


def number_of_source(word: str | None) -> int:
    """The set of those who came in this way."""
    return SOURCES.get(word or "OTHER", _OTHER_WORDS)
