"""The searching page is run: its customers are imported, its searches are asked."""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from regulars import limits
from regulars.app import importing
from regulars.app.opening import open_directory
from regulars.directory import Directory, listing, places, square_search
from regulars.directory.square_search import Search
from regulars.model.place import SCOPES, Grant
from regulars.normalise import scripts
from regulars.wire import square_searching
from regulars.wire.square_searching import CustomerFilterData
from tests.docs import pages

PAGE = pages.DOCS / "concepts" / "searching.md"
LOCATION = 12345


def examples() -> list[tuple[str, list[str]]]:
    table = pages.prose(PAGE).split("## The rules")[0]
    rows = [row for row in pages.rows(table) if row[0] != "search"]
    return [(row[0].strip("`"), row[1].split()) for row in rows]


def filters() -> list[tuple[str, list[str]]]:
    rows = [row for row in pages.rows(pages.prose(PAGE)) if row[0].startswith("`{")]
    return [(row[0].strip("`"), row[1].split()) for row in rows]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    folder: Path = tmp_path_factory.mktemp("searching")
    [customers] = pages.blocks(PAGE, "csv", "customers")
    (folder / "customers.csv").write_text(customers.text, encoding="utf-8")
    opened = open_directory(folder / "data")
    account = places.account(opened, "default")
    places.add_location(
        opened, account.account_id, LOCATION, name="Shop", country="US", time_zone="America/New_York"
    )
    importing.run(opened, account.account_id, LOCATION, paths=[folder / "customers.csv"])
    yield opened
    opened.close()


@pytest.mark.parametrize(("text", "found"), examples())
def test_each_example_is_true(directory: Directory, text: str, found: list[str]) -> None:
    """A search of the table finds the customers that stand beside it, in list order, and no other."""
    account = places.account(directory, "default")
    grant = Grant(account.account_id, account.merchant_id, "", None, SCOPES)

    page = listing.search(directory, grant, LOCATION, text=text, skip=0, limit=50)

    refs = [re.search(rb'"posRef":"([^"]*)"', document) for document in page.documents]
    assert [match[1].decode() for match in refs if match] == found
    assert page.total == len(found)


@pytest.mark.parametrize(("text", "found"), filters())
def test_each_filter_is_true(directory: Directory, text: str, found: list[str]) -> None:
    """A filter of the second table finds the customers that stand beside it, in the list's order, and no other."""
    account = places.account(directory, "default")
    grant = Grant(account.account_id, account.merchant_id, "", None, SCOPES)
    asked = square_searching.read(msgspec.json.decode(text, type=CustomerFilterData), at="")

    search = Search(asked, "DEFAULT", "ASC", None, 50)
    page, total = square_search.page(directory, grant, search, cards=False, count=True)

    assert [msgspec.json.decode(document)["reference_id"] for document in page.documents] == found
    assert total == len(found)


def test_the_letters_are_the_codes() -> None:
    """Each letter that is written in Latin ones stands on the page, as what it is read."""
    section = pages.prose(PAGE).split("## Cyrillic and Greek")[1].split("## ")[0]
    rows = [row for row in pages.rows(section) if row[0] != "letters"]
    told = {letter: read for row in rows for letter, read in zip(row[0].split(), row[1].split(), strict=True)}

    assert told | {"ь": "", "ӏ": "", "υ": "y"} == {chr(code): read for code, read in scripts._LETTERS.items()}


def test_the_names_are_read_as_told() -> None:
    """A name in the prose about letters becomes what stands behind it."""
    section = pages.prose(PAGE).split("## Cyrillic and Greek")[1].split("## ")[0]
    told = re.findall(r"([\u0370-\u04ff]{2,})(?:\s+is)?\s+`([a-z]{2,})`", section)

    assert len(told) > 5
    assert told == [(name, scripts.latin(name)) for name, _ in told]


def test_the_bounds_are_the_codes() -> None:
    """The page's bounds are those of the limits."""
    text = pages.read(PAGE)

    assert f"{limits.SEARCH_LENGTH_MAX} characters and {limits.SEARCH_WORDS_MAX} words" in text
    assert f"first {limits.SEARCH_TOKENS_MAX} search words" in text
    assert f"first {limits.FILTER_TEXT_LENGTH_MAX} count" in text
    assert f"{limits.TWO_CHARACTERS_WALK_MAX:,} customers" in text
    assert f"{limits.ONE_CHARACTER_WALK_MAX:,} customers" in text
