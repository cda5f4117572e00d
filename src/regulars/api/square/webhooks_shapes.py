"""Webhook subscriptions and events as Square's dialect asks for and answers them."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from regulars import limits
from regulars.api.square.shapes import Absent, Time

Name = Annotated[str, Meta(max_length=limits.SUBSCRIPTION_NAME_LENGTH_MAX)]
EventType = Annotated[str, Meta(min_length=1, max_length=limits.EVENT_TYPE_LENGTH_MAX)]
EventTypes = Annotated[list[EventType], Meta(max_length=limits.SUBSCRIPTION_TYPES_MAX)]
Url = Annotated[str, Meta(max_length=limits.NOTIFICATION_URL_LENGTH_MAX)]
Date = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d$")]
Key = Annotated[str, Meta(max_length=limits.SHORT_IDEMPOTENCY_KEY_LENGTH_MAX)]
_LIMIT = {"minimum": 1, "maximum": limits.EVENTS_PAGE_MAX}  # judged by the handler
Ids = Annotated[list[Annotated[str, Meta(max_length=100)]], Meta(max_length=limits.SUBSCRIPTION_TYPES_MAX)]


class SubscriptionGiven(Struct):
    """What a client says of a subscription; what is not there stays as it is."""

    name: Name | UnsetType | None = UNSET
    enabled: bool | UnsetType | None = UNSET
    event_types: EventTypes | UnsetType | None = UNSET
    notification_url: Url | UnsetType | None = UNSET
    api_version: Date | UnsetType | None = UNSET


class CreateWebhookSubscriptionRequest(Struct):
    """A new subscription."""

    subscription: SubscriptionGiven
    idempotency_key: Key | None = None


class UpdateWebhookSubscriptionRequest(Struct):
    """Changes of one."""

    subscription: SubscriptionGiven | None = None


class UpdateWebhookSubscriptionSignatureKeyRequest(Struct):
    """A new key."""

    idempotency_key: Key | None = None


class TestWebhookSubscriptionRequest(Struct):
    """Which event to invent; none: one of the first type it asks for."""

    event_type: EventType | None = None


class WebhookSubscription(Struct, omit_defaults=True):
    """A subscription. `signature_key` is there when it is made and when it is asked for alone."""

    id: str
    name: str
    enabled: bool
    event_types: list[str]
    notification_url: str
    api_version: str
    signature_key: str | Absent = UNSET
    created_at: Time | Absent = UNSET
    updated_at: Time | Absent = UNSET


class SubscriptionResponse(Struct):
    """One subscription."""

    subscription: WebhookSubscription


class ListWebhookSubscriptionsResponse(Struct, omit_defaults=True):
    """Subscriptions that the token manages; an empty object when there is none."""

    subscriptions: list[WebhookSubscription] | Absent = UNSET
    cursor: str | Absent = UNSET


class SignatureKeyResponse(Struct):
    """The new key."""

    signature_key: str


class SubscriptionTestResult(Struct, omit_defaults=True):
    """How a test went: the status that was answered, or none."""

    id: str
    payload: Any
    created_at: Time
    updated_at: Time
    notification_url: str
    passes_filter: bool
    status_code: int | Absent = UNSET


class TestWebhookSubscriptionResponse(Struct, omit_defaults=True):
    """The same twice: Square's answer has it at its root, its description one floor below."""

    subscription_test_result: SubscriptionTestResult
    notification_url: str
    payload: Any
    passes_filter: bool
    status_code: int | Absent = UNSET


class EventTypeMetadata(Struct):
    """A type of event and what has become of it."""

    event_type: str
    release_status: str


class EventTypesResponse(Struct):
    """Every type of event that may be asked for and happens here."""

    event_types: list[str]
    metadata: list[EventTypeMetadata]


class TimeRange(Struct):
    """From `start_at` to before `end_at`."""

    start_at: Time | None = None
    end_at: Time | None = None


class SearchEventsFilter(Struct):
    """Which events; what is not there does not narrow."""

    event_types: EventTypes | None = None
    merchant_ids: Ids | None = None
    location_ids: Ids | None = None
    created_at: TimeRange | None = None


class SearchEventsSort(Struct):
    """In which order; newest first unless said."""

    field: Annotated[str, Meta(extra_json_schema={"enum": ["DEFAULT"]})] | None = None
    order: Annotated[str, Meta(extra_json_schema={"enum": ["ASC", "DESC"]})] | None = None


class SearchEventsQuery(Struct):
    """Filter and order."""

    filter: SearchEventsFilter | None = None
    sort: SearchEventsSort | None = None


class SearchEventsRequest(Struct):
    """A search of the events of the last 28 days."""

    cursor: Annotated[str, Meta(max_length=limits.CURSOR_LENGTH_MAX)] | None = None
    limit: Annotated[int, Meta(extra_json_schema=_LIMIT)] | None = None
    query: SearchEventsQuery | None = None


class EventData(Struct, omit_defaults=True):
    """What an event tells of."""

    type: str
    id: str
    object: dict[str, Any]
    deleted: bool | Absent = UNSET


class Event(Struct):
    """An event, as it is delivered."""

    merchant_id: str
    type: str
    event_id: str
    created_at: Time
    data: EventData


class EventMetadata(Struct):
    """The version of the API that an event is written in."""

    event_id: str
    api_version: str


class SearchEventsResponse(Struct, omit_defaults=True):
    """A page of events; an empty object when there is none."""

    events: list[Event] | Absent = UNSET
    metadata: list[EventMetadata] | Absent = UNSET
    cursor: str | Absent = UNSET


class Nothing(Struct):
    """An empty object: it was done."""
