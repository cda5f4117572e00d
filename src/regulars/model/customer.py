"""A customer as both contracts know it, complete; what `wire` reads, `normalise` cleans and `wire` writes.

One type serves before and after cleaning: `wire.read` fills in what came, `normalise` adds the understood
forms beside it (`Email.address`, `Phone.e164`, `Address.country_code`, `Address.state_code`), marks one primary
of each kind and lists the problems. Nothing that came is replaced.

Instants are whole microseconds UTC. Sources of the fields: Shift4's Customer, CustomerEmail, CustomerPhone and
CustomerAddress (contracts/shift4.md), Square's Customer in ListCustomers (contracts/square.md, section 2.3).
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from regulars import limits

PhoneType = Literal["MOBILE", "HOME", "WORK", "OTHER"]
AddressType = Literal["HOME", "WORK", "BILLING", "OTHER"]


class Problem(Struct, frozen=True, omit_defaults=True, gc=False):
    """What is wrong with one field of a record; `at` is the place in a list, from 0."""

    field: str
    rule: str
    at: int | None = None


class Email(Struct, frozen=True, omit_defaults=True, gc=False):
    """One e-mail: `text` as it came, `address` as understood (None: not yet looked at, or not an e-mail)."""

    text: str
    address: str | None = None
    is_primary: bool = False
    is_verified: bool | None = None
    created_at: int | None = None

    @property
    def served(self) -> str | None:
        """What Shift4's dialect shows; None when there is no name, @ and domain."""
        if self.address is not None:
            return self.address
        text = self.text.strip()
        name, at, domain = text.rpartition("@")
        return text if name and at and domain else None


class Phone(Struct, frozen=True, omit_defaults=True, gc=False):
    """One phone: `text` as it came, `e164` as understood (None: not yet looked at, or not a valid number)."""

    text: str
    e164: str | None = None
    extension: str | None = None
    type: PhoneType | None = None
    is_primary: bool = False
    is_verified: bool | None = None
    created_at: int | None = None

    @property
    def served(self) -> str | None:
        """What Shift4's dialect shows: E.164, else the text if it has enough digits, else None."""
        if self.e164 is not None:
            return self.e164
        digits = sum(character.isdecimal() for character in self.text)
        return self.text.strip() if digits >= limits.PHONE_DIGITS_MIN else None


class Address(Struct, frozen=True, omit_defaults=True, gc=False):
    """One postal address. `state` and `country` as they came, the `_code`s as understood."""

    street: str | None = None
    street2: str | None = None
    street3: str | None = None
    city: str | None = None
    state: str | None = None
    zip_code: str | None = None
    country: str | None = None
    state_code: str | None = None
    country_code: str | None = None
    type: AddressType | None = None
    is_primary: bool = False
    latitude: float | None = None
    longitude: float | None = None
    created_at: int | None = None
    sublocality: str | None = None
    sublocality2: str | None = None
    sublocality3: str | None = None
    district2: str | None = None  # Square's administrative_district_level_2
    district3: str | None = None
    first_name: str | None = None
    last_name: str | None = None


class Card(Struct, frozen=True, omit_defaults=True, gc=False):
    """Safe display data of a card on file (Square, old versions); never a number."""

    id: str | None = None
    card_brand: str | None = None
    last_4: str | None = None
    exp_month: int | None = None
    exp_year: int | None = None
    cardholder_name: str | None = None


class Customer(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """One customer at one location."""

    pos_ref: str | None = None
    id: str | None = None  # Square's id
    reference_id: str | None = None  # Square's, when the record has one of its own
    location_id: int | None = None
    first_name: str | None = None
    last_name: str | None = None
    company_name: str | None = None
    nickname: str | None = None
    note: str | None = None
    birthday: str | None = None  # YYYY-MM-DD, year 0000 when unknown
    created_at: int | None = None
    updated_at: int | None = None  # from a record: the POS's own; served: the directory's change time
    emails: tuple[Email, ...] = ()
    phones: tuple[Phone, ...] = ()
    addresses: tuple[Address, ...] = ()
    eu_vat: str | None = None  # Square's tax_ids.eu_vat
    creation_source: str | None = None
    email_unsubscribed: bool | None = None  # Square's preferences.email_unsubscribed
    version: int | None = None
    group_ids: tuple[str, ...] = ()
    segment_ids: tuple[str, ...] = ()
    cards: tuple[Card, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def is_listed(self) -> bool:
        """Whether Square's list shows it: at least one of its five public fields (contracts/square.md 2.7)."""
        return bool(self.first_name or self.last_name or self.company_name or self.emails or self.phones)
