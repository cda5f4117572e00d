"""Square's SDKs subscribe to events, and their own helpers take our deliveries for Square's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from tests.proof_http.house import House, Served
from tests.square_clients.client import Client, refused
from tests.square_clients.receiver import Receiver, receiving
from tests.square_clients.shapes import without

pytestmark = pytest.mark.xdist_group("square clients: webhooks")

TYPES = ["customer.created", "customer.updated", "customer.deleted"]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """It may deliver to this machine, which it would refuse otherwise."""
    house = House(tmp_path_factory.mktemp("webhooks"))
    with house.serving(settings={"REGULARS_WEBHOOK_ALLOW": "127.0.0.0/8"}) as served:
        yield served


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def test_a_subscription_lives(sdk: Client, receiver: Receiver) -> None:
    """Made with a key, listed, changed, given another key, and deleted."""
    wanted = {"name": "ours", "event_types": TYPES, "notification_url": receiver.url, "enabled": True}
    made = sdk.ask("create_webhook_subscription", subscription=wanted)["subscription"]
    assert {key: made[key] for key in wanted} == wanted
    hook = {"subscription_id": made["id"]}

    read = sdk.ask("retrieve_webhook_subscription", **hook)["subscription"]
    assert (read["id"], read["name"], read["event_types"]) == (made["id"], "ours", TYPES)
    [page] = sdk.walk("list_webhook_subscriptions")
    assert [one["id"] for one in page["subscriptions"]] == [made["id"]]
    changed = sdk.ask(
        "update_webhook_subscription", **hook, subscription={"name": "theirs", "enabled": False}
    )
    assert (changed["subscription"]["name"], changed["subscription"]["enabled"]) == ("theirs", False)
    assert changed["subscription"]["event_types"] == TYPES
    key = sdk.ask("update_webhook_subscription_signature_key", **hook, idempotency_key="another")
    assert key["signature_key"] != made["signature_key"]
    assert sdk.ask("delete_webhook_subscription", **hook) == {}
    assert refused(sdk, "retrieve_webhook_subscription", **hook) == (404, ["NOT_FOUND"])
    assert set(TYPES) <= set(sdk.ask("list_webhook_event_types")["event_types"])


def test_deliveries_are_signed(sdk: Client, receiver: Receiver) -> None:
    """What happens to a customer comes in order, and the SDK's helper believes it; a search finds it."""
    subscription = {"name": "ours", "event_types": TYPES, "notification_url": receiver.url}
    made = sdk.ask("create_webhook_subscription", subscription=subscription)["subscription"]
    key = made["signature_key"]

    customer = sdk.ask("create_customer", given_name="Ada", note="zwölf")["customer"]
    about = {"customer_id": customer["id"]}
    steps: list[tuple[str, dict[str, Any]]] = [
        ("update_customer", about | {"note": "dreizehn"}),
        ("delete_customer", about),
        ("", {}),
    ]
    events = []
    # One by one: of a customer who is deleted, only that is told.
    for expected, (operation, arguments) in zip(TYPES, steps, strict=True):
        delivery = receiver.next()
        signature = delivery.headers["x-square-hmacsha256-signature"]
        signed = {"body": delivery.body, "signature": signature, "url": receiver.url}
        assert sdk.accepts(**signed, key=key)
        assert not sdk.accepts(**signed, key=key[:-2] + "AA")
        assert not sdk.accepts(**signed | {"body": delivery.body + " "}, key=key)
        # The same secret, in the words of Standard Webhooks.
        Webhook(f"whsec_{key}").verify(delivery.body, delivery.headers)
        event = json.loads(delivery.body)
        assert (event["type"], event["data"]["type"], event["data"]["id"]) == (
            expected, "customer", customer["id"],
        )  # fmt: skip
        events.append(event)
        if operation:
            sdk.ask(operation, **arguments)
    made_of, changed, deleted = (event["data"] for event in events)
    assert made_of["object"]["customer"] == without(customer, "segment_ids")
    assert (changed["object"]["customer"]["note"], changed["object"]["customer"]["version"]) == (
        "dreizehn",
        1,
    )
    assert deleted == {"type": "customer", "id": customer["id"], "deleted": True} | {
        "object": {"customer": {"id": customer["id"]}}
    }
    assert len({event["event_id"] for event in events}) == 3

    found = sdk.ask("search_events", query={"filter": {"event_types": TYPES}}, limit=100)["events"]
    assert [one for one in found if one["data"]["id"] == customer["id"]] == [events[2]]
    sdk.ask("delete_webhook_subscription", subscription_id=made["id"])


def test_a_test_event_is_sent(sdk: Client, receiver: Receiver) -> None:
    """The SDK asks for a test event, and it comes like any other."""
    subscription = {"name": "ours", "event_types": TYPES, "notification_url": receiver.url}
    made = sdk.ask("create_webhook_subscription", subscription=subscription)["subscription"]

    tested = sdk.ask("test_webhook_subscription", subscription_id=made["id"], event_type="customer.created")

    delivery = receiver.next()
    signature = delivery.headers["x-square-hmacsha256-signature"]
    assert sdk.accepts(body=delivery.body, signature=signature, key=made["signature_key"], url=receiver.url)
    assert json.loads(delivery.body)["type"] == "customer.created"
    assert tested["subscription_test_result"]["status_code"] == 200
    sdk.ask("delete_webhook_subscription", subscription_id=made["id"])


def test_events_are_kept_for_the_asking(sdk: Client) -> None:
    """Without a subscription, events are there to be searched once they are enabled."""
    assert set(TYPES) <= set(sdk.ask("list_event_types")["event_types"])
    assert sdk.ask("enable_events") == {}
    ids = [sdk.ask("create_customer", given_name=name)["customer"]["id"] for name in ("Ada", "Bea", "Cleo")]

    asked = {"query": {"filter": {"event_types": ["customer.created"]}}, "limit": 2}
    first = sdk.ask("search_events", **asked)
    second = sdk.ask("search_events", **asked, cursor=first["cursor"])

    assert sdk.ask("disable_events") == {}
    found = [one["data"]["id"] for one in [*first["events"], *second["events"]]]
    assert [one for one in found if one in ids] in (ids, ids[::-1])
