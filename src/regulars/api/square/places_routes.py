"""The routes of Square's Locations and Merchants APIs: what clients ask first."""

from __future__ import annotations

from regulars.api.route import Route
from regulars.api.square import places, places_shapes, shapes
from regulars.api.square.version import VERSION

ROUTES = (
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
        name="CreateLocation",
        summary="A new location, under the next free number",
        dialect="square",
        method="POST",
        template="/v2/locations",
        scope="locations:write",
        handle=places.create,
        answer=places_shapes.CreateLocationResponse,
        body=places_shapes.CreateLocationRequest,
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
        name="UpdateLocation",
        summary="Changes what is named of a location",
        dialect="square",
        method="PUT",
        template="/v2/locations/{location_id}",
        scope="locations:write",
        handle=places.update,
        answer=places_shapes.UpdateLocationResponse,
        body=places_shapes.UpdateLocationRequest,
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
