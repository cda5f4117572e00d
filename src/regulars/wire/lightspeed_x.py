"""Customers of Lightspeed Retail X-Series, once Vend (contracts/pos-systems.md 1): scalar contacts, two addresses."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from regulars.model import reading
from regulars.model.customer import Address, AddressType, Customer, Email, Phone, PhoneType
from regulars.model.reading import Text, Whole


class _Customer(Struct):
    id: Text | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    company_name: Text | None = None
    customer_code: Text | None = None
    note: Text | None = None
    date_of_birth: Text | None = None
    email: Text | None = None
    phone: Text | None = None
    mobile: Text | None = None
    fax: Text | None = None
    do_not_email: bool | None = None
    created_at: Text | None = None
    updated_at: Text | None = None
    version: Whole | None = None
    physical_address_1: Text | None = None
    physical_address_2: Text | None = None
    physical_suburb: Text | None = None
    physical_city: Text | None = None
    physical_postcode: Text | None = None
    physical_state: Text | None = None
    physical_country_id: Text | None = None
    postal_address_1: Text | None = None
    postal_address_2: Text | None = None
    postal_suburb: Text | None = None
    postal_city: Text | None = None
    postal_postcode: Text | None = None
    postal_state: Text | None = None
    postal_country_id: Text | None = None


_DECODER = msgspec.json.Decoder(_Customer)


def read(raw: bytes) -> Customer:
    """One customer; raises Invalid for what is no JSON object, and for an id that nobody could ask for."""
    found, problems = reading.record(raw, _DECODER)
    return Customer(
        pos_ref=reading.ref(found.id),
        reference_id=found.customer_code or None,
        first_name=found.first_name,
        last_name=found.last_name,
        company_name=found.company_name,
        note=found.note,
        birthday=reading.birthday(found.date_of_birth, problems),
        created_at=reading.instant(found.created_at, "created_at", problems),
        updated_at=reading.instant(found.updated_at, "updated_at", problems),
        email_unsubscribed=found.do_not_email,
        emails=(Email(found.email),) if found.email and found.email.strip() else (),
        phones=tuple(_phones(found)),
        addresses=tuple(_addresses(found)),
        problems=tuple(problems),
    )


def _phones(found: _Customer) -> Iterator[Phone]:
    kinds: tuple[tuple[str | None, PhoneType], ...] = (
        (found.mobile, "MOBILE"),
        (found.phone, "HOME"),
        (found.fax, "OTHER"),
    )
    for text, type in kinds:
        if text and text.strip():
            yield Phone(text, type=type)


def _addresses(found: _Customer) -> Iterator[Address]:
    kinds: tuple[tuple[str, AddressType], ...] = (("physical", "HOME"), ("postal", "BILLING"))
    for prefix, type in kinds:
        street, street2, suburb, city, zip_code, state, country = (
            getattr(found, f"{prefix}_{name}") or None
            for name in ("address_1", "address_2", "suburb", "city", "postcode", "state", "country_id")
        )
        if any((street, street2, suburb, city, zip_code, state)):
            yield Address(
                street=street,
                street2=street2,
                sublocality=suburb,
                city=city,
                state=state,
                zip_code=zip_code,
                country=country,
                type=type,
            )
