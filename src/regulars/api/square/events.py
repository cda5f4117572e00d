"""Square's events: searched, and whether they are kept at all."""

from __future__ import annotations

import msgspec

from regulars import errors, limits
from regulars.api.parameters import Integer
from regulars.api.route import Answer, Call
from regulars.api.square import number_cursor
from regulars.api.square.webhooks_shapes import (
    EventMetadata,
    SearchEventsFilter,
    SearchEventsRequest,
    SearchEventsSort,
    TimeRange,
)
from regulars.directory import events
from regulars.model import event as model
from regulars.model import instant
from regulars.wire import events as wire

_LIMIT = Integer(
    name="limit", description="", default=limits.EVENTS_PAGE_MAX, least=1, most=limits.EVENTS_PAGE_MAX
)
_FILTER = "query.filter."


def search(call: Call) -> Answer:
    """Events of the last 28 days that the token may see, newest first unless asked otherwise."""
    body = call.read(SearchEventsRequest)
    query = body.query
    narrowed = (query and query.filter) or SearchEventsFilter()
    upwards = _upwards((query and query.sort) or SearchEventsSort())
    limit = _LIMIT.check(limits.EVENTS_PAGE_MAX if body.limit is None else body.limit)
    question = ("events", upwards, narrowed)
    behind = number_cursor.unseal(call, body.cursor, question)
    since, until = _span(narrowed.created_at or TimeRange())
    if narrowed.merchant_ids and call.grant.merchant_id not in narrowed.merchant_ids:
        return Answer(b"{}")
    found = events.search(
        call.directory,
        call.grant,
        types=_types(narrowed),
        location_ids=_location_ids(narrowed),
        since=since,
        until=until,
        upwards=upwards,
        behind=behind,
        limit=limit,
    )
    if not found.events:
        return Answer(b"{}")
    shown = b",".join(
        wire.square(one, merchant_id=call.grant.merchant_id, type=one.type) for one in found.events
    )
    metadata = msgspec.json.encode([EventMetadata(one.id, model.API_VERSION) for one in found.events])
    answer = b'{"events":[' + shown + b'],"metadata":' + metadata
    if found.next is not None:
        answer += b',"cursor":"' + number_cursor.seal(call, found.next, question).encode() + b'"'
    return Answer(answer + b"}")


def enable(call: Call) -> Answer:
    """From now on events are kept, though nobody subscribes."""
    events.ask(call.directory, call.grant.account_id, asked=True)
    return Answer(b"{}")


def disable(call: Call) -> Answer:
    """From now on they are kept only while somebody subscribes."""
    events.ask(call.directory, call.grant.account_id, asked=False)
    return Answer(b"{}")


def _upwards(sort: SearchEventsSort) -> bool:
    if sort.field not in {None, "DEFAULT"}:
        raise errors.Invalid(
            "query.sort.field must be DEFAULT", field="query.sort.field", rule="not_a_choice"
        )
    if sort.order not in {None, "ASC", "DESC"}:
        raise errors.Invalid(
            "query.sort.order must be ASC or DESC", field="query.sort.order", rule="not_an_order"
        )
    return sort.order == "ASC"


def _types(narrowed: SearchEventsFilter) -> list[str] | None:
    """The types asked for, older names as what they were."""
    if not narrowed.event_types:
        return None
    return [model.OLDER_NAMES.get(type, type) for type in narrowed.event_types]


def _location_ids(narrowed: SearchEventsFilter) -> list[int] | None:
    """What cannot be the id of a location is none."""
    if not narrowed.location_ids:
        return None
    return [int(text) for text in narrowed.location_ids if text.isascii() and text.isdigit()]


def _span(range: TimeRange) -> tuple[int | None, int | None]:
    since, until = _instant(range.start_at, "start_at"), _instant(range.end_at, "end_at")
    if since is not None and until is not None and since > until:
        raise errors.Invalid(
            "created_at ends before it starts", field=f"{_FILTER}created_at", rule="not_a_time_range"
        )
    return since, until


def _instant(text: str | None, name: str) -> int | None:
    micros = instant.parse(text) if text else None
    if text and micros is None:
        field = f"{_FILTER}created_at.{name}"
        raise errors.Invalid(f"{field} must be an RFC 3339 time", field=field, rule="not_a_time")
    return micros
