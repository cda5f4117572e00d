"""What an engine's search indexes must do: keep what customers are found by, and answer what is asked of them.

`fts5` does it on SQLite, `trigrams` on PostgreSQL. Both find the same customers: exactly those that
`normalise.matches` says; what they find for Square's search (the pieces) is looked at again, and may be more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol

from regulars.model.search import Choice, Pieces, Term, Words


class Condition(NamedTuple):
    """A condition of PostgreSQL and the values in it: what a customer's texts must be like."""

    text: str
    values: dict[str, str]


Match = str | Condition  # what the index is asked: an expression of FTS5, or a condition


Grams = Callable[[str, str], Sequence[str]]  # those that `part` holds, from one and before another (SQLite)


class Index(Protocol):
    """The two indexes of one engine: words and numbers (`find`), pieces of e-mails and references (`part`)."""

    def tokens(self, found_by: Words, unheld: Sequence[str] = ()) -> str:
        """What `find` holds for a customer. `unheld`: what Square's search needs beside the words."""

    def text(self, found_by: Pieces) -> str:
        """What `part` holds for a customer; "" for nothing."""

    def all_of(self, terms: Sequence[Term]) -> Match:
        """Of `find`: those whom all these terms find."""

    def any_of(self, groups: Sequence[Sequence[Choice]]) -> Match:
        """Of `find`: those whom one of each of these groups finds."""

    def whole(self, word: str) -> Match:
        """Of `find`: those with this word, an e-mail, as a whole."""

    def unheld(self, text: str) -> Match:
        """Of `find`: those with this whole number, or with what Square's search needs beside the words."""

    def number_pieces(self, pieces: Iterable[str]) -> Match:
        """Of `find`: those with each of these digits somewhere in a number."""

    def email_words(self, words: Iterable[str]) -> Match:
        """Of `part`: those whose e-mail may hold all these words of three letters and more."""

    def reference_words(self, words: Iterable[str]) -> Match:
        """The same of their reference."""

    def email_short(self, word: str, grams: Grams) -> Match | None:
        """Of `part`: those whose e-mail holds a word of one or two letters; None: nobody's does.

        Costs as much as it has hits in the whole store, or more.
        """

    def reference_short(self, word: str, grams: Grams) -> Match | None:
        """The same of their reference."""
