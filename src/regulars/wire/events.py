"""Events as they are told: Square's envelope and Conecto's."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from regulars.model import event as events
from regulars.model import instant
from regulars.model.event import Event

_encode = msgspec.json.Encoder().encode

# contracts/shift4.md, "Webhooks of Conecto": component, resource, action and the three in one name.
_ACTIONS = {events.CREATED: "created", events.UPDATED: "updated", events.DELETED: "deleted"}


class _Data(Struct):
    """Square's `data`."""

    type: str
    id: str
    deleted: bool | UnsetType
    object: Raw


class _Square(Struct):
    """Square's envelope (contracts/square.md 2.9)."""

    merchant_id: str
    type: str
    event_id: str
    created_at: str
    data: _Data


class _About(Struct, rename="camel"):
    """Conecto's `event`."""

    component: str
    resource: str
    action: str
    name: str
    version: str
    subscription_id: int
    dispatched_at: str


class _Conecto(Struct):
    """Conecto's envelope."""

    event: _About
    payload: Raw


def square(event: Event, *, merchant_id: str, type: str) -> bytes:
    """The event in Square's envelope, under the name that its reader knows."""
    data = _Data(
        events.about(event.type),
        event.object_id,
        True if events.tells_of_an_end(event.type) else UNSET,
        Raw(event.object),
    )
    created_at = instant.text_milliseconds(event.created_at)
    return _encode(_Square(merchant_id, type, event.id, created_at, data))


def conecto(event: Event, *, subscription: int, now: int) -> bytes | None:
    """The event in Conecto's envelope, dispatched now; None for what that dialect has no words for."""
    action = _ACTIONS.get(event.type)
    if action is None or event.shift4 is None:
        return None
    about = _About(
        "pos",
        "Customer",
        action,
        f"pos.Customer.{action}",
        "v1",
        subscription,
        instant.text_milliseconds(now),
    )
    return _encode(_Conecto(about, Raw(event.shift4)))
