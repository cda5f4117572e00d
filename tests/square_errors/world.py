"""The world that the cases are asked in: an account with two locations, a few customers, tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from regulars.model.place import Scope
from tests.api.shop import HERE, THERE, Answered, Shop
from tests.directory.world import person
from tests.square_errors import attributes
from tests.square_errors.case import Case, filled

WRITE: tuple[Scope, ...] = ("customers:read", "customers:write", "locations:read", "locations:write")


@dataclass
class World:
    """A shop, its tokens, and the words that stand for its ids: `{customer}`, `{elsewhere}`."""

    shop: Shop
    tokens: Mapping[str, str | None]
    words: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, template: str, case: Case) -> Answered:
        """The answer to a case at a route's template."""
        if case.first is not None:
            first = self.shop.ask(**self.said(dict(case.first)), token=self.tokens["all"])
            assert first.status == 200, first.body
        words = self.words | {name: filled(text, self.words) for name, text in case.path.items()}
        target = filled(template, words)
        query = filled(case.query, self.words)
        body = {"body": case.body} if case.body is not None else {"json": self.said(case.json)}
        return self.shop.ask(
            method,
            f"{target}?{query}" if query else target,
            token=self.tokens[case.token],
            headers=case.headers,
            **body,
        )

    def said(self, value: Any) -> Any:
        """A value with the ids of this world."""
        return filled(value, self.words)


def settled(shop: Shop) -> World:
    """The shop with what the cases speak of."""
    shop.add(person("C-1", "Ada", "Example", email="ada@example.com"))
    shop.add(person("T-1", "Tove", "There"), location_id=THERE)
    names = {one["given_name"]: one["id"] for one in shop.get("/v2/customers").json["customers"]}
    words = {
        "customer": names["Ada"],
        "elsewhere": names["Tove"],
        "nobody": "NOBODY00000000000000000000",
        "customer_id": names["Ada"],
        "location_id": str(HERE),
        "merchant_id": shop.account.merchant_id,
    }
    writer = shop.token(scopes=WRITE)
    group = shop.ask("POST", "/v2/customers/groups", json={"group": {"name": "Loyal"}}, token=writer)
    words["group_id"] = group.json["group"]["id"]
    given = {"event_types": ["customer.created"], "notification_url": "https://hooks.example.com/"}
    hook = shop.ask("POST", "/v2/webhooks/subscriptions", json={"subscription": given}, token=writer)
    words["subscription_id"] = hook.json["subscription"]["id"]
    for key, schema in attributes.DEFINED.items():
        definition = {"key": key, "schema": schema, "name": key.upper(), "description": "For a test."}
        asked = {"custom_attribute_definition": definition | attributes.SHOWN}
        assert shop.ask("POST", attributes.ALL, json=asked, token=writer).status == 200
    words["key"] = "size"
    size = f"/v2/customers/{words['customer']}/custom-attributes/size"
    assert shop.ask("POST", size, json={"custom_attribute": {"value": "M"}}, token=writer).status == 200
    tokens = {
        "all": writer,
        "here": shop.token(HERE, scopes=WRITE),
        "none": None,
    }
    return World(shop, tokens, words)
