"""Square's SDKs define custom attributes, and give them to customers."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.square_clients.client import Client, refused

pytestmark = pytest.mark.xdist_group("square clients: attributes")

_COMMON = "https://developer-production-s.squarecdn.com/schemas/v1/common.json#squareup.common."
STRING = {"$ref": f"{_COMMON}String"}
TYPES = {
    "Boolean": (True, "yes"),
    "Date": ("2024-02-29", "2023-02-29"),
    "Email": ("fan@example.com", "no mail"),
    "Number": ("10.5", "ten"),
    "PhoneNumber": ("+12125550140", "call me"),
    "String": ("Dune", 7),
    "Address": ({"postal_code": "10003", "country": "US"}, "somewhere"),
}
SELECTION = {
    "$schema": "https://developer-production-s.squarecdn.com/meta-schemas/v1/selection.json",
    "type": "array",
    "uniqueItems": True,
    "maxItems": 2,
    "items": {"names": ["Window", "Aisle", "Bar"]},
}


def defined(sdk: Client, key: str, schema: dict[str, Any] = STRING, **more: str) -> dict[str, Any]:
    definition = {"key": key, "name": key.title(), "description": "For a test.", "schema": schema}
    definition |= {"visibility": "VISIBILITY_READ_WRITE_VALUES"} | more
    made = sdk.ask("create_customer_custom_attribute_definition", custom_attribute_definition=definition)
    found: dict[str, Any] = made["custom_attribute_definition"]
    return found


def customer(sdk: Client, name: str) -> str:
    return str(sdk.ask("create_customer", given_name=name)["customer"]["id"])


def fresh() -> str:
    return f"key-{uuid4().hex[:12]}"


def test_a_definition_lives(sdk: Client) -> None:
    """Made at version 1, changed at 2, and gone with all its values; deleting what is not there is no error."""
    key = fresh()
    assert sdk.ask("delete_customer_custom_attribute_definition", key=key) == {}
    made = defined(sdk, key, name="Favourite Film")
    assert (made["key"], made["version"], made["schema"]) == (key, 1, STRING)
    assert made["visibility"] == "VISIBILITY_READ_WRITE_VALUES"
    read = sdk.ask("retrieve_customer_custom_attribute_definition", key=key)
    assert read["custom_attribute_definition"] == made

    changes = {"description": "As desired.", "visibility": "VISIBILITY_READ_ONLY"}
    changed = sdk.ask(
        "update_customer_custom_attribute_definition",
        key=key,
        custom_attribute_definition=changes | {"version": 1},
    )["custom_attribute_definition"]
    assert {name: changed[name] for name in (*changes, "version")} == changes | {"version": 2}
    assert changed["name"] == "Favourite Film"
    stale = {"key": key, "custom_attribute_definition": changes | {"version": 1}}
    assert refused(sdk, "update_customer_custom_attribute_definition", **stale)[0] in {400, 409}

    ada = customer(sdk, "Ada")
    value = {"customer_id": ada, "key": key}
    sdk.ask("upsert_customer_custom_attribute", **value, custom_attribute={"value": "Dune"})
    assert sdk.ask("delete_customer_custom_attribute_definition", key=key) == {}
    missing = refused(sdk, "retrieve_customer_custom_attribute_definition", key=key)
    assert missing == (404, ["NOT_FOUND"])
    assert refused(sdk, "retrieve_customer_custom_attribute", **value) == (404, ["NOT_FOUND"])
    assert sdk.ask("list_customer_custom_attributes", customer_id=ada) == {}


def test_definitions_are_listed(sdk: Client) -> None:
    """The pager turns every page of definitions."""
    keys = sorted(defined(sdk, fresh())["key"] for _ in range(3))

    pages = sdk.walk("list_customer_custom_attribute_definitions", limit=2)

    assert [len(page["custom_attribute_definitions"]) for page in pages] == [2, 1]
    listed = [one["key"] for page in pages for one in page["custom_attribute_definitions"]]
    assert sorted(listed) == keys
    for key in keys:
        sdk.ask("delete_customer_custom_attribute_definition", key=key)
    assert sdk.ask("list_customer_custom_attribute_definitions") == {}


@pytest.mark.parametrize("kind", TYPES)
def test_a_value_is_of_its_type(sdk: Client, kind: str) -> None:
    """A value of the definition's type is kept as it came; another is refused."""
    good, bad = TYPES[kind]
    value = {
        "customer_id": customer(sdk, kind),
        "key": defined(sdk, fresh(), {"$ref": _COMMON + kind})["key"],
    }

    made = sdk.ask("upsert_customer_custom_attribute", **value, custom_attribute={"value": good})

    assert made["custom_attribute"]["value"] == good
    shown = sdk.ask("retrieve_customer_custom_attribute", **value)["custom_attribute"]
    assert (shown["value"], shown["version"]) == (good, 1)
    refusal = refused(sdk, "upsert_customer_custom_attribute", **value, custom_attribute={"value": bad})
    assert refusal[0] == 400
    sdk.ask("delete_customer_custom_attribute_definition", key=value["key"])


def test_a_selection_is_chosen_from(sdk: Client) -> None:
    """The server gives each name of a selection an id; values are lists of those."""
    made = defined(sdk, fresh(), SELECTION)
    items = made["schema"]["items"]
    assert items["names"] == ["Window", "Aisle", "Bar"]
    window, _, bar = items["enum"]
    value = {"customer_id": customer(sdk, "Chooser"), "key": made["key"]}

    chosen = sdk.ask("upsert_customer_custom_attribute", **value, custom_attribute={"value": [bar, window]})

    assert sorted(chosen["custom_attribute"]["value"]) == sorted([bar, window])
    for wrong in (["nothing"], items["enum"], [bar, bar]):
        refusal = refused(sdk, "upsert_customer_custom_attribute", **value, custom_attribute={"value": wrong})
        assert refusal[0] == 400
    sdk.ask("delete_customer_custom_attribute_definition", key=made["key"])


def test_a_value_lives(sdk: Client) -> None:
    """Given, changed under a version, listed with its definition, and taken away."""
    key = fresh()
    definition = defined(sdk, key)
    value = {"customer_id": customer(sdk, "Ada"), "key": key}
    first = sdk.ask("upsert_customer_custom_attribute", **value, custom_attribute={"value": "Dune"})
    assert (first["custom_attribute"]["value"], first["custom_attribute"]["version"]) == ("Dune", 1)
    second = sdk.ask(
        "upsert_customer_custom_attribute", **value, custom_attribute={"value": "Alien", "version": 1}
    )["custom_attribute"]
    assert (second["value"], second["version"]) == ("Alien", 2)
    stale = {"custom_attribute": {"value": "Lost", "version": 1}}
    assert refused(sdk, "upsert_customer_custom_attribute", **value, **stale)[0] in {400, 409}

    read = sdk.ask("retrieve_customer_custom_attribute", **value, with_definition=True)["custom_attribute"]
    assert (read["value"], read["definition"]) == ("Alien", definition)
    bare = sdk.ask("retrieve_customer_custom_attribute", **value)["custom_attribute"]
    assert bare == {name: part for name, part in read.items() if name != "definition"}
    [page] = sdk.walk(
        "list_customer_custom_attributes", customer_id=value["customer_id"], with_definitions=True
    )
    assert page["custom_attributes"] == [read]

    assert sdk.ask("delete_customer_custom_attribute", **value) == {}
    assert refused(sdk, "retrieve_customer_custom_attribute", **value) == (404, ["NOT_FOUND"])
    sdk.ask("delete_customer_custom_attribute_definition", key=key)


def test_values_in_bulk(sdk: Client) -> None:
    """Several values for several customers at once, good and bad beside each other."""
    film, owns = defined(sdk, fresh()), defined(sdk, fresh(), {"$ref": f"{_COMMON}Boolean"})
    ada, bea = customer(sdk, "Ada"), customer(sdk, "Bea")
    values = {
        "id1": {"customer_id": ada, "custom_attribute": {"key": film["key"], "value": "Dune"}},
        "id2": {"customer_id": bea, "custom_attribute": {"key": owns["key"], "value": False}},
        "id3": {"customer_id": bea, "custom_attribute": {"key": owns["key"] + "-no", "value": False}},
    }

    answers = sdk.ask("bulk_upsert_customer_custom_attributes", values=values)["values"]

    assert set(answers) == set(values)
    assert (answers["id1"]["customer_id"], answers["id1"]["custom_attribute"]["value"]) == (ada, "Dune")
    assert (answers["id2"]["customer_id"], answers["id2"]["custom_attribute"]["value"]) == (bea, False)
    [error] = answers["id3"]["errors"]
    assert error["category"] == "INVALID_REQUEST_ERROR"
    shown = sdk.ask("retrieve_customer_custom_attribute", customer_id=ada, key=film["key"])
    assert shown["custom_attribute"] == answers["id1"]["custom_attribute"]
    for definition in (film, owns):
        sdk.ask("delete_customer_custom_attribute_definition", key=definition["key"])
