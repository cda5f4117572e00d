"""Shift4 Conecto's customers: read from either of its two shapes, written in the portal's (contracts/shift4.md).

The structs below are the documents, field by field in the order of the seed's example; the vendor host's other names
for an address stand at its end and are never written.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Raw, Struct, field

from regulars.errors import Invalid
from regulars.model import reading
from regulars.model.customer import Address, AddressType, Customer, Email, Phone, PhoneType, Problem
from regulars.model.instant import text as instant_text
from regulars.model.reading import Latitude, LocationId, Longitude, Text


class PageMeta(Struct, frozen=True, rename="camel"):
    """What `meta` says of a page asked for by `page` and `pageSize`."""

    page: int
    page_size: int
    total_count: int


class OffsetMeta(Struct, frozen=True, rename="camel"):
    """What `meta` says of a page asked for by `offset` and `limit`; `count` is the results in this answer."""

    offset: int
    limit: int
    count: int
    total_count: int


Meta = PageMeta | OffsetMeta


class ReadPage(Struct, frozen=True):
    """A page as it was read: one record after the other, byte for byte; no `meta` when it says nothing known."""

    results: list[bytes]
    meta: Meta | None


def read(raw: bytes) -> Customer:
    """One customer of a JSON object in the portal's or the vendor host's shape; every field is optional.

    What cannot be used is left out and listed in `problems`. Contacts without a word in them are no contacts. Raises
    Invalid for what is no JSON object, and for a posRef that nobody could ask for.
    """
    found, problems = reading.record(raw, _DECODER)
    return Customer(
        pos_ref=reading.ref(found.pos_ref),
        first_name=found.first_name,
        last_name=found.last_name,
        company_name=found.company_name,
        location_id=found.location_id,
        created_at=reading.instant(found.created_at, "created_at", problems),
        updated_at=reading.instant(found.updated_at, "updated_at", problems),
        emails=_read_emails(found.emails, problems) if found.emails else (),
        phones=_read_phones(found.phones, problems) if found.phones else (),
        addresses=_read_addresses(found.addresses, problems) if found.addresses else (),
        problems=tuple(problems),
    )


def write(customer: Customer) -> bytes:
    """The customer as one JSON object with the seed's keys in the seed's order.

    Scalars of the customer are null when unknown, arrays always there; inside the arrays unknown keys are left out.
    """
    created_at, updated_at = customer.created_at, customer.updated_at
    return _encode(
        _Customer(
            customer.pos_ref or None,
            customer.first_name,
            customer.last_name,
            customer.company_name,
            customer.location_id,
            None if created_at is None else instant_text(created_at),
            None if updated_at is None else instant_text(updated_at),
            tuple([_email(each, text) for each in customer.emails if (text := each.served) is not None]),
            tuple([_phone(each, text) for each in customer.phones if (text := each.served) is not None]),
            tuple([_address(each) for each in customer.addresses if _is_somewhere(each)]),
        )
    )


def tombstone(*, pos_ref: str, location_id: int, deleted_at: int) -> bytes:
    """What is left of a deleted customer: every key, its scalars null, arrays empty; and when it went (microseconds).

    That is `deletedAt`, and `updatedAt` too, which a poller takes as its bookmark.
    """
    at = instant_text(deleted_at)
    return _encode(_Tombstone(pos_ref=pos_ref, location_id=location_id, updated_at=at, deleted_at=at))


def read_page(raw: bytes) -> ReadPage:
    """A whole answer, `{"results": […], "meta": {…}}`, taken apart. Raises Invalid for anything else."""
    try:
        page = msgspec.json.decode(raw, type=_Page)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Invalid("The page is no JSON object with a list of results", rule="not_a_page") from None
    return ReadPage([bytes(result) for result in page.results], _read_meta(page.meta))


def write_page(documents: Sequence[bytes], meta: Meta | bytes) -> bytes:
    """A whole answer of finished customers; `meta` is a struct or finished JSON."""
    finished = meta if isinstance(meta, bytes) else _encode(meta)
    return b'{"results":[' + b",".join(documents) + b'],"meta":' + finished + b"}"


class _Email(Struct, rename="camel", omit_defaults=True):
    text: Text | None = field(default=None, name="email")
    is_primary: bool | None = None
    is_verified: bool | None = None
    created_at: Text | None = None


class _Phone(Struct, rename="camel", omit_defaults=True):
    text: Text | None = field(default=None, name="phone")
    is_primary: bool | None = None
    type: Text | None = None
    is_verified: bool | None = None
    extension: Text | None = None
    created_at: Text | None = None


class _Address(Struct, rename="camel", omit_defaults=True):
    street: Text | None = None
    street2: Text | None = None
    city: Text | None = None
    state: Text | None = None
    zip_code: Text | None = None
    country: Text | None = None
    is_primary: bool | None = None
    type: Text | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    created_at: Text | None = None
    street_address1: Text | None = None  # the vendor host's `street`
    street_address2: Text | None = None  # its `street2`
    postal_code: Text | None = None  # its `zipCode`


class _Customer(Struct, rename="camel"):
    pos_ref: Text | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    company_name: Text | None = None
    location_id: LocationId | None = None
    created_at: Text | None = None
    updated_at: Text | None = None
    emails: reading.Contacts[_Email] | None = field(default=(), name="customerEmails")
    phones: reading.Contacts[_Phone] | None = field(default=(), name="customerPhones")
    addresses: reading.Contacts[_Address] | None = field(default=(), name="customerAddresses")


class _Tombstone(_Customer, rename="camel", kw_only=True):
    deleted_at: str


class _Page(Struct):
    results: list[Raw]
    meta: Raw = Raw(b"{}")


_DECODER = msgspec.json.Decoder(_Customer)
_encode = msgspec.json.Encoder().encode

_PHONE_TYPES: dict[str, PhoneType] = {"MOBILE": "MOBILE", "HOME": "HOME", "WORK": "WORK", "OTHER": "OTHER"}
_ADDRESS_TYPES: dict[str, AddressType] = {
    "HOME": "HOME",
    "WORK": "WORK",
    "BILLING": "BILLING",
    "OTHER": "OTHER",
}


def _read_emails(found: Sequence[_Email], problems: list[Problem]) -> tuple[Email, ...]:
    return tuple(
        [
            Email(
                text=each.text,
                is_primary=each.is_primary or False,
                is_verified=each.is_verified,
                created_at=reading.instant(each.created_at, "email.created_at", problems, at),
            )
            for at, each in enumerate(found)
            if each.text and not each.text.isspace()
        ]
    )


def _read_phones(found: Sequence[_Phone], problems: list[Problem]) -> tuple[Phone, ...]:
    return tuple(
        [
            Phone(
                text=each.text,
                extension=each.extension,
                type=reading.choice(each.type, _PHONE_TYPES, "phone.type", problems, at),
                is_primary=each.is_primary or False,
                is_verified=each.is_verified,
                created_at=reading.instant(each.created_at, "phone.created_at", problems, at),
            )
            for at, each in enumerate(found)
            if each.text and not each.text.isspace()
        ]
    )


def _read_addresses(found: Sequence[_Address], problems: list[Problem]) -> tuple[Address, ...]:
    read = [
        Address(
            street=each.street if each.street is not None else each.street_address1,
            street2=each.street2 if each.street2 is not None else each.street_address2,
            city=each.city,
            state=each.state,
            zip_code=each.zip_code if each.zip_code is not None else each.postal_code,
            country=each.country,
            type=reading.choice(each.type, _ADDRESS_TYPES, "address.type", problems, at),
            is_primary=each.is_primary or False,
            latitude=each.latitude,
            longitude=each.longitude,
            created_at=reading.instant(each.created_at, "address.created_at", problems, at),
        )
        for at, each in enumerate(found)
    ]
    return tuple([each for each in read if _is_somewhere(each)])


def _is_somewhere(address: Address) -> bool:
    """Whether anything in Shift4's words tells where it is."""
    if address.street and not address.street.isspace():
        return True
    texts = (address.street2, address.city, address.state, address.zip_code, address.country)
    if any(text and not text.isspace() for text in texts):
        return True
    codes = (address.state_code, address.country_code, address.latitude, address.longitude)
    return any(code is not None for code in codes)


def _email(email: Email, text: str) -> _Email:
    created_at = email.created_at
    return _Email(
        text,
        email.is_primary,
        email.is_verified,
        None if created_at is None else instant_text(created_at),
    )


def _phone(phone: Phone, text: str) -> _Phone:
    created_at = phone.created_at
    return _Phone(
        text,
        phone.is_primary,
        phone.type,
        phone.is_verified,
        phone.extension,
        None if created_at is None else instant_text(created_at),
    )


def _address(address: Address) -> _Address:
    created_at = address.created_at
    return _Address(
        address.street,
        address.street2,
        address.city,
        address.state_code or _trimmed(address.state),
        address.zip_code,
        address.country_code or _trimmed(address.country),
        address.is_primary,
        address.type,
        address.latitude,
        address.longitude,
        None if created_at is None else instant_text(created_at),
    )


def _trimmed(text: str | None) -> str | None:
    return text.strip() or None if text else None


def _read_meta(raw: Raw) -> Meta | None:
    shapes: tuple[Any, ...] = (PageMeta, OffsetMeta)
    for shape in shapes:
        try:
            meta: Meta = msgspec.json.decode(raw, type=shape)
        except msgspec.DecodeError:
            continue
        return meta
    return None
