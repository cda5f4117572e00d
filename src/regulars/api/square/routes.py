"""The routes of Square's dialect: what each area declares."""

from __future__ import annotations

from regulars.api.route import Route
from regulars.api.seal import Seal
from regulars.api.square import (
    attributes_routes,
    cards_routes,
    customers_routes,
    groups_routes,
    oauth_routes,
    places_routes,
    searching_routes,
    webhooks_routes,
)


def routes(seal: Seal) -> tuple[Route, ...]:
    """All of them; `seal` seals the cursors."""
    return (
        *customers_routes.routes(seal),
        *searching_routes.routes(seal),
        *attributes_routes.ROUTES,
        *groups_routes.ROUTES,
        *cards_routes.ROUTES,
        *places_routes.ROUTES,
        *oauth_routes.ROUTES,
        *webhooks_routes.ROUTES,
    )
