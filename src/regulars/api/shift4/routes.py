"""The routes of Shift4's dialect. The portal writes the first two paths with and without `/api`."""

from __future__ import annotations

from regulars.api.route import Route
from regulars.api.shift4 import customers, locations, shapes

_PREFIXES = ("", "/api")

ROUTES = (
    Route(
        name="listPosCustomers",
        summary="Customers of a location",
        dialect="shift4",
        method="GET",
        template="/pos/v2/{locationId}/customers",
        prefixes=_PREFIXES,
        scope="customers:read",
        is_tagged=True,
        handle=customers.page,
        answer=shapes.PosCustomerPage,
        parameters=customers.LISTING,
    ),
    Route(
        name="getPosCustomer",
        summary="One customer of a location",
        dialect="shift4",
        method="GET",
        template="/pos/v2/{locationId}/customers/{posRef}",
        prefixes=_PREFIXES,
        scope="customers:read",
        is_tagged=True,
        handle=customers.one,
        answer=shapes.PosCustomer,
        parameters=(customers.LOCATION, customers.POS_REF),
    ),
    Route(
        name="listMarketplaceLocations",
        summary="Locations that the token sees",
        dialect="shift4",
        method="GET",
        template="/marketplace/v2/locations",
        scope="locations:read",
        handle=locations.every,
        answer=shapes.PosLocationPage,
    ),
)
