"""Shopify's customers, as our query of its Admin GraphQL asks for them (contracts/pos-systems.md 1)."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from regulars.model import reading
from regulars.model.customer import Address, Customer, Email, Phone
from regulars.model.reading import Contacts, Text

GID: Final = "gid://shopify/Customer/"
_NOT_WANTED = {"UNSUBSCRIBED", "REDACTED"}


class _Email(Struct, rename="camel"):
    email_address: Text | None = None
    marketing_state: Text | None = None


class _Phone(Struct, rename="camel"):
    phone_number: Text | None = None


class _Address(Struct, rename="camel"):
    first_name: Text | None = None
    last_name: Text | None = None
    company: Text | None = None
    address1: Text | None = None
    address2: Text | None = None
    city: Text | None = None
    province_code: Text | None = None
    zip: Text | None = None
    country_code: Text | None = msgspec.field(default=None, name="countryCodeV2")
    phone: Text | None = None


class _Customer(Struct, rename="camel"):
    id: Text | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    note: Text | None = None
    created_at: Text | None = None
    updated_at: Text | None = None
    email: _Email | None = msgspec.field(default=None, name="defaultEmailAddress")
    phone: _Phone | None = msgspec.field(default=None, name="defaultPhoneNumber")
    addresses: Contacts[_Address] | None = ()


_DECODER = msgspec.json.Decoder(_Customer)


def read(raw: bytes) -> Customer:
    """One customer; raises Invalid for what is no JSON object, and for an id that nobody could ask for."""
    found, problems = reading.record(raw, _DECODER)
    email, phone, addresses = found.email or _Email(), found.phone or _Phone(), found.addresses or ()
    phones = dict.fromkeys((phone.phone_number, *(each.phone for each in addresses)))
    return Customer(
        pos_ref=reading.ref((found.id or "").removeprefix(GID)),
        first_name=found.first_name,
        last_name=found.last_name,
        company_name=next((each.company for each in addresses if each.company), None),
        note=found.note,
        created_at=reading.instant(found.created_at, "created_at", problems),
        updated_at=reading.instant(found.updated_at, "updated_at", problems),
        email_unsubscribed=None if email.marketing_state is None else email.marketing_state in _NOT_WANTED,
        emails=(Email(email.email_address),) if email.email_address and email.email_address.strip() else (),
        phones=tuple(Phone(text) for text in phones if text and text.strip()),
        addresses=tuple(map(_address, addresses)),
        problems=tuple(problems),
    )


def _address(found: _Address) -> Address:
    return Address(
        street=found.address1,
        street2=found.address2,
        city=found.city,
        state=found.province_code,
        zip_code=found.zip,
        country=found.country_code,
        first_name=found.first_name,
        last_name=found.last_name,
    )
