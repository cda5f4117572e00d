"""Square's list and single customers (contracts/square.md)."""

from __future__ import annotations

from typing import Any

import pytest

from regulars.api.square import customers as door
from regulars.model.record import Record
from tests.api.conftest import PEOPLE
from tests.api.shop import HERE, THERE, Answered, Shop
from tests.directory.world import person, record

LIST = "/v2/customers"
EVERYBODY = PEOPLE + 3


def ids(answer: Answered) -> list[str]:
    assert answer.status == 200, answer.body
    return [customer["id"] for customer in answer.json.get("customers", [])]


def walk(shop: Shop, query: str = "", *, again: str = "", token: str = "") -> list[list[str]]:
    """The ids of each page; `again` is sent with each cursor."""
    answer = shop.get(f"{LIST}?{query}", token=token)
    pages = [ids(answer)]
    while "cursor" in answer.json:
        assert pages[-1], "an empty page has no cursor"
        answer = shop.get(f"{LIST}?cursor={answer.json['cursor']}&{again}", token=token)
        pages.append(ids(answer))
    return pages


def names(shop: Shop, query: str = "") -> list[str]:
    found = shop.get(f"{LIST}?{query}").json.get("customers", [])
    return [one.get("given_name", one.get("company_name", "")) for one in found]


def test_the_list_in_the_shape_of_the_seed(shop: Shop) -> None:
    """A hundred customers, no null anywhere, no charset, no count unless asked for."""
    answer = shop.get(LIST)

    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json) == {"customers", "cursor"}
    assert len(ids(answer)) == 100
    assert b"null" not in answer.body
    always = {"id", "created_at", "updated_at", "creation_source", "preferences", "version"}
    assert all(always <= set(one) for one in answer.json["customers"])


def test_a_walk_sees_everybody_once(shop: Shop) -> None:
    """Of all locations; the last page has no cursor."""
    pages = walk(shop, "limit=25", again="limit=25")

    assert [len(page) for page in pages] == [25, 25, 25, 25, 23]
    assert len({one for page in pages for one in page}) == EVERYBODY


def test_nothing_is_an_empty_object(own_shop: Shop) -> None:
    """`{}`: no empty list, no cursor."""
    assert own_shop.get(LIST).body == b"{}"
    assert own_shop.get(f"{LIST}?count=true").json == {"count": 0}


def test_the_orders(own_shop: Shop) -> None:
    """DEFAULT by folded name, else company; CREATED_AT by creation; each both ways."""
    for position, (first, last, company) in enumerate(
        [("Zoë", "A", None), ("ada", "B", None), (None, None, "Émile & Co"), ("Bea", "C", None)]
    ):
        own_shop.add(record(f"R{position}", firstName=first, lastName=last, companyName=company))

    by_name = ["ada", "Bea", "Émile & Co", "Zoë"]
    by_time = ["Zoë", "ada", "Émile & Co", "Bea"]
    assert names(own_shop) == names(own_shop, "sort_field=DEFAULT&sort_order=ASC") == by_name
    assert names(own_shop, "sort_order=DESC") == by_name[::-1]
    assert names(own_shop, "sort_field=CREATED_AT") == by_time
    assert names(own_shop, "sort_field=CREATED_AT&sort_order=DESC") == by_time[::-1]


@pytest.mark.parametrize(
    "sort", ["sort_field=CREATED_AT", "sort_order=DESC", "sort_field=CREATED_AT&sort_order=DESC"]
)
@pytest.mark.parametrize("repeated", [True, False])
def test_a_cursor_carries_the_sort(shop: Shop, sort: str, repeated: bool) -> None:
    """Repeated or not."""
    whole = walk(shop, f"{sort}&limit=100")

    pages = walk(shop, f"{sort}&limit=40", again=sort if repeated else "")

    assert [one for page in pages for one in page] == [one for page in whole for one in page]


def test_a_cursor_carries_the_count(shop: Shop) -> None:
    """A walk that counts goes on counting, unless it says otherwise."""
    first = shop.get(f"{LIST}?count=true&limit=2").json
    cursor = first["cursor"]

    assert first["count"] == EVERYBODY
    assert shop.get(f"{LIST}?cursor={cursor}").json["count"] == EVERYBODY
    assert "count" not in shop.get(f"{LIST}?cursor={cursor}&count=false").json
    assert shop.get(f"{LIST}?count=True&limit=1").json["count"] == EVERYBODY


def test_only_what_has_public_information_is_listed_and_counted(own_shop: Shop) -> None:
    """A customer without name, company, e-mail and phone is there by its id, and nowhere else."""
    own_shop.add(record("bare", customerAddresses=[{"city": "Berlin"}]), person("A"))

    assert own_shop.get(f"{LIST}?count=true").json["count"] == 1
    assert len(ids(own_shop.get(LIST))) == 1
    assert own_shop.get(f"/pos/v2/{HERE}/customers").json["meta"]["totalCount"] == 2


def test_a_token_sees_its_locations(shop: Shop) -> None:
    """List, count and single customers; another location's customer is as little there as nobody's."""
    token = shop.token(THERE)
    theirs = ids(shop.get(f"{LIST}?count=true", token=token))
    others = next(one for one in ids(shop.get(LIST)) if one not in theirs)

    assert len(theirs) == 3
    assert shop.get(f"{LIST}?count=true", token=token).json["count"] == 3
    foreign = shop.get(f"{LIST}/{others}", token=token)
    assert foreign.status == 404
    assert foreign.body == shop.get(f"{LIST}/NOBODY", token=token).body
    assert [len(page) for page in walk(shop, "limit=2", again="limit=2", token=token)] == [2, 1]


def test_one_customer(shop: Shop) -> None:
    """Under `customer`, the same as in the list."""
    listed = shop.get(f"{LIST}?limit=1").json["customers"][0]

    assert shop.get(f"{LIST}/{listed['id']}").json == {"customer": listed}


@pytest.mark.parametrize("name", sorted(door._RESERVED))
def test_static_paths_are_no_ids(shop: Shop, name: str) -> None:
    """Whatever is served there or not, no customer may stand in for it."""
    answer = shop.get(f"{LIST}/{name}")

    assert "customer" not in answer.json
    assert answer.status in {200, 404, 405}


@pytest.mark.parametrize(
    "customer_id", ["x" * 2_000, "%FF", "%00", "a%2Fb", "..", "%F0%9F%98%80", "%20", "'"]
)
def test_ids_that_nobody_has(shop: Shop, customer_id: str) -> None:
    """404 in Square's shape."""
    answer = shop.get(f"{LIST}/{customer_id}")

    assert (answer.status, answer.code) == (404, "NOT_FOUND")


def refused(answer: Answered, code: str, field: str | None) -> bool:
    [error] = answer.json["errors"]
    assert set(error) <= {"category", "code", "detail", "field"}
    return (answer.status, error["category"], error["code"], error.get("field")) == (
        400,
        "INVALID_REQUEST_ERROR",
        code,
        field,
    )


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("limit=0", "VALUE_TOO_LOW", "limit"),
        ("limit=-5", "VALUE_TOO_LOW", "limit"),
        ("limit=101", "VALUE_TOO_HIGH", "limit"),
        ("limit=" + "9" * 400, "VALUE_TOO_HIGH", "limit"),
        ("limit=", "EXPECTED_INTEGER", "limit"),
        ("limit=1.5", "EXPECTED_INTEGER", "limit"),
        ("limit=ten", "EXPECTED_INTEGER", "limit"),
        ("limit=%EF%BC%91", "EXPECTED_INTEGER", "limit"),
        ("limit=1&limit=2", "CONFLICTING_PARAMETERS", "limit"),
        ("limit=%FF", "INVALID_VALUE", "limit"),
        ("sort_field=NAME", "INVALID_ENUM_VALUE", "sort_field"),
        ("sort_field=default", "INVALID_ENUM_VALUE", "sort_field"),
        ("sort_field=", "INVALID_ENUM_VALUE", "sort_field"),
        ("sort_order=UP", "INVALID_SORT_ORDER", "sort_order"),
        ("count=1", "EXPECTED_BOOLEAN", "count"),
        ("count=", "EXPECTED_BOOLEAN", "count"),
        ("cursor=x", "INVALID_CURSOR", "cursor"),
        ("cursor=" + "A" * 5_000, "INVALID_CURSOR", "cursor"),
        ("x=" + "a" * 9_000, "VALUE_TOO_LONG", None),
    ],
)
def test_parameters_that_are_wrong(shop: Shop, query: str, code: str, field: str | None) -> None:
    """Square's own codes, and the field."""
    assert refused(shop.get(f"{LIST}?{query}"), code, field)


@pytest.mark.parametrize("query", ["&&&&", "=", "nonsense=1", "cursor=", "cursor=%20"])
def test_parameters_that_say_nothing(shop: Shop, query: str) -> None:
    """One SDK sends `?&&&&`; an empty cursor is the beginning."""
    assert shop.get(f"{LIST}?{query}").body == shop.get(LIST).body


def card_holder() -> Record:
    cards = b'[{"id":"ccof:1","card_brand":"VISA","last_4":"1111","exp_month":1,"exp_year":2031}]'
    return Record("square", b'{"id":"CARDHOLDER","given_name":"Ada","cards":' + cards + b"}", "test:1")


@pytest.mark.parametrize(
    ("version", "shown"),
    [
        (None, True),
        ("2022-10-19", True),
        ("2025-01-22", True),
        ("2025-01-23", False),
        ("2026-09-16", False),
        ("9999-99-99", False),
    ],
)
def test_cards_left_with_a_version(own_shop: Shop, version: str | None, shown: bool) -> None:
    """Served unless the client names 2025-01-23 or later, in the list and alone."""
    own_shop.add(card_holder())
    headers: dict[str, Any] = {} if version is None else {"Square-Version": version}

    listed = own_shop.get(LIST, headers=headers).json["customers"][0]
    alone = own_shop.get(f"{LIST}/{listed['id']}", headers=headers).json["customer"]

    assert ("cards" in listed, "cards" in alone) == (shown, shown)


@pytest.mark.parametrize(
    "version", ["", "latest", "2025-1-23", "2025-01-23T00:00:00Z", "20250123", "\u0662025-01-23"]
)
def test_a_version_that_is_no_date(shop: Shop, version: str) -> None:
    """400 with Square's code for it."""
    assert refused(
        shop.get(LIST, headers={"Square-Version": version}), "INVALID_SQUARE_VERSION_FORMAT", "Square-Version"
    )


def test_old_versions_forgive_a_limit(shop: Shop) -> None:
    """Before 2022-04-20 one out of range was ignored; no integer was never one."""
    old, new = {"Square-Version": "2022-04-19"}, {"Square-Version": "2022-04-20"}

    assert len(ids(shop.get(f"{LIST}?limit=1000", headers=old))) == 100
    assert len(ids(shop.get(f"{LIST}?limit=0", headers=old))) == 100
    assert refused(shop.get(f"{LIST}?limit=1000", headers=new), "VALUE_TOO_HIGH", "limit")
    assert refused(shop.get(f"{LIST}?limit=x", headers=old), "EXPECTED_INTEGER", "limit")


def test_locations_and_merchants(shop: Shop) -> None:
    """The account as Square shows it."""
    locations = shop.get("/v2/locations").json["locations"]
    merchant = shop.get("/v2/merchants/me").json["merchant"]

    assert [one["id"] for one in locations] == [str(THERE), str(HERE)]
    assert {one["merchant_id"] for one in locations} == {merchant["id"]} == {shop.account.merchant_id}
    assert merchant["main_location_id"] == str(HERE)
    assert shop.get("/v2/merchants").json == {"merchant": [merchant]}
    assert shop.get(f"/v2/merchants/{merchant['id']}").json == {"merchant": merchant}
    assert shop.get(f"/v2/locations/{THERE}").json == {"location": locations[0]}
    assert shop.get("/v2/locations/main").json == {"location": locations[1]}
    assert b"null" not in shop.get("/v2/locations").body + shop.get("/v2/merchants").body


@pytest.mark.parametrize(
    "target", ["/v2/merchants/MLOTHER", "/v2/locations/99", "/v2/locations/x", "/v2/merchants/%FF"]
)
def test_places_that_are_not_there(shop: Shop, target: str) -> None:
    """404."""
    assert (shop.get(target).status, shop.get(target).code) == (404, "NOT_FOUND")


def test_a_confined_token_learns_no_other_location(shop: Shop) -> None:
    """Not in lists, not by id, not as the main one."""
    token = shop.token(THERE)
    told = b"".join(
        shop.get(target, token=token).body
        for target in (
            "/v2/locations",
            "/v2/merchants",
            "/v2/merchants/me",
            f"/v2/locations/{HERE}",
            "/v2/locations/main",
        )
    )

    assert str(HERE).encode() not in told
    assert f"Shop {HERE}".encode() not in told
