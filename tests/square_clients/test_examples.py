"""Square's own examples of requests, answers and events: sent as they are, and answered in their shape."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from regulars.model.event import OLDER_NAMES
from regulars.testing import sandbox
from tests.proof_http.client import Client, client
from tests.proof_http.house import ROOT
from tests.square_clients.shapes import shape, without

pytestmark = pytest.mark.xdist_group("square clients: examples")

FILE = ROOT.parent / "shared" / "contracts" / "square-customer-examples.json"
EXAMPLES: dict[str, Any] = json.loads(FILE.read_text()) if FILE.exists() else {}
# Gift cards are another API of Square's, which has customers in it; it is not served here.
ELSEWHERE = [name for name in EXAMPLES if "GiftCard" in name]
# What the directory gives a customer.
GIVEN = (
    "id",
    "created_at",
    "updated_at",
    "version",
    "creation_source",
    "preferences",
    "group_ids",
    "segment_ids",
)
DEFINITIONS = "/v2/customers/custom-attribute-definitions"


@dataclass
class Desk:
    """What was sent and answered, under the names of the examples."""

    client: Client
    accepted: set[str] = field(default_factory=set)
    answers: dict[str, Any] = field(default_factory=dict)

    def send(self, method: str, target: str, body: Any = None, *, example: str | None = None) -> Any:
        """A request that must be accepted; `example` names the operation whose examples it and its answer are."""
        content = None if body is None else json.dumps(body).encode()
        answer = self.client.get(target, ("Content-Type", "application/json"), method=method, body=content)
        assert answer.status == 200, (method, target, body, answer)
        if example:
            self.accepted.add(f"{example}Request")
            self.answers[f"{example}Response"] = answer.value
        return answer.value


def request(name: str) -> Any:
    """The body of an example, to be changed at will."""
    return json.loads(json.dumps(EXAMPLES[f"{name}Request"]))


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    """Everything that the examples do, done once."""
    with sandbox.running() as server:
        account = server.new_account()
        with client(int(account.url.rpartition(":")[2]), account.token) as asking:
            desk = Desk(asking)
            desk.send("PUT", "/v2/events/enable")
            amelia = customers(desk)
            bulk(desk)
            attributes(desk, amelia)
            goodbye(desk, amelia)
            yield desk


def customers(desk: Desk) -> str:
    """Amelia is made, put into a group, listed, found and changed."""
    made = desk.send("POST", "/v2/customers", request("CreateCustomer"), example="CreateCustomer")
    amelia: str = made["customer"]["id"]
    path = f"/v2/customers/{amelia}"
    group = desk.send(
        "POST", "/v2/customers/groups", request("CreateCustomerGroup"), example="CreateCustomerGroup"
    )
    group_id = group["group"]["id"]
    desk.send("POST", "/v2/customers/groups", {"group": {"name": "Super Loyal Customers"}})
    desk.send("GET", "/v2/customers/groups", example="ListCustomerGroups")
    group_path = f"/v2/customers/groups/{group_id}"
    desk.send("GET", group_path, example="RetrieveCustomerGroup")
    desk.send("PUT", group_path, request("UpdateCustomerGroup"), example="UpdateCustomerGroup")
    desk.send("PUT", f"{path}/groups/{group_id}", example="AddGroupToCustomer")
    desk.send("GET", path, example="RetrieveCustomer")
    desk.send("GET", "/v2/customers", example="ListCustomers")
    segments = desk.send("GET", "/v2/customers/segments", example="ListCustomerSegments")
    segment_id = segments["segments"][0]["id"]
    desk.send("GET", f"/v2/customers/segments/{segment_id}", example="RetrieveCustomerSegment")
    searching(desk, group_id)
    desk.send("DELETE", f"{path}/groups/{group_id}", example="RemoveGroupFromCustomer")
    desk.send("DELETE", group_path, example="DeleteCustomerGroup")

    card = request("CreateCustomerCard") | {"card_nonce": "cnon:card-nonce-ok"}
    made = desk.send("POST", f"{path}/cards", card, example="CreateCustomerCard")
    desk.send("DELETE", f"{path}/cards/{made['card']['id']}", example="DeleteCustomerCard")

    version = desk.send("GET", path)["customer"]["version"]
    desk.send("PUT", path, request("UpdateCustomer") | {"version": version}, example="UpdateCustomer")
    return amelia


def searching(desk: Desk, group_id: str) -> None:
    """The example of a search, as it is and then with the group and the dates of those who are there."""
    for name in ("James", "John"):
        body = without(request("CreateCustomer"), "note") | {"given_name": name}
        made = desk.send("POST", "/v2/customers", body)["customer"]["id"]
        desk.send("PUT", f"/v2/customers/{made}/groups/{group_id}")
    search = request("SearchCustomers")
    assert desk.send("POST", "/v2/customers/search", search) == {}
    search["query"]["filter"]["group_ids"] = {"all": [group_id]}
    search["query"]["filter"]["created_at"] = {"start_at": "2018-01-01T00:00:00-00:00"}
    desk.send("POST", "/v2/customers/search", search, example="SearchCustomers")


def bulk(desk: Desk) -> None:
    """Two customers are made, read, changed and deleted at once, beside one that is not there."""
    made = desk.send(
        "POST", "/v2/customers/bulk-create", request("BulkCreateCustomers"), example="BulkCreateCustomers"
    )
    [amelia, marie] = [one["customer"]["id"] for one in made["responses"].values()]
    changes = request("BulkUpdateCustomers")["customers"]
    [more, less] = changes.values()
    # The example has changed them before: of one, only the names are left.
    before = {
        amelia: {"birthday": "1897-07-24", "address": None, "reference_id": None},
        marie: dict.fromkeys(("address", "reference_id", "email_address", "phone_number", "note")),
    }
    desk.send("POST", "/v2/customers/bulk-update", {"customers": before})
    changed = {amelia: more | {"version": 1}, marie: less | {"version": 1}}
    desk.send("POST", "/v2/customers/bulk-update", {"customers": changed}, example="BulkUpdateCustomers")
    nobody = request("BulkRetrieveCustomers")["customer_ids"][-1]
    ids = {"customer_ids": [amelia, marie, nobody]}
    desk.send("POST", "/v2/customers/bulk-retrieve", ids, example="BulkRetrieveCustomers")
    desk.send("POST", "/v2/customers/bulk-delete", ids, example="BulkDeleteCustomers")


def attributes(desk: Desk, amelia: str) -> None:
    """Definitions and values, one by one and in bulk."""
    what = "CustomerCustomAttribute"
    desk.send("POST", DEFINITIONS, request(f"Create{what}Definition"), example=f"Create{what}Definition")
    for key, kind in (("ownsmovie", "Boolean"), ("rating", "Number"), ("backupemail", "Email")):
        desk.send("POST", DEFINITIONS, {"custom_attribute_definition": definition(key, kind)})
    desk.send("GET", f"{DEFINITIONS}?limit=2", example=f"List{what}Definitions")
    favourite = f"{DEFINITIONS}/favoritemovie"
    desk.send("GET", favourite, example=f"Retrieve{what}Definition")
    desk.send("PUT", favourite, request(f"Update{what}Definition"), example=f"Update{what}Definition")

    values = f"/v2/customers/{amelia}/custom-attributes"
    desk.send("POST", f"{values}/favoritemovie", request(f"Upsert{what}"), example=f"Upsert{what}")
    desk.send("POST", f"{values}/ownsmovie", {"custom_attribute": {"value": False}})
    desk.send("GET", f"{values}/favoritemovie", example=f"Retrieve{what}")
    desk.send("GET", values, example=f"List{what}s")
    bulk_values = request(f"BulkUpsert{what}s")
    for value in bulk_values["values"].values():
        value["customer_id"] = amelia
        # Square's own, and those of other applications, are not ours to define.
        key = value["custom_attribute"]["key"]
        value["custom_attribute"]["key"] = "rating" if key.startswith("square:") else key.rpartition(":")[2]
    name = f"BulkUpsert{what}s"
    found = desk.send("POST", "/v2/customers/custom-attributes/bulk-upsert", bulk_values, example=name)
    desk.answers[f"{name}ResponseCustomerCustomAttributeUpsertResponse"] = found["values"]["id1"]
    desk.send("DELETE", f"{values}/favoritemovie", example=f"Delete{what}")
    desk.send("DELETE", favourite, example=f"Delete{what}Definition")
    shirts(desk, f"{values}/shirt-size")


def definition(key: str, kind: str) -> dict[str, Any]:
    """One of the common types."""
    schema = f"https://developer-production-s.squarecdn.com/schemas/v1/common.json#squareup.common.{kind}"
    shown = {"key": key, "name": key, "description": key, "visibility": "VISIBILITY_READ_WRITE_VALUES"}
    return shown | {"schema": {"$ref": schema}}


def shirts(desk: Desk, value: str) -> None:
    """A selection, for the events of the examples that show one."""
    schema = {
        "$schema": "https://developer-production-s.squarecdn.com/meta-schemas/v1/selection.json",
        "type": "array",
        "uniqueItems": True,
        "maxItems": 1,
        "items": {"names": ["Small", "Medium"]},
    }
    made = definition("shirt-size", "String") | {"schema": schema}
    found = desk.send("POST", DEFINITIONS, {"custom_attribute_definition": made})
    [small, _] = found["custom_attribute_definition"]["schema"]["items"]["enum"]
    desk.send("PUT", f"{DEFINITIONS}/shirt-size", {"custom_attribute_definition": {"name": "T-Shirt Size"}})
    desk.send("POST", value, {"custom_attribute": {"value": [small]}})
    desk.send("DELETE", value)
    desk.send("DELETE", f"{DEFINITIONS}/shirt-size")


def goodbye(desk: Desk, amelia: str) -> None:
    """Amelia goes, and those come of whom the examples of events tell; events are looked up before and after."""
    # What happened to her before is erased with her.
    look_up(desk)
    desk.send("DELETE", f"/v2/customers/{amelia}", example="DeleteCustomer")
    for name in ("CustomerCreatedEvent", "CustomerUpdatedEvent"):
        shown = without(EXAMPLES[name]["data"]["object"]["customer"], *GIVEN)
        made = desk.send("POST", "/v2/customers", shown | {"given_name": "Once"})["customer"]["id"]
        desk.send("PUT", f"/v2/customers/{made}", {"given_name": shown["given_name"]})
    look_up(desk)


def look_up(desk: Desk) -> None:
    """All events that are kept now, under their types."""
    cursor: dict[str, str] = {}
    while True:
        page = desk.send("POST", "/v2/events", {"limit": 100} | cursor)
        for event in page.get("events", []):
            desk.answers.setdefault(event["type"], []).append(event)
        if "cursor" not in page:
            return
        cursor = {"cursor": page["cursor"]}


@pytest.mark.parametrize(
    "name", [name for name in EXAMPLES if name.endswith("Request") and name not in ELSEWHERE]
)
def test_requests_are_accepted(desk: Desk, name: str) -> None:
    """Square's example of a request works here, with our ids in it."""
    assert name in desk.accepted


# Whether a customer is in a group or segment yet depends on when one looks; an event's customer has what it has.
LATER = ("group_ids", "segment_ids")


@pytest.mark.parametrize(
    "name", [name for name in EXAMPLES if name.endswith("Response") and name not in ELSEWHERE]
)
def test_answers_have_the_shape(desk: Desk, name: str) -> None:
    """The answer has the keys of Square's example, and values of the same kind under them."""
    answer, example = desk.answers[name], EXAMPLES[name]

    looked = () if name.startswith(("Retrieve", "List", "Search")) else LATER
    assert shape(without(answer, *looked)) == shape(without(example, *looked))


@pytest.mark.parametrize(
    "name", [name for name in EXAMPLES if name.endswith("Event") and name not in ELSEWHERE]
)
def test_events_have_the_shape(desk: Desk, name: str) -> None:
    """An event has the keys of Square's example, under the name of today; one of a deletion holds ids only."""
    example = json.loads(json.dumps(EXAMPLES[name]))
    if name == "CustomerDeletedEvent":
        # Of an erased customer nothing else is left (docs/concepts/privacy.md).
        example["data"]["object"]["customer"] = {"id": example["data"]["id"]}
    happened = desk.answers[OLDER_NAMES.get(example["type"], example["type"])]

    assert shape(without(example, *LATER)) in [shape(without(one, "$schema", *LATER)) for one in happened]


def test_only_gift_cards_are_elsewhere() -> None:
    """Six of the 75 examples are about gift cards, another API of Square's; every other one is used above."""
    assert not EXAMPLES or (len(EXAMPLES), len(ELSEWHERE)) == (75, 6)
