"""`/v1/webhooks`: subscriptions of both formats, how they fare, and their replay."""

from __future__ import annotations

import msgspec

from regulars import errors
from regulars.api.native import webhooks_shapes as shapes
from regulars.api.parameters import PathText
from regulars.api.route import Answer, Call, Route
from regulars.directory import subscriptions
from regulars.directory.subscriptions import Asked
from regulars.model import event as model
from regulars.model import instant
from regulars.model.event import Subscription

WEBHOOK = PathText(name="webhook_id", description="The webhook's id.")

_ALL = "/v1/webhooks"
_ONE = _ALL + "/{webhook_id}"
_CUSTOMERS = (model.CREATED, model.UPDATED, model.DELETED)


def every(call: Call) -> Answer:
    """All of them."""
    found = [_shown(one) for one in subscriptions.every(call.directory, call.grant)]
    return Answer(msgspec.json.encode(shapes.WebhookList(found)))


def one(call: Call) -> Answer:
    """One of them."""
    found = subscriptions.one(call.directory, call.grant, call.path[WEBHOOK.name])
    return Answer(msgspec.json.encode(_shown(found.subscription)))


def create(call: Call) -> Answer:
    """A new one, with its key."""
    body = call.read(shapes.WebhookRequest)
    types = tuple(dict.fromkeys(body.event_types or _CUSTOMERS))
    if body.format == "conecto" and not set(types) <= set(_CUSTOMERS):
        raise errors.Invalid(
            "Conecto's format tells of customers only", field="event_types", rule="not_a_choice"
        )
    asked = subscriptions.check(
        Asked(body.name, types, body.notification_url, enabled=body.enabled),
        plain_http=call.inside.webhooks.plain_http,
    )
    id = subscriptions.create(call.directory, call.grant, asked, format=body.format)
    made = subscriptions.one(call.directory, call.grant, id)
    return Answer(msgspec.json.encode(_shown(made.subscription, made.key)))


def delete(call: Call) -> Answer:
    """Nothing of it is left."""
    subscriptions.delete(call.directory, call.grant, call.path[WEBHOOK.name])
    return Answer(b"{}")


def replay(call: Call) -> Answer:
    """Delivers again what happened since; what was disabled is enabled."""
    body = call.read(shapes.ReplayRequest)
    since = instant.parse(body.since) if body.since is not None else None
    if body.since is not None and since is None:
        raise errors.Invalid("since must be an RFC 3339 time", field="since", rule="not_a_time")
    if since is not None and body.event_id is not None:
        raise errors.Invalid("since or event_id, not both", field="event_id", rule="conflicting")
    count = subscriptions.replay(
        call.directory, call.grant, call.path[WEBHOOK.name], since=since, event_id=body.event_id
    )
    return Answer(msgspec.json.encode(shapes.Replayed(count)))


ROUTES: tuple[Route, ...] = (
    Route(
        name="listWebhooks",
        summary="Webhooks and how they fare",
        dialect="native",
        method="GET",
        template=_ALL,
        scope="customers:read",
        handle=every,
        answer=shapes.WebhookList,
    ),
    Route(
        name="createWebhook",
        summary="A new webhook, in Square's or Conecto's format",
        dialect="native",
        method="POST",
        template=_ALL,
        scope="customers:write",
        handle=create,
        body=shapes.WebhookRequest,
        answer=shapes.Webhook,
    ),
    Route(
        name="getWebhook",
        summary="One webhook",
        dialect="native",
        method="GET",
        template=_ONE,
        scope="customers:read",
        handle=one,
        answer=shapes.Webhook,
        parameters=(WEBHOOK,),
    ),
    Route(
        name="deleteWebhook",
        summary="Delete a webhook",
        dialect="native",
        method="DELETE",
        template=_ONE,
        scope="customers:write",
        handle=delete,
        answer=shapes.Deleted,
        parameters=(WEBHOOK,),
    ),
    Route(
        name="replayWebhook",
        summary="Deliver again what happened since a time or an event",
        dialect="native",
        method="POST",
        template=_ONE + "/replay",
        scope="customers:write",
        handle=replay,
        body=shapes.ReplayRequest,
        answer=shapes.Replayed,
        parameters=(WEBHOOK,),
    ),
)


def _shown(one: Subscription, key: str | None = None) -> shapes.Webhook:
    return shapes.Webhook(
        one.id,
        one.name,
        one.format,
        one.enabled,
        list(one.event_types),
        one.notification_url,
        None if one.location_ids is None else list(one.location_ids),
        instant.text(one.created_at),
        instant.text(one.updated_at),
        one.attempts,
        None if one.failing_since is None else instant.text(one.failing_since),
        one.last_failure,
        key,
    )
