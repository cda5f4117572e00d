"""Stripe's customers (contracts/pos-systems.md 1): one name, one e-mail, one phone, an address and perhaps another.

Of `metadata`, `description` and the rest only the record knows.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from regulars.model import naming, reading
from regulars.model.customer import Address, AddressType, Customer, Email, Phone
from regulars.model.reading import Text, Whole


class _Address(Struct):
    line1: Text | None = None
    line2: Text | None = None
    city: Text | None = None
    state: Text | None = None
    postal_code: Text | None = None
    country: Text | None = None


class _Shipping(Struct):
    phone: Text | None = None
    address: _Address | None = None


class _Customer(Struct):
    id: Text | None = None
    name: Text | None = None
    email: Text | None = None
    phone: Text | None = None
    created: Whole | None = None
    address: _Address | None = None
    shipping: _Shipping | None = None


_DECODER = msgspec.json.Decoder(_Customer)


def read(raw: bytes) -> Customer:
    """One customer; raises Invalid for what is no JSON object, and for an id that nobody could ask for."""
    found, problems = reading.record(raw, _DECODER)
    first_name, last_name = naming.halves(found.name)
    return Customer(
        pos_ref=reading.ref(found.id),
        first_name=first_name,
        last_name=last_name,
        created_at=reading.epoch(found.created, "created_at", problems),
        emails=(Email(found.email),) if found.email and found.email.strip() else (),
        phones=tuple(_phones(found)),
        addresses=tuple(_addresses(found)),
        problems=tuple(problems),
    )


def _phones(found: _Customer) -> Iterator[Phone]:
    texts = (found.phone, found.shipping.phone if found.shipping else None)
    for text in dict.fromkeys(text for text in texts if text and text.strip()):
        yield Phone(text)


def _addresses(found: _Customer) -> Iterator[Address]:
    """The billing address, and where to ship, if that is another."""
    shipping = found.shipping.address if found.shipping else None
    if found.address is not None:
        yield _address(found.address, "BILLING")
    if shipping is not None and shipping != found.address:
        yield _address(shipping, "OTHER")


def _address(found: _Address, type: AddressType) -> Address:
    return Address(
        street=found.line1,
        street2=found.line2,
        city=found.city,
        state=found.state,
        zip_code=found.postal_code,
        country=found.country,
        type=type,
    )
