"""Names as people type them when they search, and as lists sort them."""

from __future__ import annotations

import unicodedata
from typing import Final

from regulars import limits
from regulars.model.customer import Customer


def fold(text: str) -> str:
    """The text without case and accents, for search and sort; what is written in other scripts keeps its letters.

    Latin letters that Unicode does not take apart (`ł`, `ø`, `ß`, `æ`) become their nearest plain ones, digits of any
    script become 0 to 9. Folding twice changes nothing.
    """
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return unicodedata.normalize("NFC", plain.translate(_PLAIN))


def sort_key(customer: Customer) -> str:
    """Square's DEFAULT order (contracts/square.md 2.6): given and family name, else company, e-mail, phone; folded."""
    text = (customer.first_name or "") + (customer.last_name or "") or customer.company_name
    if not text and customer.emails:
        text = next((each for each in customer.emails if each.is_primary), customer.emails[0]).text
    if not text and customer.phones:
        text = next((each for each in customer.phones if each.is_primary), customer.phones[0]).text
    return fold(text)[: limits.SORT_KEY_LENGTH_MAX] if text else ""


class _Plain(dict[int, str | None]):
    """What each character becomes; asked only for characters that are not in it."""

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        return str(unicodedata.decimal(character)) if character.isdecimal() else character


_LETTERS: Final = {
    **{"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i", "ĸ": "k", "ŋ": "n", "ƒ": "f"},
    **{
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ə": "e",
        "ɓ": "b",
        "ɗ": "d",
        "ƙ": "k",
        "ƴ": "y",
        "ŀ": "l",
    },
}
# Accents of Latin, Greek and Cyrillic. Other scripts' vowel signs are letters to those who read them.
_MARKS: Final = (range(0x300, 0x370), range(0x1AB0, 0x1B00), range(0x1DC0, 0x1E00), range(0x20D0, 0x2100))
_WITHOUT_WIDTH: Final = (
    range(0xAD, 0xAE),
    range(0x200B, 0x2010),
    range(0xFE00, 0xFE10),
    range(0xFEFF, 0xFF00),
)
_PLAIN: Final = _Plain(
    {code: chr(code) for code in range(128)}
    | {code: None for marks in _MARKS + _WITHOUT_WIDTH for code in marks}
    | {ord(letter): plain for letter, plain in _LETTERS.items()}
)
