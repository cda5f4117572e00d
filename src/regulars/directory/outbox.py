"""What waits to be delivered: a worker takes a subscription for a while, and tells how each delivery went.

A subscription is one queue: its events go out one after the other, by number, so each customer's are in order too.
How far it has heard is written after every delivery, so a crash repeats at most the one under way.
"""

from __future__ import annotations

from itertools import groupby

from msgspec import Struct

from regulars import limits
from regulars.directory import subscriptions
from regulars.directory.directory import Directory
from regulars.model.event import Event, Keys, Message, Sent, Subscription
from regulars.store import events as stored_events
from regulars.store import places
from regulars.store import subscriptions as stored
from regulars.wire import events as wire

_LOOKED_AT = 200  # events that are looked at in one read to find one that is wanted
_MICROSECONDS = 1_000_000
_LEASE = limits.LEASE_SECONDS * _MICROSECONDS
_GIVEN_UP = limits.GIVEN_UP_SECONDS * _MICROSECONDS
GONE = 410  # the receiver asks never to be told again


class Claim(Struct, frozen=True):
    """A subscription that this worker delivers to now, and nobody else."""

    account_id: int
    number: int
    id: str
    owner: str


class Outgoing(Struct, frozen=True):
    """The next delivery of a claim."""

    event_no: int
    subscription: Subscription
    keys: Keys
    message: Message


def claim(directory: Directory, owner: str, *, limit: int) -> list[Claim]:
    """Takes subscriptions that have something to hear and whose time has come; at most `limit` of them."""
    store, now = directory.store, directory.clock()
    with store.read():
        due = [
            (account_id, number)
            for account_id in places.account_ids(store)
            for number in stored.due(store, account_id, now=now)
        ]
    claims = []
    for account_id, theirs in groupby(due[: max(limit, 0)], key=lambda one: one[0]):
        with store.write():  # one account, one transaction
            for _, number in theirs:
                taken = stored.lease(store, account_id, number, owner, now=now, until=now + _LEASE)
                if taken is not None:
                    claims.append(Claim(account_id, number, taken.id, owner))
    return claims


def following(directory: Directory, claim: Claim) -> Outgoing | None:
    """The next event that the subscription wants, finished; None when there is none at the moment, or it is gone."""
    store, account_id = directory.store, claim.account_id
    while True:
        with store.read():
            subscription = stored.maybe(store, account_id, claim.id)
            if subscription is None or not subscription.enabled:
                return None
            lines = stored_events.after(store, account_id, subscription.heard, limit=_LOOKED_AT)
            last = stored_events.last_number(store, account_id)
            seen = _seen(directory, account_id, subscription)
            for line in lines:
                if subscription.name_of(line.type) is None or not _sees(seen, line.rid):
                    continue
                event = stored_events.one(store, account_id, line.number)
                if event is None:
                    continue
                body = _body(directory, account_id, subscription, event)
                if body is not None:
                    keys = subscriptions.keys(directory, account_id, subscription)
                    return Outgoing(line.number, subscription, keys, _message(subscription, event, body))
        if not lines:
            # The last numbers may have gone with an erased customer: it would be due for ever.
            if last > subscription.heard:
                _move(directory, claim, last)
            return None
        if not _move(directory, claim, lines[-1].number):
            return None


def settle(
    directory: Directory, claim: Claim, outgoing: Outgoing, sent: Sent, *, began: int, delay: float
) -> bool:
    """Writes down how a delivery went that began at a time; whether the claim goes on.

    `delay`: seconds until the next try, should it have failed. After three days of failures it is disabled, and at
    once when the receiver says that it is gone for good (410).
    """
    if sent.is_well:
        return _move(directory, claim, outgoing.event_no)
    store = directory.store
    since = outgoing.subscription.failing_since or began
    now = directory.clock()
    given_up = sent.status == GONE or now - since >= _GIVEN_UP
    with store.write():
        stored.fail(
            store,
            claim.account_id,
            claim.number,
            claim.owner,
            failing_since=since,
            last_failure=sent.failure or f"status {sent.status}",
            # The last try is made when the three days are over.
            next_try_at=min(now + int(delay * _MICROSECONDS), max(now, since + _GIVEN_UP)),
            enabled=not given_up,
        )
    return False


def release(directory: Directory, claim: Claim) -> None:
    """Gives a claim back, with nothing under way."""
    with directory.store.write():
        stored.release(directory.store, claim.account_id, claim.number, claim.owner)


def _move(directory: Directory, claim: Claim, heard: int) -> bool:
    until = directory.clock() + _LEASE
    with directory.store.write():
        return stored.move(directory.store, claim.account_id, claim.number, claim.owner, heard, until=until)


def _seen(directory: Directory, account_id: int, subscription: Subscription) -> set[int] | None:
    """The store's numbers of the locations that the subscription's maker saw; None: all."""
    if subscription.location_ids is None:
        return None
    every = places.location_numbers(directory.store, account_id)
    return {number for location_id, number in every.items() if location_id in subscription.location_ids}


def _sees(seen: set[int] | None, rid: int | None) -> bool:
    return seen is None or rid is None or rid >> 32 in seen


def _body(directory: Directory, account_id: int, subscription: Subscription, event: Event) -> bytes | None:
    if subscription.format == "conecto":
        return wire.conecto(event, subscription=subscription.number, now=directory.clock())
    type = subscription.name_of(event.type) or event.type
    return wire.square(event, merchant_id=subscriptions.merchant_of(directory, account_id), type=type)


def _message(subscription: Subscription, event: Event, body: bytes) -> Message:
    return Message(
        event.id, body, subscription.attempts, subscription.failing_since, subscription.last_failure
    )
