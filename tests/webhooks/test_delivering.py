"""Deliveries to a real receiver: at least once, in order, with every header a receiver may ask for."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from square.utils.webhooks_helper import verify_signature

from regulars import limits
from regulars.directory import Directory, events, outbox, subscriptions
from regulars.model.event import CREATED, DELETED, Keys, Message, Subscription
from regulars.model.place import Account
from regulars.webhooks import schedule, signing
from regulars.webhooks.network import Policy
from regulars.webhooks.sending import Sender
from tests.directory.world import Clock, grant_of, opened, settle_in
from tests.webhooks import sink as sinks
from tests.webhooks import world
from tests.webhooks.sink import Received, Sink
from tests.webhooks.world import HERE, THERE

SECOND = 1_000_000


class Place:
    """A directory with an account, its clock, and a receiver."""

    def __init__(self, directory: Directory, account: Account, sink: Sink, clock: Clock) -> None:
        self.directory = directory
        self.account = account
        self.sink = sink
        self.clock = clock
        self.grant = grant_of(account)

    def one(self, id: str) -> Subscription:
        return subscriptions.one(self.directory, self.grant, id).subscription

    def deliver(self) -> None:
        world.deliver(self.directory)

    def subscribe(self, *types: str, **given: str) -> str:
        return world.subscribe(self.directory, self.grant, self.sink.url, *types, **given)  # type: ignore[arg-type]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    clock = Clock()
    with opened(tmp_path / "data", clock=clock) as directory, sinks.opened() as sink:
        yield Place(directory, settle_in(directory, HERE, THERE), sink, clock)


def test_a_receiver_hears_of_every_change_in_order(place: Place) -> None:
    """Made, changed, deleted: three events for one customer, one after the other."""
    place.subscribe()
    world.add(place.directory, place.account, "A", "B")
    world.add(place.directory, place.account, "A", first="Zoe")
    known = world.ids(place.directory, place.account)
    world.delete(place.directory, place.account, known["B"])

    place.deliver()

    assert place.sink.customers() == [
        f"created {known['A']}", f"updated {known['A']}", f"deleted {known['B']}",
    ]  # fmt: skip
    assert place.sink.received[1].json["data"]["object"]["customer"]["given_name"] == "Zoe"


def test_an_envelope_is_squares(place: Place) -> None:
    """contracts/square.md 2.9: the keys of the envelope, the whole customer without segments, `deleted` at the end."""
    place.subscribe()
    world.add(place.directory, place.account, "A", email="ada@example.com")
    id = world.ids(place.directory, place.account)["A"]
    place.deliver()
    world.delete(place.directory, place.account, id)
    place.deliver()

    created, deleted = (one.json for one in place.sink.received)
    assert list(created) == ["merchant_id", "type", "event_id", "created_at", "data"]
    assert created["merchant_id"] == place.account.merchant_id
    assert created["data"]["type"] == "customer"
    customer = created["data"]["object"]["customer"]
    assert customer["email_address"] == "ada@example.com"
    assert "segment_ids" not in customer
    assert "deleted" not in created["data"]
    assert deleted["data"] == {
        "type": "customer",
        "id": id,
        "deleted": True,
        "object": {"customer": {"id": id}},
    }


def test_a_delivery_carries_both_kinds_of_signature(place: Place) -> None:
    """Square's own helper and Standard Webhooks' rule verify the same delivery with the same key."""
    id = place.subscribe()
    key = subscriptions.one(place.directory, place.grant, id).key
    world.add(place.directory, place.account, "A")

    place.deliver()

    [came] = place.sink.received
    headers = came.headers
    assert verify_signature(
        request_body=came.body.decode(),
        signature_header=headers["x-square-hmacsha256-signature"],
        signature_key=key,
        notification_url=place.sink.url,
    )
    assert headers["webhook-id"] == came.json["event_id"]
    seconds = int(headers["webhook-timestamp"])
    assert headers["webhook-signature"] == signing.standard(
        Keys(key), headers["webhook-id"], seconds, came.body
    )
    assert headers["content-type"] == "application/json"
    assert headers["square-version"] == "2025-08-20"
    assert headers["square-environment"] == "Production"
    assert "square-retry-number" not in headers


def test_a_failing_receiver_is_tried_again_and_keeps_its_order(place: Place) -> None:
    """Nothing overtakes what failed; the next try says how many there were, and why."""
    id = place.subscribe(CREATED)
    place.sink.answer = lambda _came: 500 if len(place.sink.received) < 2 else 200
    world.add(place.directory, place.account, "A")
    world.add(place.directory, place.account, "B")

    place.deliver()
    assert len(place.sink.received) == 1
    assert place.one(id).attempts == 1
    place.clock.now += 6 * SECOND
    place.deliver()
    assert place.one(id).attempts == 2
    place.clock.now += 400 * SECOND
    place.deliver()

    a, b = world.ids(place.directory, place.account).values()
    assert place.sink.customers() == [f"created {a}"] * 3 + [f"created {b}"]
    assert len({one.event_id for one in place.sink.received}) == 2
    third = place.sink.received[2].headers
    assert third["square-retry-number"] == "2"
    assert third["square-retry-reason"] == "http_error"
    assert third["square-initial-delivery-timestamp"] == "2023-11-14T22:13:20Z"
    assert place.one(id).attempts == 0
    assert place.one(id).failing_since is None


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 404, 429, 500, 503])
def test_only_2xx_is_well(place: Place, status: int) -> None:
    """A redirect is not followed: it could lead anywhere."""
    id = place.subscribe(CREATED)
    place.sink.answer = lambda _came: status
    place.sink.headers = {"location": place.sink.url}
    world.add(place.directory, place.account, "A")

    place.deliver()

    assert len(place.sink.received) == 1
    assert place.one(id).last_failure == "http_error"


def test_gone_disables_at_once(place: Place) -> None:
    """410 says: never again."""
    id = place.subscribe(CREATED)
    place.sink.answer = lambda _came: 410
    world.add(place.directory, place.account, "A")
    place.deliver()
    assert not place.one(id).enabled

    place.clock.now += 10 * 86_400 * SECOND
    place.deliver()

    assert len(place.sink.received) == 1


def test_after_three_days_it_is_given_up_and_can_be_replayed(place: Place) -> None:
    """No try is made after three days; by hand everything since can be had again."""
    id = place.subscribe(CREATED)
    place.sink.answer = lambda _came: 500
    world.add(place.directory, place.account, "A")
    began = place.clock.now
    tries = []
    while place.one(id).enabled:
        place.deliver()
        tries.append(place.clock.now - began)
        place.clock.now = max(place.one(id).next_try_at, place.clock.now)
    assert tries[-1] == limits.GIVEN_UP_SECONDS * SECOND
    assert 8 <= len(tries) <= 11
    world.add(place.directory, place.account, "B")

    place.sink.received.clear()
    place.sink.answer = lambda _came: 200
    place.deliver()
    assert place.sink.received == []
    assert subscriptions.replay(place.directory, place.grant, id) == 2
    place.deliver()

    a, b = world.ids(place.directory, place.account).values()
    assert place.sink.customers() == [f"created {a}", f"created {b}"]


def test_a_replay_begins_at_a_time_or_an_event(place: Place) -> None:
    """The same events again, under the same ids."""
    id = place.subscribe(CREATED)
    for ref in "ABC":
        world.add(place.directory, place.account, ref)
        place.clock.now += 60 * SECOND
    place.deliver()
    first = [one.event_id for one in place.sink.received]

    subscriptions.replay(place.directory, place.grant, id, event_id=first[1])
    place.deliver()
    subscriptions.replay(place.directory, place.grant, id, since=place.clock.now - 70 * SECOND)
    place.deliver()

    assert [one.event_id for one in place.sink.received] == [*first, *first[1:], first[2]]


def test_retry_after_is_obeyed(place: Place) -> None:
    """A receiver that asks for ten minutes gets them; one that asks for a year gets an hour."""
    id = place.subscribe(CREATED)
    place.sink.answer = lambda _came: 429
    place.sink.headers = {"retry-after": "600"}
    world.add(place.directory, place.account, "A")

    place.deliver()

    assert place.one(id).next_try_at - place.clock.now == 600 * SECOND
    assert schedule.delay(0, chance=0.5, retry_after=31_536_000) == limits.RETRY_AFTER_SECONDS_MAX


def test_a_rotated_key_signs_and_the_old_one_beside_it(place: Place) -> None:
    """Square's header has the new key's signature; Standard Webhooks' has both for a day."""
    id = place.subscribe(CREATED)
    old = subscriptions.one(place.directory, place.grant, id).key
    new = subscriptions.rotate(place.directory, place.grant, id)
    world.add(place.directory, place.account, "A")
    place.deliver()
    place.clock.now += (limits.OLD_KEY_SECONDS + 1) * SECOND
    world.add(place.directory, place.account, "B")
    place.deliver()

    assert old != new
    for came, keys in zip(place.sink.received, (Keys(new, old), Keys(new)), strict=True):
        headers = came.headers
        assert headers["x-square-hmacsha256-signature"] == signing.square(new, place.sink.url, came.body)
        seconds = int(headers["webhook-timestamp"])
        assert headers["webhook-signature"] == signing.standard(
            keys, headers["webhook-id"], seconds, came.body
        )


def test_conectos_format(place: Place) -> None:
    """Conecto's envelope around Shift4's customer, signed as Conecto signs."""
    id = place.subscribe(format="conecto")
    key = subscriptions.one(place.directory, place.grant, id).key
    world.add(place.directory, place.account, "A", phone="+1 212 555 4240")
    world.delete(place.directory, place.account, *world.ids(place.directory, place.account).values())
    world.add(place.directory, place.account, "B")
    place.deliver()

    [deleted, created] = place.sink.received
    event = created.json["event"]
    assert event | {"dispatchedAt": ""} == {
        "component": "pos", "resource": "Customer", "action": "created", "name": "pos.Customer.created",
        "version": "v1", "subscriptionId": 1, "dispatchedAt": "",
    }  # fmt: skip
    assert created.json["payload"]["posRef"] == "B"
    assert created.json["payload"]["locationId"] == HERE
    assert deleted.json["event"]["name"] == "pos.Customer.deleted"
    assert deleted.json["payload"]["posRef"] == "A"
    assert deleted.json["payload"]["deletedAt"]
    headers = created.headers
    assert headers["x-access-key"] == id
    expected = signing.conecto(key, id, created.path, int(headers["x-timestamp"]), created.body)
    assert headers["x-signature"] == expected


def test_a_subscription_tells_no_more_than_its_maker_saw(place: Place) -> None:
    """A token of one location never hears of another's customers."""
    narrow = grant_of(place.account, (THERE,))
    world.subscribe(place.directory, narrow, place.sink.url)
    world.add(place.directory, place.account, "A")
    world.add(place.directory, place.account, "B", location_id=THERE)
    world.delete(place.directory, place.account, world.ids(place.directory, place.account)["A"])

    place.deliver()

    assert place.sink.customers() == [f"created {world.ids(place.directory, place.account)['B']}"]


def test_types_that_are_not_asked_for_are_passed_over(place: Place) -> None:
    """However many there are, and once only."""
    id = place.subscribe(DELETED)
    for number in range(5):
        world.add(place.directory, place.account, *(f"{number}-{each}" for each in range(100)))
    known = world.ids(place.directory, place.account)
    world.delete(place.directory, place.account, known["4-7"])

    place.deliver()

    assert place.sink.customers() == [f"deleted {known['4-7']}"]
    assert outbox.claim(place.directory, "test", limit=5) == []
    assert place.one(id).heard == 502 - 1


def test_several_receivers_are_told_and_one_that_fails_holds_up_none(place: Place) -> None:
    """Each subscription is a queue of its own."""
    with sinks.opened() as other:
        world.subscribe(place.directory, place.grant, other.url, CREATED)
        failing = place.subscribe(CREATED)
        place.sink.answer = lambda _came: 503
        world.add(place.directory, place.account, "A", "B", "C")

        place.deliver()

        assert len(other.received) == 3
        assert len(place.sink.received) == 1
        assert place.one(failing).attempts == 1


@pytest.mark.parametrize("seed", range(5))
def test_a_fickle_receiver_hears_everything_in_order(place: Place, seed: int) -> None:
    """Whatever it refuses, and in between changes: what it takes is every event once, in each customer's order."""
    chance = random.Random(seed)
    id = place.subscribe()
    taken: list[str] = []

    def fickle(came: Received) -> int:
        status = chance.choice([200, 200, 200, 200, 500, 503, 302])
        if status == 200:
            taken.append(came.event_id)
        return status

    place.sink.answer = fickle
    for version in range(6):
        refs = chance.sample("ABCDEFGH", 4)
        world.add(place.directory, place.account, *refs, first=f"V{version}")
        place.deliver()
        place.clock.now += chance.choice([1, 10, 1_000]) * SECOND
    for _ in range(300):
        if place.one(id).heard == 24:
            break
        place.clock.now = max(place.one(id).next_try_at, place.clock.now)
        place.deliver()

    written = events.search(
        place.directory, place.grant, types=None, location_ids=None, since=None, until=None, upwards=True,
        behind=None, limit=100,
    ).events  # fmt: skip
    assert taken == [one.id for one in written]
    assert len(written) == 24


def test_two_workers_never_deliver_to_one_receiver_at_once(place: Place) -> None:
    """Who has the lease delivers; a lease that ran out can be taken, and its holder's word counts no more."""
    place.subscribe(CREATED)
    world.add(place.directory, place.account, "A")

    [mine] = outbox.claim(place.directory, "mine", limit=5)
    assert outbox.claim(place.directory, "theirs", limit=5) == []
    outgoing = outbox.following(place.directory, mine)
    assert outgoing is not None
    place.clock.now += (limits.LEASE_SECONDS + 1) * SECOND
    [theirs] = outbox.claim(place.directory, "theirs", limit=5)

    from regulars.model.event import Sent

    assert not outbox.settle(place.directory, mine, outgoing, Sent(200), began=0, delay=0)
    assert outbox.following(place.directory, theirs) == outgoing


def test_a_receiver_of_this_machine_is_refused_unless_allowed(place: Place) -> None:
    """Without the setting nothing is even connected."""
    id = place.subscribe(CREATED)
    made = subscriptions.one(place.directory, place.grant, id)

    sent = Sender(Policy()).send(made.subscription, Keys(made.key), Message("id", b"{}"), now=0)

    assert (sent.status, sent.failure) == (None, "address_refused")
    assert place.sink.received == []


def test_the_address_that_was_judged_is_the_one_that_is_reached(place: Place) -> None:
    """A name that means something else the second time it is asked (DNS rebinding) is asked only once."""
    id = place.subscribe(CREATED)
    made = subscriptions.one(place.directory, place.grant, id)
    asked = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    sent = Sender(world.LOOPBACK, resolve=resolve).send(
        made.subscription, Keys(made.key), Message("id", b"{}"), now=0
    )

    assert sent.is_well
    assert asked == ["127.0.0.1"]


def test_a_slow_receiver_is_given_up_in_time(place: Place) -> None:
    """The whole delivery has one deadline."""
    import threading

    id = place.subscribe(CREATED)
    made = subscriptions.one(place.directory, place.grant, id)
    done = threading.Event()

    def slow(_came: Received) -> int:
        done.wait(5)
        return 200

    place.sink.answer = slow
    sent = Sender(world.LOOPBACK).send(
        made.subscription, Keys(made.key), Message("id", b"{}"), now=0, seconds=0.3
    )
    done.set()

    assert (sent.status, sent.failure) == (None, "http_timeout")
