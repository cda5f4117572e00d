"""The two seeds' examples, imported with the command line and served over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.proof_http.client import Client, client, in_order
from tests.proof_http.house import ROOT, House

pytestmark = pytest.mark.xdist_group("proof_http golden")

GOLDEN = ROOT / "tests" / "wire" / "golden"
SHIFT4 = in_order((GOLDEN / "shift4-page.json").read_bytes())
SQUARE = in_order((GOLDEN / "square-page.json").read_bytes())
SHIFT4_LOCATION = 12345
SQUARE_LOCATION = 2


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Both examples, each at a location of its own, each read from its page as it stands in the seed."""
    house = House(tmp_path_factory.mktemp("golden"))
    for location, page in ((SHIFT4_LOCATION, "shift4-page.json"), (SQUARE_LOCATION, "square-page.json")):
        house.location(location)
        counts = house.take_in(GOLDEN / page, location)
        assert counts == {
            "read": 1, "created": 1, "updated": 0, "unchanged": 0, "quarantined": 0,
            "problems": counts["problems"],
        }  # fmt: skip
    with house.serving() as served, client(served.port, house.token()) as asking:
        yield asking


def but(pairs: list[Any], *left_out: str) -> list[Any]:
    """An object's pairs without some keys, in order."""
    return [(key, value) for key, value in pairs if key not in left_out]


def keys(pairs: list[Any]) -> list[str]:
    return [key for key, _ in pairs]


def golden(page: list[Any], name: str) -> list[Any]:
    """The one customer of a golden page."""
    [customer] = dict(page)[name]
    return list(customer)


def square_listed(seeds: Client, *version: str) -> list[Any]:
    """The Square seed's customer as the list shows it."""
    answer = seeds.get("/v2/customers", *(("Square-Version", text) for text in version))
    assert answer.status == 200
    [found] = [
        one
        for one in dict(answer.pairs)["customers"]
        if ("id", dict(golden(SQUARE, "customers"))["id"]) in one
    ]
    return list(found)


def square_one(seeds: Client, *version: str) -> list[Any]:
    """The same, asked for by its id."""
    target = f"/v2/customers/{dict(golden(SQUARE, 'customers'))['id']}"
    answer = seeds.get(target, *(("Square-Version", text) for text in version))
    assert answer.status == 200
    assert keys(answer.pairs) == ["customer"]
    return list(dict(answer.pairs)["customer"])


@pytest.mark.parametrize("prefix", ["", "/api"])
def test_shift4s_example_is_served_as_it_stands(seeds: Client, prefix: str) -> None:
    """Every value of Shift4's example but the directory's change time comes back, keys in the example's order."""
    answer = seeds.get(f"{prefix}/pos/v2/{SHIFT4_LOCATION}/customers")

    served = golden(answer.pairs, "results")
    example = golden(SHIFT4, "results")
    assert but(served, "updatedAt") == but(example, "updatedAt")
    assert keys(served) == keys(example)
    assert keys(answer.pairs) == keys(SHIFT4)
    assert dict(answer.pairs)["meta"] == [("page", 1), ("pageSize", 50), ("totalCount", 1)]
    assert keys(dict(SHIFT4)["meta"]) == keys(dict(answer.pairs)["meta"])
    assert answer.header("content-type") == "application/json"


def test_shift4s_example_alone_is_the_one_of_the_list(seeds: Client) -> None:
    """By its posRef the customer has the very bytes that the list shows."""
    listed = seeds.get(f"/pos/v2/{SHIFT4_LOCATION}/customers").body

    alone = seeds.get(f"/pos/v2/{SHIFT4_LOCATION}/customers/CUST-12345").body

    assert b'{"results":[' + alone + b"]," in listed


def test_squares_example_is_served_as_it_stands(seeds: Client) -> None:
    """Every value of Square's example but the directory's change time comes back, keys in the example's order."""
    example = golden(SQUARE, "customers")

    for served in (square_listed(seeds), square_one(seeds)):
        assert but(served, "updated_at") == but(example, "updated_at")
        assert keys(served) == keys(example)


@pytest.mark.parametrize("version", ["2016-03-01", "2022-10-19", "2023-06-08", "2025-01-22"])
def test_older_square_clients_see_the_cards(seeds: Client, version: str) -> None:
    """A client that names a version before 2025-01-23 is shown `cards` too."""
    for served in (square_listed(seeds, version), square_one(seeds, version)):
        assert dict(served)["cards"] == dict(golden(SQUARE, "customers"))["cards"]


@pytest.mark.parametrize("version", ["2025-01-23", "2025-08-20", "2026-09-16", "9999-12-31"])
def test_newer_square_clients_see_no_cards(seeds: Client, version: str) -> None:
    """From 2025-01-23 on `cards` is absent and all else stays as it is."""
    example = golden(SQUARE, "customers")

    for served in (square_listed(seeds, version), square_one(seeds, version)):
        assert but(served, "updated_at") == but(example, "updated_at", "cards")
        assert keys(served) == keys(but(example, "cards"))


def test_change_times_are_the_directorys_own(seeds: Client) -> None:
    """`updatedAt` has its microseconds, `updated_at` is the same instant rounded down to milliseconds."""
    fine = dict(golden(seeds.get(f"/pos/v2/{SQUARE_LOCATION}/customers").pairs, "results"))["updatedAt"]
    coarse = dict(square_one(seeds))["updated_at"]

    moment = datetime.fromisoformat(fine)
    assert datetime.fromisoformat(coarse) == moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert len(coarse.partition(".")[2]) <= len("999Z")


def test_a_second_import_changes_nothing(seeds: Client, tmp_path: Path) -> None:
    """What is served can be imported elsewhere, and is then served as it was."""
    page = seeds.get(f"/pos/v2/{SHIFT4_LOCATION}/customers").body
    other = House(tmp_path)
    other.location(SHIFT4_LOCATION)

    other.take_in(other.file("page.json", page), SHIFT4_LOCATION)
    again = other.take_in(other.file("page.json", page), SHIFT4_LOCATION)

    assert again["unchanged"] == 1
    exported = other.run("export", "--location", SHIFT4_LOCATION, "--shape", "shift4")
    [customer] = exported if isinstance(exported, list) else [exported]
    [before] = json.loads(page)["results"]
    assert {key: value for key, value in customer.items() if key != "updatedAt"} == {
        key: value for key, value in before.items() if key != "updatedAt"
    }
