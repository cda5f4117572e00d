"""The routes of Square's webhook subscriptions and events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from regulars.api.parameters import Parameter
from regulars.api.route import Answer, Call, Route
from regulars.api.square import events, webhooks
from regulars.api.square import webhooks_shapes as shapes
from regulars.api.square.customers import CURSOR
from regulars.api.square.version import VERSION
from regulars.model.place import Scope

_ALL = "/v2/webhooks/subscriptions"
_ONE = _ALL + "/{subscription_id}"


def _route(
    method: Literal["GET", "POST", "PUT", "DELETE"],
    template: str,
    name: str,
    summary: str,
    handle: Callable[[Call], Answer],
    *,
    answer: type,
    body: type | None = None,
    parameters: tuple[Parameter[Any], ...] = (),
    scope: Scope | None = None,
) -> Route:
    in_path = (webhooks.SUBSCRIPTION,) if "{" in template else ()
    return Route(
        name=name,
        summary=summary,
        dialect="square",
        method=method,
        template=template,
        scope=scope or ("customers:read" if method == "GET" else "customers:write"),
        handle=handle,
        answer=answer,
        body=body,
        parameters=(*in_path, *parameters, VERSION),
    )


ROUTES: tuple[Route, ...] = (
    _route(
        "GET", "/v2/webhooks/event-types", "ListWebhookEventTypes", "Types of events", webhooks.event_types,
        answer=shapes.EventTypesResponse,
    ),
    _route(
        "GET", _ALL, "ListWebhookSubscriptions", "Webhook subscriptions", webhooks.page,
        answer=shapes.ListWebhookSubscriptionsResponse,
        parameters=(CURSOR, webhooks.INCLUDE_DISABLED, webhooks.ORDER, webhooks.LIMIT),
    ),
    _route(
        "POST", _ALL, "CreateWebhookSubscription", "A new webhook subscription", webhooks.create,
        answer=shapes.SubscriptionResponse, body=shapes.CreateWebhookSubscriptionRequest,
    ),
    _route(
        "GET", _ONE, "RetrieveWebhookSubscription", "One webhook subscription", webhooks.one,
        answer=shapes.SubscriptionResponse,
    ),
    _route(
        "PUT", _ONE, "UpdateWebhookSubscription", "Change a webhook subscription", webhooks.update,
        answer=shapes.SubscriptionResponse, body=shapes.UpdateWebhookSubscriptionRequest,
    ),
    _route(
        "DELETE", _ONE, "DeleteWebhookSubscription", "Delete a webhook subscription", webhooks.delete,
        answer=shapes.Nothing,
    ),
    _route(
        "POST", _ONE + "/signature-key", "UpdateWebhookSubscriptionSignatureKey", "A new signature key",
        webhooks.rotate, answer=shapes.SignatureKeyResponse, body=shapes.UpdateWebhookSubscriptionSignatureKeyRequest,
    ),
    _route(
        "POST", _ONE + "/test", "TestWebhookSubscription", "Deliver an invented event", webhooks.test,
        answer=shapes.TestWebhookSubscriptionResponse, body=shapes.TestWebhookSubscriptionRequest,
    ),
    _route(
        "POST", "/v2/events", "SearchEvents", "Events of the last 28 days", events.search,
        answer=shapes.SearchEventsResponse, body=shapes.SearchEventsRequest, scope="customers:read",
    ),
    _route("PUT", "/v2/events/enable", "EnableEvents", "Keep events", events.enable, answer=shapes.Nothing),
    _route(
        "PUT", "/v2/events/disable", "DisableEvents", "Keep events only for subscriptions", events.disable,
        answer=shapes.Nothing,
    ),
    _route(
        "GET", "/v2/events/types", "ListEventTypes", "Types of events", webhooks.event_types,
        answer=shapes.EventTypesResponse,
    ),
)  # fmt: skip
