"""Our own format: a customer as the model has it, complete. Records of customers that are created here are in it."""

from __future__ import annotations

import msgspec

from regulars.errors import Invalid
from regulars.model.customer import Customer

_DECODER = msgspec.json.Decoder(Customer)
_encode = msgspec.json.Encoder().encode


def read(raw: bytes) -> Customer:
    """The customer; keys that the model no longer knows are ignored. Raises Invalid for what is no such customer."""
    try:
        return _DECODER.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Invalid("The record is no customer in our own format", rule="not_an_object") from None


def write(customer: Customer) -> bytes:
    """The customer, every field that it has."""
    return _encode(customer)
