"""Customers that nobody is, as Square's clients write them."""

from __future__ import annotations

from typing import Any

AMELIA = {
    "given_name": "Amelia",
    "family_name": "Example",
    "company_name": "Long Flights",
    "nickname": "Meeley",
    "email_address": "Amelia.Example@example.com",
    # Kept as it was written: it is not E.164.
    "phone_number": "+1-212-555-0140",
    "address": {
        "address_line_1": "500 Electric Ave",
        "address_line_2": "Suite 600",
        "locality": "New York",
        "administrative_district_level_1": "NY",
        "postal_code": "10003",
        "country": "US",
    },
    "birthday": "1897-07-24",
    "reference_id": "YOUR_REFERENCE_ID",
    "note": "a customer",
    "tax_ids": {"eu_vat": "IE3426675K"},
}


def shown(answer: dict[str, Any], *without: str) -> dict[str, Any]:
    """A customer, without what the directory gives it."""
    given = {"id", "created_at", "updated_at", "version", "creation_source", "preferences"}
    given |= {"group_ids", "segment_ids"}
    return {key: value for key, value in answer.items() if key not in given | set(without)}
