"""Cursors that stand at a number (an event's, a subscription's), sealed: an account's numbers never leave.

A cursor belongs to one question: with another one it is not valid.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from regulars.api.route import Call
from regulars.api.seal import invalid

_LENGTH_MAX = 100  # characters; ours have 32


def seal(call: Call, number: int, question: Sequence[object]) -> str:
    """The number as text of A–Z a–z 0–9 - _."""
    sealed = _cipher(call).encrypt(number.to_bytes(8, "big"), _bound_to(call, question))
    return base64.urlsafe_b64encode(sealed).decode()


def unseal(call: Call, text: str | None, question: Sequence[object]) -> int | None:
    """The number in a cursor of this question, None without one; raises Invalid (`not_a_cursor`)."""
    if not text:
        return None
    if len(text) > _LENGTH_MAX or not text.isascii():
        raise invalid()
    try:
        sealed = base64.urlsafe_b64decode(text)
        plain = _cipher(call).decrypt(sealed, _bound_to(call, question))
    except (ValueError, binascii.Error, InvalidTag):
        raise invalid() from None
    return int.from_bytes(plain, "big")


def _cipher(call: Call) -> AESSIV:
    return AESSIV(call.directory.key("square number cursor"))


def _bound_to(call: Call, question: Sequence[object]) -> list[bytes]:
    asked = hashlib.blake2b(msgspec.json.encode(question), digest_size=16).digest()
    return [call.grant.account_id.to_bytes(8, "big", signed=True), asked]
