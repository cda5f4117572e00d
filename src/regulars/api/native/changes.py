"""`GET /v1/changes`: every change of every customer, in the order it was committed, for whoever follows."""

from __future__ import annotations

from functools import partial

import msgspec
from msgspec import Struct

from regulars import limits
from regulars.api.parameters import Integer, Text, Wanted
from regulars.api.route import Answer, Call, Route
from regulars.api.seal import Seal
from regulars.directory import changes
from regulars.wire import native_customers

AFTER = Text(
    name="after",
    description="The `after` of the answer before; none: from the beginning.",
    length_max=limits.CURSOR_LENGTH_MAX,
)
LIMIT = Integer(
    name="limit",
    description="Changes of one answer.",
    least=1,
    most=limits.PAGE_SIZE_MAX,
    default=limits.PAGE_SIZE_MAX,
)
LOCATION = Wanted(name="location", description="Only of this location.", most=limits.LOCATION_ID_MAX)


class Place(Struct, frozen=True, array_like=True):
    """Behind the change of this time."""

    updated_at: int


def routes(seal: Seal) -> tuple[Route, ...]:
    """The route, with its seal."""
    return (
        Route(
            name="listChanges",
            summary="What happened to customers, in order, without a gap",
            dialect="native",
            method="GET",
            template="/v1/changes",
            scope="customers:read",
            handle=partial(_every, seal),
            answer=native_customers.ChangePage,
            parameters=(AFTER, LIMIT, LOCATION),
        ),
    )


def _every(seal: Seal, call: Call) -> Answer:
    location_id = LOCATION.of(call.given)
    account_id, question = call.grant.account_id, _question(call, location_id)
    text = AFTER.of(call.given)
    since = seal.open(text, account_id, Place, question=question, field=AFTER.name).updated_at if text else 0
    found = changes.page(call.directory, call.grant, location_id, after=since, limit=LIMIT.of(call.given))
    after = seal.seal(Place(found.after), account_id, question=question)
    return Answer(native_customers.changes(found.found, after, more=found.more))


def _question(call: Call, location_id: int | None) -> bytes:
    """What a place belongs to: with other locations, it would not be known what was missed at the new ones."""
    seen = call.grant.location_ids
    return msgspec.json.encode(("changes", location_id, None if seen is None else sorted(seen)))
