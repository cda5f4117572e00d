"""Square's cursors: where a list goes on, sealed.

A cursor carries the sort, the `count` flag and the place behind the last customer shown, so nothing needs to be
repeated with it and nothing is kept for it here: it never expires, and it holds under concurrent writes. That place
is made of a customer's name, so it is encrypted; AES-SIV (RFC 5297) also proves that not a bit was changed, and
needs no random number, so that the same page has the same cursor. Its length is rounded up, so that it does not
tell the name's. It is bound to the account, not to the token: what is seen is judged by the token that comes.
"""

from __future__ import annotations

import base64
import re

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from msgspec import Struct

from regulars import errors, limits
from regulars.model.page import SortField, SortOrder, SquarePosition

_ALPHABET = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_VERSION = b"square cursor 1"
_BLOCK = 192  # bytes: an ordinary key at its longest, and an ordinary id


class Cursor(Struct, frozen=True, array_like=True):
    """The question, and the place where its answer goes on; None: at its beginning, in no cursor that is sealed."""

    sort: SortField
    order: SortOrder
    count: bool
    after: SquarePosition | None


_DECODER = msgspec.msgpack.Decoder(Cursor)


class Seal:
    """Seals and opens cursors with one key of 32 bytes, the same in every process of a store."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESSIV(key)

    def seal(self, cursor: Cursor, account_id: int) -> str:
        """The cursor as text of A–Z a–z 0–9 - _."""
        plain = msgspec.msgpack.encode(cursor)
        padded = len(plain).to_bytes(2, "big") + plain
        padded += bytes(-len(padded) % _BLOCK)
        sealed = self._cipher.encrypt(padded, _bound_to(account_id))
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode("ascii")

    def open(self, text: str, account_id: int) -> Cursor:
        """The cursor in a text; raises Invalid (`not_a_cursor`) for anything that `seal` did not make."""
        if len(text) > limits.CURSOR_LENGTH_MAX or not _ALPHABET.fullmatch(text):
            raise invalid()
        try:
            sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            # The last character has bits that decoding drops: one spelling only.
            if base64.urlsafe_b64encode(sealed).rstrip(b"=").decode("ascii") != text:
                raise invalid()
            padded = self._cipher.decrypt(sealed, _bound_to(account_id))
        except (ValueError, InvalidTag):
            raise invalid() from None
        length = int.from_bytes(padded[:2], "big")
        return _DECODER.decode(padded[2 : 2 + length])


def invalid() -> errors.Invalid:
    """What Square answers to a cursor it does not know."""
    return errors.Invalid("The cursor is not valid for this request", field="cursor", rule="not_a_cursor")


def _bound_to(account_id: int) -> list[bytes]:
    return [_VERSION, account_id.to_bytes(8, "big", signed=True)]
