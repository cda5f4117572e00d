"""What the operations on cards take and answer."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from regulars import limits
from regulars.api.square.shapes import Card
from regulars.wire.square_writing import AddressData

Absent = UnsetType


class CreateCustomerCardRequest(Struct, omit_defaults=True, kw_only=True):
    """A nonce stands for a card; the only one that is known is `cnon:card-nonce-ok`, in a sandbox."""

    card_nonce: Annotated[str, Meta(min_length=1, max_length=limits.CARD_NONCE_LENGTH_MAX)]
    billing_address: AddressData | Absent | None = UNSET
    cardholder_name: Annotated[str, Meta(max_length=limits.CARDHOLDER_NAME_LENGTH_MAX)] | Absent | None = (
        UNSET
    )


class CreateCustomerCardResponse(Struct):
    """The card on file."""

    card: Card


class DeleteCustomerCardResponse(Struct):
    """Nothing: it is gone."""
