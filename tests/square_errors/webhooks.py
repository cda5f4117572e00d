"""Cases of webhook subscriptions and events that no declaration tells of."""

from __future__ import annotations

from typing import Any

from tests.square_errors.case import Case

ALL = "/v2/webhooks/subscriptions"
GIVEN: dict[str, Any] = {
    "event_types": ["customer.created"],
    "notification_url": "https://hooks.example.com/",
}


def _one(operation: str, json: Any = None) -> tuple[Case, ...]:
    return (
        Case(operation=operation, parameter="subscription_id", when="is nobody's", code="NOT_FOUND",
             path={"subscription_id": "wbhk_nobodys"}, json=json),
        Case(operation=operation, parameter="subscription_id", when="sees more than the token does", code="NOT_FOUND",
             token="here", json=json),
    )  # fmt: skip


def _given(field: str, when: str, code: str, said: Any, *, at: str = "") -> tuple[Case, ...]:
    """A field that both writing operations judge alike."""
    return tuple(
        Case(operation=operation, parameter=f"subscription.{field}", when=when, code=code,
             field=f"subscription.{field}{at}", json={"subscription": GIVEN | {field: said}})
        for operation in ("CreateWebhookSubscription", "UpdateWebhookSubscription")
    )  # fmt: skip


def _search(field: str, when: str, code: str, said: dict[str, Any]) -> Case:
    return Case(operation="SearchEvents", parameter=field, when=when, code=code, field=field, json=said)


def _filter(**said: Any) -> dict[str, Any]:
    return {"query": {"filter": said}}


CASES = (
    *_one("RetrieveWebhookSubscription"),
    *_one("UpdateWebhookSubscription", {"subscription": {}}),
    *_one("DeleteWebhookSubscription"),
    *_one("UpdateWebhookSubscriptionSignatureKey", {}),
    *_one("TestWebhookSubscription", {}),
    *_given("name", "is blank", "VALUE_EMPTY", " "),
    *_given("name", "holds what cannot be printed", "VALUE_REGEX_MISMATCH", "a\u0000b"),
    *_given("event_types", "names what never happens to customers", "INVALID_ENUM_VALUE", ["customer.invented"],
            at="[0]"),
    *_given("notification_url", "is not https", "VALUE_REGEX_MISMATCH", "http://hooks.example.com/"),
    *_given("notification_url", "names a user", "VALUE_REGEX_MISMATCH", "https://me@hooks.example.com/"),
    *_given("notification_url", "is no URL of a host", "VALUE_REGEX_MISMATCH", "https:///square"),
    *_given("api_version", "is no date", "VALUE_REGEX_MISMATCH", "yesterday"),
    Case(operation="CreateWebhookSubscription", parameter="subscription.notification_url", when="is missing",
         code="MISSING_REQUIRED_PARAMETER", field="subscription.notification_url",
         json={"subscription": {"event_types": ["customer.created"]}}),
    Case(operation="CreateWebhookSubscription", parameter="subscription.event_types", when="is missing",
         code="MISSING_REQUIRED_PARAMETER", field="subscription.event_types",
         json={"subscription": {"notification_url": "https://hooks.example.com/"}}),
    Case(operation="CreateWebhookSubscription", parameter="idempotency_key", when="was used for another request",
         code="IDEMPOTENCY_KEY_REUSED", field="idempotency_key",
         json={"idempotency_key": "used hook", "subscription": GIVEN | {"name": "Another"}},
         first={"method": "POST", "target": ALL, "json": {"idempotency_key": "used hook", "subscription": GIVEN}}),
    Case(operation="TestWebhookSubscription", parameter="event_type", when="never happens here",
         code="INVALID_ENUM_VALUE", field="event_type", json={"event_type": "payment.created"}),
    _search("cursor", "was not made here", "INVALID_CURSOR", {"cursor": "x"}),
    _search("limit", "is less than 1", "VALUE_TOO_LOW", {"limit": 0}),
    _search("limit", "is more than 100", "VALUE_TOO_HIGH", {"limit": 101}),
    _search("query.sort.field", "is not DEFAULT", "INVALID_ENUM_VALUE", {"query": {"sort": {"field": "AGE"}}}),
    _search("query.sort.order", "is neither ASC nor DESC", "INVALID_SORT_ORDER", {"query": {"sort": {"order": "UP"}}}),
    _search("query.filter.created_at.start_at", "is no time", "INVALID_TIME",
            _filter(created_at={"start_at": "then"})),
    _search("query.filter.created_at.end_at", "is no time", "INVALID_TIME", _filter(created_at={"end_at": "then"})),
    _search("query.filter.created_at", "ends before it starts", "INVALID_TIME_RANGE",
            _filter(created_at={"start_at": "2024-01-02", "end_at": "2024-01-01"})),
)  # fmt: skip
