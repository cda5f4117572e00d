"""`GET /marketplace/v2/locations`: the shops that the token sees."""

from __future__ import annotations

import msgspec

from regulars.api.route import Answer, Call
from regulars.api.shift4.shapes import NoMeta, PosLocation, PosLocationPage
from regulars.directory import places


def every(call: Call) -> Answer:
    """All of them, by id."""
    found = places.locations(call.directory, call.grant.account_id, call.grant.location_ids)
    shown = [
        PosLocation(
            id=one.location_id,
            name=one.name,
            time_zone=one.time_zone,
            merchant_id=call.grant.merchant_id,
            country_code=one.country,
            currency=one.currency,
            language=one.language,
        )
        for one in found
    ]
    return Answer(msgspec.json.encode(PosLocationPage(shown, NoMeta())))
