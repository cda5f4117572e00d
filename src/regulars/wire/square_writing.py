"""Square's requests that write customers: their shapes, and what becomes of a customer (contracts/square.md 2.3–2.5).

An absent field changes nothing, null removes one, and so does an empty text: Square's pages said that before null
could. Unknown and unwritable fields (`id`, `creation_source`, `group_ids`, …) are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any, Final

from msgspec import UNSET, Meta, Struct, UnsetType, structs

from regulars import limits
from regulars.errors import Invalid
from regulars.model import customer as model
from regulars.model.reading import calendar_day

Absent = UnsetType
AddressText = Annotated[str, Meta(max_length=limits.ADDRESS_TEXT_LENGTH_MAX)]
Version = Annotated[int, Meta(ge=0, le=2**63 - 1)]
IdempotencyKey = Annotated[str, Meta(max_length=limits.IDEMPOTENCY_KEY_LENGTH_MAX)]


class AddressData(Struct, omit_defaults=True):
    """What is new or changed of an address. `first_name` and `last_name` are ignored, as Square does."""

    address_line_1: AddressText | Absent | None = UNSET
    address_line_2: AddressText | Absent | None = UNSET
    address_line_3: AddressText | Absent | None = UNSET
    administrative_district_level_1: AddressText | Absent | None = UNSET
    administrative_district_level_2: AddressText | Absent | None = UNSET
    administrative_district_level_3: AddressText | Absent | None = UNSET
    country: str | Absent | None = UNSET
    locality: AddressText | Absent | None = UNSET
    postal_code: AddressText | Absent | None = UNSET
    sublocality: AddressText | Absent | None = UNSET
    sublocality_2: AddressText | Absent | None = UNSET
    sublocality_3: AddressText | Absent | None = UNSET


class TaxIdsData(Struct, omit_defaults=True):
    """What is new or changed of the tax numbers."""

    eu_vat: Annotated[str, Meta(max_length=limits.EU_VAT_LENGTH_MAX)] | Absent | None = UNSET


class CustomerData(Struct, omit_defaults=True, kw_only=True):
    """What is new or changed of a customer."""

    given_name: Annotated[str, Meta(max_length=limits.GIVEN_NAME_LENGTH_MAX)] | Absent | None = UNSET
    family_name: Annotated[str, Meta(max_length=limits.FAMILY_NAME_LENGTH_MAX)] | Absent | None = UNSET
    company_name: Annotated[str, Meta(max_length=limits.COMPANY_NAME_LENGTH_MAX)] | Absent | None = UNSET
    nickname: Annotated[str, Meta(max_length=limits.NICKNAME_LENGTH_MAX)] | Absent | None = UNSET
    email_address: Annotated[str, Meta(max_length=limits.EMAIL_LENGTH_MAX)] | Absent | None = UNSET
    address: AddressData | Absent | None = UNSET
    phone_number: str | Absent | None = UNSET
    reference_id: Annotated[str, Meta(max_length=limits.REFERENCE_ID_LENGTH_MAX)] | Absent | None = UNSET
    note: Annotated[str, Meta(max_length=limits.TEXT_LENGTH_MAX)] | Absent | None = UNSET
    birthday: str | Absent | None = UNSET
    tax_ids: TaxIdsData | Absent | None = UNSET


class CreateCustomerRequest(CustomerData, omit_defaults=True, kw_only=True):
    """A new customer: at least one of its names, its company, e-mail or phone."""

    idempotency_key: IdempotencyKey | Absent | None = UNSET


class UpdateCustomerRequest(CustomerData, omit_defaults=True, kw_only=True):
    """What is new or changed; `version`: only if the customer still has it."""

    version: Version | Absent | None = UNSET


def applied(asked: CustomerData, customer: model.Customer, *, empty_clears: bool = False) -> model.Customer:
    """The customer as it was asked for, not yet cleaned.

    Of several e-mails, phones or addresses the primary one is meant, and the others stay. `empty_clears`: an address
    or a tax number that is `{}` is removed. Raises Invalid for a phone, birthday or tax number that is none.
    """
    changes: dict[str, Any] = {
        ours: _text(text)
        for theirs, ours in _TEXTS.items()
        if not isinstance(text := getattr(asked, theirs), UnsetType)
    }
    if not isinstance(asked.email_address, UnsetType):
        changes["emails"] = _emails(customer.emails, _text(asked.email_address, trim=True))
    if not isinstance(asked.phone_number, UnsetType):
        changes["phones"] = _phones(customer.phones, _phone(asked.phone_number))
    if not isinstance(asked.birthday, UnsetType):
        changes["birthday"] = _birthday(asked.birthday)
    if not isinstance(asked.address, UnsetType):
        changes["addresses"] = _addresses(asked.address, customer.addresses, empty_clears)
    if not isinstance(asked.tax_ids, UnsetType):
        changes["eu_vat"] = _eu_vat(asked.tax_ids, customer.eu_vat, empty_clears)
    return structs.replace(customer, **changes)


def nobody() -> Invalid:
    """What Square answers to a customer without any of the five fields that it must have one of."""
    return Invalid(
        "At least one of given_name, family_name, company_name, email_address or phone_number is required "
        "for a customer",
        rule="nobody",
    )


_TEXTS: Final = {
    "given_name": "first_name",
    "family_name": "last_name",
    "company_name": "company_name",
    "nickname": "nickname",
    "note": "note",
    "reference_id": "reference_id",
}
_ADDRESS: Final = {
    "address_line_1": "street",
    "address_line_2": "street2",
    "address_line_3": "street3",
    "administrative_district_level_1": "state",
    "administrative_district_level_2": "district2",
    "administrative_district_level_3": "district3",
    "country": "country",
    "locality": "city",
    "postal_code": "zip_code",
    "sublocality": "sublocality",
    "sublocality_2": "sublocality2",
    "sublocality_3": "sublocality3",
}


def _text(text: str | None, *, trim: bool = False) -> str | None:
    if not text or text.isspace():
        return None
    return text.strip() if trim else text


def _emails(emails: tuple[model.Email, ...], text: str | None) -> tuple[model.Email, ...]:
    at = _primary(emails)
    if text is not None and emails and emails[at].text == text:
        return emails
    # Another one is not verified yet.
    made = () if text is None else (model.Email(text, is_primary=True),)
    return (*emails[:at], *made, *emails[at + 1 :])


def _phones(phones: tuple[model.Phone, ...], text: str | None) -> tuple[model.Phone, ...]:
    at = _primary(phones)
    if text is not None and phones and phones[at].text == text:
        return phones
    made = () if text is None else (model.Phone(text, is_primary=True),)
    return (*phones[:at], *made, *phones[at + 1 :])


def _primary(contacts: Sequence[Any]) -> int:
    return next((at for at, each in enumerate(contacts) if each.is_primary), 0)


# The punctuation that people write numbers with; the digits are ASCII, for a verbatim number must be dialled.
_PHONE: Final = re.compile(r"\+?[0-9 ().\-/]*", re.ASCII)


def _phone(text: str | None) -> str | None:
    """A phone as it was given, if it has 9 to 16 digits, `+` at most in front, and else only punctuation."""
    if not text:
        return None
    digits = sum(map(str.isdecimal, text)) if len(text) <= limits.PHONE_LENGTH_MAX else 0
    if not limits.PHONE_NUMBER_DIGITS_MIN <= digits <= limits.PHONE_NUMBER_DIGITS_MAX or not _PHONE.fullmatch(
        text
    ):
        raise Invalid(
            "Expected phone_number to be a valid phone number", field="phone_number", rule="not_a_phone"
        )
    return text


# `YYYY-MM-DD`, `MM-DD`, and the RFC 3339 of versions before 2021-04-21, whose time means nothing.
_BIRTHDAY: Final = re.compile(
    r"(?:(\d{4})-)?(\d\d)-(\d\d)|(\d{4})-(\d\d)-(\d\d)[Tt]00:00:00(?:\.0+)?(?:[Zz]|[-+]00:00)", re.ASCII
)


def _birthday(text: str | None) -> str | None:
    if not text:
        return None
    if match := _BIRTHDAY.fullmatch(text):
        year, month, day = (match[1] or "0000", match[2], match[3]) if match[2] else match.group(4, 5, 6)
        if found := calendar_day(year, month, day):
            return found
    raise Invalid("birthday must be a date, YYYY-MM-DD or MM-DD", field="birthday", rule="not_a_time")


def _addresses(
    asked: AddressData | None, addresses: tuple[model.Address, ...], empty_clears: bool
) -> tuple[model.Address, ...]:
    at = _primary(addresses)
    if asked is None or (empty_clears and asked == AddressData()):
        return addresses[:at] + addresses[at + 1 :]
    before = addresses[at] if addresses else model.Address(is_primary=True)
    changes: dict[str, Any] = {
        ours: text or None
        for theirs, ours in _ADDRESS.items()
        if not isinstance(text := getattr(asked, theirs), UnsetType)
    }
    made = structs.replace(before, **changes)
    if made == before:
        return addresses
    # A moved address is no longer where the map had it.
    made = structs.replace(made, latitude=None, longitude=None, country_code=None, state_code=None)
    if not any(getattr(made, ours) for ours in (*_ADDRESS.values(), "first_name", "last_name")):
        return addresses[:at] + addresses[at + 1 :]
    return (*addresses[:at], made, *addresses[at + 1 :])


_ALPHANUMERIC: Final = re.compile(r"[A-Za-z0-9]+", re.ASCII)


def _eu_vat(asked: TaxIdsData | None, before: str | None, empty_clears: bool) -> str | None:
    if asked is None or (empty_clears and asked == TaxIdsData()):
        return None
    if isinstance(asked.eu_vat, UnsetType):
        return before
    if not asked.eu_vat:
        return None
    if not _ALPHANUMERIC.fullmatch(asked.eu_vat):
        raise Invalid("eu_vat must have letters and digits only", field="tax_ids.eu_vat", rule="form")
    return asked.eu_vat
