"""The routes of Square's legacy cards."""

from __future__ import annotations

from regulars.api.route import Route
from regulars.api.square import cards, cards_shapes
from regulars.api.square.customers import CUSTOMER
from regulars.api.square.version import VERSION

ROUTES = (
    Route(
        name="CreateCustomerCard",
        summary="A card on file for a nonce; in a sandbox only",
        dialect="square",
        method="POST",
        template="/v2/customers/{customer_id}/cards",
        scope="customers:write",
        handle=cards.create,
        answer=cards_shapes.CreateCustomerCardResponse,
        body=cards_shapes.CreateCustomerCardRequest,
        parameters=(CUSTOMER, VERSION),
    ),
    Route(
        name="DeleteCustomerCard",
        summary="Removes a card on file",
        dialect="square",
        method="DELETE",
        template="/v2/customers/{customer_id}/cards/{card_id}",
        scope="customers:write",
        handle=cards.delete,
        answer=cards_shapes.DeleteCustomerCardResponse,
        parameters=(CUSTOMER, cards.CARD, VERSION),
    ),
)
