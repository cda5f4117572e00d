"""Webhooks as the native API asks for and answers them."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from regulars import limits
from regulars.model.event import Format

_Name = Annotated[str, Meta(min_length=1, max_length=limits.SUBSCRIPTION_NAME_LENGTH_MAX)]
_Type = Annotated[str, Meta(min_length=1, max_length=limits.EVENT_TYPE_LENGTH_MAX)]
_Types = Annotated[list[_Type], Meta(min_length=1, max_length=limits.SUBSCRIPTION_TYPES_MAX)]
_Url = Annotated[str, Meta(max_length=limits.NOTIFICATION_URL_LENGTH_MAX)]
_Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]


class WebhookRequest(Struct):
    """A new webhook; without `event_types` it hears of customers made, changed and deleted."""

    notification_url: _Url
    name: _Name = "Webhook"
    format: Format = "square"
    event_types: _Types | None = None
    enabled: bool = True


class ReplayRequest(Struct):
    """From where on to deliver again: a time or an event. Neither: from where it stands."""

    since: Annotated[str, Meta(max_length=100)] | None = None
    event_id: Annotated[str, Meta(max_length=100)] | None = None


class Webhook(Struct):
    """A webhook and how it fares. `signature_key` is told when it is made."""

    id: str
    name: str
    format: Format
    enabled: bool
    event_types: list[str]
    notification_url: str
    location_ids: list[int] | None
    created_at: _Time
    updated_at: _Time
    attempts: int
    failing_since: _Time | None
    last_failure: str | None
    signature_key: str | None = None


class WebhookList(Struct):
    """Every webhook that the token manages, Square's subscriptions among them."""

    webhooks: list[Webhook]


class Replayed(Struct):
    """How many events there are between there and now; not all of them need be for this webhook."""

    events: int


class Deleted(Struct):
    """It is gone."""
