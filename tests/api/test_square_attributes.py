"""Custom attribute definitions and customers' custom attributes, asked through the application."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from regulars import limits
from regulars.app import working
from regulars.directory import attributes, deletion, events, merging
from tests.api.shop import HERE, THERE, Answered, Shop
from tests.directory.world import grant_of, person, record

DEFINITIONS = "/v2/customers/custom-attribute-definitions"
BULK = "/v2/customers/custom-attributes/bulk-upsert"
COMMON = "https://developer-production-s.squarecdn.com/schemas/v1/common.json#squareup.common."
STRING = {"$ref": f"{COMMON}String"}
SIZES = {
    "$schema": "https://developer-production-s.squarecdn.com/meta-schemas/v1/selection.json",
    "type": "array",
    "uniqueItems": True,
    "maxItems": 2,
    "items": {"names": ["Small", "Medium", "Large"]},
}


class Desk:
    """A shop with Ada in one location and Tove in another, and a token that may do it all."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        shop.add(person("C-1", "Ada"))
        shop.add(person("T-1", "Tove"), location_id=THERE)
        self.token = shop.token(scopes=("customers:read", "customers:write"))
        found = self.get("/v2/customers").json["customers"]
        self.ids = {one["given_name"]: one["id"] for one in found}

    def ask(self, method: str, target: str, json: Any = None, token: str = "") -> Answered:
        return self.shop.ask(method, target, json=json, token=token or self.token)

    def get(self, target: str) -> Answered:
        return self.ask("GET", target)

    def define(self, key: str, schema: Any = None, **said: Any) -> Answered:
        given = {"key": key, "schema": schema or STRING} | said
        return self.ask("POST", DEFINITIONS, {"custom_attribute_definition": given})

    def change(self, key: str, **said: Any) -> Answered:
        return self.ask("PUT", f"{DEFINITIONS}/{key}", {"custom_attribute_definition": said})

    def at(self, key: str = "", who: str = "Ada") -> str:
        return f"/v2/customers/{self.ids[who]}/custom-attributes" + (f"/{key}" if key else "")

    def set(self, key: str, value: Any, *, who: str = "Ada", token: str = "", **said: Any) -> Answered:
        body = {"custom_attribute": {"value": value} | said}
        return self.ask("POST", self.at(key, who), body, token)

    def ada(self) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/v2/customers/{self.ids['Ada']}").json["customer"]
        return found

    def found(self, key: str, **said: Any) -> list[str]:
        """The names of those that a search by an attribute finds."""
        filters = {"custom_attribute": {"filters": [{"key": key} | said]}}
        body = {"query": {"filter": filters}, "count": True}
        answer = self.ask("POST", "/v2/customers/search", body)
        assert answer.status == 200, answer.body
        found = answer.json.get("customers", [])
        assert answer.json["count"] == len(found)
        return [one["given_name"] for one in found]


@pytest.fixture
def desk(own_shop: Shop) -> Desk:
    return Desk(own_shop)


def rows(desk: Desk, table: str) -> int:
    [(count,)] = desk.shop.directory.store.connection.execute(f"SELECT count(*) FROM {table}")  # noqa: S608  a name of ours
    return int(count)


# --- definitions -------------------------------------------------------------------------------------------------


def test_a_definition_is_hidden_unless_it_says_so(desk: Desk) -> None:
    """It needs no more than a key and a schema; what was not given is absent."""
    made = desk.define("drink").json["custom_attribute_definition"]

    assert made.pop("created_at") == made.pop("updated_at")
    assert made == {"key": "drink", "schema": STRING, "visibility": "VISIBILITY_HIDDEN", "version": 1}


def test_an_update_is_sparse(desk: Desk) -> None:
    """What it does not name stays, null takes a text away, each update is a version."""
    desk.define("drink", name="Drink", description="Which one")

    assert desk.change("drink", name="Favourite").json["custom_attribute_definition"]["version"] == 2
    changed = desk.change("drink", description=None, version=2).json["custom_attribute_definition"]

    assert (changed["name"], changed["version"]) == ("Favourite", 3)
    assert "description" not in changed
    assert desk.change("drink", name="Late", version=2).code == "CONFLICT"
    shown = desk.get(f"{DEFINITIONS}/drink?version=3").json["custom_attribute_definition"]
    assert shown == changed
    assert desk.get(f"{DEFINITIONS}/drink?version=4").code == "BAD_REQUEST"


def test_a_selection_keeps_its_options(desk: Desk) -> None:
    """Renamed with `enum`, added without; the ids of what was there stay, and what was chosen with them."""
    before = desk.define("size", SIZES).json["custom_attribute_definition"]["schema"]["items"]
    assert len(set(before["enum"])) == 3
    desk.set("size", [before["enum"][2]])

    renamed = SIZES | {"items": {"names": ["S", "M", "L"], "enum": before["enum"]}}
    assert desk.change("size", schema=renamed).status == 200
    more = SIZES | {"maxItems": 1, "items": {"names": ["XS", "S", "M", "L"]}}
    after = desk.change("size", schema=more).json["custom_attribute_definition"]["schema"]

    assert after["maxItems"] == 1
    assert after["items"]["enum"][1:] == before["enum"]
    assert after["items"]["enum"][0] not in before["enum"]
    assert desk.found("size", filter={"selection": {"any": ["L"]}}) == ["Ada"]
    assert desk.found("size", filter={"selection": {"any": ["Large"]}}) == []


def test_definitions_come_in_pages(desk: Desk) -> None:
    """Oldest first; a cursor leads on, and none from the last page; it is no cursor of another list."""
    for key in ("c", "a", "b"):
        desk.define(key)

    first = desk.get(f"{DEFINITIONS}?limit=2").json
    last = desk.get(f"{DEFINITIONS}?limit=2&cursor={first['cursor']}").json

    assert [one["key"] for one in first["custom_attribute_definitions"]] == ["c", "a"]
    assert [one["key"] for one in last["custom_attribute_definitions"]] == ["b"]
    assert "cursor" not in last
    assert desk.get(f"{desk.at()}?cursor={first['cursor']}").code == "INVALID_CURSOR"
    assert len(desk.get(DEFINITIONS).json["custom_attribute_definitions"]) == 3


def test_an_account_has_so_many_definitions(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more is a conflict until one is deleted."""
    monkeypatch.setattr(limits, "DEFINITIONS_MAX", 1)
    desk.define("a")

    assert desk.define("b").code == "CONFLICT"
    desk.ask("DELETE", f"{DEFINITIONS}/a")
    assert desk.define("b").status == 200


def test_an_idempotency_key_makes_one_definition(desk: Desk) -> None:
    """The first answer again."""
    body = {"idempotency_key": "k", "custom_attribute_definition": {"key": "drink", "schema": SIZES}}

    answers = [desk.ask("POST", DEFINITIONS, body).body for _ in range(2)]

    assert answers[0] == answers[1]
    assert rows(desk, "definition") == 1


def test_a_deleted_definition_takes_its_values_along(desk: Desk) -> None:
    """At once for whoever asks, also when the key is defined anew; the rows go in small steps of the worker."""
    desk.define("drink")
    desk.set("drink", "Tea")
    assert desk.ask("DELETE", f"{DEFINITIONS}/drink").json == {}

    assert desk.get(desk.at("drink")).code == "NOT_FOUND"
    assert desk.get(desk.at()).json == {}
    desk.define("drink")
    assert desk.get(desk.at("drink")).code == "NOT_FOUND"
    assert desk.found("drink", filter={"text": {"exact": "Tea"}}) == []

    assert (rows(desk, "attribute"), rows(desk, "attribute_term")) == (1, 2)
    account_id = desk.shop.account.account_id
    while attributes.step(desk.shop.directory, account_id):
        pass
    assert [rows(desk, table) for table in ("attribute", "attribute_term", "definition_gone")] == [0, 0, 0]
    assert attributes.step in dict(working.JOBS).values()


def test_the_steps_are_small(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many values in one transaction, until none is left."""
    monkeypatch.setattr(limits, "ATTRIBUTES_DROPPED_MAX", 1)
    desk.define("drink")
    for who in ("Ada", "Tove"):
        desk.set("drink", "Tea", who=who)
    desk.ask("DELETE", f"{DEFINITIONS}/drink")

    left = []
    while attributes.step(desk.shop.directory, desk.shop.account.account_id):
        left.append(rows(desk, "attribute"))

    assert left[:2] == [1, 0]


# --- values ------------------------------------------------------------------------------------------------------


def test_a_value_is_no_change_of_its_customer(desk: Desk) -> None:
    """Its version and times stay, also through a pull; the value stays, too."""
    desk.define("drink")
    before = desk.ada()

    made = desk.set("drink", "Tea").json["custom_attribute"]

    assert desk.ada() == before
    assert (made["value"], made["version"], made["visibility"]) == ("Tea", 1, "VISIBILITY_HIDDEN")
    desk.shop.add(record("C-1", firstName="Adele"))
    assert desk.ada()["given_name"] == "Adele"
    assert desk.get(desk.at("drink")).json["custom_attribute"] == made


def test_a_value_has_versions(desk: Desk) -> None:
    """The first is 1; a stale one is a conflict, and so is one of an attribute that is not there."""
    desk.define("drink")
    assert desk.set("drink", "Tea", version=1).code == "CONFLICT"
    first = desk.set("drink", "Tea").json["custom_attribute"]

    second = desk.set("drink", "Coffee", version=1).json["custom_attribute"]

    assert (first["version"], second["version"]) == (1, 2)
    assert first["created_at"] == second["created_at"] < second["updated_at"]
    assert desk.set("drink", "Milk", version=1).code == "CONFLICT"
    assert desk.get(desk.at("drink") + "?version=2").json["custom_attribute"] == second
    assert desk.get(desk.at("drink") + "?version=3").code == "BAD_REQUEST"


def test_an_idempotency_key_sets_once(desk: Desk) -> None:
    """Alone or in bulk the key is the same one; another value under it is refused."""
    desk.define("drink")
    one = {"idempotency_key": "k", "custom_attribute": {"value": "Tea"}}
    first = desk.ask("POST", desk.at("drink"), one)

    again = desk.ask("POST", desk.at("drink"), one)
    other = desk.ask("POST", desk.at("drink"), one | {"custom_attribute": {"value": "Milk"}})

    assert again.body == first.body
    assert other.code == "IDEMPOTENCY_KEY_REUSED"
    item = {"customer_id": desk.ids["Ada"], "idempotency_key": "k"}
    item |= {"custom_attribute": {"key": "drink", "value": "Tea"}}
    bulk = desk.ask("POST", BULK, {"values": {"one": item}}).json["values"]["one"]
    assert bulk["custom_attribute"] == first.json["custom_attribute"]


def test_attributes_come_in_pages(desk: Desk) -> None:
    """In the order of their definitions, with these on demand."""
    for key in ("c", "a", "b"):
        desk.define(key)
        desk.set(key, key.upper())
    definition = desk.get(f"{DEFINITIONS}/c").json["custom_attribute_definition"]

    first = desk.get(f"{desk.at()}?limit=2&with_definitions=true").json
    last = desk.get(f"{desk.at()}?limit=2&cursor={first['cursor']}").json

    assert [one["value"] for one in first["custom_attributes"]] == ["C", "A"]
    assert first["custom_attributes"][0]["definition"] == definition
    assert [one["value"] for one in last["custom_attributes"]] == ["B"]
    assert "definition" not in last["custom_attributes"][0]
    assert "cursor" not in last


def test_a_bulk_call_holds_nobody_up(desk: Desk) -> None:
    """Each has its own outcome under its own name, whatever that is."""
    desk.define("drink")
    value = {"key": "drink", "value": "Tea"}
    items = {
        'a "name"': {"customer_id": desk.ids["Ada"], "custom_attribute": value},
        "wrong": {"customer_id": desk.ids["Tove"], "custom_attribute": value | {"value": 5}},
        "": {"customer_id": desk.ids["Tove"], "custom_attribute": value},
    }

    answers = desk.ask("POST", BULK, {"values": items}).json["values"]

    assert list(answers) == list(items)
    assert answers['a "name"']["customer_id"] == desk.ids["Ada"]
    assert [error["code"] for error in answers["wrong"]["errors"]] == ["EXPECTED_STRING"]
    assert desk.get(desk.at("drink", "Tove")).json["custom_attribute"] == answers[""]["custom_attribute"]


def test_a_token_of_some_locations(desk: Desk) -> None:
    """Reads definitions, sets values of its own customers, sees nothing of others, changes no definition."""
    desk.define("drink")
    desk.set("drink", "Tea", who="Tove")
    here = desk.shop.token(HERE, scopes=("customers:read", "customers:write"))

    assert desk.ask("GET", f"{DEFINITIONS}/drink", token=here).status == 200
    assert desk.set("drink", "Tea", token=here).status == 200
    for method, body in (("GET", None), ("POST", {"custom_attribute": {"value": "x"}}), ("DELETE", None)):
        assert desk.ask(method, desk.at("drink", "Tove"), body, token=here).code == "NOT_FOUND"
    assert desk.ask("GET", desk.at(who="Tove"), token=here).code == "NOT_FOUND"
    assert desk.ask("DELETE", f"{DEFINITIONS}/drink", token=here).code == "INSUFFICIENT_SCOPES"
    search = {"query": {"filter": {"custom_attribute": {"filters": [
        {"key": "drink", "filter": {"text": {"exact": "tea"}}}]}}}}  # fmt: skip
    found = desk.ask("POST", "/v2/customers/search", search, token=here).json["customers"]
    assert [one["given_name"] for one in found] == ["Ada"]


def test_a_merged_id_shows_the_survivors(desk: Desk) -> None:
    """As GET of the customer does; it takes no values any more, and has its own again when the merge is undone."""
    desk.define("drink")
    for who, value in (("Ada", "Tea"), ("Tove", "Milk")):
        desk.set("drink", value, who=who)
    grant = grant_of(desk.shop.account)
    directory = desk.shop.directory
    done = merging.merge(directory, grant, desk.ids["Ada"], [desk.ids["Tove"]])

    assert desk.get(desk.at("drink", "Tove")).json["custom_attribute"]["value"] == "Tea"
    assert desk.get(desk.at(who="Tove")).json["custom_attributes"][0]["value"] == "Tea"
    assert desk.set("drink", "Beer", who="Tove").code == "NOT_FOUND"
    assert desk.ask("DELETE", desk.at("drink", "Tove")).code == "NOT_FOUND"
    assert desk.found("drink", filter={"text": {"exact": "Milk"}}) == []
    here = desk.shop.token(HERE, scopes=("customers:read",))
    assert desk.ask("GET", desk.at("drink", "Tove"), token=here).code == "NOT_FOUND"
    merging.undo(directory, grant, done.merge_id)
    assert desk.get(desk.at("drink", "Tove")).json["custom_attribute"]["value"] == "Milk"
    assert desk.found("drink", filter={"text": {"exact": "Milk"}}) == ["Tove"]


def test_keys_with_a_colon_are_looked_up(desk: Desk) -> None:
    """Those of other applications, as SDKs send them; there are none here."""
    for key in ("square:a0f1505a-2aa1-490d-91a8-8d31ff181808", "sq0ids-0evKIskIGaY45fCyNL66aw:backupemail"):
        assert desk.get(f"{DEFINITIONS}/{quote(key, safe='')}").code == "NOT_FOUND"
        assert desk.get(desk.at(quote(key, safe=""))).code == "NOT_FOUND"


HOSTILE = ("x\u0000y", "' OR 1=1 --", '"*" NEAR', "%_", "\U0001f600" * 500, "\u202e", "", " ")


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_any_text_is_data(desk: Desk, value: str) -> None:
    """Kept as it came, and found by itself, unless it is blank."""
    desk.define("drink")

    assert desk.set("drink", value).json["custom_attribute"]["value"] == value

    if value.strip():
        assert desk.found("drink", filter={"text": {"exact": value}}) == ["Ada"]


@pytest.mark.parametrize("body", [
    b'{"custom_attribute":{"value":' + b"[" * 100_000 + b"]" * 100_000 + b"}}",
    b'{"custom_attribute":{"value":1e999}}',
    b'{"custom_attribute":{"value":"\\ud800"}}',
    b'{"custom_attribute":{"value":' + b"9" * 10_000 + b"}}",
    b'{"custom_attribute":null}',
])  # fmt: skip
def test_a_hostile_body_is_refused(desk: Desk, body: bytes) -> None:
    """A 400 without an echo, and nothing kept."""
    desk.define("drink")

    answer = desk.shop.ask("POST", desk.at("drink"), body=body, token=desk.token)

    assert answer.status == 400
    assert len(answer.body) < 500
    assert rows(desk, "attribute") == 0


# --- events ------------------------------------------------------------------------------------------------------


def test_what_happens_is_told(desk: Desk) -> None:
    """To owners and to whoever sees it alike, in order; a value by its first setting is an update."""
    events.ask(desk.shop.directory, desk.shop.account.account_id, asked=True)
    made = desk.define("drink", name="Drink").json["custom_attribute_definition"]
    value = desk.set("drink", "Tea").json["custom_attribute"]
    desk.ask("DELETE", desk.at("drink"))
    desk.change("drink", name="Favourite")
    desk.ask("DELETE", f"{DEFINITIONS}/drink")

    told = desk.ask("POST", "/v2/events", {"query": {"sort": {"order": "ASC"}}}).json["events"]

    owned = [one for one in told if ".owned." in one["type"]]
    definition, attribute = "customer.custom_attribute_definition.owned", "customer.custom_attribute.owned"
    assert [one["type"] for one in owned] == [
        f"{definition}.created", f"{attribute}.updated", f"{attribute}.deleted", f"{definition}.updated",
        f"{definition}.deleted",
    ]  # fmt: skip
    assert [one["type"].replace("visible", "owned") for one in told if ".visible." in one["type"]] == [
        one["type"] for one in owned
    ]
    assert (owned[0]["data"]["type"], owned[0]["data"]["object"]) == ("custom_attribute_definition", made)
    assert (owned[1]["data"]["type"], owned[1]["data"]["object"]) == ("custom_attribute", value)
    assert owned[1]["data"]["id"] == f"drink:CUSTOMER:{desk.ids['Ada']}"
    assert [one["data"].get("deleted") for one in owned] == [None, None, True, None, True]


# --- search ------------------------------------------------------------------------------------------------------

HOME = {"address_line_1": "1 Main St", "postal_code": "10003", "country": "US"}
FOUND: tuple[tuple[str, Any, dict[str, Any], dict[str, Any]], ...] = (
    ("String", "The quick brown fox", {"text": {"fuzzy": "fox QUICK"}}, {"text": {"fuzzy": "qui"}}),
    ("String", "The quick brown fox", {"text": {"exact": "the Quick brown fox"}}, {"text": {"exact": "the"}}),
    ("Email", "steven.jones@gmail.com", {"email": {"fuzzy": "gmail Steven"}}, {"email": {"fuzzy": "stevens"}}),
    ("Email", "Ada@example.com", {"email": {"exact": "ada@EXAMPLE.com"}}, {"email": {"exact": "da@example.com"}}),
    ("Email", "ab@example.com", {"email": {"fuzzy": "ab"}}, {"email": {"fuzzy": "xy"}}),
    ("PhoneNumber", "+14151234567", {"phone": {"fuzzy": "415 123 45"}}, {"phone": {"fuzzy": "555"}}),
    ("PhoneNumber", "+14151234567", {"phone": {"exact": "+1 (415) 123-4567"}}, {"phone": {"exact": "+14151234568"}}),
    ("Boolean", False, {"boolean": False}, {"boolean": True}),
    ("Date", "2024-02-29", {"date": {"start_at": "2024-02-29", "end_at": "2024-02-29"}},
     {"date": {"start_at": "2024-03-01"}}),
    ("Date", "2024-02-29", {"date": {"end_at": "2024-03-01T00:00:00Z"}}, {"date": {"end_at": "2024-02-28"}}),
    ("DateTime", "2024-02-29T23:30:00-01:00", {"date": {"start_at": "2024-03-01"}}, {"date": {"end_at": "2024-02-29"}}),
    ("Number", "-10.5", {"number": {"start_at": "-10.50000", "end_at": "-10.5"}}, {"number": {"start_at": "-10"}}),
    ("Number", "9", {"number": {"end_at": "10"}}, {"number": {"start_at": "10"}}),
    ("Address", HOME, {"address": {"postal_code": {"exact": "10003"}, "country": "US"}},
     {"address": {"postal_code": {"exact": "10003"}, "country": "CA"}}),
    ("Address", HOME, {"address": {"country": "US"}}, {"address": {"postal_code": {"exact": "1000"}}}),
)  # fmt: skip


@pytest.mark.parametrize(("kind", "value", "fits", "misses"), FOUND, ids=range(len(FOUND)))
def test_a_value_is_found_by_its_type(
    desk: Desk, kind: str, value: Any, fits: dict[str, Any], misses: dict[str, Any]
) -> None:
    """As Square's page on each filter says; by the filter of another type it is not."""
    desk.define("it", {"$ref": COMMON + kind})
    assert desk.set("it", value).status == 200

    assert desk.found("it", filter=fits) == ["Ada"]
    assert desk.found("it", filter=misses) == []
    assert desk.found("it", filter={"selection": {"any": ["x"]}}) == []
    assert desk.found("other", filter=fits) == []


def test_a_selection_is_found_by_names(desk: Desk) -> None:
    """One of them, all of them, both; case matters."""
    small, medium, _ = desk.define("size", SIZES).json["custom_attribute_definition"]["schema"]["items"][
        "enum"
    ]
    desk.set("size", [small, medium])
    desk.set("size", [medium], who="Tove")

    def found(**said: list[str]) -> list[str]:
        return desk.found("size", filter={"selection": said})

    assert found(any=["Small", "Medium"]) == ["Ada", "Tove"]
    assert found(all=["Small", "Medium"]) == ["Ada"]
    assert found(any=["Small"], all=["Medium"]) == ["Ada"]
    assert found(any=["small"]) == found(all=["Medium", "Huge"]) == found(any=["Large"]) == []


def test_a_value_is_found_by_when_it_was_set(desk: Desk) -> None:
    """Both ends are in the range; together with a value both must hold."""
    desk.define("drink")
    at = desk.set("drink", "Tea").json["custom_attribute"]["updated_at"]
    desk.set("drink", "Tea", who="Tove")
    tove = desk.get(desk.at("drink", "Tove")).json["custom_attribute"]["updated_at"]
    tea = {"text": {"exact": "tea"}}

    assert desk.found("drink", updated_at={"start_at": at, "end_at": at}) == ["Ada"]
    assert desk.found("drink", updated_at={"start_at": at}) == ["Ada", "Tove"]
    assert desk.found("drink", filter=tea, updated_at={"start_at": tove}) == ["Tove"]
    assert desk.found("drink", updated_at={"end_at": "2001-01-01T00:00:00Z"}) == []


def test_a_new_value_is_found_and_the_old_is_not(desk: Desk) -> None:
    """Set, changed, taken away: the search follows at once."""
    desk.define("drink")
    tea, milk = ({"text": {"exact": word}} for word in ("Tea", "Milk"))
    desk.set("drink", "Tea")
    desk.set("drink", "Milk")

    assert (desk.found("drink", filter=tea), desk.found("drink", filter=milk)) == ([], ["Ada"])
    desk.ask("DELETE", desk.at("drink"))
    assert desk.found("drink", filter=milk) == []


def test_a_search_by_attributes_turns_pages(desk: Desk) -> None:
    """With the walk or the index, beside a filter of another kind, each customer that fits comes once."""
    desk.shop.add(*(person(f"P-{number}", f"Guest {number:03}") for number in range(40)))
    desk.define("points", {"$ref": f"{COMMON}Number"})
    found = desk.get("/v2/customers").json["customers"]
    desk.ids |= {one["given_name"]: one["id"] for one in found}
    for number in range(40):
        desk.set("points", str(number - 20), who=f"Guest {number:03}")
    wanted = {"filters": [{"key": "points", "filter": {"number": {"start_at": "-5", "end_at": "5"}}}]}
    body: dict[str, Any] = {"limit": 4, "query": {"filter": {"custom_attribute": wanted}}}
    body["query"]["filter"]["created_at"] = {"start_at": "2001-01-01T00:00:00Z"}

    names: list[str] = []
    while True:
        page = desk.ask("POST", "/v2/customers/search", body).json
        names += [one["given_name"] for one in page["customers"]]
        if "cursor" not in page:
            break
        body["cursor"] = page["cursor"]

    assert names == [f"Guest {number:03}" for number in range(15, 26)]


# --- privacy -----------------------------------------------------------------------------------------------------


def test_an_erased_customer_leaves_no_value(desk: Desk) -> None:
    """Neither in the tables nor anywhere in the store's file, also in what was told of it."""
    events.ask(desk.shop.directory, desk.shop.account.account_id, asked=True)
    desk.define("drink")
    body = {"idempotency_key": "k", "custom_attribute": {"value": "Zcanary tea"}}
    desk.ask("POST", desk.at("drink"), body)
    desk.set("drink", "Zcanary milk")
    store = desk.shop.directory.store
    assert json.loads(store.connection.execute("SELECT value FROM attribute").get) == "Zcanary milk"

    deletion.delete(desk.shop.directory, desk.shop.account.account_id, [desk.ids["Ada"]])
    deletion.purge(desk.shop.directory)

    assert (rows(desk, "attribute"), rows(desk, "attribute_term")) == (0, 0)
    files = [path for path in store.folder.iterdir() if path.is_file()]
    assert [path.name for path in files if b"canary" in path.read_bytes().lower()] == []
