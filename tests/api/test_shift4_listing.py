"""Shift4's list, row by row of "what the portal leaves open" (contracts/shift4.md)."""

from __future__ import annotations

import pytest

from regulars import limits
from regulars.directory import deletion
from regulars.model import instant
from tests.api.conftest import PEOPLE
from tests.api.shop import HERE, THERE, Answered, Shop
from tests.directory.world import person

LIST = f"/pos/v2/{HERE}/customers"


def refs(answer: Answered) -> list[str]:
    assert answer.status == 200, answer.body
    return [customer["posRef"] for customer in answer.json["results"]]


def rejected(answer: Answered, field: str) -> bool:
    failure = answer.json
    assert set(failure) == {"status", "timestamp", "message", "details"}
    return answer.status == failure["status"] == 400 and [one["field"] for one in failure["details"]] == [
        field
    ]


@pytest.mark.parametrize("prefix", ["", "/api"])
def test_the_list_in_the_shape_of_the_portal(shop: Shop, prefix: str) -> None:
    """Fifty customers in the order of first sight, every key in the portal's order, below both prefixes."""
    answer = shop.get(prefix + LIST)

    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert list(answer.json) == ["results", "meta"]
    assert answer.json["meta"] == {"page": 1, "pageSize": 50, "totalCount": PEOPLE}
    assert refs(answer) == [f"C-{number}" for number in range(50)]
    assert list(answer.json["results"][1]) == [
        "posRef", "firstName", "lastName", "companyName", "locationId", "createdAt", "updatedAt",
        "customerEmails", "customerPhones", "customerAddresses",
    ]  # fmt: skip
    assert answer.json["results"][0]["companyName"] is None


def test_pages_follow_each_other(shop: Shop) -> None:
    """Every customer is on exactly one page."""
    pages = [refs(shop.listed(page=str(page), pageSize="50")) for page in (1, 2, 3)]

    assert [ref for page in pages for ref in page] == [f"C-{number}" for number in range(PEOPLE)]


@pytest.mark.parametrize("page", ["4", "1000", str(limits.PAGE_MAX)])
def test_a_page_past_the_end_is_empty(shop: Shop, page: str) -> None:
    """200, no results, the right count."""
    answer = shop.listed(page=page)

    assert refs(answer) == []
    assert answer.json["meta"] == {"page": int(page), "pageSize": 50, "totalCount": PEOPLE}


NO_INTEGERS = [
    "",
    "x",
    "1.0",
    "1e2",
    "+5",
    " 5",
    "5 ",
    "0x1",
    "1_0",
    "\uff11",
    "\u0661",
    "\u00b2",
    "-",
    "--1",
    "null",
    "[1]",
]
TOO_LOW = ["0", "-1", "-0", "-" + "9" * 400]


@pytest.mark.parametrize("text", [*NO_INTEGERS, *TOO_LOW, str(limits.PAGE_MAX + 1), str(2**63), "9" * 400])
def test_a_page_that_is_none(shop: Shop, text: str) -> None:
    """Not an integer, below 1 or beyond 2^31−1: 400."""
    assert rejected(shop.listed(page=text), "page")


@pytest.mark.parametrize(
    ("text", "size"),
    [("1", 1), ("100", 100), ("101", 100), ("0005", 5), (str(10**9), 100), (str(2**63), 100)],
)
def test_a_page_size_is_clamped(shop: Shop, text: str, size: int) -> None:
    """Above 100 it is 100, and `meta` says so."""
    answer = shop.listed(pageSize=text)

    assert len(refs(answer)) == size
    assert answer.json["meta"]["pageSize"] == size


@pytest.mark.parametrize("text", [*NO_INTEGERS, *TOO_LOW, "9" * 400])
def test_a_page_size_that_is_none(shop: Shop, text: str) -> None:
    """Not an integer, or below 1: 400."""
    assert rejected(shop.listed(pageSize=text), "pageSize")


@pytest.mark.parametrize(
    "location",
    [
        "0",
        "-1",
        "x",
        "1.5",
        "+12345",
        "012345",
        "12345 ",
        "%31%32%33%34%35x",
        str(2**53),
        "9" * 400,
        "\u0661",
        "%ff",
        "%00",
        "null",
    ],
)
def test_a_location_that_is_none(shop: Shop, location: str) -> None:
    """What is no integer from 1 to 2^53−1 is not there, whatever it is."""
    answer = shop.get(f"/pos/v2/{location}/customers")

    assert answer.status == answer.json["status"] == 404


def test_unknown_and_foreign_locations_look_the_same(shop: Shop) -> None:
    """A location that is not the token's cannot be told from one that nobody has."""
    confined = shop.token(HERE)
    foreign = shop.get(f"/pos/v2/{THERE}/customers", token=confined)
    unknown = shop.get("/pos/v2/99/customers", token=confined)

    assert foreign.status == unknown.status == 404
    assert foreign.json | {"timestamp": ""} == unknown.json | {"timestamp": ""}
    assert len(foreign.body) - len(foreign.json["timestamp"]) == len(unknown.body) - len(
        unknown.json["timestamp"]
    )


@pytest.mark.parametrize(
    "query",
    ["nonsense=1", "&&&", "&=&=1", "Page=2", "PAGE=7", "%FF=1", "page%00=3", "token=x", "customers[]=1"],
)
def test_unknown_parameters_are_ignored(shop: Shop, query: str) -> None:
    """The first page, as without them."""
    assert shop.get(f"{LIST}?{query}").body == shop.get(LIST).body


def test_a_name_may_be_encoded(shop: Shop) -> None:
    """`p%61ge` is `page`."""
    assert shop.get(f"{LIST}?p%61ge=2").body == shop.listed(page="2").body


@pytest.mark.parametrize(
    "name", ["page", "pageSize", "search", "updatedAfter", "includeDeleted", "offset", "limit"]
)
def test_a_parameter_given_twice_is_refused(shop: Shop, name: str) -> None:
    """Whichever one were taken, somebody would have meant the other."""
    value = {"updatedAfter": "2020-01-01", "includeDeleted": "true"}.get(name, "1")

    assert rejected(shop.get(f"{LIST}?{name}={value}&x=1&{name}={value}"), name)


@pytest.mark.parametrize("search", ["", "%20", "+", "%09%0A", "%E3%80%80"])
def test_a_blank_search_is_no_search(shop: Shop, search: str) -> None:
    """As if it were absent."""
    assert shop.get(f"{LIST}?search={search}").body == shop.get(LIST).body


@pytest.mark.parametrize("search", ["...", "%22", "-", "%00", "%F0%9F%92%A9", "*"])
def test_a_search_for_nothing_searchable_finds_nothing(shop: Shop, search: str) -> None:
    """An empty page with a count of 0."""
    answer = shop.get(f"{LIST}?search={search}")

    assert refs(answer) == []
    assert answer.json["meta"]["totalCount"] == 0


@pytest.mark.parametrize(
    "search",
    ["a" * 201, "%C3%A9" * 201, "%20" * 201, "%FF", "%C3", "%ED%A0%80", "%C0%AF", "a%80b", "%F5%80%80%80"],
)
def test_a_search_that_is_none(shop: Shop, search: str) -> None:
    """More than 200 characters, or no UTF-8: 400."""
    assert rejected(shop.get(f"{LIST}?search={search}"), "search")


@pytest.mark.parametrize("search", ["a" * 200, "%C3%A9" * 200, "%F0%9F%98%80" * 200])
def test_a_search_of_200_characters(shop: Shop, search: str) -> None:
    """The bound counts characters, not bytes."""
    assert shop.get(f"{LIST}?search={search}").status == 200


@pytest.mark.parametrize(
    "search",
    [
        "NEAR(",
        "a* OR b*",
        '"',
        "col:x",
        "-x",
        "^a",
        "%",
        "_",
        "\\",
        "'; DROP TABLE customer;--",
        "(" * 200,
        "a\0b",
        "{a}",
        "+",
        "AND",
    ],
)
def test_a_search_is_data(shop: Shop, search: str) -> None:
    """Nothing of it is syntax to the engine."""
    assert shop.listed(search=search).status == 200


@pytest.mark.parametrize(
    "search",
    [
        "zoe",
        "ZOË",
        "zoë%20o'ex",
        "Zo%C3%AB",
        "zoe+example",
        "2125554240",
        "555-4240",
        "%2B1%20212",
        "zoe%40",
        "sons",
    ],
)
def test_a_search_finds(shop: Shop, search: str) -> None:
    """By name, company, e-mail or phone; with count; in any case, with or without accents."""
    answer = shop.get(f"{LIST}?search={search}")

    assert refs(answer) == ["C-1"]
    assert answer.json["meta"] == {"page": 1, "pageSize": 50, "totalCount": 1}


def test_a_search_has_pages(shop: Shop) -> None:
    """In list order, counted as a whole."""
    answer = shop.listed(search="ada", page="2", pageSize="10")

    assert refs(answer) == [f"C-{number}" for number in range(11, 21)]
    assert answer.json["meta"]["totalCount"] == PEOPLE - 1


def test_offset_and_limit(shop: Shop) -> None:
    """Instead of page and pageSize; `count` is what this answer holds."""
    answer = shop.listed(offset="115", limit="10")

    assert refs(answer) == [f"C-{number}" for number in range(115, 120)]
    assert answer.json["meta"] == {"offset": 115, "limit": 10, "count": 5, "totalCount": PEOPLE}


def test_offset_and_limit_have_defaults(shop: Shop) -> None:
    """Either may come alone; a limit above 100 is 100."""
    assert shop.listed(offset="0").json["meta"] == {
        "offset": 0,
        "limit": 50,
        "count": 50,
        "totalCount": PEOPLE,
    }
    assert shop.listed(limit="500").json["meta"] == {
        "offset": 0,
        "limit": 100,
        "count": 100,
        "totalCount": PEOPLE,
    }
    assert shop.listed(offset=str(10**11)).json["meta"]["count"] == 0


@pytest.mark.parametrize("mixed", [{"page": "1"}, {"pageSize": "50"}])
@pytest.mark.parametrize("own", [{"offset": "0"}, {"limit": "5"}])
def test_both_ways_of_paging_do_not_mix(shop: Shop, mixed: dict[str, str], own: dict[str, str]) -> None:
    """400."""
    assert rejected(shop.listed(**mixed, **own), "offset")


@pytest.mark.parametrize(
    ("name", "text"),
    [("offset", "-1"), ("offset", "x"), ("limit", "0"), ("limit", ""), ("offset", "9" * 400)],
)
def test_an_offset_or_limit_that_is_none(shop: Shop, name: str, text: str) -> None:
    """400."""
    assert rejected(shop.listed(**{name: text}), name)


@pytest.mark.parametrize(
    "text",
    [
        "2020-01-01", "2020-01-01T00:00:00Z", "2020-01-01t00:00:00z", "2020-01-01T00:00:00.123456789Z",
        "2020-01-01T02:00:00%2B02:00", "2020-01-01T02:00:00+02:00", "2020-01-01T00:00:00-00:00", "0001-01-01",
        "2016-12-31T23:59:60Z",
    ],
)  # fmt: skip
def test_forms_of_time(shop: Shop, text: str) -> None:
    """RFC 3339 with any offset and up to nine digits, or a date; a `+` that became a space is a `+`."""
    answer = shop.get(f"{LIST}?updatedAfter={text}")

    assert answer.json["meta"]["totalCount"] == PEOPLE


@pytest.mark.parametrize(
    "text",
    [
        "", "0", "1700000000", "0.5", "yesterday", "2020", "2020-13-01", "2020-02-30", "0000-01-01",
        "10000-01-01", "2020-01-01T25:00:00Z", "2020-01-01T00:00:00.1234567890Z", "2020-01-01T00:00:00+24:00",
        "2020-01-01 00:00:00Z", "%FF", "\uff12020-01-01", "2020-01-01T00:00Z", "9" * 400,
    ],
)  # fmt: skip
def test_a_time_that_is_none(shop: Shop, text: str) -> None:
    """400; epoch numbers too."""
    assert rejected(shop.get(f"{LIST}?updatedAfter={text}"), "updatedAfter")


def test_updated_after_is_strict(shop: Shop) -> None:
    """At microsecond precision: after the last one seen there is nothing, a microsecond earlier there is it."""
    last = shop.listed(updatedAfter="2020-01-01", page="2", pageSize="100").json["results"][-1]["updatedAt"]
    micros = instant.parse(last)
    assert micros is not None

    assert refs(shop.listed(updatedAfter=last)) == []
    assert len(refs(shop.listed(updatedAfter=instant.text(micros - 1)))) == 1


def test_updated_after_with_a_search(own_shop: Shop) -> None:
    """Both hold, in the order of changes."""
    own_shop.add(person("A", "Ada"), person("B", "Bea"), person("C", "Ada"))
    own_shop.add(person("A", "Ada", "Changed"))

    answer = own_shop.listed(updatedAfter="2020-01-01", search="ada")

    assert refs(answer) == ["C", "A"]
    assert answer.json["meta"]["totalCount"] == 2


def test_deleted_customers(own_shop: Shop) -> None:
    """Gone from the list; with updatedAfter and includeDeleted they come as tombstones, and are counted."""
    own_shop.add(person("A"), person("B", email="b@example.com"))
    customer_id = own_shop.get("/v2/customers").json["customers"][0]["id"]
    deletion.delete(own_shop.directory, own_shop.account.account_id, [customer_id])

    shown = own_shop.listed(updatedAfter="2020-01-01", includeDeleted="true")

    assert refs(own_shop.listed()) == ["B"]
    assert refs(own_shop.listed(includeDeleted="true")) == ["B"]
    assert refs(own_shop.listed(updatedAfter="2020-01-01")) == ["B"]
    assert refs(own_shop.listed(updatedAfter="2020-01-01", includeDeleted="False")) == ["B"]
    assert refs(shown) == ["B", "A"]
    assert shown.json["meta"]["totalCount"] == 2
    gone = shown.json["results"][1]
    assert gone["deletedAt"] == gone["updatedAt"]
    assert [gone[key] for key in ("firstName", "lastName", "companyName")] == [None] * 3
    assert [gone[key] for key in ("customerEmails", "customerPhones", "customerAddresses")] == [[]] * 3


@pytest.mark.parametrize("text", ["", "1", "0", "yes", "truely", "\uff54rue"])
def test_a_flag_that_is_none(shop: Shop, text: str) -> None:
    """400."""
    assert rejected(shop.listed(includeDeleted=text), "includeDeleted")


def test_a_query_string_has_a_bound(shop: Shop) -> None:
    """8,192 characters, whatever is in them."""
    assert shop.get(f"{LIST}?x={'a' * 8_190}").status == 200
    assert shop.get(f"{LIST}?x={'a' * 8_191}").status == 400


def test_locations(shop: Shop) -> None:
    """Those that the token sees, with the keys of the portal."""
    answer = shop.get("/marketplace/v2/locations")
    confined = shop.get("/marketplace/v2/locations", token=shop.token(THERE))

    assert answer.json["meta"] == {}
    assert [one["id"] for one in answer.json["results"]] == [THERE, HERE]
    assert confined.json["results"] == answer.json["results"][:1]
    assert answer.json["results"][0] == {
        "id": THERE,
        "name": f"Shop {THERE}",
        "timeZone": "America/New_York",
        "merchantId": shop.account.merchant_id,
        "countryCode": "US",
        "currency": None,
        "language": None,
        "brandRef": None,
    }
