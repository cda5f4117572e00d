"""PostgreSQL's search indexes: a text of words and numbers, one of e-mail and reference, found by trigrams (index.py).

`find` holds a customer's words and, behind `#`, its numbers, with a blank before and behind each: whoever has a word
that begins like what was typed is found by LIKE '% typed%'. `part` holds the letters and digits of its e-mail and
of its reference. The extension pg_trgm, where the server has it, indexes both; without it the same is found, slowly: a
location is read through. (docs/decisions/0023)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from regulars.model.search import Choice, Entire, Pieces, Term, Words
from regulars.store.index import Condition, Grams

_MARKS = "#\\"
_WILD = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})


def tokens(found_by: Words, unheld: Sequence[str] = ()) -> str:
    """What `find` holds for a customer. `unheld`: what Square's search needs beside the words."""
    numbers = ["#" + each for each in (*found_by.numbers, *unheld)]
    return f" {' '.join([*map(_unmarked, found_by.words), *numbers])} "


def _unmarked(word: str) -> str:
    """A word that begins like a number of ours is kept apart from them."""
    return "\\" + word if word[0] in _MARKS else word


def text(found_by: Pieces) -> str:
    """What `part` holds for a customer: the e-mail and the runs of the reference; "" for nothing."""
    return " ".join(each for each in (found_by.email, *found_by.runs) if each)


class _Writer:
    """Writes a condition: every value in it is bound, and nothing typed becomes syntax."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def like(self, before: str, typed: str, behind: str = "") -> str:
        """The text holds `typed` with these signs before and behind."""
        name = f"match_{len(self.values)}"
        self.values[name] = f"%{(before + typed + behind).translate(_WILD)}%"
        return f"t LIKE :{name}"

    def pattern(self, letters: str) -> str:
        """A whole word is like this: letters, and `_` for any sign."""
        name = f"match_{len(self.values)}"
        self.values[name] = f"% {letters} %"
        return f"t LIKE :{name}"

    def word(self, word: str, behind: str = "") -> str:
        """A word begins so."""
        return self.like(" ", _unmarked(word), behind)

    def number(self, digits: str, behind: str = "") -> str:
        """A number begins so."""
        return self.like(" #", digits, behind)

    def done(self, conditions: Iterable[str]) -> Condition:
        """All of these."""
        return Condition(" AND ".join(conditions), self.values)


def all_of(terms: Sequence[Term]) -> Condition:
    """Those whom all these terms find."""
    writer = _Writer()
    return writer.done([_term(writer, term) for term in terms])


def _term(writer: _Writer, term: Term) -> str:
    sides = []
    if term.literal is not None:
        sides.append(writer.word(term.literal))
    if term.parts:
        sides.append("(" + " AND ".join(map(writer.word, term.parts)) + ")")
    if term.number is not None:
        sides.append(writer.number(term.number))
    return "(" + " OR ".join(sides) + ")"


def any_of(groups: Sequence[Sequence[Choice]]) -> Condition:
    """Those whom one of each of these groups finds."""
    writer = _Writer()
    return writer.done(
        "(" + " OR ".join(side for one in group for side in _choice(writer, one)) + ")" for group in groups
    )


def _choice(writer: _Writer, choice: Choice) -> list[str]:
    if isinstance(choice, Term):
        return [_term(writer, choice)]
    if isinstance(choice, Entire):
        return [writer.word(choice.word, " ")]
    return [writer.pattern(each) for each in _slips(choice.word)]


def _slips(word: str) -> Iterable[str]:
    """Patterns of the words that are one slip away: a sign that may be any stands where the slip is."""
    for at in range(len(word) + 1):
        yield f"{word[:at]}_{word[at:]}"
    for at in range(len(word)):
        yield f"{word[:at]}_{word[at + 1 :]}"
        yield word[:at] + word[at + 1 :]
    for at in range(len(word) - 1):
        yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def whole(word: str) -> Condition:
    """Those with this word, an e-mail, as a whole."""
    writer = _Writer()
    return writer.done([writer.word(word, " ")])


def unheld(text: str) -> Condition:
    """Those with this whole number, or with what Square's search needs beside the words."""
    writer = _Writer()
    return writer.done([writer.number(text, " ")])


def number_pieces(pieces: Iterable[str]) -> Condition:
    """Those with each of these digits somewhere, be it in a number."""
    return email_words(pieces)


def email_words(words: Iterable[str]) -> Condition:
    """Those whose e-mail may hold all these words."""
    writer = _Writer()
    return writer.done([writer.like("", word) for word in words])


def reference_words(words: Iterable[str]) -> Condition:
    """The same of their reference."""
    return email_words(words)


def email_short(word: str, _grams: Grams) -> Condition:
    """The same of a word of one or two letters: reads the location through."""
    return email_words([word])


def reference_short(word: str, _grams: Grams) -> Condition:
    """The same of their reference."""
    return email_words([word])
