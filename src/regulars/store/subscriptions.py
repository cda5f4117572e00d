"""Subscriptions: what they ask for, how far they have heard, and who delivers to them now."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from regulars.model.event import Subscription
from regulars.store.store import Row, Store, array


class Sealed(NamedTuple):
    """A subscription's keys as they are kept."""

    current: bytes
    old: bytes | None
    old_until: int | None


def every(store: Store, account_id: int) -> list[Subscription]:
    """An account's subscriptions, oldest first."""
    return [_subscription(row) for row in store.rows("subscriptions", {"account_id": account_id})]


def maybe(store: Store, account_id: int, id: str) -> Subscription | None:
    """One by its id."""
    row = store.maybe("subscription", {"account_id": account_id, "subscription_id": id})
    return _subscription(row) if row else None


def count(store: Store, account_id: int) -> int:
    """How many there are."""
    found: int = store.one("count_subscriptions", {"account_id": account_id})[0]
    return found


def take_number(store: Store, account_id: int) -> tuple[int, int]:
    """A number for a new one, and the number of the newest event."""
    number, event_no = store.one("take_subscription_number", {"account_id": account_id})
    return number, event_no


def add(store: Store, account_id: int, new: Subscription, key: bytes) -> None:
    """Keeps a new one."""
    values = _asked(account_id, new) | {
        "subscription_id": new.id,
        "format": new.format,
        "location_ids": None if new.location_ids is None else array(new.location_ids),
        "signature_key": key,
        "created_at": new.created_at,
        "event_no": new.heard,
    }
    store.run("put_subscription", values)


def change(store: Store, account_id: int, changed: Subscription) -> None:
    """Keeps what its owner may change."""
    store.run("change_subscription", _asked(account_id, changed))


def drop(store: Store, account_id: int, number: int) -> None:
    """Forgets it."""
    store.run("delete_subscription", {"account_id": account_id, "number": number})


def keys(store: Store, account_id: int, number: int) -> Sealed:
    """Its keys as they are kept."""
    return Sealed(*store.one("subscription_keys", {"account_id": account_id, "number": number}))


def rotate(store: Store, account_id: int, number: int, key: bytes, *, old_until: int, now: int) -> None:
    """Gives it a new key; the one before still signs until a time."""
    values = {"account_id": account_id, "number": number, "signature_key": key, "old_until": old_until}
    store.run("rotate_key", values | {"updated_at": now})


def rewind(store: Store, account_id: int, number: int, heard: int, *, now: int) -> None:
    """Sets how far it has heard, and enables it."""
    values = {"account_id": account_id, "number": number, "event_no": heard, "updated_at": now}
    store.run("rewind_subscription", values)


def due(store: Store, account_id: int, *, now: int) -> list[int]:
    """Numbers of those that have something to hear, whose time has come, and to whom nobody delivers."""
    return [row[0] for row in store.rows("due_subscriptions", {"account_id": account_id, "now": now})]


def lease(
    store: Store, account_id: int, number: int, owner: str, *, now: int, until: int
) -> Subscription | None:
    """Takes one for a while; None when somebody was quicker."""
    values = {"account_id": account_id, "number": number, "owner": owner, "now": now, "until": until}
    row = store.maybe("lease_subscription", values)
    return maybe(store, account_id, row[0]) if row else None


def move(store: Store, account_id: int, number: int, owner: str, heard: int, *, until: int) -> bool:
    """It has heard so far; False when the lease is lost."""
    values = {"account_id": account_id, "number": number, "owner": owner, "event_no": heard, "until": until}
    return store.run("move_subscription", values) > 0


def fail(
    store: Store,
    account_id: int,
    number: int,
    owner: str,
    *,
    failing_since: int,
    last_failure: str,
    next_try_at: int,
    enabled: bool,
) -> None:
    """A delivery failed: when to try again, or never; gives the lease back."""
    values: dict[str, Any] = {
        "account_id": account_id,
        "number": number,
        "owner": owner,
        "failing_since": failing_since,
        "last_failure": last_failure,
        "next_try_at": next_try_at,
        "enabled": int(enabled),
    }
    store.run("fail_subscription", values)


def release(store: Store, account_id: int, number: int, owner: str) -> None:
    """Gives the lease back."""
    store.run("release_subscription", {"account_id": account_id, "number": number, "owner": owner})


def _asked(account_id: int, one: Subscription) -> dict[str, Any]:
    return {
        "account_id": account_id,
        "number": one.number,
        "name": one.name,
        "enabled": int(one.enabled),
        "event_types": array(one.event_types),
        "notification_url": one.notification_url,
        "api_version": one.api_version,
        "updated_at": one.updated_at,
    }


def _subscription(row: Row) -> Subscription:
    number, id, name, format, enabled, event_types, url, api_version, location_ids, *rest = row
    return Subscription(
        number,
        id,
        name,
        format,
        bool(enabled),
        msgspec.json.decode(event_types, type=tuple[str, ...]),
        url,
        api_version,
        None if location_ids is None else msgspec.json.decode(location_ids, type=tuple[int, ...]),
        *rest,
    )
