"""The routes of `/v1/customers`."""

from __future__ import annotations

from functools import partial

from regulars.api.native import customers
from regulars.api.native.changes import LOCATION
from regulars.api.native.customers_shapes import CustomerPins, CustomerSearch
from regulars.api.route import Route
from regulars.api.seal import Seal
from regulars.wire.native_customers import CustomerPage, DeletedCustomer, NativeCustomer
from regulars.wire.native_writing import CustomerChange, NewCustomer

_ALL = "/v1/customers"
_ONE = _ALL + "/{customer_id}"


def routes(seal: Seal) -> tuple[Route, ...]:
    """All of them; the seal is that of the lists' cursors."""
    return (
        Route(
            name="listCustomersV1",
            summary="Customers whole, with their provenance",
            dialect="native",
            method="GET",
            template=_ALL,
            scope="customers:read",
            is_tagged=True,
            handle=partial(customers.every, seal),
            answer=CustomerPage,
            parameters=(
                LOCATION,
                customers.SEARCH,
                customers.AFTER,
                customers.BEFORE,
                customers.LIMIT,
                customers.CURSOR,
            ),
        ),
        Route(
            name="createCustomerV1",
            summary="A new customer, with any number of e-mails, phones and addresses",
            dialect="native",
            method="POST",
            template=_ALL,
            scope="customers:write",
            handle=customers.create,
            body=NewCustomer,
            answer=NativeCustomer,
            parameters=(customers.KEY,),
        ),
        Route(
            name="searchCustomersV1",
            summary="Customers whom any of some texts finds",
            dialect="native",
            method="POST",
            template=_ALL + "/search",
            scope="customers:read",
            handle=partial(customers.search, seal),
            body=CustomerSearch,
            answer=CustomerPage,
        ),
        *_ONE_CUSTOMER,
    )


_ONE_CUSTOMER = (
    Route(
        name="getCustomerV1",
        summary="One customer, with all that is known of it",
        dialect="native",
        method="GET",
        template=_ONE,
        scope="customers:read",
        is_tagged=True,
        handle=customers.one,
        answer=NativeCustomer,
        parameters=(customers.CUSTOMER,),
    ),
    Route(
        name="updateCustomerV1",
        summary="Change a customer",
        dialect="native",
        method="PUT",
        template=_ONE,
        scope="customers:write",
        handle=customers.update,
        body=CustomerChange,
        answer=NativeCustomer,
        parameters=(customers.CUSTOMER,),
    ),
    Route(
        name="pinCustomerV1",
        summary="Say which fields of a customer stay as they are, whatever its source says",
        dialect="native",
        method="PUT",
        template=_ONE + "/pins",
        scope="customers:write",
        handle=customers.pin,
        body=CustomerPins,
        answer=NativeCustomer,
        parameters=(customers.CUSTOMER,),
    ),
    Route(
        name="deleteCustomerV1",
        summary="Delete a customer, with its record and all that is kept of it",
        dialect="native",
        method="DELETE",
        template=_ONE,
        scope="customers:write",
        handle=customers.delete,
        answer=DeletedCustomer,
        parameters=(customers.CUSTOMER, customers.WANTED),
    ),
)
