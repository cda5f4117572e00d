"""The routes of Square's dialect."""

from __future__ import annotations

from functools import partial

from regulars.api.route import Route
from regulars.api.square import customers, places, shapes
from regulars.api.square.cursor import Seal
from regulars.api.square.version import VERSION


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
            handle=partial(customers.page, seal),
            answer=shapes.ListCustomersResponse,
            parameters=customers.LISTING,
        ),
        Route(
            name="RetrieveCustomer",
            summary="One customer",
            dialect="square",
            method="GET",
            template="/v2/customers/{customer_id}",
            scope="customers:read",
            handle=customers.one,
            answer=shapes.RetrieveCustomerResponse,
            parameters=(customers.CUSTOMER, VERSION),
        ),
        *_PLACES,
    )


_PLACES = (
    Route(
        name="ListLocations",
        summary="Locations that the token sees",
        dialect="square",
        method="GET",
        template="/v2/locations",
        scope="locations:read",
        handle=places.locations,
        answer=shapes.ListLocationsResponse,
        parameters=(VERSION,),
    ),
    Route(
        name="RetrieveLocation",
        summary="One location",
        dialect="square",
        method="GET",
        template="/v2/locations/{location_id}",
        scope="locations:read",
        handle=places.location,
        answer=shapes.RetrieveLocationResponse,
        parameters=(places.LOCATION, VERSION),
    ),
    Route(
        name="ListMerchants",
        summary="The token's merchant, in a list",
        dialect="square",
        method="GET",
        template="/v2/merchants",
        scope="locations:read",
        handle=places.merchants,
        answer=shapes.ListMerchantsResponse,
        parameters=(VERSION,),
    ),
    Route(
        name="RetrieveMerchant",
        summary="The token's merchant",
        dialect="square",
        method="GET",
        template="/v2/merchants/{merchant_id}",
        scope="locations:read",
        handle=places.merchant,
        answer=shapes.RetrieveMerchantResponse,
        parameters=(places.MERCHANT, VERSION),
    ),
)
