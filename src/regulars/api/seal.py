"""Places where a list goes on, sealed: what a client keeps of them, and cannot read or change.

A place may be made of a customer's name, or of numbers that count an account's changes, so it is encrypted; AES-SIV
(RFC 5297) also proves that not a bit was changed, and needs no random number, so that the same page has the same
cursor. Its length is rounded up, so that it does not tell the name's. It is bound to the account, not to the token:
what is seen is judged by the token that comes. Each kind of list has a key of its own.
"""

from __future__ import annotations

import base64
import re
from functools import cache
from typing import TypeVar

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from msgspec import Struct

from regulars import errors, limits

_ALPHABET = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_VERSION = b"square cursor 1"  # of the form; bytes that stay, so that cursors outlive an update
_BLOCK = 192  # bytes: an ordinary key at its longest, and an ordinary id

Shape = TypeVar("Shape", bound=Struct)


class Seal:
    """Seals and opens cursors with one key of 32 bytes, the same in every process of a store.

    `question`: what is asked for beside what the cursor says; it opens with the same one only.
    """

    def __init__(self, key: bytes) -> None:
        self._cipher = AESSIV(key)

    def seal(self, cursor: Struct, account_id: int, *, question: bytes = b"") -> str:
        """The cursor as text of A–Z a–z 0–9 - _."""
        plain = msgspec.msgpack.encode(cursor)
        padded = len(plain).to_bytes(2, "big") + plain
        padded += bytes(-len(padded) % _BLOCK)
        sealed = self._cipher.encrypt(padded, _bound_to(account_id, question))
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode("ascii")

    def open(
        self, text: str, account_id: int, shape: type[Shape], *, question: bytes = b"", field: str = "cursor"
    ) -> Shape:
        """The cursor in a text; raises Invalid (`not_a_cursor`) for anything that `seal` did not make.

        `field`: where the request has it.
        """
        if len(text) > limits.CURSOR_LENGTH_MAX or not _ALPHABET.fullmatch(text):
            raise invalid(field)
        try:
            sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            # The last character has bits that decoding drops: one spelling only.
            if base64.urlsafe_b64encode(sealed).rstrip(b"=").decode("ascii") != text:
                raise invalid(field)
            padded = self._cipher.decrypt(sealed, _bound_to(account_id, question))
        except (ValueError, InvalidTag):
            raise invalid(field) from None
        length = int.from_bytes(padded[:2], "big")
        found: Shape = _decoder(shape).decode(padded[2 : 2 + length])
        return found


def invalid(field: str = "cursor") -> errors.Invalid:
    """What is answered to a cursor that nobody knows."""
    return errors.Invalid(f"The {field} is not valid for this request", field=field, rule="not_a_cursor")


@cache
def _decoder(shape: type[Shape]) -> msgspec.msgpack.Decoder[Shape]:
    return msgspec.msgpack.Decoder(shape)


def _bound_to(account_id: int, question: bytes) -> list[bytes]:
    return [_VERSION, account_id.to_bytes(8, "big", signed=True), question]
