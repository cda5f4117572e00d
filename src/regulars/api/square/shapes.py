"""The documents of Square's dialect as its answers show them: what the OpenAPI document is made from.

Customers come finished from the store; a test holds these fields against those that `wire.square` writes. A key
without a value is absent, never null (contracts/square.md, section 1).
"""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from regulars.wire.square import Error

Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
Absent = UnsetType


class Address(Struct, omit_defaults=True):
    """A postal address, as it was given."""

    address_line_1: str | Absent = UNSET
    address_line_2: str | Absent = UNSET
    address_line_3: str | Absent = UNSET
    administrative_district_level_1: str | Absent = UNSET
    administrative_district_level_2: str | Absent = UNSET
    administrative_district_level_3: str | Absent = UNSET
    country: str | Absent = UNSET
    first_name: str | Absent = UNSET
    last_name: str | Absent = UNSET
    locality: str | Absent = UNSET
    postal_code: str | Absent = UNSET
    sublocality: str | Absent = UNSET
    sublocality_2: str | Absent = UNSET
    sublocality_3: str | Absent = UNSET


class Preferences(Struct):
    """What the customer has asked for."""

    email_unsubscribed: bool


class TaxIds(Struct):
    """Tax numbers."""

    eu_vat: str


class Card(Struct, omit_defaults=True):
    """What may be shown of a card on file; never its number."""

    id: str | Absent = UNSET
    card_brand: str | Absent = UNSET
    last_4: str | Absent = UNSET
    exp_month: int | Absent = UNSET
    exp_year: int | Absent = UNSET
    cardholder_name: str | Absent = UNSET
    billing_address: Address | Absent = UNSET


class Customer(Struct, omit_defaults=True, kw_only=True):
    """One customer. `cards` is there unless the client names a Square-Version of 2025-01-23 or later."""

    address: Address | Absent = UNSET
    birthday: str | Absent = UNSET
    company_name: str | Absent = UNSET
    created_at: Time
    creation_source: str
    email_address: str | Absent = UNSET
    family_name: str | Absent = UNSET
    given_name: str | Absent = UNSET
    group_ids: list[str] | Absent = UNSET
    id: str
    nickname: str | Absent = UNSET
    note: str | Absent = UNSET
    phone_number: str | Absent = UNSET
    preferences: Preferences
    reference_id: str | Absent = UNSET
    segment_ids: list[str] | Absent = UNSET
    tax_ids: TaxIds | Absent = UNSET
    updated_at: Time
    version: int
    cards: list[Card] | Absent = UNSET


class ListCustomersResponse(Struct, omit_defaults=True):
    """A page of customers; an empty object when there is none. `cursor` leads to the next one, if there is one."""

    customers: list[Customer] | Absent = UNSET
    cursor: str | Absent = UNSET
    count: int | Absent = UNSET


class RetrieveCustomerResponse(Struct):
    """One customer."""

    customer: Customer


class Location(Struct, omit_defaults=True, kw_only=True):
    """One shop; its `id` is the text of Shift4's locationId."""

    id: str
    name: str
    timezone: str
    status: str
    created_at: Time
    merchant_id: str
    country: str
    language_code: str | Absent = UNSET
    currency: str | Absent = UNSET
    business_name: str
    type: str


class ListLocationsResponse(Struct, omit_defaults=True):
    """Every location that the token sees."""

    locations: list[Location] | Absent = UNSET


class RetrieveLocationResponse(Struct):
    """One location."""

    location: Location


class Merchant(Struct, omit_defaults=True, kw_only=True):
    """One business: an account. What depends on its main location is there only if the token sees that."""

    id: str
    business_name: str
    country: str
    language_code: str | Absent = UNSET
    currency: str | Absent = UNSET
    status: str
    main_location_id: str | Absent = UNSET
    created_at: Time


class ListMerchantsResponse(Struct):
    """The one merchant of the token; Square calls the list by its singular."""

    merchant: list[Merchant]


class RetrieveMerchantResponse(Struct):
    """One merchant."""

    merchant: Merchant


class ErrorResponse(Struct):
    """The body of every error."""

    errors: list[Error]
