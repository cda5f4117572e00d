"""Legacy cards on file (deprecated by Square in 2021): what may be shown of a card, never a number."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from regulars import errors, limits
from regulars.api.parameters import PathText
from regulars.api.route import Answer, Call
from regulars.api.square.cards_shapes import CreateCustomerCardRequest
from regulars.api.square.customers import CUSTOMER
from regulars.directory import cards, square_list

CARD = PathText(name="card_id", description="The card's id, percent-encoded: it has a colon.")

_NONCE = "cnon:card-nonce-ok"
_YEARS = 3  # until the card of the sandbox expires
_MICROSECONDS = 1_000_000


def create(call: Call) -> Answer:
    """A card for a nonce; there is nobody here who could turn any but the sandbox's into one."""
    asked = call.read(CreateCustomerCardRequest)
    customer_id = _customer_id(call)
    square_list.one(
        call.directory, call.grant, customer_id, cards=False
    )  # raises NotFound before nonces are judged
    if not call.directory.is_sandbox or asked.card_nonce != _NONCE:
        raise errors.Invalid("The card nonce is not known", field="card_nonce", rule="not_a_card")
    card = cards.add(call.directory, call.grant, customer_id, _card(call, asked))
    return Answer(b'{"card":' + msgspec.json.encode(card) + b"}")


def delete(call: Call) -> Answer:
    """`{}`, not 204: that breaks Square's SDKs."""
    card_id = call.path[CARD.name]
    cards.remove(call.directory, call.grant, _customer_id(call), card_id)
    return Answer(b"{}")


def _card(call: Call, asked: CreateCustomerCardRequest) -> dict[str, Any]:
    """The card of Square's sandbox, with what was said of its holder."""
    this_year = datetime.fromtimestamp(call.directory.clock() / _MICROSECONDS, UTC).year
    card: dict[str, Any] = {
        "card_brand": "VISA",
        "last_4": "1111",
        "exp_month": 12,
        "exp_year": this_year + _YEARS,
    }
    if asked.cardholder_name:
        card["cardholder_name"] = asked.cardholder_name
    if asked.billing_address:
        address = msgspec.to_builtins(asked.billing_address)
        card["billing_address"] = {name: text for name, text in address.items() if text}
    return {name: value for name, value in card.items() if value}


def _customer_id(call: Call) -> str:
    customer_id = call.path[CUSTOMER.name]
    if not 0 < len(customer_id) <= limits.REF_LENGTH_MAX:
        raise errors.NotFound("There is no such customer")
    return customer_id
