"""Clover's customers (contracts/pos-systems.md 1), with what `expand` adds to them: contacts, addresses, metadata."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct, field

from regulars.model import reading
from regulars.model.customer import Address, Customer, Email, Phone, Problem
from regulars.model.reading import Contacts, Text, Whole


class _Email(Struct, rename="camel"):
    email_address: Text | None = None
    verified_time: Whole | None = None
    primary_email: bool | None = None


class _Phone(Struct, rename="camel"):
    phone_number: Text | None = None


class _Address(Struct):
    address1: Text | None = None
    address2: Text | None = None
    address3: Text | None = None
    city: Text | None = None
    country: Text | None = None
    state: Text | None = None
    zip: Text | None = None


class _Metadata(Struct, rename="camel"):
    business_name: Text | None = None
    note: Text | None = None
    dob_year: Whole | None = None
    dob_month: Whole | None = None
    dob_day: Whole | None = None
    modified_time: Whole | None = None


class _Elements(Struct):
    """Clover wraps what it expands in `{"elements": […]}`."""


class _Emails(_Elements):
    elements: Contacts[_Email] | None = ()


class _Phones(_Elements):
    elements: Contacts[_Phone] | None = ()


class _Addresses(_Elements):
    elements: Contacts[_Address] | None = ()


class _Customer(Struct, rename="camel"):
    id: Text | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    marketing_allowed: bool | None = None
    customer_since: Whole | None = None
    emails: _Emails | None = field(default=None, name="emailAddresses")
    phones: _Phones | None = field(default=None, name="phoneNumbers")
    addresses: _Addresses | None = None
    metadata: _Metadata | None = None


_DECODER = msgspec.json.Decoder(_Customer)


def read(raw: bytes) -> Customer:
    """One customer; raises Invalid for what is no JSON object, and for an id that nobody could ask for."""
    found, problems = reading.record(raw, _DECODER)
    metadata = found.metadata or _Metadata()
    return Customer(
        pos_ref=reading.ref(found.id),
        first_name=found.first_name,
        last_name=found.last_name,
        company_name=metadata.business_name,
        note=metadata.note,
        birthday=_birthday(metadata, problems),
        created_at=reading.epoch(found.customer_since, "created_at", problems, per_second=1_000),
        updated_at=reading.epoch(metadata.modified_time, "updated_at", problems, per_second=1_000),
        email_unsubscribed=None if found.marketing_allowed is None else not found.marketing_allowed,
        emails=tuple(
            Email(
                one.email_address,
                is_primary=one.primary_email or False,
                is_verified=None if one.verified_time is None else one.verified_time > 0,
            )
            for one in _elements(found.emails)
            if one.email_address and one.email_address.strip()
        ),
        phones=tuple(
            Phone(one.phone_number)
            for one in _elements(found.phones)
            if one.phone_number and one.phone_number.strip()
        ),
        addresses=tuple(map(_address, _elements(found.addresses))),
        problems=tuple(problems),
    )


def _elements(found: Any) -> tuple[Any, ...]:
    return (found.elements or ()) if found is not None else ()


def _address(found: _Address) -> Address:
    return Address(
        street=found.address1,
        street2=found.address2,
        street3=found.address3,
        city=found.city,
        state=found.state,
        zip_code=found.zip,
        country=found.country,
    )


def _birthday(found: _Metadata, problems: list[Problem]) -> str | None:
    """Month and day, and perhaps a year (partial ones are allowed)."""
    if not found.dob_month or not found.dob_day:
        return None
    year = found.dob_year if found.dob_year and found.dob_year <= 9_999 else 0
    day = reading.calendar_day(str(year), str(found.dob_month), str(found.dob_day))
    if day is None:
        problems.append(Problem("birthday", "not_a_date"))
    return day
