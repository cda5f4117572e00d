"""Square's webhook subscriptions and events over the application."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from regulars import limits
from regulars.api.application import make
from regulars.api.route import Inside, Webhooks
from regulars.directory import outbox, subscriptions
from regulars.model.event import CREATED, DELETED, TYPES, UPDATED, Keys, Message, Sent, Subscription
from regulars.model.place import Scope
from tests.api.shop import HERE, THERE, Answered, Shop
from tests.directory.world import grant_of, person

WRITE: tuple[Scope, ...] = ("customers:read", "customers:write")
ALL = "/v2/webhooks/subscriptions"
URL = "https://hooks.example.com/square"


def send(shop: Shop, method: str, target: str, content: Any = None, *, token: str = "") -> Answered:
    body = b"" if content is None else json.dumps(content).encode()
    return shop.ask(method, target, body=body, token=token or shop.token(scopes=WRITE))


def made(shop: Shop, *, token: str = "", **fields: Any) -> dict[str, Any]:
    given = {"name": "Hook", "event_types": [CREATED], "notification_url": URL} | fields
    answered = send(shop, "POST", ALL, {"subscription": given}, token=token)
    assert answered.status == 200, answered.body
    found: dict[str, Any] = answered.json["subscription"]
    return found


def receiving(shop: Shop, send_test: Callable[[Subscription, Keys, Message], Sent]) -> None:
    """From now on tests are sent so."""
    inside = Inside(shop.directory, shop.rate_limit, lambda: [], webhooks=Webhooks(send_test=send_test))
    shop.app = make(inside)


def test_a_subscription_lives(own_shop: Shop) -> None:
    """Made, shown, listed, changed, deleted; its key is told when it is made and asked for alone."""
    new = made(own_shop, api_version="2024-01-18")
    assert set(new) == {
        "id", "name", "enabled", "event_types", "notification_url", "api_version", "signature_key", "created_at",
        "updated_at",
    }  # fmt: skip
    assert new["id"].startswith("wbhk_")
    assert len(new["signature_key"]) == 32

    one = send(own_shop, "GET", f"{ALL}/{new['id']}").json["subscription"]
    assert one == new
    listed = send(own_shop, "GET", ALL).json["subscriptions"]
    assert listed == [{key: kept for key, kept in new.items() if key != "signature_key"}]
    changed = send(own_shop, "PUT", f"{ALL}/{new['id']}", {"subscription": {"enabled": False, "name": None}})
    assert changed.json["subscription"]["enabled"] is False
    assert changed.json["subscription"]["name"] == "Hook"
    assert "signature_key" not in changed.json["subscription"]
    assert send(own_shop, "GET", ALL).json == {}
    assert len(send(own_shop, "GET", f"{ALL}?include_disabled=true").json["subscriptions"]) == 1
    assert send(own_shop, "DELETE", f"{ALL}/{new['id']}").json == {}
    for method in ("GET", "PUT", "DELETE"):
        content: Any = {"subscription": {}} if method == "PUT" else None
        assert send(own_shop, method, f"{ALL}/{new['id']}", content).code == "NOT_FOUND"


def test_the_same_idempotency_key_makes_one(own_shop: Shop) -> None:
    """And the same answer, key and all; nothing of the key is kept in what stands for the answer."""
    token = own_shop.token(scopes=WRITE)
    given = {"event_types": [CREATED], "notification_url": URL}
    content: dict[str, Any] = {"idempotency_key": "abc", "subscription": given}

    first = send(own_shop, "POST", ALL, content, token=token)
    again = send(own_shop, "POST", ALL, content, token=token)
    other = send(own_shop, "POST", ALL, content | {"subscription": given | {"name": "Other"}}, token=token)

    assert first.json == again.json
    assert other.code == "IDEMPOTENCY_KEY_REUSED"
    assert len(send(own_shop, "GET", ALL).json["subscriptions"]) == 1
    bodies = own_shop.directory.store.connection.execute("SELECT body FROM answer").fetchall()
    assert [row[0] for row in bodies] == [first.json["subscription"]["id"].encode()]


def test_a_key_is_rotated(own_shop: Shop) -> None:
    """Each time a new one, but the same for the same idempotency key."""
    new = made(own_shop)
    token = own_shop.token(scopes=WRITE)
    target = f"{ALL}/{new['id']}/signature-key"

    first = send(own_shop, "POST", target, {"idempotency_key": "k"}, token=token).json["signature_key"]
    again = send(own_shop, "POST", target, {"idempotency_key": "k"}, token=token).json["signature_key"]
    other = send(own_shop, "POST", target, {}, token=token).json["signature_key"]

    assert first == again
    assert len({new["signature_key"], first, other}) == 3


def test_keys_are_sealed_at_rest(own_shop: Shop) -> None:
    """The file never holds a key."""
    new = made(own_shop)
    folder = own_shop.directory.store.folder
    assert not [
        one for one in folder.iterdir() if one.is_file() and new["signature_key"].encode() in one.read_bytes()
    ]


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"notification_url": "http://hooks.example.com/"}, "notification_url", "VALUE_REGEX_MISMATCH"),
        ({"notification_url": "https://a@example.com/"}, "notification_url", "VALUE_REGEX_MISMATCH"),
        ({"notification_url": "https://example.com/" + "x" * 2_000}, "notification_url", "VALUE_TOO_LONG"),
        ({"notification_url": 5}, "notification_url", "EXPECTED_STRING"),
        ({"notification_url": None}, "notification_url", "MISSING_REQUIRED_PARAMETER"),
        ({"event_types": []}, "event_types", "MISSING_REQUIRED_PARAMETER"),
        ({"event_types": ["customer.invented"]}, "event_types[0]", "INVALID_ENUM_VALUE"),
        ({"event_types": [CREATED, "no type"]}, "event_types[1]", "INVALID_ENUM_VALUE"),
        ({"event_types": [CREATED, 7]}, "event_types[1]", "EXPECTED_STRING"),
        ({"name": "x" * 65}, "name", "VALUE_TOO_LONG"),
        ({"name": " "}, "name", "VALUE_EMPTY"),
        ({"name": "a\u0000b"}, "name", "VALUE_REGEX_MISMATCH"),
        ({"api_version": "yesterday"}, "api_version", "VALUE_REGEX_MISMATCH"),
        ({"enabled": "yes"}, "enabled", "EXPECTED_BOOLEAN"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(own_shop: Shop, fields: dict[str, Any], field: str, code: str) -> None:
    """With Square's code and the field."""
    given = {"name": "Hook", "event_types": [CREATED], "notification_url": URL} | fields

    answered = send(own_shop, "POST", ALL, {"subscription": given})

    [error] = answered.json["errors"]
    assert (answered.status, error["code"], error["field"]) == (400, code, f"subscription.{field}")


def test_types_of_other_apis_are_taken(own_shop: Shop) -> None:
    """A tool that also asks for payments is not turned away; they just never happen here."""
    assert made(own_shop, event_types=["payment.created", CREATED, CREATED])["event_types"] == [
        "payment.created", CREATED,
    ]  # fmt: skip


def test_there_is_an_end_to_subscriptions(own_shop: Shop) -> None:
    """An account has a bounded number."""
    token = own_shop.token(scopes=WRITE)
    for _ in range(limits.SUBSCRIPTIONS_MAX):
        made(own_shop, token=token)

    given = {"event_types": [CREATED], "notification_url": URL}
    assert send(own_shop, "POST", ALL, {"subscription": given}, token=token).code == "CONFLICT"


@pytest.mark.parametrize("order", ["ASC", "DESC"])
def test_the_list_has_pages(own_shop: Shop, order: str) -> None:
    """Each once, in order, with no cursor on the last page."""
    token = own_shop.token(scopes=WRITE)
    every = [made(own_shop, token=token)["id"] for _ in range(5)]
    seen, cursor = [], ""
    for _ in range(5):
        page = send(own_shop, "GET", f"{ALL}?limit=2&sort_order={order}&cursor={cursor}", token=token).json
        seen += [one["id"] for one in page["subscriptions"]]
        cursor = page.get("cursor", "")
        if not cursor:
            break

    assert seen == (every if order == "ASC" else every[::-1])
    assert send(own_shop, "GET", f"{ALL}?cursor=abc", token=token).code == "INVALID_CURSOR"


def test_a_token_manages_only_what_sees_no_more_than_itself(own_shop: Shop) -> None:
    """Whoever could turn a broader subscription to another address would see another location's customers."""
    narrow = own_shop.token(THERE, scopes=WRITE)
    broad = made(own_shop)
    own = made(own_shop, token=narrow)

    assert [one["id"] for one in send(own_shop, "GET", ALL, token=narrow).json["subscriptions"]] == [
        own["id"]
    ]
    for method, tail in (
        ("GET", ""),
        ("PUT", ""),
        ("DELETE", ""),
        ("POST", "/signature-key"),
        ("POST", "/test"),
    ):
        content: Any = {} if method in {"PUT", "POST"} else None
        assert send(own_shop, method, f"{ALL}/{broad['id']}{tail}", content, token=narrow).status == 404
    assert send(own_shop, "POST", f"/v1/webhooks/{broad['id']}/replay", {}, token=narrow).status == 404
    assert len(send(own_shop, "GET", ALL).json["subscriptions"]) == 2


def test_a_reader_gets_no_key(own_shop: Shop) -> None:
    """With customers:read alone a subscription can be seen, not forged for, and not made."""
    new = made(own_shop)

    assert "signature_key" not in own_shop.get(f"{ALL}/{new['id']}").json["subscription"]
    assert own_shop.ask("POST", ALL, body=b"{}").status == 403


def test_every_type_is_named(own_shop: Shop) -> None:
    """Those of today and the older names, at both paths."""
    named = own_shop.get("/v2/webhooks/event-types").json

    assert set(TYPES) < set(named["event_types"])
    assert "customer.custom_attribute.public.updated" in named["event_types"]
    assert [one["event_type"] for one in named["metadata"]] == named["event_types"]
    assert own_shop.get("/v2/events/types").json == named


def test_a_test_event_is_sent_at_once(own_shop: Shop) -> None:
    """The answer tells the receiver's status, at both places where clients look; nothing is written down."""
    sent: list[tuple[Subscription, Keys, Message]] = []

    def send_test(subscription: Subscription, keys: Keys, message: Message) -> Sent:
        sent.append((subscription, keys, message))
        return Sent(204)

    receiving(shop := own_shop, send_test)
    new = made(shop)
    answered = send(shop, "POST", f"{ALL}/{new['id']}/test", {"event_type": UPDATED}).json

    result = answered["subscription_test_result"]
    assert answered["status_code"] == result["status_code"] == 204
    assert result["notification_url"] == URL
    assert result["passes_filter"] is False
    [(_, keys, message)] = sent
    assert keys == Keys(new["signature_key"])
    assert json.loads(message.body) == result["payload"]
    assert result["payload"]["type"] == UPDATED
    assert (
        send(shop, "POST", f"{ALL}/{new['id']}/test", {"event_type": "payment.created"}).code
        == "INVALID_ENUM_VALUE"
    )
    assert send(shop, "POST", "/v2/events", {}).json == {}


@pytest.mark.parametrize(("version", "kind"), [("2024-12-18", str), ("2025-01-23", dict), (None, dict)])
def test_older_sdks_get_the_payload_as_a_text(own_shop: Shop, version: str | None, kind: type) -> None:
    """Those that validate every answer know it as nothing else."""
    receiving(shop := own_shop, lambda *_: Sent(204))
    target, token = f"{ALL}/{made(shop)['id']}/test", shop.token(scopes=WRITE)

    answered = shop.ask(
        "POST", target, token=token, headers={"Square-Version": version} if version else {}
    ).json

    payload = answered["subscription_test_result"]["payload"]
    assert answered["payload"] == (json.loads(payload) if kind is str else payload)
    assert type(payload) is kind


@pytest.mark.parametrize("type", TYPES)
def test_every_type_can_be_tested(own_shop: Shop, type: str) -> None:
    """An invented event has the shape of a real one."""
    receiving(shop := own_shop, lambda *_: Sent(None, "http_timeout"))
    new = made(shop, event_types=[type])

    answered = send(shop, "POST", f"{ALL}/{new['id']}/test").json

    assert "status_code" not in answered
    payload = answered["payload"]
    assert payload["type"] == type
    assert payload["data"].get("deleted", False) is type.endswith(".deleted")
    assert answered["passes_filter"] is True


# --- events -------------------------------------------------------------------------------------------------


def happen(shop: Shop, *refs: str, location_id: int = HERE) -> None:
    for ref in refs:
        shop.add(person(ref), location_id=location_id)


def search(shop: Shop, content: Any = None, *, token: str = "") -> list[str]:
    """The refs of the customers that the events found tell of."""
    answered = shop.ask("POST", "/v2/events", body=json.dumps(content or {}).encode(), token=token)
    assert answered.status == 200, answered.body
    return [
        one["data"]["object"]["customer"].get("reference_id", "-") for one in answered.json.get("events", [])
    ]


def test_events_are_kept_for_those_who_asked(own_shop: Shop) -> None:
    """Nothing before, nothing after; a subscription asks too."""
    happen(own_shop, "A")
    assert send(own_shop, "PUT", "/v2/events/enable").json == {}
    happen(own_shop, "B")
    assert send(own_shop, "PUT", "/v2/events/disable").json == {}
    happen(own_shop, "C")
    made(own_shop)
    happen(own_shop, "D")

    assert search(own_shop) == ["D", "B"]


def test_events_are_found_by_type_merchant_location_and_time(own_shop: Shop) -> None:
    """Each filter narrows; newest first unless asked."""
    send(own_shop, "PUT", "/v2/events/enable")
    happen(own_shop, "A")
    happen(own_shop, "B", location_id=THERE)
    own_shop.add(person("A", first="Zoe"))

    def found(**narrowed: Any) -> list[str]:
        return search(own_shop, {"query": {"filter": narrowed}})

    assert found() == ["A", "B", "A"]
    assert search(own_shop, {"query": {"sort": {"field": "DEFAULT", "order": "ASC"}}}) == ["A", "B", "A"]
    assert found(event_types=[UPDATED]) == ["A"]
    assert found(event_types=[DELETED]) == []
    assert found(location_ids=[str(THERE)]) == ["B"]
    assert found(location_ids=["nowhere"]) == []
    assert found(merchant_ids=[own_shop.account.merchant_id]) == ["A", "B", "A"]
    assert found(merchant_ids=["somebody else's"]) == []
    at = own_shop.ask("POST", "/v2/events", body=b"{}").json["events"][1]["created_at"]
    assert found(created_at={"start_at": at})[-1] == "B"
    assert found(created_at={"end_at": at}) == ["A"]
    narrow = own_shop.token(THERE, scopes=WRITE)
    assert search(own_shop, token=narrow) == ["B"]


def test_a_search_has_pages(own_shop: Shop) -> None:
    """A cursor goes on behind the last event, under the same question only, though more happens meanwhile."""
    send(own_shop, "PUT", "/v2/events/enable")
    happen(own_shop, *"ABCDE")
    question = {"limit": 2, "query": {"filter": {"event_types": [CREATED]}}}
    seen, cursor = [], None
    while True:
        content = question | ({"cursor": cursor} if cursor else {})
        page = send(own_shop, "POST", "/v2/events", content).json
        seen += [one["data"]["object"]["customer"]["reference_id"] for one in page["events"]]
        assert [one["event_id"] for one in page["metadata"]] == [one["event_id"] for one in page["events"]]
        happen(own_shop, f"later {len(seen)}")
        if "cursor" not in page:
            break
        cursor = page["cursor"]

    assert seen == list("EDCBA")
    assert send(own_shop, "POST", "/v2/events", {"cursor": cursor}).code == "INVALID_CURSOR"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"limit": 0}, "VALUE_TOO_LOW"),
        ({"limit": 101}, "VALUE_TOO_HIGH"),
        ({"limit": "5"}, "EXPECTED_INTEGER"),
        ({"query": {"sort": {"order": "UP"}}}, "INVALID_SORT_ORDER"),
        ({"query": {"sort": {"field": "AGE"}}}, "INVALID_ENUM_VALUE"),
        ({"query": {"filter": {"created_at": {"start_at": "then"}}}}, "INVALID_TIME"),
        (
            {"query": {"filter": {"created_at": {"start_at": "2024-01-02", "end_at": "2024-01-01"}}}},
            "INVALID_TIME_RANGE",
        ),
        ({"query": {"filter": []}}, "EXPECTED_OBJECT"),
        ({"cursor": "x"}, "INVALID_CURSOR"),
    ],
)
def test_a_search_that_cannot_be_is_refused(own_shop: Shop, content: Any, code: str) -> None:
    """With Square's code."""
    answered = own_shop.ask("POST", "/v2/events", body=json.dumps(content).encode())
    assert (answered.status, answered.code) == (400, code)


# --- /v1 ----------------------------------------------------------------------------------------------------


def test_a_native_webhook_lives(own_shop: Shop) -> None:
    """In Conecto's format too; it is shown with how it fares, replayed, and deleted."""
    given = {"notification_url": URL, "format": "conecto"}
    new = send(own_shop, "POST", "/v1/webhooks", given).json
    assert new["format"] == "conecto"
    assert new["event_types"] == [CREATED, UPDATED, DELETED]
    assert new["signature_key"]
    happen(own_shop, "A", "B")

    [listed] = send(own_shop, "GET", "/v1/webhooks").json["webhooks"]
    assert listed == send(own_shop, "GET", f"/v1/webhooks/{new['id']}").json
    assert listed["attempts"] == 0
    assert send(own_shop, "POST", f"/v1/webhooks/{new['id']}/replay", {"since": "2001-01-01"}).json == {
        "events": 2
    }
    assert send(own_shop, "POST", f"/v1/webhooks/{new['id']}/replay", {"event_id": "nobody's"}).status == 400
    assert send(own_shop, "DELETE", f"/v1/webhooks/{new['id']}").json == {}
    assert send(own_shop, "GET", f"/v1/webhooks/{new['id']}").status == 404


def test_conectos_format_tells_of_customers_only(own_shop: Shop) -> None:
    """It has no words for custom attributes."""
    given = {
        "notification_url": URL,
        "format": "conecto",
        "event_types": ["customer.custom_attribute.owned.updated"],
    }
    assert send(own_shop, "POST", "/v1/webhooks", given).status == 400


def test_a_disabled_subscription_goes_on_where_it_stood(own_shop: Shop) -> None:
    """What happened meanwhile is not lost."""
    new = made(own_shop)
    send(own_shop, "PUT", f"{ALL}/{new['id']}", {"subscription": {"enabled": False}})
    happen(own_shop, "A")
    assert outbox.claim(own_shop.directory, "test", limit=1) == []
    send(own_shop, "PUT", f"{ALL}/{new['id']}", {"subscription": {"enabled": True}})

    [claim] = outbox.claim(own_shop.directory, "test", limit=1)
    outgoing = outbox.following(own_shop.directory, claim)

    assert outgoing is not None
    assert outgoing.subscription == subscriptions.every(own_shop.directory, grant_of(own_shop.account))[0]
