"""Words that differ from a typed one by one slip: a letter too many, too few or wrong, or two that changed places."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from regulars import limits
from regulars.model.search import Term

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"  # what words of other scripts are turned into (scripts.py)
_ROWS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_ALIKE: Final = ("aeiouy", "ckqsxz", "bp", "dt", "fpv", "gj", "mn", "lr", "vw", "ij")


def can_slip(term: Term) -> bool:
    """Whether a term is a word that may have been mistyped: letters alone, four of them or more."""
    word = term.literal
    if word is None or term.parts or term.number is not None:
        return False
    return len(word) >= limits.SLIP_LENGTH_MIN and set(word) <= set(_LETTERS)


def spellings(word: str, limit: int) -> tuple[str, ...]:
    """Words one slip away from a word that `can_slip`, the likeliest first, at most so many."""
    found = dict.fromkeys(islice(_slips(word), limit * 2))
    found.pop(word, None)
    return tuple(found)[:limit]


def _slips(word: str) -> Iterator[str]:
    for at in range(len(word) - 1):
        yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]
    for at, letter in enumerate(word):
        yield word[:at] + letter + word[at:]
    for at, letter in enumerate(word):
        for other in _near(letter):
            yield word[:at] + other + word[at + 1 :]
    for at in range(len(word), -1, -1):  # the first letter is the one that is seldom wrong
        for letter in _LETTERS:
            yield word[:at] + letter + word[at:]
    for at in range(len(word) - 1, -1, -1):
        for letter in _LETTERS:
            yield word[:at] + letter + word[at + 1 :]


def _near(letter: str) -> str:
    """Letters beside it on the keyboard, or that sound like it."""
    found = ""
    for row in _ROWS:
        at = row.find(letter)
        if at >= 0:
            found += row[max(0, at - 1) : at] + row[at + 1 : at + 2]
    return found + "".join(each.replace(letter, "") for each in _ALIKE if letter in each)
