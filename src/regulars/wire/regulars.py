"""Reads customers of another instance, as its `/v1/changes` and `/v1/customers` show them (wire/native_customers.py).

The reference is the Square id: it is one customer's alone in all of the instance's locations, and what it says of
those that are gone names it too. The posRef over there becomes the reference id, as Square's dialect shows it.
"""

from __future__ import annotations

from typing import Any, Final, get_args

import msgspec
from msgspec import Struct, structs

from regulars.model import reading
from regulars.model.customer import Address, AddressType, Customer, Email, Phone, PhoneType, Problem
from regulars.model.reading import Latitude, LocationId, Longitude, Text, Whole


class _Email(Struct):
    text: Text | None = None
    address: Text | None = None
    is_primary: bool | None = None
    is_verified: bool | None = None
    created_at: Text | None = None


class _Phone(Struct):
    text: Text | None = None
    e164: Text | None = None
    extension: Text | None = None
    type: Text | None = None
    is_primary: bool | None = None
    is_verified: bool | None = None
    created_at: Text | None = None


class _Address(Struct):
    street: Text | None = None
    street2: Text | None = None
    street3: Text | None = None
    city: Text | None = None
    state: Text | None = None
    zip_code: Text | None = None
    country: Text | None = None
    state_code: Text | None = None
    country_code: Text | None = None
    sublocality: Text | None = None
    sublocality2: Text | None = None
    sublocality3: Text | None = None
    district2: Text | None = None
    district3: Text | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    type: Text | None = None
    is_primary: bool | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    created_at: Text | None = None


class _Record(Struct):
    created_at: Text | None = None


class _Customer(Struct):
    id: Text | None = None
    pos_ref: Text | None = None
    location_id: LocationId | None = None
    version: Whole | None = None
    created_at: Text | None = None
    updated_at: Text | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    company_name: Text | None = None
    nickname: Text | None = None
    note: Text | None = None
    birthday: Text | None = None
    reference_id: Text | None = None
    eu_vat: Text | None = None
    email_unsubscribed: bool | None = None
    creation_source: Text | None = None
    emails: reading.Contacts[_Email] | None = None
    phones: reading.Contacts[_Phone] | None = None
    addresses: reading.Contacts[_Address] | None = None
    group_ids: tuple[Text, ...] | None = None
    segment_ids: tuple[Text, ...] | None = None
    record: _Record | None = None


def read(raw: bytes) -> Customer:
    """One customer, complete but for what only the other instance needs: its source there, its problems.

    Its making is the till's where that is known. Raises Invalid for what is no JSON object, and for an id that nobody
    could ask for.
    """
    found, problems = reading.record(raw, _DECODER)
    ref = reading.ref(found.id)
    made = (found.record.created_at if found.record else None) or found.created_at
    return Customer(
        pos_ref=ref,
        id=ref,
        reference_id=found.reference_id or (found.pos_ref if found.pos_ref != found.id else None) or None,
        location_id=found.location_id,
        first_name=found.first_name,
        last_name=found.last_name,
        company_name=found.company_name,
        nickname=found.nickname,
        note=found.note,
        birthday=reading.birthday(found.birthday, problems),
        created_at=reading.instant(made, "created_at", problems),
        updated_at=reading.instant(found.updated_at, "updated_at", problems),
        emails=_emails(found.emails or (), problems),
        phones=_phones(found.phones or (), problems),
        addresses=_addresses(found.addresses or (), problems),
        eu_vat=found.eu_vat,
        creation_source=found.creation_source,
        email_unsubscribed=found.email_unsubscribed,
        version=found.version,
        group_ids=found.group_ids or (),
        segment_ids=found.segment_ids or (),
        problems=tuple(problems),
    )


_DECODER = msgspec.json.Decoder(_Customer)
_PHONE_TYPES: Final = {name: name for name in get_args(PhoneType)}
_ADDRESS_TYPES: Final = {name: name for name in get_args(AddressType)}


def _emails(found: tuple[_Email, ...], problems: list[Problem]) -> tuple[Email, ...]:
    return tuple(
        Email(**_values(each, "email", at, problems))
        for at, each in enumerate(found)
        if each.text is not None
    )


def _phones(found: tuple[_Phone, ...], problems: list[Problem]) -> tuple[Phone, ...]:
    return tuple(
        Phone(
            **_values(each, "phone", at, problems)
            | {"type": reading.choice(each.type, _PHONE_TYPES, "phone.type", problems, at)}
        )
        for at, each in enumerate(found)
        if each.text is not None
    )


def _addresses(found: tuple[_Address, ...], problems: list[Problem]) -> tuple[Address, ...]:
    return tuple(
        Address(
            **_values(each, "address", at, problems)
            | {"type": reading.choice(each.type, _ADDRESS_TYPES, "address.type", problems, at)}
        )
        for at, each in enumerate(found)
    )


def _values(each: _Email | _Phone | _Address, field: str, at: int, problems: list[Problem]) -> dict[str, Any]:
    """What is the same in all three: the time understood, primary or not."""
    return structs.asdict(each) | {
        "is_primary": bool(each.is_primary),
        "created_at": reading.instant(each.created_at, f"{field}.created_at", problems, at),
    }
