"""The documents of Shift4's dialect as its answers show them: what the OpenAPI document is made from.

Customers come finished from the store; a test holds these fields against those that `wire.shift4` writes.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from regulars import limits
from regulars.model.customer import AddressType, PhoneType

Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
LocationId = Annotated[int, Meta(ge=1, le=limits.LOCATION_ID_MAX)]


class CustomerEmail(Struct, rename="camel", omit_defaults=True, kw_only=True):
    """One e-mail of a customer."""

    email: str
    is_primary: bool
    is_verified: bool | UnsetType = UNSET
    created_at: Time | UnsetType = UNSET


class CustomerPhone(Struct, rename="camel", omit_defaults=True, kw_only=True):
    """One phone of a customer: E.164, or as it came when it is no valid number."""

    phone: str
    is_primary: bool
    type: PhoneType | UnsetType = UNSET
    is_verified: bool | UnsetType = UNSET
    extension: str | UnsetType = UNSET
    created_at: Time | UnsetType = UNSET


class CustomerAddress(Struct, rename="camel", omit_defaults=True, kw_only=True):
    """One postal address of a customer."""

    street: str | UnsetType = UNSET
    street2: str | UnsetType = UNSET
    city: str | UnsetType = UNSET
    state: str | UnsetType = UNSET
    zip_code: str | UnsetType = UNSET
    country: str | UnsetType = UNSET
    is_primary: bool
    type: AddressType | UnsetType = UNSET
    latitude: float | UnsetType = UNSET
    longitude: float | UnsetType = UNSET
    created_at: Time | UnsetType = UNSET


class PosCustomer(Struct, rename="camel", kw_only=True):
    """One customer of a location. Every key is there, null when unknown; `deletedAt` only on a deleted one."""

    pos_ref: str
    first_name: str | None
    last_name: str | None
    company_name: str | None
    location_id: LocationId
    created_at: Time | None
    updated_at: Time | None
    customer_emails: list[CustomerEmail]
    customer_phones: list[CustomerPhone]
    customer_addresses: list[CustomerAddress]
    deleted_at: Time | UnsetType = UNSET


class PosMeta(Struct, rename="camel", omit_defaults=True, kw_only=True):
    """Where the page stands: `page` and `pageSize`; `offset`, `limit` and `count` when those were asked for."""

    page: int | UnsetType = UNSET
    page_size: int | UnsetType = UNSET
    offset: int | UnsetType = UNSET
    limit: int | UnsetType = UNSET
    count: int | UnsetType = UNSET
    total_count: int


class PosCustomerPage(Struct):
    """A page of customers."""

    results: list[PosCustomer]
    meta: PosMeta


class PosLocation(Struct, rename="camel", kw_only=True):
    """One shop; `id` is the locationId of the other paths."""

    id: LocationId
    name: str
    time_zone: str
    merchant_id: str
    country_code: str
    currency: str | None
    language: str | None
    brand_ref: str | None = None


class NoMeta(Struct):
    """An empty object."""


class PosLocationPage(Struct):
    """Every location that the token sees."""

    results: list[PosLocation]
    meta: NoMeta


class Detail(Struct, omit_defaults=True):
    """What was wrong with one parameter."""

    field: str
    rule: str


class PosFailure(Struct):
    """The body of every error: the shape of the one that Shift4 publishes, its 429."""

    status: int
    timestamp: Time
    message: str
    details: list[Detail]
