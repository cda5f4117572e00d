"""Odoo's partners, `res.partner` (contracts/pos-systems.md 1): `false` means nothing, a reference is `[id, label]`."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import Struct

from regulars.errors import Invalid
from regulars.model import naming, reading
from regulars.model.customer import Address, Customer, Email, Phone, PhoneType, Problem
from regulars.model.reading import Text, Whole


class _Partner(Struct):
    id: Whole | None = None
    name: Text | None = None
    is_company: bool | None = None
    company_name: Text | None = None
    parent_id: Text | None = None  # its label
    email: Text | None = None
    phone: Text | None = None
    mobile: Text | None = None
    street: Text | None = None
    street2: Text | None = None
    city: Text | None = None
    zip: Text | None = None
    state_id: Text | None = None  # its label
    country_id: Text | None = None  # its label
    country_code: Text | None = None
    comment: Text | None = None
    ref: Text | None = None
    create_date: Text | None = None
    write_date: Text | None = None


_DECODER = msgspec.json.Decoder(_Partner)
_OBJECT = msgspec.json.Decoder(dict[str, Any])
_LABELS = ("parent_id", "state_id", "country_id")
_STATE_LABEL = re.compile(r"(.*\S)\s*\([A-Z]{2}\)")  # such as `California (US)`
_MARKUP = re.compile(r"<[^>]{0,200}>")


def read(raw: bytes) -> Customer:
    """One partner; raises Invalid for what is no JSON object."""
    found, problems = reading.record(_plain(raw), _DECODER)
    first_name, last_name = (None, None) if found.is_company else naming.halves(found.name)
    return Customer(
        pos_ref=None if found.id is None else str(found.id),
        reference_id=found.ref,
        first_name=first_name,
        last_name=last_name,
        company_name=found.name if found.is_company else found.company_name or found.parent_id,
        note=_MARKUP.sub("", found.comment).strip() or None if found.comment else None,
        created_at=_instant(found.create_date, "created_at", problems),
        updated_at=_instant(found.write_date, "updated_at", problems),
        emails=(Email(found.email),) if found.email and found.email.strip() else (),
        phones=_phones(found),
        addresses=_addresses(found),
        problems=tuple(problems),
    )


def _plain(raw: bytes) -> bytes:
    """The partner without what is false, its references as their labels."""
    try:
        said = _OBJECT.decode(str(raw, "utf-8"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Invalid("The record is no JSON object", rule="not_an_object") from None
    plain = {name: value for name, value in said.items() if value is not False}
    for name in _LABELS:
        value = plain.get(name)
        if isinstance(value, list) and len(value) == 2:
            plain[name] = value[1]
    return msgspec.json.encode(plain)


def _instant(text: str | None, field: str, problems: list[Problem]) -> int | None:
    """`2024-01-15 10:30:00`, in UTC, which it does not say."""
    if text and len(text) >= 19 and text[10] == " ":
        text = f"{text[:10]}T{text[11:]}Z"
    return reading.instant(text, field, problems)


def _phones(found: _Partner) -> tuple[Phone, ...]:
    kinds: tuple[tuple[str | None, PhoneType | None], ...] = ((found.phone, None), (found.mobile, "MOBILE"))
    return tuple(Phone(text, type=type) for text, type in kinds if text and text.strip())


def _addresses(found: _Partner) -> tuple[Address, ...]:
    if not any((found.street, found.street2, found.city, found.zip, found.state_id)):
        return ()
    label = _STATE_LABEL.fullmatch(found.state_id or "")
    return (
        Address(
            street=found.street,
            street2=found.street2,
            city=found.city,
            state=label[1] if label else found.state_id,
            zip_code=found.zip,
            country=found.country_code or found.country_id,
        ),
    )
