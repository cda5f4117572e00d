"""What the writing operations on customers take and answer, beside the shapes of `wire.square_writing`."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from regulars import limits
from regulars.api.square.shapes import Customer
from regulars.wire.square import Error
from regulars.wire.square_writing import CustomerData, Version

_Bulk = Meta(min_length=1, max_length=limits.BULK_CUSTOMERS_MAX)


class CreateCustomerResponse(Struct):
    """The new customer."""

    customer: Customer


class UpdateCustomerResponse(Struct):
    """The customer after the update."""

    customer: Customer


class DeleteCustomerResponse(Struct):
    """Nothing: it is gone."""


class BulkCreateCustomerData(CustomerData, kw_only=True):
    """A new customer; the key it stands under is its idempotency key."""


class BulkUpdateCustomerData(CustomerData, kw_only=True):
    """What is new or changed; `version`: only if the customer still has it."""

    version: Version | UnsetType | None = UNSET


class BulkCreateCustomersRequest(Struct):
    """1 to 100 new customers by idempotency key."""

    customers: Annotated[dict[str, BulkCreateCustomerData], _Bulk]


class BulkUpdateCustomersRequest(Struct):
    """1 to 100 updates by customer id."""

    customers: Annotated[dict[str, BulkUpdateCustomerData], _Bulk]


class BulkCustomers(Struct):
    """Either of the two, its entries not yet judged: one that is wrong is its own error, not that of the others."""

    customers: Annotated[dict[str, Any], _Bulk]


class BulkCustomerIdsRequest(Struct):
    """1 to 100 customer ids; one that is named twice is answered once."""

    customer_ids: Annotated[list[str], _Bulk]


class CustomerOutcome(Struct, omit_defaults=True):
    """The customer, or what went wrong with it."""

    customer: Customer | UnsetType = UNSET
    errors: list[Error] | UnsetType = UNSET


class DeletionOutcome(Struct, omit_defaults=True):
    """Nothing, or what went wrong."""

    errors: list[Error] | UnsetType = UNSET


class BulkCustomersResponse(Struct):
    """What became of each, under the key it was asked with."""

    responses: dict[str, CustomerOutcome]


class BulkDeleteCustomersResponse(Struct):
    """What became of each, by customer id."""

    responses: dict[str, DeletionOutcome]
