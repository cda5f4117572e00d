"""Square's webhook subscriptions: kept, changed, tried out."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import msgspec
from msgspec import UNSET, Raw, UnsetType

from regulars import errors, limits
from regulars.api.parameters import Choice, Flag, Integer, PathText
from regulars.api.route import Answer, Call
from regulars.api.square import number_cursor
from regulars.api.square import webhooks_shapes as shapes
from regulars.api.square.customers import CURSOR
from regulars.api.square.version import VERSION, shows_test_as_text
from regulars.directory import subscriptions
from regulars.directory.subscriptions import Asked
from regulars.model import event as model
from regulars.model import instant
from regulars.model.event import Message, Subscription
from regulars.model.page import SortOrder
from regulars.wire import event_samples
from regulars.wire import events as wire

SUBSCRIPTION = PathText(name="subscription_id", description="The subscription's id.")
LIMIT = Integer(
    name="limit",
    description="The most subscriptions to return.",
    default=limits.PAGE_SIZE_MAX,
    least=1,
    most=limits.PAGE_SIZE_MAX,
)
INCLUDE_DISABLED = Flag(
    name="include_disabled", description="Whether to show disabled ones too.", default=False
)
ORDER: Choice[SortOrder] = Choice(
    name="sort_order",
    description="By age, the oldest first or last.",
    default="ASC",
    choices=("ASC", "DESC"),
    rule="not_an_order",
)
_AT = "subscription."
_RELEASED = "PUBLIC"


def event_types(_call: Call) -> Answer:
    """Every type of event that happens here, and the older names."""
    names = sorted((*model.TYPES, *model.OLDER_NAMES))
    metadata = [shapes.EventTypeMetadata(name, _RELEASED) for name in names]
    return Answer(msgspec.json.encode(shapes.EventTypesResponse(names, metadata)))


def page(call: Call) -> Answer:
    """Subscriptions that the token manages."""
    given = call.given
    order, disabled, limit = ORDER.of(given), INCLUDE_DISABLED.of(given), LIMIT.of(given)
    question = ("subscriptions", order, disabled)
    after = number_cursor.unseal(call, CURSOR.of(given), question)
    found = [
        one
        for one in subscriptions.every(call.directory, call.grant)
        if (one.enabled or disabled)
        and (after is None or (one.number > after) == (order == "ASC"))
        and one.number != after
    ]
    if order == "DESC":
        found.reverse()
    cursor = number_cursor.seal(call, found[limit - 1].number, question) if len(found) > limit else UNSET
    shown = [_shown(one) for one in found[:limit]]
    return Answer(msgspec.json.encode(shapes.ListWebhookSubscriptionsResponse(shown or UNSET, cursor)))


def one(call: Call) -> Answer:
    """One of them; its key only for a token that could change it anyway."""
    made = subscriptions.one(call.directory, call.grant, _id(call))
    key = made.key if call.grant.may("customers:write") else UNSET
    return _answer(made.subscription, key)


def create(call: Call) -> Answer:
    """A new one, with its key."""
    body = call.read(shapes.CreateWebhookSubscriptionRequest)
    given = body.subscription
    if not isinstance(given.notification_url, str):
        raise _missing("notification_url")
    if not given.event_types:
        raise _missing("event_types")
    blank = Asked("Webhook", (), given.notification_url, VERSION.of(call.given) or model.API_VERSION)
    asked = _checked(call, _merged(given)(blank))
    id = subscriptions.create(call.directory, call.grant, asked, key=body.idempotency_key or None)
    made = subscriptions.one(call.directory, call.grant, id)
    return _answer(made.subscription, made.key)


def update(call: Call) -> Answer:
    """The same one, changed in what was given."""
    given = call.read(shapes.UpdateWebhookSubscriptionRequest).subscription or shapes.SubscriptionGiven()
    merged = _merged(given)
    changed = subscriptions.change(
        call.directory, call.grant, _id(call), lambda before: _checked(call, merged(before))
    )
    return _answer(changed, UNSET)


def delete(call: Call) -> Answer:
    """Nothing of it is left."""
    subscriptions.delete(call.directory, call.grant, _id(call))
    return Answer(b"{}")


def rotate(call: Call) -> Answer:
    """A new key."""
    body = call.read(shapes.UpdateWebhookSubscriptionSignatureKeyRequest)
    key = subscriptions.rotate(call.directory, call.grant, _id(call), key=body.idempotency_key or None)
    return Answer(msgspec.json.encode(shapes.SignatureKeyResponse(key)))


def test(call: Call) -> Answer:
    """Delivers an invented event now, past everything that waits, and tells what was answered."""
    body = call.read(shapes.TestWebhookSubscriptionRequest)
    found, key = subscriptions.one(call.directory, call.grant, _id(call))
    type = body.event_type or next((one for one in found.event_types if _happens(one)), model.CREATED)
    if not _happens(type):
        raise errors.Invalid("No such event happens here", field="event_type", rule="not_a_choice")
    now = call.directory.clock()
    event = event_samples.of(model.OLDER_NAMES.get(type, type), id=str(uuid.uuid4()), now=now)
    sent_body = None
    if found.format == "conecto":
        sent_body = wire.conecto(event, subscription=found.number, now=now)
    if sent_body is None:
        sent_body = wire.square(event, merchant_id=call.grant.merchant_id, type=type)
    sent = call.inside.webhooks.send_test(found, model.Keys(key), Message(event.id, sent_body))
    status = UNSET if sent.status is None else sent.status
    at = instant.text_milliseconds(now)
    passes = found.name_of(event.type) is not None
    url, payload = found.notification_url, Raw(sent_body)
    shown = sent_body.decode() if shows_test_as_text(VERSION.of(call.given)) else payload
    result = shapes.SubscriptionTestResult(event.id, shown, at, at, url, passes, status)
    response = shapes.TestWebhookSubscriptionResponse(result, url, payload, passes, status)
    return Answer(msgspec.json.encode(response))


def _id(call: Call) -> str:
    return call.path[SUBSCRIPTION.name]


def _happens(type: str) -> bool:
    return type in model.TYPES or type in model.OLDER_NAMES


def _merged(given: shapes.SubscriptionGiven) -> Callable[[Asked], Asked]:
    """What was there with what was given over it; null is nothing given, for there is no subscription without."""

    def merged(before: Asked) -> Asked:
        def or_before(value: object, kept: object) -> object:
            return kept if isinstance(value, UnsetType) or value is None else value

        fields = {
            name: or_before(getattr(given, name), getattr(before, name)) for name in Asked.__struct_fields__
        }
        types = tuple(dict.fromkeys(fields.pop("event_types")))  # type: ignore[call-overload]
        return Asked(event_types=types, **fields)  # type: ignore[arg-type]

    return merged


def _checked(call: Call, asked: Asked) -> Asked:
    return subscriptions.check(asked, plain_http=call.inside.webhooks.plain_http, at=_AT)


def _missing(name: str) -> errors.Invalid:
    return errors.Invalid(f"{name} is required", field=_AT + name, rule="missing")


def _answer(one: Subscription, key: str | UnsetType) -> Answer:
    return Answer(msgspec.json.encode(shapes.SubscriptionResponse(_shown(one, key))))


def _shown(one: Subscription, key: str | UnsetType = UNSET) -> shapes.WebhookSubscription:
    return shapes.WebhookSubscription(
        one.id,
        one.name,
        one.enabled,
        list(one.event_types),
        one.notification_url,
        one.api_version,
        key,
        instant.text_milliseconds(one.created_at),
        instant.text_milliseconds(one.updated_at),
    )
