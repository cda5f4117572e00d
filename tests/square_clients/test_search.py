"""Square's SDKs search customers by every filter there is, and get whom Square's documentation promises."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from tests.square_clients.client import Client, refused

pytestmark = pytest.mark.xdist_group("square clients: search")

_COMMON = "https://developer-production-s.squarecdn.com/schemas/v1/common.json#squareup.common."
PEOPLE: dict[str, dict[str, Any]] = {
    "Steven": {
        "email_address": "mygmail@stevensbakery.example.com",
        "phone_number": "+1 (551) 234-1567",
        "reference_id": "NYC_27_MURRAY",
    },
    "Maria": {"email_address": "Maria.Lopez@example.org", "phone_number": "+34 600 123 415"},
    "Zoe": {"phone_number": "+12125550140", "reference_id": "BER-1"},
    "Bert": {"company_name": "Example Flights"},
}
# Of each kind of attribute: who has which value.
ATTRIBUTES: dict[str, dict[str, Any]] = {
    "String": {"Steven": "The quick brown fox", "Maria": "Slow red dog"},
    "Number": {"Steven": "10.5", "Maria": "200"},
    "Boolean": {"Steven": True, "Maria": False},
    "Date": {"Steven": "2024-02-29", "Maria": "2020-01-01"},
    "Email": {"Steven": "spare@example.com", "Maria": "other@example.com"},
    "PhoneNumber": {"Steven": "+12125550141", "Maria": "+12125550142"},
    "Address": {
        "Steven": {"postal_code": "10003", "country": "US"},
        "Maria": {"postal_code": "28001", "country": "ES"},
    },
}


class Shop(NamedTuple):
    """An account with everybody in it: who has which id, and the names of what was made around them."""

    sdk: Client
    ids: dict[str, str]
    groups: dict[str, str]
    keys: dict[str, str]

    def names(self, query: dict[str, Any], **options: Any) -> list[str]:
        found = self.sdk.ask("search_customers", query=query, **options).get("customers", [])
        return [one["given_name"] for one in found]


@pytest.fixture(scope="module")
def shop(sdk: Client) -> Shop:
    ids = {}
    for name, fields in PEOPLE.items():
        ids[name] = sdk.ask("create_customer", given_name=name, **fields)["customer"]["id"]
    groups = {}
    for group, members in {"bakers": ["Steven"], "abroad": ["Maria", "Zoe"]}.items():
        groups[group] = sdk.ask("create_customer_group", group={"name": group})["group"]["id"]
        for name in members:
            sdk.ask("add_group_to_customer", customer_id=ids[name], group_id=groups[group])
    keys = {kind: _defined(sdk, kind, {"$ref": _COMMON + kind})["key"] for kind in ATTRIBUTES}
    seat = _defined(sdk, "Selection", _seats())
    window, aisle, _ = seat["schema"]["items"]["enum"]
    given = ATTRIBUTES | {"Selection": {"Steven": [window], "Maria": [aisle]}}
    for kind, values in given.items():
        for name, value in values.items():
            sdk.ask(
                "upsert_customer_custom_attribute",
                customer_id=ids[name],
                key=f"seen-{kind}",
                custom_attribute={"value": value},
            )
    return Shop(sdk, ids, groups, keys)


def _seats() -> dict[str, Any]:
    return {
        "$schema": "https://developer-production-s.squarecdn.com/meta-schemas/v1/selection.json",
        "type": "array",
        "uniqueItems": True,
        "maxItems": 1,
        "items": {"names": ["Window", "Aisle", "Bar"]},
    }


def _defined(sdk: Client, kind: str, schema: dict[str, Any]) -> dict[str, Any]:
    definition = {"key": f"seen-{kind}", "name": kind, "description": "For a test.", "schema": schema}
    definition["visibility"] = "VISIBILITY_READ_WRITE_VALUES"
    made = sdk.ask("create_customer_custom_attribute_definition", custom_attribute_definition=definition)
    found: dict[str, Any] = made["custom_attribute_definition"]
    return found


EVERYBODY = sorted(PEOPLE)
FIELDS: list[tuple[dict[str, Any], list[str]]] = [
    ({"email_address": {"exact": "maria.lopez@EXAMPLE.org"}}, ["Maria"]),
    ({"email_address": {"exact": "maria.lopez@example"}}, []),
    ({"email_address": {"fuzzy": "Steven gmail"}}, ["Steven"]),
    ({"email_address": {"fuzzy": "example"}}, ["Maria", "Steven"]),
    ({"email_address": {"fuzzy": "steven lopez"}}, []),
    ({"phone_number": {"exact": "+12125550140"}}, ["Zoe"]),
    ({"phone_number": {"exact": "+1 (551) 234-1567"}}, ["Steven"]),
    ({"phone_number": {"fuzzy": "415"}}, ["Maria", "Steven"]),
    ({"phone_number": {"fuzzy": "415 551"}}, ["Steven"]),
    ({"reference_id": {"exact": "nyc_27_murray"}}, ["Steven"]),
    ({"reference_id": {"fuzzy": "NYC M"}}, ["Steven"]),
    ({"reference_id": {"fuzzy": "BER"}}, ["Zoe"]),
    ({"creation_source": {"values": ["THIRD_PARTY"]}}, EVERYBODY),
    ({"creation_source": {"values": ["THIRD_PARTY"], "rule": "EXCLUDE"}}, []),
    ({"creation_source": {"values": ["IMPORT", "TERMINAL"], "rule": "INCLUDE"}}, []),
    ({"created_at": {"start_at": "2020-01-01T00:00:00Z"}}, EVERYBODY),
    ({"created_at": {"start_at": "2018-01-01T00:00:00-00:00", "end_at": "2018-02-01T00:00:00-00:00"}}, []),
    ({"updated_at": {"start_at": "2020-01-01T00:00:00Z", "end_at": "2100-01-01T00:00:00Z"}}, EVERYBODY),
    ({"updated_at": {"end_at": "2020-01-01T00:00:00Z"}}, []),
    ({"email_address": {"fuzzy": "example"}, "phone_number": {"fuzzy": "600"}}, ["Maria"]),
    ({}, EVERYBODY),
]


@pytest.mark.parametrize(("filters", "names"), FIELDS, ids=[str(one[0]) for one in FIELDS])
def test_fields_are_filtered(shop: Shop, filters: dict[str, Any], names: list[str]) -> None:
    """Exact and fuzzy, ranges and sources find whom Square finds."""
    assert shop.names({"filter": filters}) == names


def test_groups_are_filtered(shop: Shop) -> None:
    """Any, all and none of some groups, mixed as one likes; a group of nobody's finds nobody."""
    bakers, abroad = shop.groups["bakers"], shop.groups["abroad"]
    for filters, names in (
        ({"any": [bakers, abroad]}, ["Maria", "Steven", "Zoe"]),
        ({"all": [bakers, abroad]}, []),
        ({"all": [abroad]}, ["Maria", "Zoe"]),
        ({"none": [bakers]}, ["Bert", "Maria", "Zoe"]),
        ({"any": [bakers, abroad], "none": [bakers]}, ["Maria", "Zoe"]),
        ({"any": ["NOBODYS"]}, []),
    ):
        assert shop.names({"filter": {"group_ids": filters}}) == names, filters
    assert shop.sdk.ask("search_customers", query={"filter": {"group_ids": {"all": ["NOBODYS"]}}}) == {}


VALUES: list[tuple[str, dict[str, Any]]] = [
    ("String", {"text": {"exact": "the QUICK brown fox"}}),
    ("String", {"text": {"fuzzy": "fox quick"}}),
    ("Number", {"number": {"start_at": "10.5", "end_at": "100"}}),
    ("Boolean", {"boolean": True}),
    ("Date", {"date": {"start_at": "2024-01-01", "end_at": "2024-12-31"}}),
    ("Email", {"email": {"exact": "spare@example.com"}}),
    ("PhoneNumber", {"phone": {"exact": "+12125550141"}}),
    ("Address", {"address": {"postal_code": {"exact": "10003"}}}),
    ("Address", {"address": {"country": "US"}}),
]


@pytest.mark.parametrize(("kind", "wanted"), VALUES, ids=[f"{kind} {wanted}" for kind, wanted in VALUES])
def test_attributes_are_filtered(shop: Shop, kind: str, wanted: dict[str, Any]) -> None:
    """A value of each type finds the one who has it."""
    filters = [{"key": shop.keys[kind], "filter": wanted}]

    assert shop.names({"filter": {"custom_attribute": {"filters": filters}}}) == ["Steven"]


def test_choices_are_filtered(shop: Shop) -> None:
    """A selection is searched by the names that people see."""
    for wanted, names in (
        ({"any": ["Window"]}, ["Steven"]),
        ({"any": ["Window", "Aisle"]}, ["Maria", "Steven"]),
        ({"all": ["Window", "Aisle"]}, []),
        ({"any": ["window"]}, []),
    ):
        filters = [{"key": "seen-Selection", "filter": {"selection": wanted}}]
        assert shop.names({"filter": {"custom_attribute": {"filters": filters}}}) == names, wanted


def test_attributes_are_filtered_by_their_time(shop: Shop) -> None:
    """When a value was set is a filter of its own, and goes with the value."""
    key = shop.keys["String"]
    for times, names in (
        ({"start_at": "2020-01-01T00:00:00Z"}, ["Maria", "Steven"]),
        ({"end_at": "2020-01-01T00:00:00Z"}, []),
    ):
        filters = [{"key": key, "updated_at": times}]
        assert shop.names({"filter": {"custom_attribute": {"filters": filters}}}) == names, times


def test_searches_are_paged_sorted_and_counted(shop: Shop) -> None:
    """A search walks by cursor as the list does."""
    for field, order, names in (
        ("DEFAULT", "ASC", EVERYBODY),
        ("DEFAULT", "DESC", EVERYBODY[::-1]),
        ("CREATED_AT", "ASC", list(PEOPLE)),
        ("CREATED_AT", "DESC", list(PEOPLE)[::-1]),
    ):
        asked: dict[str, Any] = {
            "query": {"sort": {"field": field, "order": order}},
            "limit": 3,
            "count": True,
        }
        first = shop.sdk.ask("search_customers", **asked)
        second = shop.sdk.ask("search_customers", **asked, cursor=first["cursor"])

        assert (first["count"], second["count"], "cursor" in second) == (4, 4, False)
        found = [*first["customers"], *second["customers"]]
        assert [one["given_name"] for one in found] == names
        assert [one["id"] for one in found] == [shop.ids[name] for name in names]


REFUSED: list[tuple[dict[str, Any], str | None]] = [
    ({"limit": 101}, "VALUE_TOO_HIGH"),
    ({"limit": 0}, "VALUE_TOO_LOW"),
    ({"cursor": "nobodys"}, "INVALID_CURSOR"),
    ({"query": {"filter": {"email_address": {"exact": "a@example.com", "fuzzy": "a"}}}}, None),
    ({"query": {"filter": {"phone_number": {"exact": "2125550140"}}}}, None),
    ({"query": {"filter": {"segment_ids": {"any": ["NO.SUCH"]}}}}, "BAD_REQUEST"),
    ({"query": {"filter": {"created_at": {"start_at": "yesterday"}}}}, "INVALID_TIME"),
    (
        {
            "query": {
                "filter": {
                    "created_at": {"start_at": "2024-01-02T00:00:00Z", "end_at": "2024-01-01T00:00:00Z"}
                }
            }
        },
        "INVALID_TIME_RANGE",
    ),
]


@pytest.mark.parametrize(("asked", "code"), REFUSED, ids=[str(one[0]) for one in REFUSED])
def test_what_square_refuses_to_search(shop: Shop, asked: dict[str, Any], code: str | None) -> None:
    """A search that Square would not take is an error that the SDK understands."""
    status, codes = refused(shop.sdk, "search_customers", **asked)

    assert status == 400
    assert code is None or codes == [code]
