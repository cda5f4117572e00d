"""Customers as the native API shows them: everything that is known, what came beside what was understood."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from regulars.model import instant
from regulars.model.customer import Address, AddressType, Email, Phone, PhoneType, Problem
from regulars.model.record import Format
from regulars.model.search import Match
from regulars.model.whole import Gone, Whole

_Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
_encode = msgspec.json.Encoder().encode


class NativeEmail(Struct):
    """An e-mail: `text` as it came, `address` as it was understood."""

    text: str
    address: str | None
    is_primary: bool
    is_verified: bool | None
    created_at: _Time | None


class NativePhone(Struct):
    """A phone: `text` as it came, `e164` as it was understood."""

    text: str
    e164: str | None
    extension: str | None
    type: PhoneType | None
    is_primary: bool
    is_verified: bool | None
    created_at: _Time | None


class NativeAddress(Struct):
    """An address: `state` and `country` as they came, the codes as they were understood."""

    street: str | None
    street2: str | None
    street3: str | None
    city: str | None
    state: str | None
    zip_code: str | None
    country: str | None
    state_code: str | None
    country_code: str | None
    sublocality: str | None
    sublocality2: str | None
    sublocality3: str | None
    district2: str | None
    district3: str | None
    first_name: str | None
    last_name: str | None
    type: AddressType | None
    is_primary: bool
    latitude: float | None
    longitude: float | None
    created_at: _Time | None


class RecordSeen(Struct):
    """The record that a customer comes from; `created_at` and `updated_at` are the POS's own times."""

    format: Format
    place: str
    seen_at: _Time
    created_at: _Time | None
    updated_at: _Time | None


class FieldProblem(Struct):
    """What is wrong with one field; `at` is the place in its list, from 0."""

    field: str
    rule: str
    at: int | None


class NativeCustomer(Struct):
    """A customer. `edited_fields`: those that look otherwise than the source's record says.

    `pinned_fields`: those that stay as they are whatever the source says. `match`: how a search by relevance found it.
    """

    id: str
    pos_ref: str
    location_id: int
    source: str
    ref: str
    version: int
    created_at: _Time
    updated_at: _Time
    first_name: str | None
    last_name: str | None
    company_name: str | None
    nickname: str | None
    note: str | None
    birthday: str | None
    reference_id: str | None
    eu_vat: str | None
    email_unsubscribed: bool | None
    creation_source: str | None
    emails: list[NativeEmail]
    phones: list[NativePhone]
    addresses: list[NativeAddress]
    group_ids: list[str]
    segment_ids: list[str]
    record: RecordSeen
    edited_fields: list[str]
    pinned_fields: list[str]
    problems: list[FieldProblem]
    match: Match | UnsetType = UNSET


class CustomerPage(Struct):
    """Customers, and where the list goes on; `cursor` is absent at its end."""

    customers: list[NativeCustomer]
    cursor: str | UnsetType = UNSET


class ChangedCustomer(Struct, tag="changed"):
    """A customer as it is now."""

    customer: NativeCustomer


class GoneCustomer(Struct, tag="deleted"):
    """A customer that is gone: deleted, or merged into another, which `merged_into` then names."""

    id: str
    pos_ref: str
    location_id: int
    deleted_at: _Time
    merged_into: str | UnsetType = UNSET


class ChangePage(Struct):
    """What happened, in the order it was committed. `after` is for the next request; `more`: there is more already."""

    changes: list[ChangedCustomer | GoneCustomer]
    after: str
    more: bool


class DeletedCustomer(Struct):
    """It is gone."""


def customer(whole: Whole) -> bytes:
    """One customer's document."""
    return _encode(_customer(whole))


def page(found: Sequence[Whole], cursor: str | None, matches: Sequence[Match] | None = None) -> bytes:
    """A page of a list; `matches`: how each was found."""
    customers = list(map(_customer, found))
    for one, match in zip(customers, matches or (), strict=matches is not None):
        one.match = match
    return _encode(CustomerPage(customers, UNSET if cursor is None else cursor))


def changes(found: Sequence[Whole | Gone], after: str, *, more: bool) -> bytes:
    """A page of changes."""
    return _encode(ChangePage([_change(one) for one in found], after, more))


def _change(one: Whole | Gone) -> ChangedCustomer | GoneCustomer:
    if isinstance(one, Gone):
        into = UNSET if one.merged_into is None else one.merged_into
        return GoneCustomer(one.id, one.pos_ref, one.location_id, instant.text(one.deleted_at), into)
    return ChangedCustomer(_customer(one))


def _customer(whole: Whole) -> NativeCustomer:
    now, record = whole.customer, whole.record
    return NativeCustomer(
        id=whole.id,
        pos_ref=whole.pos_ref,
        location_id=whole.location_id,
        source=whole.source,
        ref=whole.ref,
        version=whole.version,
        created_at=instant.text(whole.created_at),
        updated_at=instant.text(whole.updated_at),
        first_name=now.first_name,
        last_name=now.last_name,
        company_name=now.company_name,
        nickname=now.nickname,
        note=now.note,
        birthday=now.birthday,
        reference_id=now.reference_id,
        eu_vat=now.eu_vat,
        email_unsubscribed=now.email_unsubscribed,
        creation_source=now.creation_source,
        emails=list(map(_email, now.emails)),
        phones=list(map(_phone, now.phones)),
        addresses=list(map(_address, now.addresses)),
        group_ids=list(whole.group_ids),
        segment_ids=list(whole.segment_ids),
        record=RecordSeen(
            record.format,
            record.place,
            instant.text(record.seen_at),
            _time(record.created_at),
            _time(record.updated_at),
        ),
        edited_fields=list(whole.edited),
        pinned_fields=list(whole.pinned),
        problems=list(map(_problem, now.problems)),
    )


def _email(one: Email) -> NativeEmail:
    return NativeEmail(one.text, one.address, one.is_primary, one.is_verified, _time(one.created_at))


def _phone(one: Phone) -> NativePhone:
    return NativePhone(
        one.text, one.e164, one.extension, one.type, one.is_primary, one.is_verified, _time(one.created_at)
    )


def _address(one: Address) -> NativeAddress:
    values = {name: getattr(one, name) for name in NativeAddress.__struct_fields__}
    return NativeAddress(**values | {"created_at": _time(one.created_at)})


def _problem(one: Problem) -> FieldProblem:
    return FieldProblem(one.field, one.rule, one.at)


def _time(micros: int | None) -> str | None:
    return None if micros is None else instant.text(micros)
