"""Subscriptions: who hears of which events. A token manages those that see no more than itself.

A signature key is kept sealed with AES-SIV under a key of the store, bound to its subscription.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from typing import NamedTuple

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from msgspec import Struct, structs

from regulars import errors, limits
from regulars.directory import idempotency
from regulars.directory.directory import Directory
from regulars.model import event as model
from regulars.model.event import Format, Keys, Subscription
from regulars.model.place import SCOPES, Account, Grant
from regulars.store import events as stored_events
from regulars.store import places
from regulars.store import subscriptions as stored

_KEY_BYTES = 24  # 32 characters of base64 without `=`; the least that Standard Webhooks allows
_ID_START = "wbhk_"
_MICROSECONDS = 1_000_000


class Asked(Struct, frozen=True):
    """What the owner of a subscription decides."""

    name: str
    event_types: tuple[str, ...]
    notification_url: str
    api_version: str = model.API_VERSION
    enabled: bool = True


class Made(NamedTuple):
    """A subscription, and the key that its deliveries are signed with."""

    subscription: Subscription
    key: str


def everything(account: Account) -> Grant:
    """What whoever has the data folder may do: all of it."""
    return Grant(account.account_id, account.merchant_id, "", None, SCOPES)


def every(directory: Directory, grant: Grant) -> list[Subscription]:
    """Those that the token manages, oldest first."""
    with directory.store.read():
        found = stored.every(directory.store, grant.account_id)
    return [one for one in found if _manages(grant, one)]


def one(directory: Directory, grant: Grant, id: str) -> Made:
    """One of them and its key; raises NotFound."""
    with directory.store.read():
        found = _found(directory, grant, id)
        return Made(found, keys(directory, grant.account_id, found).current)


def create(
    directory: Directory,
    grant: Grant,
    asked: Asked,
    *,
    format: Format = "square",
    key: str | None = None,
) -> str:
    """A new one, which hears of what happens from now on; its id. Raises Conflict when there are too many.

    The same idempotency key again makes no second one; what it stands for is kept without the signature key.
    """

    def make() -> idempotency.Effect:
        return idempotency.Effect(_add(directory, grant, asked, format).id.encode())

    said = msgspec.json.encode((asked, format))
    with directory.store.write():
        return idempotency.once(
            directory, grant, make, operation="CreateWebhookSubscription", key=key, asked=said
        ).decode()


def _add(directory: Directory, grant: Grant, asked: Asked, format: Format) -> Subscription:
    store, account_id, now = directory.store, grant.account_id, directory.clock()
    if stored.count(store, account_id) >= limits.SUBSCRIPTIONS_MAX:
        raise errors.Conflict(
            f"An account has at most {limits.SUBSCRIPTIONS_MAX} subscriptions", hint="Delete one first."
        )
    number, heard = stored.take_number(store, account_id)
    new = Subscription(
        number=number,
        id=_ID_START + os.urandom(16).hex(),
        name=asked.name,
        format=format,
        enabled=asked.enabled,
        event_types=asked.event_types,
        notification_url=asked.notification_url,
        api_version=asked.api_version,
        location_ids=grant.location_ids,
        created_at=now,
        updated_at=now,
        heard=heard,
        attempts=0,
        failing_since=None,
        last_failure=None,
        next_try_at=0,
    )
    stored.add(store, account_id, new, _seal(directory, account_id, new, _new_key()))
    return new


def change(directory: Directory, grant: Grant, id: str, changed: Callable[[Asked], Asked]) -> Subscription:
    """Changes one, and forgets that it failed; raises NotFound, and what `changed` raises.

    One that was disabled goes on where it stood, as far back as events are kept.
    """
    store = directory.store
    with store.write():
        before = _found(directory, grant, id)
        asked = changed(
            Asked(
                before.name,
                before.event_types,
                before.notification_url,
                before.api_version,
                before.enabled,
            )
        )
        after = structs.replace(before, updated_at=directory.clock(), **structs.asdict(asked))
        stored.change(store, grant.account_id, after)
    return after


def delete(directory: Directory, grant: Grant, id: str) -> None:
    """Deletes one; what it has not heard it never will. Raises NotFound."""
    store = directory.store
    with store.write():
        stored.drop(store, grant.account_id, _found(directory, grant, id).number)


def rotate(directory: Directory, grant: Grant, id: str, *, key: str | None = None) -> str:
    """A new key for one; Standard Webhooks' header carries the old one's signature too for a day. Raises NotFound.

    The same idempotency key again makes no other one.
    """
    store, account_id, now = directory.store, grant.account_id, directory.clock()
    with store.write():
        found = _found(directory, grant, id)

        def make() -> idempotency.Effect:
            sealed = _seal(directory, account_id, found, _new_key())
            until = now + limits.OLD_KEY_SECONDS * _MICROSECONDS
            stored.rotate(store, account_id, found.number, sealed, old_until=until, now=now)
            return idempotency.Effect(b"")

        idempotency.once(
            directory, grant, make, operation="UpdateSignatureKey", key=key, asked=found.id.encode()
        )
        return keys(directory, account_id, found).current


def replay(
    directory: Directory, grant: Grant, id: str, *, since: int | None = None, event_id: str | None = None
) -> int:
    """Lets one hear again all that happened since a time or from an event on, and enables it; how much there is.

    With neither, it goes on where it stands. Raises NotFound for an unknown one, Invalid for an unknown event.
    """
    store, account_id = directory.store, grant.account_id
    with store.write():
        found = _found(directory, grant, id)
        last = stored_events.last_number(store, account_id)
        heard = found.heard
        if event_id is not None:
            number = stored_events.number_of(store, account_id, event_id)
            if number is None:
                raise errors.Invalid("There is no such event", field="event_id", rule="unknown")
            heard = number - 1
        elif since is not None:
            number = stored_events.number_since(store, account_id, since)
            heard = last if number is None else number - 1
        stored.rewind(store, account_id, found.number, heard, now=directory.clock())
    return last - heard


def keys(directory: Directory, account_id: int, subscription: Subscription) -> Keys:
    """What its deliveries are signed with now. Within a read or a write."""
    sealed = stored.keys(directory.store, account_id, subscription.number)
    old = None
    if sealed.old is not None and sealed.old_until is not None and sealed.old_until > directory.clock():
        old = _open(directory, account_id, subscription, sealed.old)
    return Keys(_open(directory, account_id, subscription, sealed.current), old)


def merchant_of(directory: Directory, account_id: int) -> str:
    """The account's merchant id. Within a read or a write."""
    return places.account(directory.store, account_id).merchant_id


def check(asked: Asked, *, plain_http: bool, at: str = "") -> Asked:
    """What was asked, if it may be; raises Invalid. `at`: where it stood, for errors.

    `plain_http`: whether a URL may be `http`, which reaches only networks that were allowed.
    """
    name = asked.name.strip()
    if not 0 < len(name) <= limits.SUBSCRIPTION_NAME_LENGTH_MAX or not name.isprintable():
        rule = "empty" if not name else "form" if not name.isprintable() else "too_long"
        raise errors.Invalid(
            f"A name has 1 to {limits.SUBSCRIPTION_NAME_LENGTH_MAX} printable characters",
            field=f"{at}name",
            rule=rule,
        )
    if not asked.event_types:
        raise errors.Invalid("event_types must not be empty", field=f"{at}event_types", rule="array_empty")
    model.check_types(asked.event_types, at=at)
    if model.target(asked.notification_url, at=at).scheme == "http" and not plain_http:
        raise errors.Invalid(
            "notification_url must be https",
            field=f"{at}notification_url",
            rule="form",
            hint="REGULARS_WEBHOOK_ALLOW names the networks that plain http may reach.",
        )
    return asked


def _found(directory: Directory, grant: Grant, id: str) -> Subscription:
    found = stored.maybe(directory.store, grant.account_id, id)
    if found is None or not _manages(grant, found):
        raise errors.NotFound("There is no such subscription")
    return found


def _manages(grant: Grant, subscription: Subscription) -> bool:
    """Whoever may turn a subscription to another address sees what it sees."""
    if grant.location_ids is None:
        return True
    return subscription.location_ids is not None and set(subscription.location_ids) <= set(grant.location_ids)


def _new_key() -> str:
    return base64.b64encode(os.urandom(_KEY_BYTES)).decode()


def _seal(directory: Directory, account_id: int, subscription: Subscription, key: str) -> bytes:
    return _cipher(directory).encrypt(key.encode(), _bound_to(account_id, subscription))


def _open(directory: Directory, account_id: int, subscription: Subscription, sealed: bytes) -> str:
    return _cipher(directory).decrypt(sealed, _bound_to(account_id, subscription)).decode()


def _cipher(directory: Directory) -> AESSIV:
    return AESSIV(directory.key("webhook signature key"))


def _bound_to(account_id: int, subscription: Subscription) -> list[bytes]:
    return [account_id.to_bytes(8, "big", signed=True), subscription.id.encode()]
