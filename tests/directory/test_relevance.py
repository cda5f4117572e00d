"""A search by people: the best first, nicknames next, and what was mistyped when nobody else is found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars import limits
from regulars.directory import Directory, ingest, lookup, native_list
from regulars.model.search import Term
from regulars.model.whole import Whole
from regulars.normalise import nicknames, spelling
from tests.directory import world
from tests.engines import Engine

HERE, THERE = 11, 12
PEOPLE = {
    HERE: [
        "John Smithson",
        "Ann Smith",
        "John Smith",
        "William Tell",
        "Billy Kidd",
        "Bob Stone",
        "Jonas Smit",
    ],
    THERE: ["Peter Quint", "Jonathan Swift"],
}


@pytest.fixture
def directory(tmp_path: Path, engine: Engine) -> Iterator[Directory]:
    with world.opened(tmp_path / "data", engine=engine) as opened:
        account = world.settle_in(opened, HERE, THERE)
        for location_id, names in PEOPLE.items():
            fill(opened, account.account_id, location_id, names)
        yield opened


def fill(directory: Directory, account_id: int, location_id: int, names: list[str]) -> None:
    records = []
    for at, name in enumerate(names):
        first, last = name.split(" ")
        phone, email = f"+1 212 555 42{at:02}", f"p{at}@mail.example"
        records.append(world.person(f"{location_id}-{at}", first, last, phone=phone, email=email))
    ingest.batch(directory, account_id, location_id, "till", records)


def found(
    directory: Directory, text: str, location_id: int | None = None, limit: int = 20
) -> list[tuple[str, str]]:
    """(name, match) as `regulars find` has them."""
    account_id = world.settle_in(directory).account_id
    shown = lookup.find(directory, account_id, text=text, location_id=location_id, limit=limit)
    documents = [(json.loads(one.shift4), one.match) for one in shown]
    return [(f"{each['firstName']} {each['lastName']}", match) for each, match in documents]


def test_a_whole_name_comes_before_one_that_begins_so(directory: Directory) -> None:
    """And those alike in list order."""
    assert found(directory, "smith") == [
        ("Ann Smith", "exact"),
        ("John Smith", "exact"),
        ("John Smithson", "exact"),
    ]
    assert found(directory, "john smith", limit=1) == [("John Smith", "exact")]


def test_nicknames_come_next(directory: Directory) -> None:
    """Either way round, and never before who is called so."""
    assert found(directory, "bill") == [("Billy Kidd", "exact"), ("William Tell", "nickname")]
    assert found(directory, "william") == [("William Tell", "exact"), ("Billy Kidd", "nickname")]
    assert found(directory, "robert stone") == [("Bob Stone", "nickname")]
    assert found(directory, "rob stone") == []
    assert found(directory, "bill tell 4203") == [("William Tell", "nickname")]


@pytest.mark.parametrize(
    "text", ["jonh smiht", "jhon smith", "johm smth", "jjohn smitth", "JOHN SMIHT", "smiht jonh"]
)
def test_one_slip_of_each_word_is_forgiven(directory: Directory, text: str) -> None:
    """A letter too many, too few or wrong, or two that changed places."""
    assert found(directory, text)[0] == ("John Smith", "typo")


def test_a_slip_is_looked_for_only_when_nobody_is_found(directory: Directory) -> None:
    """And only in names, of words of four letters and more."""
    assert found(directory, "smit")[0] == ("Jonas Smit", "exact")
    assert {match for _, match in found(directory, "smit")} == {"exact"}
    assert found(directory, "annn smith") == [("Ann Smith", "typo")]
    assert found(directory, "amn smith") == []
    assert found(directory, "mial") == []
    assert found(directory, "4299") == []
    assert found(directory, "smiht 4202") == [("John Smith", "typo")]


def test_a_slip_finds_nobody_of_another_shop(directory: Directory) -> None:
    """Neither by a whole name nor by a spelling that only they have."""
    assert found(directory, "qiunt", HERE) == []
    assert found(directory, "pete", HERE) == []
    assert found(directory, "qiunt") == [("Peter Quint", "typo")]
    assert found(directory, "pete", THERE) == [("Peter Quint", "exact")]
    theirs = world.settle_in(directory, HERE, account="theirs")
    fill(directory, theirs.account_id, HERE, ["Rosalind Frank"])
    assert found(directory, "rosalnid") == []


def walked(
    directory: Directory, text: str, limit: int, locations: tuple[int, ...] | None = None
) -> list[Any]:
    """The native API's search, page by page."""
    grant = world.grant_of(world.settle_in(directory), locations)
    after: int | None = None
    every: list[tuple[Whole, str]] = []
    while True:
        page = native_list.page(directory, grant, native_list.Asked(best=text), after=after, limit=limit)
        assert page.matches is not None
        every += zip(page.customers, page.matches, strict=True)
        after = page.next
        if after is None:
            return [(one.customer.last_name, match) for one, match in every]


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_a_walk_meets_everybody_once(
    directory: Directory, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    """The best in their order, the others behind them in list order."""
    everybody = found(directory, "mail.example")
    assert len(everybody) == 9
    for ranked in (2, 200):
        monkeypatch.setattr(limits, "RANKED_MAX", ranked)
        names = [name for name, _ in walked(directory, "mail.example", limit)]
        assert sorted(names) == sorted(each.split(" ")[1] for each, _ in everybody)
        assert sorted(found(directory, "mail.example")) == sorted(everybody)
    assert [match for _, match in walked(directory, "bill", limit)] == ["exact", "nickname"]
    assert walked(directory, "quint", limit, (HERE,)) == []


words = st.text("abcdez", min_size=4, max_size=9)


@given(word=words, other=words)
def test_spellings_are_what_is_one_slip_away(word: str, other: str) -> None:
    """All of them, each once, and nothing else, when there is room."""
    every = spelling.spellings(word, 10_000)
    assert len(set(every)) == len(every)
    assert (other in every) == (other != word and slips(word, other))
    for each in every:
        assert slips(word, each)
    assert spelling.spellings(word, 50) == every[:50]


def slips(word: str, other: str) -> bool:
    """Whether one edit makes the other of it, said another way."""
    if len(word) == len(other):
        differ = [at for at in range(len(word)) if word[at] != other[at]]
        if len(differ) == 2 and differ[1] == differ[0] + 1:
            return word[differ[0]] == other[differ[1]] and word[differ[1]] == other[differ[0]]
        return len(differ) <= 1
    longer, shorter = sorted((word, other), key=len, reverse=True)
    without = {longer[:at] + longer[at + 1 :] for at in range(len(longer))}
    return len(longer) == len(shorter) + 1 and shorter in without


def test_only_words_of_letters_slip() -> None:
    """What has parts, digits, a few letters or letters of no known script is taken as it is typed."""
    assert spelling.can_slip(Term(literal="smith"))
    for term in (
        Term(literal="smi"), Term(literal="4240", number="4240"), Term(number="4240"), Term(literal="smi7h"),
        Term(literal="o'neill", parts=("o", "neill")), Term(literal="ივანე"),
    ):  # fmt: skip
        assert not spelling.can_slip(term)


def test_nicknames_go_both_ways() -> None:
    """Whoever is a name's short form has the name for a long one."""
    assert nicknames.others("bill") == ("william",)
    assert {"bill", "liam"} <= set(nicknames.others("william"))
    assert nicknames.others("zzz") == ()
