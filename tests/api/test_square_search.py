"""SearchCustomers at the door: pages, cursors, counts, versions, and what hostile bodies get."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.conftest import PEOPLE
from tests.api.shop import HERE, THERE, Answered, Shop
from tests.directory.world import person

SEARCH = "/v2/customers/search"
FUZZY = {"filter": {"email_address": {"fuzzy": "example"}}}


def search(shop: Shop, query: Any = None, *, token: str = "", version: str = "", **body: Any) -> Answered:
    if query is not None:
        body["query"] = query
    headers = {"Square-Version": version} if version else {}
    answer = shop.ask("POST", SEARCH, json=body, token=token, headers=headers)
    assert answer.headers["content-type"] == "application/json"
    return answer


def ids(answer: Answered) -> list[str]:
    assert answer.status == 200, answer.body
    return [customer["id"] for customer in answer.json.get("customers", [])]


def names(answer: Answered) -> list[str]:
    assert answer.status == 200, answer.body
    return [customer["given_name"] for customer in answer.json.get("customers", [])]


@pytest.fixture
def own(own_shop: Shop) -> Shop:
    """Five people with e-mails at one domain, one elsewhere."""
    for number, name in enumerate(("Ada", "Bo", "Cy", "Di", "Ed")):
        own_shop.add(
            person(f"R-{number}", name, phone=f"+1 212 555 014{number}", email=f"{name}@example.com")
        )
    own_shop.add(person("T-1", "Flo", email="flo@example.com"), location_id=THERE)
    own_shop.add(person("X-1", "Gus", email="gus@elsewhere.org"))
    return own_shop


def test_without_a_filter_it_is_the_list(shop: Shop) -> None:
    """The same customers in the same order, with the same count; an empty body asks for all of them."""
    listed = shop.get("/v2/customers?count=true").json
    found = search(shop, count=True).json

    assert found["customers"] == listed["customers"]
    assert found["count"] == listed["count"] == PEOPLE + 3
    assert shop.ask("POST", SEARCH).json["customers"] == listed["customers"]
    again = search(shop, cursor=found["cursor"], count=True).json
    assert len(again["customers"]) == PEOPLE + 3 - 100
    assert "cursor" not in again


def test_pages_are_full_but_for_the_last(own: Shop) -> None:
    """No cursor behind the last customer, no page without one; the count comes with every page."""
    pages = [search(own, FUZZY, limit=4, count=True)]
    while cursor := pages[-1].json.get("cursor"):
        pages.append(search(own, FUZZY, limit=4, count=True, cursor=cursor))

    assert [names(page) for page in pages] == [["Ada", "Bo", "Cy", "Di"], ["Ed", "Flo"]]
    assert [page.json["count"] for page in pages] == [6, 6]
    exactly = search(own, FUZZY, limit=6).json
    assert "cursor" not in exactly
    assert "count" not in exactly


def test_both_orders(own: Shop) -> None:
    """By name or by creation, either way."""
    for field in ("DEFAULT", "CREATED_AT"):
        upwards = names(search(own, FUZZY | {"sort": {"field": field, "order": "ASC"}}))
        assert sorted(upwards) == ["Ada", "Bo", "Cy", "Di", "Ed", "Flo"]
        assert names(search(own, FUZZY | {"sort": {"field": field, "order": "DESC"}})) == upwards[::-1]


def test_nobody_is_an_empty_object(own: Shop) -> None:
    """With a count of none if it was asked for."""
    nobody = {"filter": {"reference_id": {"exact": "none"}}}
    assert search(own, nobody).body == b"{}"
    assert search(own, nobody, count=True).body == b'{"count":0}'


def test_a_token_finds_only_whom_it_sees(own: Shop) -> None:
    """No customer and no count of another location."""
    here, there = own.token(HERE), own.token(THERE)
    assert names(search(own, FUZZY, token=there, count=True)) == ["Flo"]
    assert search(own, FUZZY, token=here, count=True).json["count"] == 5
    assert search(own, {"filter": {"email_address": {"exact": "flo@example.com"}}}, token=here).body == b"{}"


def test_a_cursor_belongs_to_its_question(own: Shop) -> None:
    """With another filter or order, without any, changed, or of the list, it is not valid; another limit is fine."""
    cursor = search(own, FUZZY, limit=2).json["cursor"]

    assert names(search(own, FUZZY, limit=1, cursor=cursor)) == ["Cy"]
    for query in (
        None,
        {"filter": {"email_address": {"fuzzy": "exampl"}}},
        FUZZY | {"sort": {"order": "DESC"}},
        {"filter": FUZZY["filter"] | {"reference_id": {"fuzzy": "r"}}},
    ):
        assert search(own, query, cursor=cursor).code == "INVALID_CURSOR"
    for place in range(0, len(cursor), 7):
        changed = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        assert search(own, FUZZY, cursor=changed).code == "INVALID_CURSOR"
    assert search(own, FUZZY, cursor=own.get("/v2/customers?limit=2").json["cursor"]).code == "INVALID_CURSOR"
    assert own.get(f"/v2/customers?cursor={cursor}").code == "INVALID_CURSOR"


def test_an_order_that_is_said_is_the_one_that_is_not(own: Shop) -> None:
    """A client may leave out what it once said, or say null for nothing."""
    cursor = search(own, FUZZY, limit=2).json["cursor"]
    said = FUZZY | {"sort": {"field": "DEFAULT", "order": "ASC"}}
    nulls = {
        "filter": {"email_address": {"fuzzy": "example", "exact": None}, "created_at": None},
        "sort": None,
    }
    assert ids(search(own, said, cursor=cursor)) == ids(search(own, nulls, cursor=cursor))


def test_who_joins_or_leaves_meanwhile_moves_nobody(own: Shop) -> None:
    """The place behind the last customer shown holds, whatever is written."""
    first = search(own, FUZZY, limit=3)
    own.add(person("R-8", "Abe", email="abe@example.com"), person("R-9", "Dan", email="dan@example.com"))
    rest = search(own, FUZZY, limit=10, cursor=first.json["cursor"])
    assert names(first) + names(rest) == ["Ada", "Bo", "Cy", "Dan", "Di", "Ed", "Flo"]


def test_changes_are_found_at_once(own: Shop) -> None:
    """A changed e-mail is found under the new one and no more under the old one."""
    own.add(person("R-0", "Ada", email="ada@newhouse.example"))
    assert names(search(own, {"filter": {"email_address": {"fuzzy": "newhouse"}}})) == ["Ada"]
    assert names(search(own, {"filter": {"email_address": {"exact": "ada@example.com"}}})) == []


def test_limits_follow_the_version(own: Shop) -> None:
    """Out of range: an error, and before 2022-04-20 as if it were not there."""
    assert search(own, limit=0).code == "VALUE_TOO_LOW"
    assert search(own, limit=101, version="2022-04-20").code == "VALUE_TOO_HIGH"
    assert len(ids(search(own, limit=0, version="2022-04-19"))) == 7
    assert len(ids(search(own, limit=2, version="2021-01-01"))) == 2


HOSTILE = [
    {"email_address": {"fuzzy": text}}
    for text in ('"', "' OR 1=1 --", "a* NEAR b", "\x00", "%", "-", "^a", "x" * 512, "ab " * 170, "ﬁ ß İ")
]


@pytest.mark.parametrize("filter", HOSTILE)
def test_a_text_is_data(own: Shop, filter: Any) -> None:
    """Nothing of it reaches an engine as syntax, in any field, exact or fuzzy."""
    [text] = filter["email_address"].values()
    for name in ("email_address", "reference_id", "phone_number"):
        assert search(own, {"filter": {name: {"fuzzy": text}}}, count=True).status == 200
    for name in ("email_address", "reference_id"):
        assert search(own, {"filter": {name: {"exact": text}}}, count=True).body == b'{"count":0}'


@pytest.mark.parametrize(
    "body",
    [b"[]", b"{", b'"x"', b'{"query": 5}', b'{"query": {"filter": []}}', b'{"limit": "1"}', b'{"count": 1}',
     b'{"query": {"filter": {"email_address": {"exact": ""}}}}', b"\xff", b'{"query":' * 2_000],
)  # fmt: skip
def test_a_broken_body_is_refused(own: Shop, body: bytes) -> None:
    """With one error that says what is wrong, never with a failure of ours."""
    answer = own.ask("POST", SEARCH, body=body)
    assert answer.status == 400
    assert len(json.loads(answer.body)["errors"]) == 1
