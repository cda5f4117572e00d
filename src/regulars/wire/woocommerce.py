"""WooCommerce's customers, REST v3 (contracts/pos-systems.md 1): an account's e-mail, and those of bill and parcel."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from regulars.model import reading
from regulars.model.customer import Address, AddressType, Customer, Email, Phone, Problem
from regulars.model.reading import Text, Whole


class _Place(Struct):
    first_name: Text | None = None
    last_name: Text | None = None
    company: Text | None = None
    address_1: Text | None = None
    address_2: Text | None = None
    city: Text | None = None
    state: Text | None = None
    postcode: Text | None = None
    country: Text | None = None
    email: Text | None = None
    phone: Text | None = None


class _Customer(Struct):
    id: Whole | None = None
    date_created_gmt: Text | None = None
    date_modified_gmt: Text | None = None
    email: Text | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    billing: _Place | None = None
    shipping: _Place | None = None


_DECODER = msgspec.json.Decoder(_Customer)
_NOWHERE = _Place()


def read(raw: bytes) -> Customer:
    """One customer; raises Invalid for what is no JSON object."""
    found, problems = reading.record(raw, _DECODER)
    billing, shipping = found.billing or _NOWHERE, found.shipping or _NOWHERE
    return Customer(
        pos_ref=None if found.id is None else str(found.id),
        first_name=found.first_name or billing.first_name,
        last_name=found.last_name or billing.last_name,
        company_name=billing.company or shipping.company,
        created_at=_instant(found.date_created_gmt, "created_at", problems),
        updated_at=_instant(found.date_modified_gmt, "updated_at", problems),
        emails=tuple(Email(text) for text in _each(found.email, billing.email)),
        phones=tuple(Phone(text) for text in _each(billing.phone, shipping.phone)),
        addresses=tuple(_addresses(billing, shipping)),
        problems=tuple(problems),
    )


def _each(*texts: str | None) -> list[str]:
    """Those that say something, each once."""
    return list(dict.fromkeys(text for text in texts if text and text.strip()))


def _instant(text: str | None, field: str, problems: list[Problem]) -> int | None:
    """`…_gmt` times are UTC, and do not say so."""
    return reading.instant(text + "Z" if text and text[-1:].isdigit() else text, field, problems)


def _addresses(billing: _Place, shipping: _Place) -> Iterator[Address]:
    kinds: tuple[tuple[_Place, AddressType], ...] = ((billing, "BILLING"), (shipping, "OTHER"))
    for place, type in kinds:
        if any((place.address_1, place.address_2, place.city, place.state, place.postcode)):
            yield Address(
                street=place.address_1 or None,
                street2=place.address_2 or None,
                city=place.city or None,
                state=place.state or None,
                zip_code=place.postcode or None,
                country=place.country or None,
                type=type,
                first_name=place.first_name or None,
                last_name=place.last_name or None,
            )
