"""The native API's requests that write customers: their shapes, and what becomes of a customer.

An absent field changes nothing, null removes one. A list of e-mails, phones or addresses replaces the whole list; one
that stands there already keeps what the request does not say of it. Bounds are those of Square's dialect.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final

from msgspec import UNSET, Meta, Struct, UnsetType, structs

from regulars import limits
from regulars.errors import Invalid
from regulars.model import customer as model
from regulars.model.customer import AddressType, PhoneType
from regulars.model.reading import calendar_day

_Absent = UnsetType
_Name = Annotated[str, Meta(max_length=limits.GIVEN_NAME_LENGTH_MAX)]
_Part = Annotated[str, Meta(max_length=limits.ADDRESS_TEXT_LENGTH_MAX)]
_EuVat = Annotated[str, Meta(max_length=limits.EU_VAT_LENGTH_MAX, pattern="^[A-Za-z0-9]*$")]
_Birthday = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
_Version = Annotated[int, Meta(ge=0, le=limits.VERSION_MAX)]


class EmailRequest(Struct, omit_defaults=True):
    """An e-mail."""

    text: Annotated[str, Meta(min_length=1, max_length=limits.EMAIL_LENGTH_MAX)]
    is_primary: bool = False
    is_verified: bool | _Absent | None = UNSET


class PhoneRequest(Struct, omit_defaults=True):
    """A phone, in any spelling."""

    text: Annotated[str, Meta(min_length=1, max_length=limits.PHONE_LENGTH_MAX)]
    is_primary: bool = False
    is_verified: bool | _Absent | None = UNSET
    extension: Annotated[str, Meta(max_length=limits.PHONE_LENGTH_MAX)] | _Absent | None = UNSET
    type: PhoneType | _Absent | None = UNSET


class AddressRequest(Struct, omit_defaults=True):
    """An address, whole: what it does not say is not there."""

    street: _Part | None = None
    street2: _Part | None = None
    street3: _Part | None = None
    city: _Part | None = None
    state: _Part | None = None
    zip_code: _Part | None = None
    country: _Part | None = None
    sublocality: _Part | None = None
    sublocality2: _Part | None = None
    sublocality3: _Part | None = None
    district2: _Part | None = None
    district3: _Part | None = None
    first_name: _Name | None = None
    last_name: _Name | None = None
    type: AddressType | None = None
    is_primary: bool = False
    latitude: Annotated[float, Meta(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Meta(ge=-180, le=180)] | None = None


_Emails = Annotated[list[EmailRequest], Meta(max_length=limits.CONTACTS_MAX)]
_Phones = Annotated[list[PhoneRequest], Meta(max_length=limits.CONTACTS_MAX)]
_Addresses = Annotated[list[AddressRequest], Meta(max_length=limits.CONTACTS_MAX)]


class CustomerFields(Struct, omit_defaults=True, kw_only=True):
    """What is new or changed of a customer."""

    first_name: _Name | _Absent | None = UNSET
    last_name: _Name | _Absent | None = UNSET
    company_name: Annotated[str, Meta(max_length=limits.COMPANY_NAME_LENGTH_MAX)] | _Absent | None = UNSET
    nickname: Annotated[str, Meta(max_length=limits.NICKNAME_LENGTH_MAX)] | _Absent | None = UNSET
    note: Annotated[str, Meta(max_length=limits.TEXT_LENGTH_MAX)] | _Absent | None = UNSET
    birthday: _Birthday | _Absent | None = UNSET
    reference_id: Annotated[str, Meta(max_length=limits.REFERENCE_ID_LENGTH_MAX)] | _Absent | None = UNSET
    eu_vat: _EuVat | _Absent | None = UNSET
    email_unsubscribed: bool | _Absent | None = UNSET
    emails: _Emails | _Absent | None = UNSET
    phones: _Phones | _Absent | None = UNSET
    addresses: _Addresses | _Absent | None = UNSET


class NewCustomer(CustomerFields, omit_defaults=True, kw_only=True):
    """A new customer: at least a name, a company, an e-mail or a phone. Without `location_id`: the main location's."""

    location_id: Annotated[int, Meta(ge=1, le=limits.LOCATION_ID_MAX)] | None = None


class CustomerChange(CustomerFields, omit_defaults=True, kw_only=True):
    """What is new or changed; `version`: only if the customer still has it."""

    version: _Version | None = None


def applied(asked: CustomerFields, customer: model.Customer) -> model.Customer:
    """The customer as it was asked for, not yet cleaned; raises Invalid for a birthday that no calendar has."""
    changes: dict[str, Any] = {
        name: value or None for name in _TEXTS if not isinstance(value := getattr(asked, name), UnsetType)
    }
    if not isinstance(asked.email_unsubscribed, UnsetType):
        changes["email_unsubscribed"] = asked.email_unsubscribed
    if isinstance(asked.birthday, str) and calendar_day(*asked.birthday.split("-")) is None:
        raise Invalid("birthday must be a day of the calendar", field="birthday", rule="not_a_time")
    if not isinstance(asked.emails, UnsetType):
        changes["emails"] = _emails(asked.emails or (), customer.emails)
    if not isinstance(asked.phones, UnsetType):
        changes["phones"] = _phones(asked.phones or (), customer.phones)
    if not isinstance(asked.addresses, UnsetType):
        changes["addresses"] = _addresses(asked.addresses or (), customer.addresses)
    return structs.replace(customer, **changes)


def nobody() -> Invalid:
    """What is answered to a customer that is nobody."""
    return Invalid(
        "A customer needs a first_name, last_name or company_name, an e-mail or a phone", rule="nobody"
    )


_TEXTS: Final = (
    "first_name",
    "last_name",
    "company_name",
    "nickname",
    "note",
    "birthday",
    "reference_id",
    "eu_vat",
)
_OF_PHONE: Final = ("extension", "type", "is_verified")
_PARTS: Final = tuple(
    name
    for name in AddressRequest.__struct_fields__
    if name not in {"type", "is_primary", "latitude", "longitude"}
)


def _emails(asked: Sequence[EmailRequest], before: Sequence[model.Email]) -> tuple[model.Email, ...]:
    known = {each.text: each for each in before}
    made = []
    for each in asked:
        one = structs.replace(known.get(each.text) or model.Email(each.text), is_primary=each.is_primary)
        made.append(one if each.is_verified is UNSET else structs.replace(one, is_verified=each.is_verified))
    return tuple(made)


def _phones(asked: Sequence[PhoneRequest], before: Sequence[model.Phone]) -> tuple[model.Phone, ...]:
    known = {each.text: each for each in before}
    made = []
    for each in asked:
        given = {name: value for name in _OF_PHONE if (value := getattr(each, name)) is not UNSET}
        one = known.get(each.text) or model.Phone(each.text)
        made.append(structs.replace(one, is_primary=each.is_primary, **given))
    return tuple(made)


def _addresses(asked: Sequence[AddressRequest], before: Sequence[model.Address]) -> tuple[model.Address, ...]:
    known = {_parts(each): each for each in before}
    made = []
    for at, each in enumerate(asked):
        parts = _parts(each)
        if not any(parts):
            raise Invalid(f"addresses[{at}] is empty", field=f"addresses[{at}]", rule="empty")
        one = known.get(parts) or structs.replace(model.Address(), **dict(zip(_PARTS, parts, strict=True)))
        made.append(
            structs.replace(
                one,
                type=each.type,
                is_primary=each.is_primary,
                latitude=each.latitude,
                longitude=each.longitude,
            )
        )
    return tuple(made)


def _parts(one: AddressRequest | model.Address) -> tuple[str | None, ...]:
    return tuple(getattr(one, name) or None for name in _PARTS)
