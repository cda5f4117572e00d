"""Segments: REACHABLE, what sources tell of, and our own, which judge whoever is written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import structs

from regulars import errors, limits
from regulars.directory import Directory, editing, groups, ingest, segments, square_list
from regulars.model.customer import Customer, Email, Phone
from regulars.model.customer_filter import Fields, Own
from regulars.model.place import Account, Grant
from regulars.model.record import Record
from regulars.model.sets import REACHABLE, SOURCES, Asked, CustomerSet
from regulars.normalise import filtering
from regulars.store import members, places
from regulars.wire.square_searching import OwnFilterData
from tests import engines
from tests.directory import world
from tests.directory.test_groups import clean_up, ids_by_rid, in_set, squares, take
from tests.directory.world import HERE, THERE
from tests.engines import Engine
from tests.proof_faults import consistent_sets


@pytest.fixture
def directory(directory: Directory) -> Iterator[Directory]:
    """Its sets fit together when the test is over."""
    yield directory
    with directory.store.read():
        assert list(consistent_sets.complaints(directory.store)) == []


def asks(**filter: Any) -> OwnFilterData:
    return msgspec.convert(filter, OwnFilterData)


def define(directory: Directory, grant: Grant, **filter: Any) -> CustomerSet:
    return segments.define(directory, grant, "Ours", asks(**filter))


def fill(directory: Directory, account: Account) -> int:
    """Steps until there is nothing to do; how many."""
    steps = 1
    while segments.step(directory, account.account_id):
        steps += 1
    return steps


def documents(directory: Directory, grant: Grant) -> dict[str, dict[str, Any]]:
    """Everybody, by given name."""
    page = square_list.page(
        directory, grant, sort="CREATED_AT", order="ASC", after=None, limit=100, cards=True
    )
    return {one["given_name"]: one for one in map(json.loads, page.documents)}


def showing(directory: Directory, grant: Grant, id: str) -> set[str]:
    """Who shows a segment."""
    return {name for name, one in documents(directory, grant).items() if id in one.get("segment_ids", [])}


def inside(directory: Directory, grant: Grant, number: int) -> set[str]:
    """Who is found by a set."""
    by_rid = ids_by_rid(directory)
    by_id = {one["id"]: name for name, one in documents(directory, grant).items()}
    return {by_id[by_rid[rid]] for rid in in_set(directory, grant, number)}


def make(directory: Directory, grant: Grant, name: str, **fields: Any) -> editing.Written:
    with editing.edits(directory):
        return editing.create(directory, grant, Customer(first_name=name, **fields))


def change(directory: Directory, grant: Grant, id: str, **fields: Any) -> editing.Written:
    with editing.edits(directory):
        found = editing.find(directory, grant, id)
        return editing.update(directory, found, lambda customer: structs.replace(customer, **fields))


def test_who_can_be_reached(directory: Directory, account: Account, grant: Grant) -> None:
    """Whoever shows an e-mail or a phone, imported or made here, is in REACHABLE, and leaves it with the last one."""
    take(
        directory,
        account,
        world.person("C-1", "Mailed", email="mailed@example.com"),
        world.person("C-2", "Phoned", phone="+12125554240"),
        world.person("C-3", "Unknown"),
    )
    made = make(directory, grant, "Made", emails=(Email("made@example.com"),))
    id = f"{account.merchant_id}.REACHABLE"
    assert showing(directory, grant, id) == {"Mailed", "Phoned", "Made"}
    assert inside(directory, grant, REACHABLE) == {"Mailed", "Phoned", "Made"}

    change(directory, grant, made.id, emails=())
    assert showing(directory, grant, id) == inside(directory, grant, REACHABLE) == {"Mailed", "Phoned"}

    change(directory, grant, made.id, phones=(Phone("+12125554241"),))
    assert (
        showing(directory, grant, id) == inside(directory, grant, REACHABLE) == {"Mailed", "Phoned", "Made"}
    )


def test_reachable_is_there_without_anybody(directory: Directory, account: Account, grant: Grant) -> None:
    """Every account has it, first of all."""
    take(directory, account, squares("SQ", segment_ids=["S", "X.REACHABLE"]))

    found = segments.page(directory, grant, after=0, limit=50)

    assert [(one.id, one.name) for one in found] == [
        (f"{account.merchant_id}.REACHABLE", "Reachable"),
        ("S", "S"),
        ("X.REACHABLE", "Reachable"),
    ]
    assert segments.page(directory, grant, after=REACHABLE, limit=1) == [found[1]]
    assert segments.one(directory, grant, found[0].id) == found[0]


def test_who_comes_from_square_shows_its_own(directory: Directory, account: Account, grant: Grant) -> None:
    """A record's REACHABLE is that of another merchant and stands for ours, which a search finds it by all the same."""
    record = {
        "email_address": "ada@example.com",
        "segment_ids": ["1KB9JE5EGJXCW.REACHABLE", "1KB9JE5EGJXCW.LOYAL"],
    }
    take(directory, account, squares("SQ", **record), squares("S2", **record | {"segment_ids": ["LOYAL"]}))

    shown = documents(directory, grant)

    assert shown["SQ"]["segment_ids"] == record["segment_ids"]
    assert shown["S2"]["segment_ids"] == [f"{account.merchant_id}.REACHABLE", "LOYAL"]
    assert inside(directory, grant, REACHABLE) == {"SQ", "S2"}
    told = segments.one(directory, grant, "1KB9JE5EGJXCW.LOYAL")
    assert inside(directory, grant, told.number) == {"SQ"}


def test_our_own_ids_in_a_record_tell_nothing(directory: Directory, account: Account, grant: Grant) -> None:
    """What was exported here and comes back says who was in a segment then, not who is."""
    ours = define(directory, grant, email_address={"fuzzy": "nobody"})
    own = [f"{account.merchant_id}.REACHABLE", ours.id]

    take(directory, account, squares("SQ", segment_ids=own))

    assert "segment_ids" not in documents(directory, grant)["SQ"]
    assert inside(directory, grant, REACHABLE) == inside(directory, grant, ours.number) == set()


def test_a_segment_judges_whoever_is_written(directory: Directory, account: Account, grant: Grant) -> None:
    """New customers, changed ones, and those who are pulled again, in the transaction that writes them."""
    ours = define(directory, grant, email_address={"fuzzy": "example.org"})
    take(directory, account, world.person("C-1", "In", email="in@example.org"))
    take(directory, account, world.person("C-2", "Out", email="out@example.com"))
    made = make(directory, grant, "Made", emails=(Email("made@example.com"),))
    assert showing(directory, grant, ours.id) == inside(directory, grant, ours.number) == {"In"}

    change(directory, grant, made.id, emails=(Email("made@example.org"),))
    take(directory, account, world.person("C-1", "In", email="in@example.com"))

    assert showing(directory, grant, ours.id) == inside(directory, grant, ours.number) == {"Made"}


def test_a_new_segment_judges_those_that_are_there(
    directory: Directory, account: Account, grant: Grant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In small steps, over every location, without any change of the customers."""
    monkeypatch.setattr(limits, "SETS_CLEARED_MAX", 3)
    for location_id in (HERE, THERE):
        people = [world.person(f"C-{n}", f"{location_id}-{n}", phone=f"+1212555{n:04}") for n in range(10)]
        ingest.batch(directory, account.account_id, location_id, "till", people)
    before = documents(directory, grant)

    ours = define(directory, grant, phone_number={"exact": "+1 (212) 555-0007"})
    assert ours.filled_to is not None
    assert fill(directory, account) >= 6

    assert segments.one(directory, grant, ours.id).filled_to is None
    assert showing(directory, grant, ours.id) == {f"{HERE}-7", f"{THERE}-7"}
    assert inside(directory, grant, ours.number) == {f"{HERE}-7", f"{THERE}-7"}
    after = documents(directory, grant)
    still = ("version", "updated_at")
    assert [[one[key] for key in still] for one in after.values()] == [
        [one[key] for key in still] for one in before.values()
    ]


def test_a_small_directory_is_filled_at_once(directory: Directory, account: Account, grant: Grant) -> None:
    """Whoever defines a segment where few are sees them in it with the answer's next request."""
    take(directory, account, world.person("C-1", "In", email="in@example.org"))
    ours = define(directory, grant, email_address={"exact": "IN@example.org"})
    assert showing(directory, grant, ours.id) == {"In"}


def test_who_changes_while_a_segment_is_filled(
    directory: Directory, account: Account, tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A judgement of how somebody was before is not written over that of how they are now."""
    grant = world.grant_of(account)
    take(directory, account, world.person("C-1", "Ada", email="ada@example.org"))
    [ada] = documents(directory, grant).values()
    judged = filtering.matches

    def changed_meanwhile(asked: Own, fields: Fields) -> bool:
        fits = judged(asked, fields)
        monkeypatch.undo()
        with world.opened(tmp_path, engine=engine) as elsewhere:
            change(elsewhere, grant, ada["id"], emails=(Email("ada@example.com"),))
        return fits

    monkeypatch.setattr(filtering, "matches", changed_meanwhile)
    ours = define(directory, grant, email_address={"exact": "ada@example.org"})
    fill(directory, account)

    assert showing(directory, grant, ours.id) == inside(directory, grant, ours.number) == set()


def test_a_deleted_segment_is_hidden_at_once(directory: Directory, account: Account, grant: Grant) -> None:
    """And its members are let go; its place is free for another."""
    take(
        directory, account, *(world.person(f"C-{n}", f"P{n}", email=f"p{n}@example.org") for n in range(450))
    )
    ours = define(directory, grant, email_address={"fuzzy": "example"})
    fill(directory, account)
    assert len(in_set(directory, grant, ours.number)) == 450

    segments.delete(directory, grant, ours.id)

    assert showing(directory, grant, ours.id) == set()
    assert segments.every(directory, grant)[1:] == []
    change(directory, grant, documents(directory, grant)["P1"]["id"], note="changed")
    clean_up(directory, account)
    assert in_set(directory, grant, ours.number) == []
    assert engines.ask(directory.store, "SELECT count(*) FROM extra") == [(0,)]


def test_which_segments_may_be_deleted(directory: Directory, account: Account, grant: Grant) -> None:
    """Only those that were defined here, by a token of the whole account."""
    take(directory, account, squares("SQ", segment_ids=["TOLD"]))
    ours = define(directory, grant, email_address={"fuzzy": "example"})
    here = Grant(grant.account_id, grant.merchant_id, "t", (HERE,), grant.scopes)

    for id in (f"{account.merchant_id}.REACHABLE", "TOLD"):
        with pytest.raises(errors.Conflict):
            segments.delete(directory, grant, id)
    with pytest.raises(errors.NotFound):
        segments.delete(directory, grant, "NONE")
    with pytest.raises(errors.Forbidden):
        segments.delete(directory, here, ours.id)
    with pytest.raises(errors.Forbidden):
        define(directory, here, email_address={"fuzzy": "example"})


def test_there_are_not_too_many(directory: Directory, grant: Grant) -> None:
    """Thirty-two of an account; deleting one makes room."""
    made = [define(directory, grant, reference_id={"exact": str(n)}) for n in range(limits.OWN_SEGMENTS_MAX)]
    with pytest.raises(errors.Conflict):
        define(directory, grant, reference_id={"exact": "more"})

    segments.delete(directory, grant, made[7].id)
    define(directory, grant, reference_id={"exact": "more"})


def test_a_filter_must_ask_for_something(directory: Directory, grant: Grant) -> None:
    """A segment of everybody is none."""
    with pytest.raises(errors.Invalid) as caught:
        define(directory, grant, email_address={}, creation_source={"values": []})
    assert caught.value.field == "filter"


def test_how_customers_came_in(directory: Directory, account: Account, grant: Grant) -> None:
    """Each is in the set of its creation source, and only in that one when it changes."""
    take(
        directory,
        account,
        squares("SQ", creation_source="LOYALTY"),
        squares("S2", creation_source="NEW_WORD"),
    )
    make(directory, grant, "Made")
    numbers = (SOURCES["LOYALTY"], SOURCES["THIRD_PARTY"], SOURCES["MERGE"])
    assert [inside(directory, grant, number) for number in numbers] == [{"SQ"}, {"Made"}, set()]

    take(directory, account, squares("SQ", creation_source="MERGE"))

    assert [inside(directory, grant, number) for number in numbers] == [set(), {"Made"}, {"SQ"}]
    rows = engines.ask(directory.store, "SELECT count(*) FROM member")
    assert rows == [(3,)]


def test_numbers_of_creation_sources_stay() -> None:
    """They stand in stores: a word keeps its number for ever."""
    assert (SOURCES["OTHER"], SOURCES["IMPORT"], SOURCES["UNMERGE_RECOVERY"]) == (2, 10, 20)


def test_a_store_from_before_is_filled(directory: Directory, account: Account, grant: Grant) -> None:
    """Groups, segments, creation sources and REACHABLE of customers that were there before there were sets."""
    take(
        directory,
        account,
        squares("SQ", "G", email_address="ada@example.com", segment_ids=["S"], creation_source="LOYALTY"),
        *(world.person(f"C-{n}", f"P{n}", phone="+12125554240") for n in range(limits.SETS_CLEARED_MAX)),
    )
    shown = documents(directory, grant)
    rows = engines.ask(directory.store, "SELECT * FROM member")
    _forget_sets(directory, account)
    assert documents(directory, grant)["P0"].get("segment_ids") is None
    make(directory, grant, "Made meanwhile", phones=(Phone("+12125554241"),))

    assert fill(directory, account) >= 2

    assert {
        name: one for name, one in documents(directory, grant).items() if name != "Made meanwhile"
    } == shown
    assert len(engines.ask(directory.store, "SELECT * FROM member")) == len(rows) + 2
    assert groups.one(directory, grant, "G").name == "G"
    assert not segments.step(directory, account.account_id)


def _forget_sets(directory: Directory, account: Account) -> None:
    """The store as a program without sets would have written it."""
    store = directory.store
    baked = f',"segment_ids":["{account.merchant_id}.REACHABLE"]'.encode()
    for rid, core in engines.ask(store, "SELECT rid, square FROM doc"):
        assert isinstance(core, bytes)
        engines.change(store, "UPDATE doc SET square = ? WHERE rid = ?", core.replace(baked, b""), rid)
    engines.change(store, "DELETE FROM member")
    engines.change(store, "DELETE FROM customer_set")
    engines.change(store, "UPDATE customer SET came_by = 0")
    engines.change(store, "UPDATE account SET filled_to = 0")


def test_members_are_listed_and_looked_up(directory: Directory, account: Account, grant: Grant) -> None:
    """A join of sets by hand agrees with what is looked up, and pages of any size list everybody."""
    people = []
    for n in range(700):
        named = [name for name, every in (("A", 1), ("B", 2), ("C", 3), ("D", 350)) if n % every == 0]
        people.append(squares(f"SQ{n}", *named))
    take(directory, account, *people)
    number = {name: groups.one(directory, grant, name).number for name in "ABCD"}
    inside = {name: set(in_set(directory, grant, number[name])) for name in "ABCD"}
    loc_nos = list(places.location_numbers(directory.store, account.account_id).values())

    def fitting(any: str = "", all: str = "", none: str = "") -> list[int]:
        asked = Asked(*(tuple(number[name] for name in names) for names in (any, all, none)))
        with directory.store.read():
            return members.fitting(directory.store, account.account_id, asked, sorted(inside["A"]))

    def listed(names: str, size: int) -> list[int]:
        numbers = [number[name] for name in names]
        with directory.store.read():
            pages = members.pages(directory.store, account.account_id, numbers, loc_nos, size=size)
            return [rid for page in pages for rid in page]

    assert fitting(all="AB") == sorted(inside["A"] & inside["B"])
    assert fitting(any="BC") == sorted(inside["B"] | inside["C"])
    assert fitting(any="BC", all="A", none="D") == sorted((inside["B"] | inside["C"]) - inside["D"])
    assert fitting(all="DC", none="B") == sorted(inside["D"] & inside["C"] - inside["B"])
    for size in (1, 7, 1_000):
        assert listed("A", size) == sorted(inside["A"])
        assert listed("BD", size) == [*sorted(inside["B"]), *sorted(inside["D"])]


def test_judging_takes_records_in_both_shapes(directory: Directory, account: Account, grant: Grant) -> None:
    """A segment by creation source and time judges whoever is there as it judges who comes."""
    take(directory, account, squares("SQ", creation_source="LOYALTY", created_at="2020-01-01T00:00:00Z"))
    filter: dict[str, Any] = {
        "creation_source": {"values": ["LOYALTY"]},
        "created_at": {"end_at": "2021-01-01T00:00:00Z"},
    }
    ours = define(directory, grant, **filter)
    take(directory, account, squares("S2", creation_source="LOYALTY", created_at="2022-01-01T00:00:00Z"))
    take(directory, account, Record("square", squares("S3", creation_source="LOYALTY").raw, "x"))

    assert showing(directory, grant, ours.id) == {"SQ"}
