"""Tryton's parties, as our source asks its REST for them (contracts/pos-systems.md 1): children and all.

A name is one text and stays one: parties are people and companies. A code is shown to people and may be edited, so the
reference is the id. Times are objects, truths are 1 and 0 on SQLite.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from regulars.errors import Invalid
from regulars.model import instant, reading
from regulars.model.customer import Address, Customer, Email, Phone, PhoneType, Problem
from regulars.model.reading import Contacts, Text, Whole

_PHONES: dict[str, PhoneType] = {"mobile": "MOBILE", "phone": "HOME", "fax": "OTHER", "sip": "OTHER"}


class _Time(Struct):
    year: Whole | None = None
    month: Whole | None = None
    day: Whole | None = None
    hour: Whole | None = None
    minute: Whole | None = None
    second: Whole | None = None
    microsecond: Whole | None = None


class _Mechanism(Struct):
    active: bool | None = None
    type: Text | None = None
    value: Text | None = None


class _Code(Struct):
    code: Text | None = None


class _Address(Struct):
    active: bool | None = None
    street: Text | None = None
    postal_code: Text | None = None
    city: Text | None = None
    country: _Code | None = None
    subdivision: _Code | None = None


class _Party(Struct):
    id: Whole | None = None
    name: Text | None = None
    code: Text | None = None
    create_date: _Time | None = None
    write_date: _Time | None = None
    mechanisms: Contacts[_Mechanism] | None = msgspec.field(default=(), name="contact_mechanisms")
    addresses: Contacts[_Address] | None = ()


_DECODER = msgspec.json.Decoder(_Party)


def read(raw: bytes) -> Customer:
    """One party; raises Invalid for what is no JSON object, and for one without an id."""
    found, problems = reading.record(raw, _DECODER)
    problems = [each for each in problems if not each.field.endswith(".active")]  # 1 and 0, on SQLite
    if found.id is None:
        raise Invalid("The party has no id", field="pos_ref", rule="required")
    mechanisms = [
        each
        for each in found.mechanisms or ()
        if each.active is not False and each.value and each.value.strip()
    ]
    return Customer(
        pos_ref=str(found.id),
        reference_id=found.code,
        first_name=found.name,
        created_at=_instant(found.create_date, "created_at", problems),
        updated_at=_instant(found.write_date, "updated_at", problems),
        emails=tuple(Email(each.value or "") for each in mechanisms if each.type == "email"),
        phones=tuple(
            Phone(each.value or "", type=_PHONES[each.type])
            for each in mechanisms
            if each.type is not None and each.type in _PHONES
        ),
        addresses=tuple(_addresses(found.addresses or ())),
        problems=tuple(problems),
    )


def _instant(found: _Time | None, field: str, problems: list[Problem]) -> int | None:
    if found is None:
        return None
    parts = (found.year, found.month, found.day, found.hour or 0, found.minute or 0, found.second or 0)
    if None in parts:
        problems.append(Problem(field, "not_an_instant"))
        return None
    text = "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z".format(*parts, found.microsecond or 0)
    micros = instant.parse(text)
    if micros is None:
        problems.append(Problem(field, "not_an_instant"))
    return micros


def _addresses(found: Contacts[_Address]) -> Iterator[Address]:
    """A street has as many lines as its writer made; three of them have a place of their own."""
    for each in found:
        lines = [line.strip() for line in (each.street or "").splitlines() if line.strip()]
        street, street2, street3 = (
            (*lines[:2], " ".join(lines[2:]), None, None, None)[:3] if lines else (None,) * 3
        )
        if each.active is False or not (lines or each.city or each.postal_code):
            continue
        state = (each.subdivision.code or "").rpartition("-")[2] if each.subdivision else ""
        yield Address(
            street=street,
            street2=street2 or None,
            street3=street3 or None,
            city=each.city,
            state=state or None,
            zip_code=each.postal_code,
            country=each.country.code if each.country else None,
        )
