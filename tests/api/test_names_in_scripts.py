"""Whoever is written in Cyrillic or Greek is found in either script, on every engine, by every search there is."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from regulars.app.opening import open_directory
from regulars.directory import Directory, filling, listing, lookup, places, square_search
from regulars.directory.square_search import Search
from regulars.model.customer_filter import CustomerFilter, Own, Text
from regulars.model.record import Record
from regulars.normalise import scripts, words
from regulars.store import filling as stored
from tests import engines
from tests.api.shop import HERE, Shop
from tests.directory.world import grant_of, person
from tests.engines import Engine

NAMES = [
    ("Иван", "Иванов"),
    ("Ivanka", "Ivanova"),
    ("Γιώργος", "Παπαδόπουλος"),
    ("Giorgos", "Papadopoulou"),
    ("Łukasz", "Øster"),
    ("Александр", "Щукин"),
]
IVANOVS, PAPAS = {"Иванов", "Ivanova"}, {"Παπαδόπουλος", "Papadopoulou"}
FOUND = {
    "иванов": IVANOVS,
    "ИВАНОВ": IVANOVS,
    "ivanov": IVANOVS,
    "Ivan Ivanov": IVANOVS,
    "ива": IVANOVS,
    "Παπαδόπουλος": {"Παπαδόπουλος"},
    "ΠΑΠΑΔΟΠΟΥΛΟΣ": {"Παπαδόπουλος"},
    "παπαδοπουλοσ": {"Παπαδόπουλος"},
    "papadopoulos": {"Παπαδόπουλος"},
    "παπαδοπου": PAPAS,
    "papadopo": PAPAS,
    "Γιωργος": PAPAS,
    "lukasz": {"Øster"},
    "shchukin": {"Щукин"},
    "щ": {"Щукин"},
    "ezhik": {"Plain"},
    "ежик": {"Plain"},
    "ова": set[str](),
}


def opened(engine: Engine, folder: Path) -> Directory:
    """As the program opens it: what is due is filled first."""
    return open_directory(folder, key_file=engine.key_file, database=engine.database(folder))


def shop_of(directory: Directory, tmp_path: Path) -> Shop:
    (tmp_path / "rate").mkdir(exist_ok=True)
    return Shop(directory, tmp_path / "rate")


def take_in(shop: Shop) -> None:
    shop.add(*(person(f"C-{at}", first, last) for at, (first, last) in enumerate(NAMES)))
    shop.add(Record("square", '{"id": "SQ", "family_name": "Plain", "nickname": "Ёжик"}'.encode(), "test"))


def found_by_people(directory: Directory, text: str) -> dict[str, str]:
    """Last names and how they were found, as `regulars find` has them."""
    account_id = places.account(directory, "default").account_id
    shown = lookup.find(directory, account_id, text=text, location_id=None, limit=20)
    return {json.loads(one.shift4)["lastName"]: one.match for one in shown}


def found_by_shift4(shop: Shop, text: str) -> set[str]:
    answer = shop.listed(search=text).json
    return {one["lastName"] for one in answer["results"]}


def found_natively(shop: Shop, text: str) -> dict[str, str]:
    answer = shop.listed("/v1/customers", search=text).json
    return {one["last_name"]: one["match"] for one in answer["customers"]}


def test_each_script_finds_the_other(engine: Engine, tmp_path: Path) -> None:
    """In full, by the start, without accents, in capitals; a middle finds nobody, as ever."""
    with closing(opened(engine, tmp_path / "data")) as directory:
        shop = shop_of(directory, tmp_path)
        take_in(shop)

        for text, names in FOUND.items():
            assert found_by_shift4(shop, text) == names, text
            for match in (found_by_people(directory, text), found_natively(shop, text)):
                assert {name for name, how in match.items() if how == "exact"} == names, text


def test_nicknames_and_slips_know_both_scripts(engine: Engine, tmp_path: Path) -> None:
    """Sasha is Александр, Саша as well, and a slip is forgiven in either script."""
    with closing(opened(engine, tmp_path / "data")) as directory:
        shop = shop_of(directory, tmp_path)
        take_in(shop)

        for text in ("sasha", "Саша"):
            assert found_by_people(directory, text) == {"Щукин": "nickname"}
        for text in ("ivnaov", "ивнаов"):
            assert found_by_people(directory, text)["Иванов"] == "typo"


def test_squares_filters_tell_scripts_apart(engine: Engine, tmp_path: Path) -> None:
    """An e-mail and a reference are what they are, letter by letter."""
    with closing(opened(engine, tmp_path / "data")) as directory:
        shop = shop_of(directory, tmp_path)
        for at, word in enumerate(("иван", "ivan")):
            fields = f'"id": "SQ{at}", "email_address": "{word}@example.com", "reference_id": "{word}-1"'
            shop.add(Record("square", f'{{"given_name": "Nobody", {fields}}}'.encode(), "test"))

        for asked, count in (("иван", 1), ("ivan", 1), ("example", 2)):
            assert by_filter(shop, email_address=Text(fuzzy=asked)) == count
        for word in ("иван", "ivan"):
            assert by_filter(shop, email_address=Text(exact=f"{word}@EXAMPLE.com")) == 1
            assert by_filter(shop, reference_id=Text(fuzzy=word)) == 1
            assert by_filter(shop, reference_id=Text(exact=f"{word}-1")) == 1


def by_filter(shop: Shop, **own: Any) -> int:
    search = Search(CustomerFilter(own=Own(**own)), "DEFAULT", "ASC", None, 100)
    page, total = square_search.page(shop.directory, grant_of(shop.account), search, cards=False, count=True)
    assert total == len(page.documents)
    return total


def test_an_older_store_gets_its_words_when_it_is_opened(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever died while it was filled; names in Latin letters are found meanwhile, and nothing else is changed."""
    monkeypatch.setattr(filling, "_CUSTOMERS", 2)
    with monkeypatch.context() as before, closing(opened(engine, tmp_path / "data")) as directory:
        before.setattr(scripts, "_LETTERS", {})
        before.setattr(scripts, "_PAIRS", {})
        words._name_words.cache_clear()
        take_in(shop_of(directory, tmp_path))
        listed = documents(directory)
        assert found_by_people(directory, "ivanov") == {"Ivanova": "exact"}
        engines.change(
            directory.store, "DELETE FROM migration WHERE number = 10"
        )  # as a store of that time is
    words._name_words.cache_clear()

    with closing(Directory(engine.open(tmp_path / "data", now=1))) as directory:
        with directory.store.write():
            assert filling._step(directory, stored.IN_OTHER_LETTERS) == 2  # begun; then its process dies
        assert found_by_people(directory, "ivanov").keys() == IVANOVS
        assert found_by_people(directory, "papadop").keys() == {"Papadopoulou"}

    with closing(opened(engine, tmp_path / "data")) as directory:
        for text, names in FOUND.items():
            match = found_by_people(directory, text)
            assert {name for name, how in match.items() if how == "exact"} == names, text
        assert documents(directory) == listed
        with directory.store.read():
            assert stored.mark(directory.store, stored.IN_OTHER_LETTERS) is None


def documents(directory: Directory) -> list[bytes]:
    grant = grant_of(places.account(directory, "default"))
    return list(listing.page(directory, grant, HERE, skip=0, limit=100).documents)
