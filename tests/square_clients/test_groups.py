"""Square's SDKs keep groups of customers, and read segments."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.square_clients.client import Client, refused

pytestmark = pytest.mark.xdist_group("square clients: groups")


def customer(sdk: Client, name: str, **fields: str) -> str:
    made = sdk.ask("create_customer", given_name=name, **fields)
    return str(made["customer"]["id"])


def group_ids(sdk: Client, customer_id: str) -> list[str]:
    found = sdk.ask("retrieve_customer", customer_id=customer_id)["customer"]
    return sorted(found.get("group_ids", []))


def members(sdk: Client, group_id: str) -> list[str]:
    query = {"filter": {"group_ids": {"all": [group_id]}}}
    found = sdk.ask("search_customers", query=query).get("customers", [])
    return sorted(one["given_name"] for one in found)


def test_a_group_lives(sdk: Client) -> None:
    """Made, renamed, joined, left and deleted; its members show it while it is there."""
    key = str(uuid4())
    made = sdk.ask("create_customer_group", group={"name": "Loyal"}, idempotency_key=key)["group"]
    assert set(made) == {"id", "name", "created_at", "updated_at"}
    assert sdk.ask("create_customer_group", group={"name": "Loyal"}, idempotency_key=key)["group"] == made
    group_id = made["id"]
    assert sdk.ask("retrieve_customer_group", group_id=group_id)["group"] == made
    renamed = sdk.ask("update_customer_group", group_id=group_id, group={"name": "Very Loyal"})["group"]
    assert (renamed["id"], renamed["name"], renamed["created_at"]) == (
        group_id, "Very Loyal", made["created_at"],
    )  # fmt: skip

    ada, bea = customer(sdk, "Ada"), customer(sdk, "Bea")
    for member in (ada, bea, ada):  # once more does no harm
        assert sdk.ask("add_group_to_customer", customer_id=member, group_id=group_id) == {}
    assert (group_ids(sdk, ada), group_ids(sdk, bea)) == ([group_id], [group_id])
    assert members(sdk, group_id) == ["Ada", "Bea"]
    assert sdk.ask("remove_group_from_customer", customer_id=bea, group_id=group_id) == {}
    assert (group_ids(sdk, ada), group_ids(sdk, bea)) == ([group_id], [])
    assert members(sdk, group_id) == ["Ada"]

    assert sdk.ask("delete_customer_group", group_id=group_id) == {}
    assert group_ids(sdk, ada) == []
    assert members(sdk, group_id) == []
    assert refused(sdk, "retrieve_customer_group", group_id=group_id) == (404, ["NOT_FOUND"])


def test_groups_are_listed(sdk: Client) -> None:
    """The pager turns every page of groups."""
    names = [f"Group {number}" for number in range(5)]
    made = {name: sdk.ask("create_customer_group", group={"name": name})["group"]["id"] for name in names}

    pages = sdk.walk("list_customer_groups", limit=2)

    assert [len(page["groups"]) for page in pages] == [2, 2, 1]
    assert {one["name"]: one["id"] for page in pages for one in page["groups"]} == made
    for group_id in made.values():
        assert sdk.ask("delete_customer_group", group_id=group_id) == {}
    assert sdk.ask("list_customer_groups") == {}


def test_what_square_refuses_of_groups(sdk: Client) -> None:
    """Names must be there, and so must groups and customers."""
    ada = customer(sdk, "Ada")
    group = sdk.ask("create_customer_group", group={"name": "There"})["group"]["id"]

    status, _ = refused(sdk, "create_customer_group", group={"name": ""})
    assert status == 400
    assert refused(sdk, "list_customer_groups", limit=51) == (400, ["VALUE_TOO_HIGH"])
    assert refused(sdk, "list_customer_groups", limit=0) == (400, ["VALUE_TOO_LOW"])
    for operation in ("add_group_to_customer", "remove_group_from_customer"):
        for member in ({"customer_id": ada, "group_id": "NONE"}, {"customer_id": "NONE", "group_id": group}):
            assert refused(sdk, operation, **member) == (404, ["NOT_FOUND"])
    assert refused(sdk, "update_customer_group", group_id="NONE", group={"name": "A"}) == (404, ["NOT_FOUND"])


def test_segments_are_read(sdk: Client) -> None:
    """Everybody with an e-mail is reachable; the segment's id has a dot in it, and a search takes it."""
    customer(sdk, "Nomail")
    reachable = customer(sdk, "Mailed", email_address="mailed@example.com")

    [page] = sdk.walk("list_customer_segments", limit=50)
    by_name = {one["name"]: one for one in page["segments"]}
    segment = by_name["Reachable"]
    assert segment["id"].endswith(".REACHABLE")
    found = sdk.ask("retrieve_customer_segment", segment_id=segment["id"])["segment"]
    assert (found["id"], found["name"]) == (segment["id"], "Reachable")
    assert refused(sdk, "retrieve_customer_segment", segment_id="NO.SUCH") == (404, ["NOT_FOUND"])

    shown = sdk.ask("retrieve_customer", customer_id=reachable)["customer"]
    assert segment["id"] in shown["segment_ids"]
    query = {"filter": {"segment_ids": {"any": [segment["id"]]}}}
    names = [one["given_name"] for one in sdk.ask("search_customers", query=query)["customers"]]
    assert names == ["Mailed"]
    unknown = {"filter": {"segment_ids": {"any": ["NO.SUCH"]}}}
    assert refused(sdk, "search_customers", query=unknown)[0] == 400
