"""SQLite's search indexes: words and numbers in `find`, pieces of e-mails and references in `part` (index.py).

`find` holds words and phone digits, so that "smith 415" can leap from hit to hit (docs/decisions/0004). Its
tokens: a word of up to 6 characters as it is, prefixes of it by the index's own prefix lists. A longer one as its first
6 characters, and each longer prefix up to the whole as a token of its own behind `=`: a prefix query longer than the
longest prefix list would merge every list first. Whole e-mails and very long words are rare enough for that. Digits of
phones stand behind `#`, so that they never answer for names.

`part` holds every three characters in a row of the e-mail's letters and digits, and of the reference's, written in
capitals and signs so that neither answers for the other. Who has all of a word's threes may have the word
(docs/decisions/0019).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from regulars.model.search import Choice, Entire, Pieces, Term, Words
from regulars.store.index import Grams

_PREFIX_MAX = 6  # the longest of the table's prefix lists
_MARKS = "=#\\"
_DIGITS = "0123456789"
_WHOLE_FROM = 21  # words this long are kept whole
_GRAM = 3
_GRAMS_MAX = 12  # of one word of a query: more narrow nothing
_REFERENCE: Final = bytes.maketrans(
    b"abcdefghijklmnopqrstuvwxyz0123456789", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ!#$%&()*+,"
)


def tokens(found_by: Words, unheld: Sequence[str] = ()) -> str:
    """What the index holds for a customer, separated by spaces.

    `unheld`: what Square's search needs beside the words; behind `#` it cannot be taken for one.
    """
    made: list[str] = []
    for word in found_by.words:
        if word[0] in _MARKS:
            made.append(_unmarked(word))
        elif _PREFIX_MAX < len(word) < _WHOLE_FROM and word.find("@", 1) < 0:
            made.append(_in_prefixes(word))
        else:
            made.append(word)
    if found_by.numbers:
        made.append("#" + " #".join(found_by.numbers))
    if unheld:
        made += ["#" + each for each in unheld]
    return _unquoted(" ".join(made))


@lru_cache(maxsize=8192)
def _in_prefixes(word: str) -> str:
    """The tokens of a word longer than the prefix lists. Kept: these are names and domains, which many share."""
    longer = ["=" + word[:length] for length in range(_PREFIX_MAX + 1, len(word) + 1)]
    return " ".join([word[:_PREFIX_MAX], *longer])


def _unmarked(word: str) -> str:
    """A word that begins like one of our own tokens is kept apart from them."""
    return "\\" + word if word[0] in _MARKS else word


def _unquoted(text: str) -> str:
    """Quotes end strings of the query language and of the tokenizer's settings: both sides read them as a backtick."""
    return text.replace('"', "`").replace("'", "`")


def all_of(terms: Sequence[Term]) -> str:
    """The query of FTS5 that all terms must match. Every word is a quoted string: nothing of it is syntax."""
    return " AND ".join(_term(term) for term in terms)


def any_of(groups: Sequence[Sequence[Choice]]) -> str:
    """The query that one of each of these groups must match."""
    return " AND ".join("(" + " OR ".join(map(_choice, group)) + ")" for group in groups)


def _choice(choice: Choice) -> str:
    if isinstance(choice, Term):
        return _term(choice)
    if isinstance(choice, Entire):
        return _entire(choice.word)
    return " OR ".join(map(_entire, choice.spellings))


def _entire(word: str) -> str:
    is_long = word[0] not in _MARKS and _PREFIX_MAX < len(word) < _WHOLE_FROM and word.find("@", 1) < 0
    return _quoted("=" + word if is_long else _unmarked(word))


def whole(word: str) -> str:
    """The query for customers with this word, an e-mail, as a whole."""
    return _quoted(_unmarked(word))


def unheld(text: str) -> str:
    """The query for customers with this whole number, or with what Square's search needs beside the words."""
    return _quoted("#" + text)


def number_pieces(pieces: Iterable[str]) -> str:
    """The query for customers with each of these digits somewhere in a number."""
    return " AND ".join(f"({_number_piece(digits)})" for digits in pieces)


def _number_piece(digits: str) -> str:
    """The shortest endings there are have three digits: a piece of one or two may also be at the end of one of them."""
    begins = _quoted("#" + digits) + "*"
    if len(digits) > 2:
        return begins
    more = _DIGITS if len(digits) == 2 else [one + other for one in _DIGITS for other in _DIGITS]
    ends = [each + digits for each in more]
    if len(digits) == 1:
        ends += [one + digits + other for one in _DIGITS for other in _DIGITS]
    return " OR ".join([begins, *(_quoted("#" + each) for each in ends)])


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


def text(found_by: Pieces) -> str:
    """What `part` holds for a customer; "" for nothing. Two blanks end it, so that every character begins three."""
    if not found_by.runs:
        return found_by.email + "  " if found_by.email else ""
    return f"{found_by.email} {_as_reference(' '.join(found_by.runs))}  "


def _as_reference(text: str) -> str:
    return text.encode("utf-8", "surrogatepass").translate(_REFERENCE).decode("utf-8", "surrogatepass")


def email_words(words: Iterable[str]) -> str:
    """The query for customers whose e-mail may hold all these words of three letters and more."""
    return " AND ".join(map(_grams, words))


def reference_words(words: Iterable[str]) -> str:
    """The same of their reference."""
    return email_words(map(_as_reference, words))


def _grams(word: str) -> str:
    grams = list(dict.fromkeys(word[at : at + _GRAM] for at in range(len(word) - _GRAM + 1)))
    step = -(-len(grams) // _GRAMS_MAX)
    return " AND ".join(map(_gram, grams[::step]))


def email_short(word: str, grams: Grams) -> str | None:
    """The query for customers whose e-mail holds a word of one or two letters; None: there are none."""
    last = word[:-1] + chr(ord(word[-1]) + 1)
    there = grams(word, last)
    return " OR ".join(map(_gram, there)) if there else None


def reference_short(word: str, grams: Grams) -> str | None:
    """The same of their reference."""
    return email_short(_as_reference(word), grams)


def _gram(gram: str) -> str:
    """Letters, digits, blanks and our own signs: nothing in them ends a string of the query language."""
    return f'"{gram}"'
