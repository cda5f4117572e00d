"""Cyrillic and Greek written in Latin letters, so that a name is found in either script (docs/decisions/0029).

Only for search: what is sorted, shown and compared keeps its script. One letter after another, each by itself or by the
one before it, never by what follows: so the beginning of a name becomes the beginning of what the name becomes, and is
found while it is typed.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from regulars.normalise.name import fold


def latin(text: str) -> str:
    """The text folded, in Latin letters where it is Cyrillic or Greek. Doing it twice changes nothing."""
    if text.isascii():  # most texts: what `fold` makes of them, without asking it
        return text.lower()
    folded = fold(text)
    if folded.isascii():
        return folded
    if "я" in folded or "υ" in folded:
        for pair, plain in _PAIRS.items():
            folded = folded.replace(pair, plain)
    # What stood around a letter that is not written may have to be put together.
    return unicodedata.normalize("NFC", folded.translate(_LETTERS))


# Folding has taken the marks: ё and ѐ are е, й ѝ ї are и and і, ў у, ѓ г, ќ к.
# Russian as most passports have it, but я and ю as people write them, and ъ as in Bulgaria, where names have it.
_CYRILLIC: Final = {
    **dict(zip("абвгдезиклмнопрстуфыэіґ", "abvgdeziklmnoprstufyeig", strict=True)),
    **{"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "є": "ye", "ю": "yu", "я": "ya"},
    **{"ъ": "a", "ь": ""},
    # Serbian and Macedonian, as đ, lj, nj, ć and dž are found.
    **{"ђ": "d", "ј": "j", "љ": "lj", "њ": "nj", "ћ": "c", "џ": "dz", "ѕ": "dz"},
    # From Kazan to Ulaanbaatar: as passports have them, without the marks.
    **dict(zip("әғқңөұүһҗҷҳҙҡҫҕҥҝҹ", "agknouuhjjhzksgngj", strict=True)),
    **{"ӕ": "ae", "ӏ": ""},
}
# ELOT 743, letter by letter.
_GREEK: Final = {
    **dict(zip("αβγδεζηικλμνξοπρστυφω", "avgdeziiklmnxoprstyfo", strict=True)),
    **{"θ": "th", "χ": "ch", "ψ": "ps"},
}
# What υ is behind these vowels, elsewhere y; and я, elsewhere ya: most write Maria for Мария. The vowels themselves are
# left to the table.
_PAIRS: Final = {"ου": "οu", "αυ": "αv", "ευ": "εv", "ηυ": "ηv", "ия": "иa", "ія": "іa"}
_LETTERS: Final = str.maketrans(_CYRILLIC | _GREEK)
