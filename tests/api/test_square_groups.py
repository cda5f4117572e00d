"""Groups and segments as Square's clients ask for them, and segments as our own API defines them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.api.shop import HERE, THERE, Answered, Shop
from tests.directory.test_groups import squares
from tests.directory.world import person

GROUPS = "/v2/customers/groups"
SEGMENTS = "/v2/customers/segments"


class Writer:
    """A shop, and a token that may write."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.token = shop.token(scopes=("customers:read", "customers:write"))

    def ask(self, method: str, target: str, json: Any = None) -> Answered:
        return self.shop.ask(method, target, token=self.token, json=json)

    def group(self, name: str = "Loyal", **said: Any) -> dict[str, Any]:
        answer = self.ask("POST", GROUPS, {"group": {"name": name}} | said)
        assert answer.status == 200, answer.body
        made: dict[str, Any] = answer.json["group"]
        return made

    def customer(self, name: str = "Ada") -> str:
        id: str = self.ask("POST", "/v2/customers", {"given_name": name}).json["customer"]["id"]
        return id


@pytest.fixture
def writer(own_shop: Shop) -> Writer:
    return Writer(own_shop)


def test_a_group_lives(writer: Writer) -> None:
    """Made, read, renamed and deleted; with the keys that Square's has, and no others."""
    made = writer.group()
    assert set(made) == {"id", "name", "created_at", "updated_at"}
    assert writer.ask("GET", f"{GROUPS}/{made['id']}").json == {"group": made}

    renamed = writer.ask(
        "PUT", f"{GROUPS}/{made['id']}", {"group": {"name": "Very Loyal", "id": "ignored"}}
    ).json

    assert renamed["group"] == made | {"name": "Very Loyal", "updated_at": renamed["group"]["updated_at"]}
    assert renamed["group"]["updated_at"] > made["updated_at"]
    assert writer.ask("DELETE", f"{GROUPS}/{made['id']}").json == {}
    assert writer.ask("GET", f"{GROUPS}/{made['id']}").code == "NOT_FOUND"
    assert writer.ask("DELETE", f"{GROUPS}/{made['id']}").status == 404
    assert writer.ask("GET", GROUPS).body == b"{}"


def test_a_group_is_made_once_for_a_key(writer: Writer) -> None:
    """The same request again gets the same group; another under the key is refused."""
    made = writer.group(idempotency_key="one")
    assert writer.group(idempotency_key="one") == made
    refused = writer.ask("POST", GROUPS, {"group": {"name": "Other"}, "idempotency_key": "one"})
    assert refused.code == "IDEMPOTENCY_KEY_REUSED"
    assert len(writer.ask("GET", GROUPS).json["groups"]) == 1


def test_a_customer_joins_without_a_body(writer: Writer) -> None:
    """`{}`, however often; with a body of `{}` as well, which old SDKs send."""
    ada, loyal = writer.customer(), writer.group()["id"]
    member = f"/v2/customers/{ada}/groups/{loyal}"

    bodies: tuple[Any, ...] = (None, {}, None)
    for json in bodies:
        assert writer.ask("PUT", member, json).body == b"{}"
    assert writer.ask("GET", f"/v2/customers/{ada}").json["customer"]["group_ids"] == [loyal]
    for _ in range(2):
        assert writer.ask("DELETE", member).body == b"{}"
    assert "group_ids" not in writer.ask("GET", f"/v2/customers/{ada}").json["customer"]


def test_joining_is_an_update_in_both_dialects(writer: Writer) -> None:
    """Pollers of Shift4's dialect see the customer again, though their document shows no groups."""
    ada, loyal = writer.customer(), writer.group()["id"]
    reader = writer.shop.token()
    listing = f"/pos/v2/{HERE}/customers"
    before = writer.shop.get(listing, token=reader).json["results"]

    writer.ask("PUT", f"/v2/customers/{ada}/groups/{loyal}")

    after = writer.shop.get(listing, token=reader).json["results"]
    assert after[0]["updatedAt"] > before[0]["updatedAt"]
    assert after[0] | {"updatedAt": 0} == before[0] | {"updatedAt": 0}


def test_lists_of_groups_are_turned_by_cursor(writer: Writer) -> None:
    """Every group once; no cursor on the last page, and one list's cursor is none of the other's."""
    made = [writer.group(f"Group {number}") for number in range(5)]

    page = writer.ask("GET", f"{GROUPS}?limit=3").json
    rest = writer.ask("GET", f"{GROUPS}?limit=3&cursor={page['cursor']}").json

    assert page["groups"] + rest["groups"] == made
    assert "cursor" not in rest
    exact = writer.ask("GET", f"{GROUPS}?limit=5").json
    assert (exact["groups"], "cursor" in exact) == (made, False)
    assert writer.ask("GET", f"{SEGMENTS}?cursor={page['cursor']}").code == "INVALID_CURSOR"


@pytest.mark.parametrize(
    "id", ["JGJCW9S0G68NE.APPOINTMENTS", "gv2:KF92J19VXN5FK30GX2", "groups", "é山", "a b"]
)
def test_ids_are_what_a_source_says(writer: Writer, id: str) -> None:
    """A dot, a colon, a blank, letters of any script, and what looks like one of our paths."""
    writer.shop.add(squares("SQ", id, segment_ids=[id]))
    spelt = quote(id, safe="")

    assert writer.ask("GET", f"{GROUPS}/{spelt}").json["group"]["name"] == id
    assert writer.ask("GET", f"{SEGMENTS}/{spelt}").json["segment"]["id"] == id
    assert writer.ask("DELETE", f"/v2/customers/SQ/groups/{spelt}").body == b"{}"
    assert writer.ask("PUT", f"/v2/customers/SQ/groups/{spelt}").body == b"{}"
    assert writer.ask("DELETE", f"{GROUPS}/{spelt}").body == b"{}"
    assert "group_ids" not in writer.ask("GET", "/v2/customers/SQ").json["customer"]


@pytest.mark.parametrize(
    "id",
    ["%00", "..", "%2e%2e", "%27%20OR%201=1--", "%25", "*", "%F0%9F%92%A9", "a" * 600, "%2F", "{id}", "%ff"],
)
def test_ids_that_nobody_has(writer: Writer, id: str) -> None:
    """They are not found, whatever they look like, and nothing of them comes back."""
    ada = writer.customer()
    for method, target, json in (
        ("GET", f"{GROUPS}/{id}", None),
        ("PUT", f"{GROUPS}/{id}", {"group": {"name": "A"}}),
        ("DELETE", f"{GROUPS}/{id}", None),
        ("GET", f"{SEGMENTS}/{id}", None),
        ("PUT", f"/v2/customers/{ada}/groups/{id}", None),
        ("DELETE", f"/v2/customers/{ada}/groups/{id}", None),
        ("PUT", f"/v2/customers/{id}/groups/{ada}", None),
    ):
        answer = writer.ask(method, target, json)
        assert (answer.status, answer.code) == (404, "NOT_FOUND"), target


def test_static_paths_come_before_ids(writer: Writer) -> None:
    """A customer whose id is `groups` hides no group, and is not found under them."""
    writer.shop.add(squares("groups"), squares("segments"))
    assert writer.ask("GET", GROUPS).body == b"{}"
    assert writer.ask("GET", SEGMENTS).json["segments"][0]["name"] == "Reachable"
    for method in ("PUT", "DELETE"):
        assert writer.ask(method, GROUPS, {"given_name": "A"}).status == 405
    assert len(writer.ask("GET", "/v2/customers").json["customers"]) == 2


def test_writing_needs_the_scope(writer: Writer) -> None:
    """A reader reads groups and segments, and changes nothing."""
    loyal, ada = writer.group()["id"], writer.customer()
    for method, target, json in (
        ("POST", GROUPS, {"group": {"name": "A"}}),
        ("PUT", f"{GROUPS}/{loyal}", {"group": {"name": "A"}}),
        ("DELETE", f"{GROUPS}/{loyal}", None),
        ("PUT", f"/v2/customers/{ada}/groups/{loyal}", None),
        ("DELETE", f"/v2/customers/{ada}/groups/{loyal}", None),
        ("POST", "/v1/segments", {"name": "A", "filter": {"reference_id": {"exact": "1"}}}),
        ("DELETE", "/v1/segments/x", None),
    ):
        assert writer.shop.ask(method, target, json=json).status == 403
    assert writer.shop.get(GROUPS).json["groups"][0]["name"] == "Loyal"
    assert writer.shop.get("/v1/segments").status == 200


def test_a_segment_of_our_own(writer: Writer) -> None:
    """Defined in our API, read in both, shown with its customers, and deleted."""
    writer.shop.add(
        person("C-1", "Ada", email="ada@example.org"), person("C-2", "Bea", email="bea@example.com")
    )
    filter = {"email_address": {"fuzzy": "example org"}, "created_at": {"start_at": "2020-01-01T00:00:00Z"}}

    made = writer.ask("POST", "/v1/segments", {"name": "Org", "filter": filter}).json

    assert (made["name"], made["is_filled"], made["filter"]) == ("Org", True, filter)
    shown = {
        one["given_name"]: one["segment_ids"] for one in writer.ask("GET", "/v2/customers").json["customers"]
    }
    reachable = f"{writer.shop.account.merchant_id}.REACHABLE"
    assert shown == {"Ada": [reachable, made["id"]], "Bea": [reachable]}
    assert writer.ask("GET", f"/v1/segments/{quote(made['id'])}").json == made
    assert [one["name"] for one in writer.ask("GET", "/v1/segments").json["segments"]] == ["Reachable", "Org"]
    told = writer.ask("GET", f"{SEGMENTS}/{quote(made['id'])}").json["segment"]
    assert told == {key: told[key] for key in ("created_at", "id", "name", "updated_at")}
    here = writer.shop.token(HERE)
    assert "filter" not in writer.shop.get(f"/v1/segments/{quote(made['id'])}", token=here).json

    assert writer.ask("DELETE", f"/v1/segments/{quote(made['id'])}").body == b"{}"
    assert [one["id"] for one in writer.ask("GET", SEGMENTS).json["segments"]] == [reachable]
    assert made["id"].encode() not in writer.ask("GET", "/v2/customers").body


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "A"},
        {"name": "", "filter": {"reference_id": {"exact": "1"}}},
        {"name": "x" * 1_001, "filter": {"reference_id": {"exact": "1"}}},
        {"name": "A", "filter": {}},
        {"name": "A", "filter": {"unknown": 1}},
        {"name": "A", "filter": {"created_at": {"start_at": "P30D"}}},
        {"name": "A", "filter": {"created_at": {"start_at": "-30 days"}}},
        {"name": "A", "filter": {"email_address": {"exact": "a", "fuzzy": "b"}}},
        {"name": "A", "filter": {"group_ids": {"any": ["G"]}}},
        {"name": "A", "filter": {"reference_id": {"exact": "1"}, "segment_ids": {"none": ["S"]}}},
        {
            "name": "A",
            "filter": {"custom_attribute": {"filters": [{"key": "k", "filter": {"boolean": True}}]}},
        },
    ],
)
def test_what_defines_no_segment(writer: Writer, body: Any) -> None:
    """Filters of other things than a customer's own fields, of relative times, or of nothing."""
    assert writer.ask("POST", "/v1/segments", body).status == 400
    assert len(writer.ask("GET", "/v1/segments").json["segments"]) == 1


def test_a_customer_elsewhere_is_nobodys(writer: Writer) -> None:
    """A token of one location puts nobody of another into a group."""
    writer.shop.add(person("T-1", "Tove"), location_id=THERE)
    [tove] = writer.ask("GET", "/v2/customers").json["customers"]
    loyal = writer.group()["id"]
    here = writer.shop.token(HERE, scopes=("customers:read", "customers:write"))

    refused = writer.shop.ask("PUT", f"/v2/customers/{tove['id']}/groups/{loyal}", token=here)

    assert refused.status == 404
    assert writer.shop.ask("DELETE", f"{GROUPS}/{loyal}", token=here).status == 403
