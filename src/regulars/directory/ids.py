"""Ids made here: 26 characters of Square's kind that sort in the order of making."""

from __future__ import annotations

import hashlib

# Digits and capital letters without I, L, O and U, ascending: ids sort as the numbers behind them. Two at a time.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_TIME_BYTES = 7  # microseconds for 2,283 years
CHANCE_BYTES = 9


def customer_id(at: int, chance: bytes) -> str:
    """The id of a customer made at this change time (distinct and increasing in an account), with 9 random bytes."""
    return _letters(at.to_bytes(_TIME_BYTES) + chance)


def merchant_id(chance: bytes) -> str:
    """13 characters, as Square's merchants have, from 7 random bytes."""
    return "M" + _letters(chance)


def ref_of(key: bytes, kind: str, value: str) -> str:
    """A posRef for a record that has none: a keyed hash of its e-mail, phone or whole row, 26 characters.

    The same value gives the same posRef for ever, and nobody without the key can tell the value from it.
    """
    return _letters(hashlib.blake2b(f"{kind}:{value}".encode(), key=key, digest_size=16).digest())


def _letters(content: bytes) -> str:
    """Five bits a letter, the first ones first; filled up with zero bits to an even number of letters."""
    pairs = -(-len(content) * 8 // 10)
    number = int.from_bytes(content) << pairs * 10 - len(content) * 8
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(pairs * 10 - 10, -1, -10)])
