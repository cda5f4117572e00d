"""The search index on SQLite: words in, rids out, always within one location.

One FTS5 table holds words and phone digits, so that "smith 415" can leap from hit to hit (docs/decisions/0004). Its
tokens: a word of up to 6 characters as it is, prefixes of it by the index's own prefix lists. A longer one as its first
6 characters, and each longer prefix up to the whole as a token of its own behind `=`: a prefix query longer than the
longest prefix list would merge every list first. Whole e-mails and very long words are rare enough for that. Digits of
phones stand behind `#`, so that they never answer for names.
"""

from __future__ import annotations

from collections.abc import Sequence

from regulars.model.search import Term, Words
from regulars.store.listing import rids
from regulars.store.store import Store

_PREFIX_MAX = 6  # the longest of the table's prefix lists
_MARKS = "=#\\"
_WHOLE_FROM = 21  # words this long are kept whole


def tokens(found_by: Words) -> str:
    """What the index holds for a customer, separated by spaces."""
    made: list[str] = []
    for word in found_by.words:
        if word[0] in _MARKS:
            made.append(_unmarked(word))
        elif _PREFIX_MAX < len(word) < _WHOLE_FROM and word.find("@", 1) < 0:
            made.append(word[:_PREFIX_MAX])
            made += ["=" + word[:length] for length in range(_PREFIX_MAX + 1, len(word) + 1)]
        else:
            made.append(word)
    made += ["#" + digits for digits in found_by.numbers]
    return _unquoted(" ".join(made))


def _unmarked(word: str) -> str:
    """A word that begins like one of our own tokens is kept apart from them."""
    return "\\" + word if word[0] in _MARKS else word


def _unquoted(text: str) -> str:
    """Quotes end strings of the query language and of the tokenizer's settings: both sides read them as a backtick."""
    return text.replace('"', "`").replace("'", "`")


def expression(terms: Sequence[Term]) -> str:
    """The query of FTS5 that all terms must match. Every word is a quoted string: nothing of it is syntax."""
    return " AND ".join(_term(term) for term in terms)


def _term(term: Term) -> str:
    sides = []
    if term.literal is not None:
        sides.append(_prefix(term.literal))
    if term.parts:
        sides.append("(" + " AND ".join(_prefix(part) for part in term.parts) + ")")
    if term.number is not None:
        sides.append(_quoted("#" + term.number) + "*")
    return "(" + " OR ".join(sides) + ")"


def _prefix(word: str) -> str:
    if word[0] not in _MARKS and _PREFIX_MAX < len(word) < _WHOLE_FROM:
        return f"({_quoted(word)}* OR {_quoted('=' + word)})"
    return _quoted(_unmarked(word)) + "*"


def _quoted(word: str) -> str:
    return f'"{_unquoted(word)}"'


class Hits:
    """The customers of one location that match an expression, in list order."""

    def __init__(self, store: Store, loc_no: int, terms: Sequence[Term]) -> None:
        low, high = rids(loc_no)
        self._store = store
        self._values = {"match": expression(terms), "low": low, "high": high - 1}

    def count(self) -> int:
        """How many; costs 45 ns a hit."""
        found: int = self._store.one("find_count", self._values)[0]
        return found

    def page(self, account_id: int, *, skip: int, limit: int) -> list[bytes]:
        """Their Shift4 documents."""
        values = {"account_id": account_id, "skip": skip, "limit": limit}
        return [row[0] for row in self._store.rows("find_page", self._values | values)]

    def first(self, limit: int) -> list[int]:
        """The first rids."""
        return [row[0] for row in self._store.rows("find_rids", self._values | {"limit": limit})]

    def every(self) -> list[int]:
        """All their rids."""
        return [row[0] for row in self._store.rows("find_every_rid", self._values)]

    def holds(self, rid: int) -> bool:
        """Whether this customer is one of them."""
        return self._store.maybe("find_one", {"match": self._values["match"], "rid": rid}) is not None
