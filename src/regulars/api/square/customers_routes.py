"""The routes of Square's Customers API."""

from __future__ import annotations

from functools import partial

from regulars.api.route import Route
from regulars.api.seal import Seal
from regulars.api.square import customers, customers_shapes, customers_writing, shapes
from regulars.api.square.version import VERSION
from regulars.wire.square_writing import CreateCustomerRequest, UpdateCustomerRequest


def routes(seal: Seal) -> tuple[Route, ...]:
    """All of them; `seal` seals the cursors."""
    return (
        Route(
            name="ListCustomers",
            summary="Customers that the token sees",
            dialect="square",
            method="GET",
            template="/v2/customers",
            scope="customers:read",
            is_tagged=True,
            handle=partial(customers.page, seal),
            answer=shapes.ListCustomersResponse,
            parameters=customers.LISTING,
        ),
        *_ONE,
        *_BULK,
    )


_ONE = (
    Route(
        name="CreateCustomer",
        summary="A new customer, once for each idempotency key",
        dialect="square",
        method="POST",
        template="/v2/customers",
        scope="customers:write",
        handle=customers_writing.create,
        answer=customers_shapes.CreateCustomerResponse,
        body=CreateCustomerRequest,
        parameters=(VERSION,),
    ),
    Route(
        name="RetrieveCustomer",
        summary="One customer",
        dialect="square",
        method="GET",
        template="/v2/customers/{customer_id}",
        scope="customers:read",
        is_tagged=True,
        handle=customers.one,
        answer=shapes.RetrieveCustomerResponse,
        parameters=(customers.CUSTOMER, VERSION),
    ),
    Route(
        name="UpdateCustomer",
        summary="Changes what is named of a customer; null removes",
        dialect="square",
        method="PUT",
        template="/v2/customers/{customer_id}",
        scope="customers:write",
        handle=customers_writing.update,
        answer=customers_shapes.UpdateCustomerResponse,
        body=UpdateCustomerRequest,
        parameters=(customers.CUSTOMER, VERSION),
    ),
    Route(
        name="DeleteCustomer",
        summary="Deletes a customer, with its record and all that is kept of it",
        dialect="square",
        method="DELETE",
        template="/v2/customers/{customer_id}",
        scope="customers:write",
        handle=customers_writing.delete,
        answer=customers_shapes.DeleteCustomerResponse,
        parameters=(customers.CUSTOMER, customers_writing.WANTED, VERSION),
    ),
)
_BULK = (
    Route(
        name="BulkCreateCustomers",
        summary="Up to 100 new customers, by idempotency key",
        dialect="square",
        method="POST",
        template="/v2/customers/bulk-create",
        scope="customers:write",
        handle=customers_writing.bulk_create,
        answer=customers_shapes.BulkCustomersResponse,
        body=customers_shapes.BulkCreateCustomersRequest,
        parameters=(VERSION,),
    ),
    Route(
        name="BulkRetrieveCustomers",
        summary="Up to 100 customers, by id",
        dialect="square",
        method="POST",
        template="/v2/customers/bulk-retrieve",
        scope="customers:read",
        handle=customers_writing.bulk_retrieve,
        answer=customers_shapes.BulkCustomersResponse,
        body=customers_shapes.BulkCustomerIdsRequest,
        parameters=(VERSION,),
    ),
    Route(
        name="BulkUpdateCustomers",
        summary="Up to 100 updates, by customer id",
        dialect="square",
        method="POST",
        template="/v2/customers/bulk-update",
        scope="customers:write",
        handle=customers_writing.bulk_update,
        answer=customers_shapes.BulkCustomersResponse,
        body=customers_shapes.BulkUpdateCustomersRequest,
        parameters=(VERSION,),
    ),
    Route(
        name="BulkDeleteCustomers",
        summary="Deletes up to 100 customers, by id",
        dialect="square",
        method="POST",
        template="/v2/customers/bulk-delete",
        scope="customers:write",
        handle=customers_writing.bulk_delete,
        answer=customers_shapes.BulkDeleteCustomersResponse,
        body=customers_shapes.BulkCustomerIdsRequest,
        parameters=(VERSION,),
    ),
)
