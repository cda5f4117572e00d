"""Pins: which fields of a customer a person may hold fast."""

from __future__ import annotations

from typing import Final, Literal, get_args

Pinnable = Literal[
    "first_name",
    "last_name",
    "company_name",
    "nickname",
    "note",
    "birthday",
    "reference_id",
    "eu_vat",
    "email_unsubscribed",
    "emails",
    "phones",
    "addresses",
]
PINNABLE: Final[tuple[Pinnable, ...]] = get_args(Pinnable)
