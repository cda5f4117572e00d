"""Each fault, asked for in both dialects of a real sandbox."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import urllib3

from regulars.api import fault_pages, faults
from regulars.model.fault import FAULTS
from regulars.testing.sandbox import Server, SquareSandbox
from tests.api.shop import shop_in
from tests.serve.tree import drain, parsed
from tests.testing.people import fill, get, names

SQUARE = "/v2/customers"
SHIFT4 = "/pos/v2/1/customers"
PEOPLE = [f"P{number:02}" for number in range(25)]


@pytest.fixture(scope="module")
def shop(square_sandbox_server: Server) -> Iterator[SquareSandbox]:
    """25 customers who came a minute ago."""
    account = square_sandbox_server.new_account()
    fill(square_sandbox_server, account, PEOPLE)
    yield account
    account.close()


def walk(account: SquareSandbox, *, limit: int, pages: int, fault: str | None = None) -> list[list[str]]:
    """The customers of so many pages by cursor, or of as many as there are."""
    found, cursor = [], ""
    for _ in range(pages):
        page = get(account, f"{SQUARE}?limit={limit}&cursor={cursor}", fault=fault).json()
        found.append(names(page))
        if "cursor" not in page:
            break
        cursor = page["cursor"]
    return found


@pytest.mark.parametrize("target", [SQUARE, SHIFT4, "/v2/locations", "/v2/customers/nobody"])
def test_too_many_requests(shop: SquareSandbox, target: str) -> None:
    """429 with Retry-After, in the dialect's own shape."""
    answer = get(shop, target, fault="429")

    assert answer.status == 429
    assert int(answer.headers["retry-after"]) == faults.RETRY_AFTER_SECONDS
    assert answer.headers[faults.HEADER] == "429"
    body = answer.json()
    assert body["status"] == 429 if target == SHIFT4 else body["errors"][0]["code"] == "RATE_LIMITED"


@pytest.mark.parametrize("target", [SQUARE, SHIFT4])
def test_an_error_of_the_server(shop: SquareSandbox, target: str) -> None:
    """500, in the dialect's own shape."""
    answer = get(shop, target, fault="500")

    assert answer.status == 500
    body = answer.json()
    assert body["status"] == 500 if target == SHIFT4 else body["errors"][0]["category"] == "API_ERROR"


def test_a_slow_answer(shop: SquareSandbox) -> None:
    """The right answer, two seconds late."""
    began = time.monotonic()

    answer = get(shop, "/v2/locations", fault="slow")

    assert answer.status == 200
    assert faults.SLOW_SECONDS <= time.monotonic() - began < faults.SLOW_SECONDS + 10


@pytest.mark.parametrize("target", [SQUARE, SHIFT4, "/v2/customers/nobody"])
def test_an_answer_that_breaks_off(shop: SquareSandbox, target: str) -> None:
    """The head promises the whole body, half of it comes, the connection is closed; the next request is answered."""
    whole = get(shop, target).data
    where = urlsplit(shop.url)
    lines = [f"GET {target} HTTP/1.1", "Host: localhost", *_lines(shop.headers(fault="cut")), "", ""]
    with socket.create_connection((str(where.hostname), where.port), timeout=10) as connection:
        connection.sendall("\r\n".join(lines).encode())
        came = drain(connection)

    _, body = parsed(came)
    assert f"content-length: {len(whole)}\r\n".encode() in came.lower()
    assert body == whole[: len(whole) // 2]
    assert get(shop, target).data == whole


def _lines(headers: dict[str, str]) -> list[str]:
    return [f"{name}: {value}" for name, value in headers.items()]


def test_a_list_that_lags_behind(square_sandbox_server: Server, square_sandbox: SquareSandbox) -> None:
    """Who changed in the last seconds is in no list, but found by id; no page is empty while others follow."""
    fill(square_sandbox_server, square_sandbox, ["B1", "D1"])
    fill(square_sandbox_server, square_sandbox, ["A1", "C1", "E1"], seconds_ago=0)

    stale = walk(square_sandbox, limit=1, pages=9, fault="stale-list")

    assert stale == [["B1"], ["D1"], []]
    assert names(get(square_sandbox, SQUARE, fault="stale-list").json()) == ["B1", "D1"]
    assert names(get(square_sandbox, SHIFT4, fault="stale-list").json()) == ["B1", "D1"]
    everybody = get(square_sandbox, SQUARE).json()["customers"]
    assert len(everybody) == 5
    assert get(square_sandbox, f"{SQUARE}/{everybody[0]['id']}", fault="stale-list").status == 200


def test_an_empty_list_that_lags_behind_has_no_key(
    square_sandbox_server: Server, square_sandbox: SquareSandbox
) -> None:
    """Square answers an empty list with an empty object."""
    fill(square_sandbox_server, square_sandbox, ["A1"], seconds_ago=0)

    assert get(square_sandbox, SQUARE, fault="stale-list").data == b"{}"
    assert get(square_sandbox, SHIFT4, fault="stale-list").json()["results"] == []


def test_a_list_catches_up(square_sandbox_server: Server, square_sandbox: SquareSandbox) -> None:
    """What is older than the lag is shown."""
    fill(square_sandbox_server, square_sandbox, ["A1"], seconds_ago=fault_pages.STALE_SECONDS)

    assert names(get(square_sandbox, SQUARE, fault="stale-list").json()) == ["A1"]


def test_cursors_that_expire(shop: SquareSandbox) -> None:
    """The first page is a good one, and its cursor is refused as Square refuses old ones."""
    first = get(shop, f"{SQUARE}?limit=10", fault="expire-cursors")
    assert (first.status, faults.HEADER in first.headers) == (200, True)

    second = get(shop, f"{SQUARE}?limit=10&cursor={first.json()['cursor']}", fault="expire-cursors")

    assert second.status == 400
    [error] = second.json()["errors"]
    assert (error["code"], error["field"]) == ("INVALID_CURSOR", "cursor")


@pytest.mark.parametrize("target", [f"{SQUARE}?limit=20", f"{SHIFT4}?pageSize=20"])
def test_a_page_that_repeats_customers(shop: SquareSandbox, target: str) -> None:
    """Its first tenth comes again at its end."""
    assert names(get(shop, target, fault="duplicate").json()) == [*PEOPLE[:20], *PEOPLE[:2]]


def test_cursors_that_lead_back(shop: SquareSandbox) -> None:
    """The list never ends: behind its third page comes its second."""
    pages = [PEOPLE[:10], PEOPLE[10:20], PEOPLE[20:]]

    walked = walk(shop, limit=10, pages=8, fault="cursor-loop")

    assert walked == [pages[0], pages[1], pages[2], pages[1], pages[2], pages[1], pages[2], pages[1]]


def test_cursors_that_lead_back_in_a_short_list(shop: SquareSandbox) -> None:
    """Two pages: the second follows itself. One page has no cursor."""
    pages = [PEOPLE[:20], PEOPLE[20:]]

    assert walk(shop, limit=20, pages=4, fault="cursor-loop") == [pages[0], pages[1], pages[1], pages[1]]
    assert walk(shop, limit=100, pages=4, fault="cursor-loop") == [PEOPLE]


def test_totals_that_are_wrong(shop: SquareSandbox) -> None:
    """Twice as many and one more; the customers are all there."""
    square = get(shop, f"{SQUARE}?count=true", fault="wrong-total").json()
    shift4 = get(shop, SHIFT4, fault="wrong-total").json()

    assert (square["count"], names(square)) == (51, PEOPLE)
    assert (shift4["meta"]["totalCount"], names(shift4)) == (51, PEOPLE)


def test_a_server_that_does_not_know_updated_after(shop: SquareSandbox) -> None:
    """Everybody comes, as if it had not been asked for."""
    target = f"{SHIFT4}?updatedAfter=2999-01-01"

    assert names(get(shop, target).json()) == []
    assert names(get(shop, target, fault="ignore-updated-after").json()) == PEOPLE


def test_several_faults_at_once(shop: SquareSandbox) -> None:
    """All of them strike, and the answer names them."""
    answer = get(shop, f"{SQUARE}?limit=10&count=true", fault="wrong-total, duplicate")

    assert (answer.json()["count"], len(answer.json()["customers"])) == (51, 11)
    assert answer.headers[faults.HEADER] == "duplicate, wrong-total"


@pytest.mark.parametrize("fault", ["duplicate", "cursor-loop", "stale-list", "wrong-total"])
def test_a_fault_that_means_nothing_changes_nothing(shop: SquareSandbox, fault: str) -> None:
    """Locations have no pages; the answer names no fault."""
    answer = get(shop, "/v2/locations", fault=fault)

    assert answer.json() == get(shop, "/v2/locations").json()
    assert faults.HEADER not in answer.headers


@pytest.mark.parametrize("fault", ["sloth", "429,sloth", "none,429", ""])
def test_a_fault_that_nobody_knows(shop: SquareSandbox, fault: str) -> None:
    """A slip of the pen is an error, not a test that proves nothing."""
    headers = shop.headers() | {faults.HEADER: fault}
    answer = urllib3.request("GET", shop.url + SQUARE, headers=headers, retries=False, timeout=10)

    assert answer.status == 400
    assert answer.json()["errors"][0]["field"] == faults.HEADER


def test_every_fault_is_in_the_document(shop: SquareSandbox) -> None:
    """The sandbox's OpenAPI names the header at each route that takes a token."""
    document: Any = get(shop, "/openapi.json").json()
    listing = document["paths"][SQUARE]["get"]
    [asked] = [one for one in listing["parameters"] if one["name"] == faults.HEADER]

    assert set(asked["schema"]["enum"]) == {*FAULTS, "none"}
    assert "/sandbox/accounts" in document["paths"]
    assert document["paths"]["/healthz"]["get"]["parameters"] == []


def test_nobody_fails_outside_of_a_sandbox(tmp_path: Path) -> None:
    """The header means nothing to a real server, nor is there a route for accounts."""
    with shop_in(tmp_path) as real:
        assert real.get("/v2/locations", headers={faults.HEADER: "500"}).status == 200
        assert real.ask("POST", "/sandbox/accounts").status == 404
