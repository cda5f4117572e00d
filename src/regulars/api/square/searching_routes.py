"""The route of SearchCustomers."""

from __future__ import annotations

from functools import partial

from regulars.api.route import Route
from regulars.api.seal import Seal
from regulars.api.square import searching, searching_shapes
from regulars.api.square.version import VERSION


def routes(seal: Seal) -> tuple[Route, ...]:
    """`seal` seals the cursors."""
    return (
        Route(
            name="SearchCustomers",
            summary="Customers that fit a filter",
            dialect="square",
            method="POST",
            template="/v2/customers/search",
            scope="customers:read",
            handle=partial(searching.search, seal),
            answer=searching_shapes.SearchCustomersResponse,
            body=searching_shapes.SearchCustomersRequest,
            parameters=(VERSION,),
        ),
    )
