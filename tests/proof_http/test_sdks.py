"""Square's own SDKs, for Python and for Node, pointed at our server: they list everybody."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import re
import subprocess
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from square import AsyncSquare, Square
from square.core.api_error import ApiError

from tests.proof_http.client import client
from tests.proof_http.house import CHINOOK, INVENTED, ROOT, House, Served

pytestmark = pytest.mark.xdist_group("proof_http sdks")

LOCATION = 12345
LIMITS = [1, 7, 100]
# The sort ignores case and accents; these letters have none that Unicode takes off.
FOLDED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe"})


class Sample(NamedTuple):
    """A file of customers that is served, and a token for it."""

    served: Served
    token: str
    rows: list[dict[str, str]]
    ref_column: str

    def python(self, **options: Any) -> Square:
        """Square's SDK for Python; its connections are the caller's to close."""
        return Square(base_url=self.served.url, token=self.token, **options)


def samples() -> list[Any]:
    absent = pytest.mark.skipif(
        not CHINOOK.exists(), reason="the Chinook sample is not part of the repository"
    )
    return [
        pytest.param((INVENTED, "CustomerNo"), id="invented"),
        pytest.param((CHINOOK, "CustomerId"), id="chinook", marks=absent),
    ]


@pytest.fixture(scope="module", params=samples())
def sample(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    """Imported without a word about its columns."""
    path, ref_column = request.param
    house = House(tmp_path_factory.mktemp("sdks"))
    house.location(LOCATION)
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    counts = house.take_in(path, LOCATION)
    assert (counts["read"], counts["created"], counts["quarantined"]) == (len(rows), len(rows), 0)
    with house.serving() as served:
        yield Sample(served, house.token(), rows, ref_column)


@pytest.fixture
def square(sample: Sample) -> Iterator[Square]:
    """Square's SDK for Python."""
    with httpx.Client() as connections:
        yield sample.python(httpx_client=connections)


def name_key(customer: Any) -> str:
    """What Square's DEFAULT sorts by."""
    text = f"{customer.given_name or ''}{customer.family_name or ''}"
    text = text or customer.company_name or customer.email_address or customer.phone_number or ""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(FOLDED))
    return "".join(character for character in plain if not unicodedata.combining(character))


def as_in_the_file(sample: Sample, customers: list[Any]) -> None:
    """Everybody, each once, with the names, e-mail, phone and address that the file has."""
    by_ref = {customer.reference_id: customer for customer in customers}
    assert len(by_ref) == len(customers) == len(sample.rows)
    for row in sample.rows:
        customer = by_ref[row[sample.ref_column]]
        shown = (
            customer.given_name, customer.family_name, customer.company_name, customer.email_address,
            customer.phone_number, customer.address.address_line1, customer.address.locality,
        )  # fmt: skip
        columns = ("FirstName", "LastName", "Company", "Email", "Phone", "Address", "City")
        assert shown == tuple(row[column] or None for column in columns)
        assert re.fullmatch("[A-Z]{2}", customer.address.country)
        assert (customer.version, customer.creation_source) == (0, "IMPORT")
        assert customer.preferences.email_unsubscribed is False


@pytest.mark.parametrize("limit", LIMITS)
def test_python_lists_everybody(sample: Sample, square: Square, limit: int) -> None:
    """The pager of `squareup` brings every customer once, whatever the page's size."""
    as_in_the_file(sample, list(square.customers.list(limit=limit)))


@pytest.mark.parametrize("limit", LIMITS)
def test_python_sorts_and_counts(sample: Sample, square: Square, limit: int) -> None:
    """Both sorts hold in both directions, and every page says how many there are."""
    ids: dict[tuple[str, str], list[str]] = {}
    found: dict[str, list[Any]] = {}
    for field in ("DEFAULT", "CREATED_AT"):
        for order in ("ASC", "DESC"):
            pager = square.customers.list(limit=limit, sort_field=field, sort_order=order, count=True)
            counts: list[int | None] = []
            customers: list[Any] = []
            for page in pager.iter_pages():
                counts.append(page.response.count)
                customers += page.items or []
            assert set(counts) == {len(sample.rows)}
            assert len(counts) == -(-len(sample.rows) // limit)
            ids[field, order], found[field] = [one.id for one in customers], customers

    for field in ("DEFAULT", "CREATED_AT"):
        assert ids[field, "DESC"] == ids[field, "ASC"][::-1]
    keys = [name_key(one) for one in reversed(found["DEFAULT"])]
    assert keys == sorted(keys)
    refs = [one.reference_id for one in reversed(found["CREATED_AT"])]
    assert refs == [row[sample.ref_column] for row in sample.rows]


@pytest.mark.parametrize("limit", LIMITS)
def test_async_python_lists_everybody(sample: Sample, limit: int) -> None:
    """So does its asynchronous twin."""

    async def listed() -> list[Any]:
        async with httpx.AsyncClient() as connections:
            square = AsyncSquare(base_url=sample.served.url, token=sample.token, httpx_client=connections)
            pager = await square.customers.list(limit=limit, count=True)
            return [customer async for customer in pager]

    as_in_the_file(sample, asyncio.run(listed()))


def test_python_gets_each_alone(sample: Sample, square: Square) -> None:
    """Each customer by its id is the one of the list."""
    for listed in square.customers.list():
        assert listed.id is not None
        assert square.customers.get(customer_id=listed.id).customer == listed


def test_python_gets_an_error(sample: Sample, square: Square) -> None:
    """An unknown id is the SDK's own ApiError, with NOT_FOUND in it."""
    for unknown in ("NOBODY", "NO.BODY:x", "a/b", "ä?#", "x" * 600):
        with pytest.raises(ApiError) as caught:
            square.customers.get(customer_id=unknown)

        assert caught.value.status_code == 404
        assert [error.code for error in caught.value.errors] == ["NOT_FOUND"]


def test_python_gets_a_wrong_limit_explained(square: Square) -> None:
    """A limit beyond 100 and a cursor of nobody's are errors that the SDK understands."""
    for options, code in (
        ({"limit": 101}, "VALUE_TOO_HIGH"),
        ({"limit": 0}, "VALUE_TOO_LOW"),
        ({"cursor": "nobodys"}, "INVALID_CURSOR"),
    ):
        with pytest.raises(ApiError) as caught:
            list(square.customers.list(**options))

        assert [(error.category, error.code) for error in caught.value.errors] == [
            ("INVALID_REQUEST_ERROR", code)
        ]


def test_python_knows_the_shop(sample: Sample, square: Square) -> None:
    """Locations and merchants answer as the SDK expects, by id and by their nicknames."""
    [location] = square.locations.list().locations or []
    [merchant] = list(square.merchants.list())

    assert (location.id, location.name, location.country) == (str(LOCATION), f"Shop {LOCATION}", "US")
    assert square.locations.get(location_id="main").location == location
    assert square.locations.get(location_id=str(LOCATION)).location == location
    assert (merchant.id, merchant.main_location_id) == (location.merchant_id, location.id)
    assert merchant.id is not None
    assert square.merchants.get(merchant_id="me").merchant == merchant
    assert square.merchants.get(merchant_id=merchant.id).merchant == merchant


def test_python_walks_while_customers_come(sample: Sample, tmp_path: Path) -> None:
    """The SDK's pager, stopped in the middle while an import goes on, still brings everybody who was there."""
    house = House(tmp_path)
    house.location(LOCATION)
    path = INVENTED if sample.ref_column == "CustomerNo" else CHINOOK
    house.take_in(path, LOCATION)
    lines = b"".join(
        b'{"posRef":"NEW-%d","firstName":"Aaa","lastName":"%d"}\n' % (at, at) for at in range(40)
    )
    with house.serving() as served, httpx.Client() as connections:
        square = Square(base_url=served.url, token=house.token(), httpx_client=connections)
        walk = iter(square.customers.list(limit=5))
        before = [next(walk) for _ in range(12)]
        house.take_in(house.file("new.jsonl", lines), LOCATION, "--source", "other")
        refs = [one.reference_id for one in [*before, *walk]]

    known = [ref for ref in refs if not str(ref).startswith("NEW-")]
    assert sorted(map(str, known)) == sorted(row[sample.ref_column] for row in sample.rows)
    assert len(set(refs)) == len(refs)


@pytest.mark.parametrize("limit", LIMITS)
def test_node_lists_everybody(sample: Sample, limit: int) -> None:
    """The npm package `square` lists, sorts, counts, gets, and raises its own error."""
    script = ROOT / "tests" / "sdk" / "node" / "list.mjs"
    assert script.with_name("node_modules").is_dir(), (
        "the SDK for Node is not there yet: make test fetches it"
    )
    done = subprocess.run(
        [ROOT / "tools" / "node", "node", script, sample.served.url, str(limit)],
        env=os.environ | {"SQUARE_TOKEN": sample.token},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr.decode()
    shown = json.loads(done.stdout)

    refs = [row[sample.ref_column] for row in sample.rows]
    assert sorted(one["referenceId"] for one in shown["listed"]) == sorted(refs)
    assert [one["referenceId"] for one in shown["sorted"]] == refs[::-1]
    assert set(shown["counts"]) == {len(refs)}
    assert shown["one"] == shown["listed"][0]
    assert [one["id"] for one in shown["locations"]] == [str(LOCATION)]
    assert [one["mainLocationId"] for one in shown["merchants"]] == [str(LOCATION)]
    assert shown["unknown"] == {"status": 404, "code": "NOT_FOUND"}
    assert shown["refused"] == {"status": 401, "code": "UNAUTHORIZED"}


SEARCHES = {
    "CustomerNo": {
        "zoe": ["INV-001"],
        "Zoë": ["INV-001"],
        "MARCHBANKS": ["INV-001"],
        "nimbus": ["INV-001"],
        "lukasz": ["INV-002"],
        "Łukasz": ["INV-002"],
        "345 67 89": ["INV-002"],
        "48123456789": ["INV-002"],
        "odegard": ["INV-005"],
        "sonado": ["INV-023"],
        "imagin": ["INV-004", "INV-008"],
        "3123-4567": ["INV-003", "INV-008", "INV-024"],
        "551131234567": ["INV-008"],
        "tomas@example.com.br": ["INV-008"],
        "makebelieve nigel": ["INV-012"],
        "INV-016": ["INV-016"],
        "@example.cz": ["INV-017"],
    },
    "CustomerId": {
        "luis": ["1", "57"],
        "Luís": ["1", "57"],
        "luis goncalves": ["1"],
        "Gonçalves": ["1"],
        "3923-5555": ["1"],
        "55123923": ["1"],
        "embraer": ["1"],
    },
}


def test_searches_find_whom_they_should(sample: Sample) -> None:
    """Names with and without accents, pieces of phones, companies, e-mails and refs find their customers."""
    with client(sample.served.port, sample.token) as asking:
        for text, refs in SEARCHES[sample.ref_column].items():
            quoted = httpx.QueryParams({"search": text})
            answer = asking.get(f"/pos/v2/{LOCATION}/customers?{quoted}").value
            found = [one["posRef"] for one in answer["results"]]

            assert found == refs, text
            assert answer["meta"]["totalCount"] == len(found), text


def test_phones_are_e164(sample: Sample) -> None:
    """Shift4's dialect serves every phone in E.164, but for those that the documentation lists with their reasons."""
    documented = re.findall(
        r"^\| `([^`]+)` \|", (ROOT / "docs/reference/phones.md").read_text(), re.MULTILINE
    )
    with client(sample.served.port, sample.token) as asking:
        customers = list(asking.pages(f"/pos/v2/{LOCATION}/customers"))

    assert len(customers) == len(sample.rows)
    phones = [phone["phone"] for customer in customers for phone in customer["customerPhones"]]
    columns = ("Phone", "Mobile", "Fax")
    assert len(phones) == sum(bool(row.get(column)) for row in sample.rows for column in columns)
    others = {phone for phone in phones if not re.fullmatch(r"\+[1-9]\d{6,14}", phone)}
    if sample.ref_column == "CustomerId":
        assert others == set(documented)
    else:
        # Kept for stories by their countries, so not in their plans; and one that is a digit short.
        assert others == {"06 39 98 56 78", "07700 900123", "+56 (0)2 123 4567"}
    for customer in customers:
        primary = [phone["isPrimary"] for phone in customer["customerPhones"]]
        assert primary.count(True) == bool(primary)
