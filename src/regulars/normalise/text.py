"""Texts without what no till means to send: control characters, loose blanks, letters in pieces."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

# Category Cc, and halves of characters, which no encoding can write.
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_CONTROL_IN_NOTE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_BLANKS: Final = {ord(character): " " for character in "\t\n\v\f\r\x85"}


def has_controls(texts: Iterable[str | None], note: str | None) -> bool:
    """Whether any of the texts holds a control character; a note may have lines and tabs."""
    joined = "".join(filter(None, texts))
    if not joined.isprintable() and _CONTROL.search(joined):
        return True
    return note is not None and not note.isprintable() and _CONTROL_IN_NOTE.search(note) is not None


def without_controls(text: str) -> str:
    """The text without control characters; where one parted two words, a blank does."""
    return _CONTROL.sub("", text.translate(_BLANKS))


def note_without_controls(text: str) -> str:
    """The same for a text of several lines."""
    return _CONTROL_IN_NOTE.sub("", text)


def tidy(text: str) -> str | None:
    """A name without outer blanks and with whole letters (NFC); None when nothing is left."""
    trimmed = text.strip()
    return (trimmed if trimmed.isascii() else unicodedata.normalize("NFC", trimmed)) or None
