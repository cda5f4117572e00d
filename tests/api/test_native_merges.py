"""`/v1/customers/{id}/merge` and its undo, and what Square's dialect makes of merged ids."""

from __future__ import annotations

from typing import Any

import pytest

from regulars.limits import MERGED_MAX
from regulars.model.place import Scope
from tests.api.shop import HERE, THERE, Answered, Shop
from tests.directory.world import person
from tests.proof_faults import consistent

STRING = "https://developer-production-s.squarecdn.com/schemas/v1/common.json#squareup.common.String"
GOLD = {"key": "tier", "filter": {"text": {"exact": "gold"}}}
WRITE: tuple[Scope, ...] = ("customers:read", "customers:write")


class Merger:
    """The shop, asked with a token that may write."""

    def __init__(self, shop: Shop, *location_ids: int) -> None:
        self.shop = shop
        self.token = shop.token(*location_ids, scopes=WRITE)

    def ask(self, method: str, target: str, **said: Any) -> Answered:
        return self.shop.ask(method, target, token=self.token, **said)

    def created(self, **fields: Any) -> str:
        answer = self.ask("POST", "/v2/customers", json=fields)
        return str(answer.json["customer"]["id"])

    def merge(self, survivor: str, **said: Any) -> Answered:
        return self.ask("POST", f"/v1/customers/{survivor}/merge", json=said)

    def undo(self, merge_id: str) -> Answered:
        return self.ask("POST", f"/v1/merges/{merge_id}/undo")

    def read(self, id: str) -> Any:
        return self.ask("GET", f"/v2/customers/{id}").json["customer"]


@pytest.fixture
def merger(own_shop: Shop) -> Merger:
    return Merger(own_shop)


def test_a_merge_and_its_undo(merger: Merger) -> None:
    """Both answer with Square's documents, as a read right after does."""
    a = merger.created(given_name="Ada")
    b = merger.created(given_name="Grace", email_address="grace@example.com")
    was = merger.read(b)

    merged = merger.merge(a, **{"from": [b], "version": 0})
    assert merged.status == 200
    assert set(merged.json) == {"merge_id", "customer"}
    shown = merged.json["customer"]
    assert (shown["id"], shown["version"], shown["email_address"]) == (a, 1, "grace@example.com")
    assert merger.read(a) == merger.read(b) == shown
    bulk = merger.ask("POST", "/v2/customers/bulk-retrieve", json={"customer_ids": [a, b]}).json
    assert [one["customer"]["id"] for one in bulk["responses"].values()] == [a, a]

    undone = merger.undo(merged.json["merge_id"])
    assert undone.status == 200
    assert b"null" not in undone.body
    assert undone.json["customer"] == merger.read(a)
    assert undone.json["returned"] == [merger.read(b)]
    assert merger.read(b) == was | {"version": 1, "updated_at": merger.read(b)["updated_at"]}
    assert merger.undo(merged.json["merge_id"]).status == 409


def test_a_merged_id_cannot_be_written_to(merger: Merger) -> None:
    """PUT, DELETE, cards and merges by an old id are 404, and change nothing."""
    a, b = merger.created(given_name="Ada"), merger.created(given_name="Grace")
    merger.merge(a, **{"from": [b]})
    before = merger.read(a)
    assert merger.ask("PUT", f"/v2/customers/{b}", json={"note": "x"}).code == "NOT_FOUND"
    assert merger.ask("DELETE", f"/v2/customers/{b}").code == "NOT_FOUND"
    said = {"card_nonce": "cnon:card-nonce-ok"}
    assert merger.ask("POST", f"/v2/customers/{b}/cards", json=said).status in {400, 404}
    assert merger.merge(b, **{"from": [a]}).status == 404
    bulk = merger.ask("POST", "/v2/customers/bulk-delete", json={"customer_ids": [b]}).json
    assert bulk["responses"][b]["errors"][0]["code"] == "NOT_FOUND"
    assert merger.read(a) == before


def test_a_created_customer_is_not_created_again(merger: Merger) -> None:
    """The key of its creation still has its first answer when it was merged away, and when it is back."""
    said = {"idempotency_key": "k1", "given_name": "Grace"}
    a = merger.created(given_name="Ada")
    b = merger.created(**said)
    merge_id = merger.merge(a, **{"from": [b]}).json["merge_id"]
    assert merger.created(**said) == b
    merger.undo(merge_id)
    assert merger.created(**said) == b
    merger.ask("DELETE", f"/v2/customers/{b}")
    assert merger.created(**said) != b


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"from": []},
        {"from": "x"},
        {"from": [1]},
        {"from": [""]},
        {"from": ["x"] * (MERGED_MAX + 1)},
        {"from": ["x"], "version": -1},
        {"from": ["x"], "version": "1"},
    ],
)
def test_a_request_that_is_none(merger: Merger, said: dict[str, Any]) -> None:
    """400 for a body that is no merge."""
    a = merger.created(given_name="Ada")
    assert merger.merge(a, **said).status == 400


def test_refusals(merger: Merger) -> None:
    """404 for who is not there or not the token's, 409 for another version, 400 for itself, 403 without the scope."""
    merger.shop.add(person("1"))
    merger.shop.add(person("2"), location_id=THERE)
    here, there = Merger(merger.shop, HERE), Merger(merger.shop, THERE)
    listed = merger.ask("GET", "/v2/customers").json["customers"]
    ids = {one["reference_id"]: one["id"] for one in listed}

    assert merger.merge(ids["1"], **{"from": ["NOBODYS"]}).status == 404
    assert merger.merge("NOBODYS", **{"from": [ids["1"]]}).status == 404
    assert merger.merge("x" * 600, **{"from": [ids["1"]]}).status == 404
    assert here.merge(ids["1"], **{"from": [ids["2"]]}).status == 404
    assert merger.merge(ids["1"], **{"from": [ids["1"]]}).status == 400
    assert merger.merge(ids["1"], **{"from": [ids["2"]], "version": 3}).status == 409
    target = f"/v1/customers/{ids['1']}/merge"
    assert merger.shop.ask("POST", target, json={"from": [ids["2"]]}).status == 403

    merge_id = merger.merge(ids["1"], **{"from": [ids["2"]]}).json["merge_id"]
    for narrow in (here, there):
        assert narrow.ask("GET", f"/v2/customers/{ids['2']}").status == 404
        assert narrow.undo(merge_id).status == 404
    assert merger.undo("x" * 600).status == merger.undo("NOBODYS").status == 404
    merger.ask("DELETE", f"/v2/customers/{ids['1']}")
    assert merger.undo(merge_id).status == 404


def test_custom_attributes_come_back(merger: Merger) -> None:
    """Nobody finds a customer that was merged away by them; they come back with it, and go with the survivor."""
    definition = {"key": "tier", "schema": {"$ref": STRING}}
    made = merger.ask(
        "POST", "/v2/customers/custom-attribute-definitions", json={"custom_attribute_definition": definition}
    )
    assert made.status == 200, made.body
    a, b = merger.created(given_name="Ada"), merger.created(given_name="Grace")
    target = f"/v2/customers/{b}/custom-attributes/tier"
    merger.ask("POST", target, json={"custom_attribute": {"value": "gold"}})
    found = {"query": {"filter": {"custom_attribute": {"filters": [GOLD]}}}}

    def hits() -> list[str]:
        answer = merger.ask("POST", "/v2/customers/search", json=found)
        assert answer.status == 200, answer.body
        return [one["id"] for one in answer.json.get("customers", [])]

    assert hits() == [b]
    merge_id = merger.merge(a, **{"from": [b]}).json["merge_id"]
    assert hits() == []
    assert merger.ask("GET", target).status == 404
    assert merger.ask("POST", target, json={"custom_attribute": {"value": "x"}}).status == 404
    merger.undo(merge_id)
    assert hits() == [b]
    assert merger.ask("GET", target).json["custom_attribute"]["value"] == "gold"
    merger.merge(a, **{"from": [b]})
    merger.ask("DELETE", f"/v2/customers/{a}")
    connection = merger.shop.directory.store.connection
    for table in ("attribute", "attribute_term"):
        assert list(connection.execute(f"SELECT * FROM {table}")) == []  # noqa: S608  # a name of ours


def test_groups_of_a_merge(merger: Merger) -> None:
    """The survivor joins the others' groups; one that was deleted meanwhile comes back with nobody."""
    a, b = merger.created(given_name="Ada"), merger.created(given_name="Grace")
    one, two = (
        merger.ask("POST", "/v2/customers/groups", json={"group": {"name": name}}).json["group"]["id"]
        for name in ("One", "Two")
    )

    def members(group: str) -> list[str]:
        found = {"query": {"filter": {"group_ids": {"any": [group]}}}}
        answer = merger.ask("POST", "/v2/customers/search", json=found)
        return [each["id"] for each in answer.json.get("customers", [])]

    for group in (one, two):
        assert merger.ask("PUT", f"/v2/customers/{b}/groups/{group}").status == 200
    merge_id = merger.merge(a, **{"from": [b]}).json["merge_id"]
    assert [members(group) for group in (one, two)] == [[a], [a]]
    assert merger.ask("PUT", f"/v2/customers/{b}/groups/{one}").status == 404

    merger.ask("DELETE", f"/v2/customers/groups/{one}")
    merger.undo(merge_id)
    assert merger.read(b)["group_ids"] == [two]
    assert "group_ids" not in merger.read(a)
    assert members(two) == [b]
    assert merger.ask("GET", f"/v2/customers/groups/{one}").status == 404
    assert list(consistent.complaints_of(merger.shop.directory)) == []
