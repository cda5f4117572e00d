"""The pieces that Square's search finds a customer by (normalise/filtering.py): e-mail, phone and reference as shown.

What exact searches need is mostly among the words (words.py), or is the posRef; of few customers it is not.
"""

from __future__ import annotations

from typing import Final

from regulars import limits
from regulars.model.search import Pieces, Words
from regulars.normalise import filtering
from regulars.normalise.scripts import latin
from regulars.normalise.words import is_one_word

NOTHING: Final = Pieces()


def index_pieces(
    *,
    email: str | None,
    phone: str | None,
    e164: str | None,
    reference: str | None,
    pos_ref: str,
    words: Words,
) -> Pieces:
    """The pieces of a customer whose words are these, served under this posRef."""
    unheld: list[str] = []
    stripped = ""
    if email:
        stripped = filtering.stripped(email)
        if not _holds(words, email):
            unheld.append(whole_email(stripped))
    runs = filtering.runs(reference) if reference else ()
    if reference and not (reference == pos_ref and reference in plain_references(reference)):
        unheld.append(whole_reference(runs))
    if phone:
        unheld += _unheld_endings(phone, e164, words)
    return Pieces(stripped, tuple(runs), tuple(unheld))


def email_word(email: str) -> str | None:
    """The word that holds an ordinary e-mail whole; None: there can be none."""
    word = latin(filtering.caseless(email))
    return word if "@" in word[1:] and is_one_word(word) else None


def plain_references(reference: str) -> tuple[str, ...]:
    """How an ordinary posRef may be spelt that is the same but for its case: in small or in capital letters."""
    key = filtering.caseless(reference)
    return (key, key.upper()) if key.isascii() else ()


def whole_email(stripped: str) -> str:
    """How an e-mail that the words do not hold is kept."""
    return "@" + stripped[:_TELLING_LENGTH]


def whole_reference(runs: list[str] | tuple[str, ...]) -> str:
    """How a reference that is no plain posRef is kept."""
    return "=" + "".join(runs)[:_TELLING_LENGTH]


_TELLING_LENGTH: Final = 60  # characters that tell one text from others


def _holds(words: Words, email: str) -> bool:
    word = latin(filtering.caseless(email))
    return word in words.words and "@" in word[1:]


def _unheld_endings(phone: str, e164: str | None, words: Words) -> list[str]:
    """Endings of the phone's digits that are no words: of a very short number, or beyond the bound on words."""
    is_whole = len(words.words) + len(words.numbers) < limits.SEARCH_TOKENS_MAX
    found: dict[str, None] = {}
    for digits in filtering.phone_digits(phone, e164):
        # If the whole of it is among them, so is every ending of three digits or more.
        if not (is_whole and digits in words.numbers):
            found |= dict.fromkeys(digits[start:] for start in range(len(digits)))
    return [digits for digits in found if digits not in words.numbers]
