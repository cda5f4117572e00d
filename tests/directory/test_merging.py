"""Merging: one customer answers for the others, nothing of them is lost, and an undo brings them back as they were."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from regulars import errors, limits
from regulars.directory import (
    Directory,
    deletion,
    editing,
    events,
    ingest,
    listing,
    lookup,
    merging,
    places,
    square_list,
)
from regulars.model.customer import Customer, Email, Phone
from regulars.model.event import DELETED, Event
from regulars.model.record import Record, Unreadable
from regulars.store.customers import Extra
from tests.directory import world
from tests.engines import Engine
from tests.proof_faults import consistent

HERE, THERE, ABROAD = 12345, 7, 8


class Shop:
    """A directory with three locations, one of them in Germany, and what tests ask of it."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.account = world.settle_in(directory, HERE, THERE)
        self.grant = world.grant_of(self.account)
        places.add_location(
            directory, self.account.account_id, ABROAD, name="Laden", country="DE", time_zone="Europe/Berlin"
        )

    def take(self, *records: Record | Unreadable, at: int = HERE) -> Any:
        return ingest.batch(self.directory, self.account.account_id, at, "till", records)

    def made(self, ref: str, *, at: int = HERE, **fields: Any) -> str:
        """The Square id of somebody from the till."""
        self.take(world.person(ref, **fields), at=at)
        return self.id_of(ref)

    def created(self, **fields: Any) -> str:
        """The Square id of somebody created here."""
        with editing.edits(self.directory):
            return editing.create(self.directory, self.grant, Customer(**fields)).id

    def id_of(self, ref: str) -> str:
        (shown,) = lookup.show(self.directory, self.account.account_id, ref)
        return shown.id

    def edit(self, id: str, **fields: Any) -> None:
        with editing.edits(self.directory):
            found = editing.find(self.directory, self.grant, id)
            editing.update(self.directory, found, lambda customer: structs.replace(customer, **fields))

    def group(self, id: str, *group_ids: str) -> None:
        with editing.edits(self.directory):
            found = editing.find(self.directory, self.grant, id)
            editing.touch(self.directory, found, Extra(json.dumps(group_ids).encode(), None, None))

    def merge(self, survivor: str, *losers: str, version: int | None = None) -> str:
        return merging.merge(self.directory, self.grant, survivor, losers, version=version).merge_id

    def undo(self, merge_id: str) -> merging.Done:
        return merging.undo(self.directory, self.grant, merge_id)

    def delete(self, *ids: str) -> None:
        deletion.delete(self.directory, self.account.account_id, ids)

    def square(self, id: str) -> dict[str, Any]:
        return json.loads(square_list.one(self.directory, self.grant, id, cards=True))  # type: ignore[no-any-return]

    def shift4(self, at: int = HERE) -> dict[str, dict[str, Any]]:
        """Shift4's documents of a location by posRef."""
        page = listing.page(self.directory, self.grant, at, skip=0, limit=100)
        assert page.total == len(page.documents)
        return {document["posRef"]: document for document in map(json.loads, page.documents)}

    def listed(self) -> list[str]:
        """Ids in Square's list."""
        page = square_list.page(
            self.directory, self.grant, sort="DEFAULT", order="ASC", after=None, limit=100, cards=True
        )
        assert square_list.count(self.directory, self.grant) == len(page.documents)
        return [json.loads(document)["id"] for document in page.documents]

    def found_by(self, text: str) -> list[str]:
        page = listing.search(self.directory, self.grant, HERE, text=text, skip=0, limit=50)
        return [json.loads(document)["posRef"] for document in page.documents]

    def events(self) -> list[Event]:
        """All that was told, the first first."""
        return events.search(
            self.directory,
            self.grant,
            types=None,
            location_ids=None,
            since=None,
            until=None,
            upwards=True,
            behind=None,
            limit=1_000,
        ).events

    def is_whole(self) -> bool:
        complaints = list(consistent.complaints_of(self.directory))
        assert complaints == []
        return True


@contextmanager
def opened(folder: Path, engine: Engine) -> Iterator[Shop]:
    with world.opened(folder, engine=engine) as directory:
        yield Shop(directory)


@pytest.fixture
def shop(tmp_path: Path, engine: Engine) -> Iterator[Shop]:
    with opened(tmp_path, engine) as shop:
        yield shop


def emails(document: dict[str, Any]) -> list[str]:
    return [each["email"] for each in document["customerEmails"]]


def phones(document: dict[str, Any]) -> list[str]:
    return [each["phone"] for each in document["customerPhones"]]


def test_the_survivor_gains_what_it_lacks(shop: Shop) -> None:
    """Contacts by what is understood of them, fields it has not, groups; what it says of itself stands."""
    a = shop.made("a", first="Ada", last="", phone="(212) 555-4240", email="Ada@example.com")
    b = shop.made("b", first="Augusta", last="Example", phone="+12125554240", email="ada@EXAMPLE.com")
    c = shop.created(
        first_name="A.", note="likes tea", emails=(Email("ada@example.org"),), company_name="Engines"
    )
    shop.group(b, "G1", "G2")
    shop.group(a, "G1")

    shop.merge(a, b, c)

    shown, document = shop.square(a), shop.shift4()["a"]
    assert (shown["given_name"], shown["family_name"]) == ("Ada", "Example")
    assert (shown["note"], shown["company_name"], shown["group_ids"]) == (
        "likes tea",
        "Engines",
        ["G1", "G2"],
    )
    assert shown["phone_number"] == "(212) 555-4240"
    assert emails(document) == ["Ada@example.com", "ada@example.org"]
    assert phones(document) == ["+12125554240"]
    assert [each["isPrimary"] for each in document["customerEmails"]] == [True, False]
    assert shop.found_by("ada@example.org") == ["a"]
    assert shown["version"] == 2  # groups, merge
    assert shop.is_whole()


def test_those_merged_away_are_nowhere(shop: Shop) -> None:
    """No list, count, search or page has them; the change order has a tombstone; their ids answer with the survivor."""
    a, b = shop.made("a", first="Ada"), shop.made("b", first="Grace")
    (ours,) = lookup.show(shop.directory, shop.account.account_id, "b")

    shop.merge(a, b)

    assert shop.listed() == [a]
    assert list(shop.shift4()) == ["a"]
    assert shop.found_by("grace") == []
    page = listing.changes(
        shop.directory, shop.grant, HERE, after=ours.updated_at, skip=0, limit=10, deleted=True
    )
    changed, gone = map(json.loads, page.documents)
    assert (changed["posRef"], gone["posRef"]) == ("a", "b")
    assert changed["updatedAt"] < gone["deletedAt"]
    assert shop.square(b) == shop.square(a)
    assert square_list.some(shop.directory, shop.grant, [a, b], cards=True).keys() == {a, b}
    with pytest.raises(errors.NotFound):
        shop.edit(b, note="x")
    with pytest.raises(errors.NotFound):
        shop.delete(b)
    with pytest.raises(errors.NotFound):
        shop.merge(a, b)
    with pytest.raises(errors.NotFound):
        shop.merge(b, a)


def test_what_must_not_be_merged(shop: Shop) -> None:
    """Nobody into itself, nobody whom the token does not see, not at another version; and then nothing is done."""
    a, b = shop.made("a"), shop.made("b", at=THERE)
    here = world.grant_of(shop.account, (HERE,))

    with pytest.raises(errors.Invalid):
        shop.merge(a, b, a)
    with pytest.raises(errors.NotFound):
        merging.merge(shop.directory, here, a, [b])
    with pytest.raises(errors.NotFound):
        merging.merge(shop.directory, here, b, [a])
    with pytest.raises(errors.NotFound):
        shop.merge(a, b, "NOBODYS")
    with pytest.raises(errors.Conflict):
        shop.merge(a, b, version=1)

    assert shop.listed() == sorted([a, b])
    assert shop.square(a)["version"] == 0


def test_a_token_of_one_location(shop: Shop) -> None:
    """It sees neither what was merged away elsewhere nor who survives elsewhere, and undoes none of it."""
    a, b = shop.made("a"), shop.made("b", at=THERE)
    merge_id = shop.merge(a, b)
    for location_id in (HERE, THERE):
        grant = world.grant_of(shop.account, (location_id,))
        with pytest.raises(errors.NotFound):
            square_list.one(shop.directory, grant, b, cards=True)
        assert square_list.some(shop.directory, grant, [b], cards=True) == {}
        with pytest.raises(errors.NotFound):
            merging.undo(shop.directory, grant, merge_id)
    other = world.grant_of(world.settle_in(shop.directory, HERE, account="other"))
    with pytest.raises(errors.NotFound):
        merging.undo(shop.directory, other, merge_id)
    shop.undo(merge_id)


def test_an_undo_brings_them_back(shop: Shop) -> None:
    """Under their own ids, posRefs, times of making and groups, one version on; once."""
    a = shop.made("a", first="Ada", last="")
    b = shop.made("b", first="Grace", email="grace@example.com")
    c = shop.created(first_name="Cleo")
    shop.edit(b, note="edited")
    shop.group(b, "G1")
    before = {id: shop.square(id) for id in (a, b, c)}
    merge_id = shop.merge(a, b, c)

    done = shop.undo(merge_id)

    assert [one.id for one in done.returned] == [b, c]
    after = {id: shop.square(id) for id in (a, b, c)}
    for id, steps in ((a, 2), (b, 1), (c, 1)):
        assert after[id] == before[id] | {
            "version": before[id]["version"] + steps,
            "updated_at": after[id]["updated_at"],
        }
    assert list(shop.shift4()) == ["a", "b", c]
    assert shop.found_by("grace") == ["b"]
    with pytest.raises(errors.Conflict):
        shop.undo(merge_id)
    with pytest.raises(errors.NotFound):
        shop.undo("NOBODYS")
    assert shop.take(world.person("b", "Grace", email="grace@example.com")).unchanged == 1
    assert shop.is_whole()


def test_an_undo_takes_nothing_that_was_changed_since(shop: Shop) -> None:
    """What somebody wrote after the merge stays; what only the merge gave goes."""
    a = shop.made("a", first="Ada", last="")
    b = shop.created(
        last_name="Bee",
        company_name="Hive",
        emails=(Email("b@example.com"),),
        phones=(Phone("+12125554241"),),
    )
    shop.group(b, "G1", "G2")
    merge_id = shop.merge(a, b)
    shop.edit(a, last_name="Byron", emails=(Email("b@example.com"), Email("new@example.com")))
    shop.group(a, "G2", "G3")

    shop.undo(merge_id)

    shown, document = shop.square(a), shop.shift4()["a"]
    assert (shown["family_name"], shown.get("company_name")) == ("Byron", None)
    assert emails(document) == ["new@example.com"]
    assert phones(document) == []
    assert shown["group_ids"] == ["G3"]
    assert shop.is_whole()


def test_a_later_pull_keeps_what_the_survivor_gained(shop: Shop) -> None:
    """It is an edit like any other: only what changed at the source changes."""
    a, b = shop.made("a", first="Ada"), shop.made("b", email="b@example.com")
    merge_id = shop.merge(a, b)

    shop.take(world.person("a", "Augusta"))
    assert emails(shop.shift4()["a"]) == ["b@example.com"]
    shop.undo(merge_id)

    document = shop.shift4()["a"]
    assert (document["firstName"], emails(document)) == ("Augusta", [])
    assert shop.is_whole()


def test_an_import_makes_nobody_anew(shop: Shop) -> None:
    """A newer record of somebody who was merged away is kept for the undo, edits and all; nobody sees it till then."""
    a, b = shop.made("a", first="Ada"), shop.made("b", first="Grace", last="Bee")
    shop.edit(b, last_name="Hopper")
    merge_id = shop.merge(a, b)
    ours = shop.square(a)

    done = shop.take(world.person("b", "Amazing", "Bee"), world.person("new"))
    assert (done.created, done.updated, done.unchanged) == (1, 0, 1)
    assert shop.take(world.person("b", "Amazing", "Bee")).unchanged == 1
    assert shop.square(a) == ours
    assert list(shop.shift4()) == ["a", "new"]

    shop.undo(merge_id)
    document = shop.shift4()["b"]
    assert (document["firstName"], document["lastName"]) == ("Amazing", "Hopper")
    assert shop.take(world.person("b", "Amazing", "Bee")).unchanged == 1
    assert shop.is_whole()


def test_a_record_with_groups_cards_and_a_version(shop: Shop) -> None:
    """What a record says of groups and cards comes back with it, with what its source has changed meanwhile."""

    def record(**said: Any) -> Record:
        content = {"id": "SQUAREB", "given_name": "Grace", "created_at": "2020-01-02T03:04:05Z", **said}
        return Record("square", json.dumps(content).encode(), "")

    card = {"id": "ccof:1", "card_brand": "VISA", "last_4": "1111"}
    a = shop.created(first_name="Ada")
    shop.take(record(version=7, group_ids=["G1", "G2"], cards=[card]))
    shop.edit("SQUAREB", note="edited")
    before = shop.square("SQUAREB")
    merge_id = shop.merge(a, "SQUAREB")
    assert shop.square(a)["group_ids"] == ["G1", "G2"]
    assert "cards" not in shop.square(a)

    for _ in range(2):
        shop.take(record(version=12, group_ids=["G2", "G3"], cards=[card]))
    shop.undo(merge_id)

    after = shop.square("SQUAREB")
    changed = {"version": 12, "group_ids": ["G2", "G3"], "updated_at": after["updated_at"]}
    assert after == before | changed
    assert "group_ids" not in shop.square(a)
    assert shop.take(record(version=12, group_ids=["G2", "G3"], cards=[card])).unchanged == 1
    assert shop.is_whole()


def test_names_stay_taken(shop: Shop) -> None:
    """Neither the posRef nor the Square id of somebody who may come back is given to another."""
    a, b = shop.made("a"), shop.made("b")
    merge_id = shop.merge(a, b)
    ingest.batch(shop.directory, shop.account.account_id, HERE, "other till", [world.person("b")])
    squares = Record("square", json.dumps({"id": b, "given_name": "Taker"}).encode(), "")
    ingest.batch(shop.directory, shop.account.account_id, THERE, "square", [squares])

    shop.undo(merge_id)

    assert set(shop.shift4()) == {"a", "b", "other till:b"}
    assert shop.square(b)["given_name"] == "Ada"
    assert shop.is_whole()


def test_a_survivor_is_merged_again(shop: Shop) -> None:
    """Every old id answers with the last survivor; merges are undone from the last to the first."""
    a, b, c, d = (shop.made(ref, first=ref.upper() * 3) for ref in "abcd")
    first = shop.merge(b, a)
    second = shop.merge(c, b)
    third = shop.merge(d, c)
    assert {shop.square(id)["id"] for id in (a, b, c, d)} == {d}
    for early in (first, second):
        with pytest.raises(errors.Conflict):
            shop.undo(early)

    shop.undo(third)
    assert [shop.square(id)["id"] for id in (a, b, c, d)] == [c, c, c, d]
    shop.undo(second)
    assert [shop.square(id)["id"] for id in (a, b, c, d)] == [b, b, c, d]
    shop.undo(first)
    assert [shop.square(id)["id"] for id in (a, b, c, d)] == [a, b, c, d]
    assert shop.is_whole()


def test_another_country(shop: Shop) -> None:
    """A national number stays the number it was, and an address stays where it was."""
    a = shop.made("a", phone="(212) 555-4240")
    shop.take(
        world.record(
            "b",
            firstName="Berta",
            customerPhones=[{"phone": "030 23125 555"}],
            customerAddresses=[{"street": "Hauptstr. 1", "city": "Berlin"}],
        ),
        at=ABROAD,
    )
    before = shop.square(a)
    merge_id = shop.merge(a, shop.id_of("b"))

    document = shop.shift4()["a"]
    assert phones(document) == ["+12125554240", "+493023125555"]
    assert document["customerAddresses"][0]["country"] == "DE"
    shop.undo(merge_id)
    assert shop.square(a)["phone_number"] == before["phone_number"]
    assert phones(shop.shift4(ABROAD)["b"]) == ["+493023125555"]


def test_a_merge_asks_nobody_to_be_written_to(shop: Shop) -> None:
    """Who unsubscribed stays unsubscribed, whichever of them it was."""
    a = shop.created(first_name="Ada", email_unsubscribed=False)
    b = shop.created(first_name="Ada", email_unsubscribed=True)
    shop.merge(a, b)
    assert shop.square(a)["preferences"] == {"email_unsubscribed": True}


def test_contacts_are_bounded(shop: Shop) -> None:
    """A survivor has no more contacts than any customer; the rest stays with those merged away."""
    a = shop.created(first_name="Ada", emails=tuple(Email(f"a{n}@example.com") for n in range(60)))
    b = shop.created(first_name="Ada", emails=tuple(Email(f"b{n}@example.com") for n in range(60)))
    merge_id = shop.merge(a, b)
    assert len(emails(shop.shift4()[a])) == limits.CONTACTS_MAX
    shop.undo(merge_id)
    assert [len(emails(shop.shift4()[id])) for id in (a, b)] == [60, 60]


def test_events_tell_of_a_merge(shop: Shop) -> None:
    """The survivor's update and the others' deletion carry Square's merge context; an undo tells that they are back."""
    a, b = shop.made("a"), shop.made("b", email="b@example.com")
    events.ask(shop.directory, shop.account.account_id, asked=True)
    merge_id = shop.merge(a, b)
    shop.undo(merge_id)

    told = [(one.type, one.object_id, json.loads(one.object).get("event_context")) for one in shop.events()]
    context = {"merge": {"from_customer_ids": [b], "to_customer_id": a}}
    assert told == [
        ("customer.updated", a, context),
        ("customer.deleted", b, context),
        ("customer.created", b, None),
        ("customer.updated", a, None),
    ]


CANARIES = (b"Zzcanary", b"zzcanary", b"Quillmark", b"quillmark", b"5550137")


def found_on_disk(folder: Path) -> list[tuple[str, bytes]]:
    contents = [(path.name, path.read_bytes()) for path in folder.rglob("*") if path.is_file()]
    return [(name, canary) for name, content in contents for canary in CANARIES if canary in content]


@pytest.mark.engines("SQLite", why="it looks for the bytes in the file, where they are to be read")
@pytest.mark.parametrize("undone", [False, True])
def test_deleting_the_survivor_leaves_no_byte_of_anybody(
    tmp_path: Path, engine: Engine, undone: bool
) -> None:
    """Neither of itself nor of those merged into it, at first hand or second, nor of their events and quarantine."""
    with opened(tmp_path, engine) as shop:
        events.ask(shop.directory, shop.account.account_id, asked=True)
        shop.take(*(world.person(f"n{number}", f"Name{number}") for number in range(300)))
        a = shop.made("a", first="Ada", last="")
        b = shop.made("b", first="Zzcanary", email="b@quillmark.example", phone="+12125550137")
        c = shop.made("c", at=THERE, first="Zzcanary", last="Quillmark", email="c@quillmark.example")
        shop.edit(b, note="Quillmark")
        waiting = Unreadable(b'{"broken": "b@quillmark.example', "file:1", "cut")
        shop.take(waiting)
        first = shop.merge(b, c)
        second = shop.merge(a, b)
        assert found_on_disk(tmp_path)
        if undone:
            shop.undo(second)
            shop.undo(first)

        shop.delete(*([a, b, c] if undone else [a]))
        deletion.purge(shop.directory)

        assert found_on_disk(tmp_path) == []
        for id in (a, b, c):
            with pytest.raises(errors.NotFound):
                shop.square(id)
        with pytest.raises(errors.NotFound):
            shop.undo(second)
        assert shop.is_whole()
        told = [one.object_id for one in shop.events() if one.type == DELETED]
        assert set(told) == {a, b, c}


TEXTS = st.sampled_from([None, "Ada", "Bee", "Cleo"])
PEOPLE = st.fixed_dictionaries(
    {
        "first_name": TEXTS,
        "last_name": TEXTS,
        "note": TEXTS,
        "emails": st.lists(st.sampled_from(["a@example.com", "A@Example.com", "b@example.org"]), max_size=3),
        "phones": st.lists(
            st.sampled_from(["2125554240", "+1 212 555 4240", "030 23125 555", "12"]), max_size=3
        ),
        "groups": st.lists(st.sampled_from(["G1", "G2"]), max_size=2, unique=True),
        "from_till": st.booleans(),
        "at": st.sampled_from([HERE, ABROAD]),
        "edited": st.booleans(),
    }
)


def _enter(shop: Shop, number: int, person: dict[str, Any]) -> str:
    if person["from_till"]:
        content = world.record(
            f"r{number}",
            firstName=person["first_name"],
            lastName=person["last_name"],
            customerEmails=[{"email": text} for text in person["emails"]],
            customerPhones=[{"phone": text} for text in person["phones"]],
        )
        shop.take(content, at=person["at"])
        id = shop.id_of(f"r{number}")
    else:
        id = shop.created(
            first_name=person["first_name"],
            last_name=person["last_name"],
            note=person["note"],
            emails=tuple(map(Email, person["emails"])),
            phones=tuple(map(Phone, person["phones"])),
        )
    if person["edited"]:
        shop.edit(id, nickname="Edited")
    if person["groups"]:
        shop.group(id, *person["groups"])
    return id


def _looks(shop: Shop, ids: Sequence[str]) -> Any:
    """All that anybody sees, apart from versions and times of change."""
    square = [shop.square(id) for id in ids]
    shift4 = {at: shop.shift4(at) for at in (HERE, ABROAD)}
    for document in (*square, *(one for each in shift4.values() for one in each.values())):
        for moving in ("version", "updated_at", "updatedAt"):
            document.pop(moving, None)
    problems = [lookup.show(shop.directory, shop.account.account_id, id)[0].problems for id in ids]
    return (
        square,
        shift4,
        shop.listed(),
        problems,
        [shop.found_by(text) for text in ("ada", "4240", "example")],
    )


def test_an_undone_merge_never_was(engine: Engine) -> None:
    """Merge and undo, in one step or two, give back every document, list, count and search."""

    @settings(max_examples=engine.examples(30))
    @given(people=st.lists(PEOPLE, min_size=2, max_size=4), twice=st.booleans())
    def law(people: list[dict[str, Any]], twice: bool) -> None:
        never_was(engine, people, twice=twice)

    law()


def never_was(engine: Engine, people: list[dict[str, Any]], *, twice: bool) -> None:
    with TemporaryDirectory() as folder, opened(Path(folder), engine) as shop:
        ids = [_enter(shop, number, person) for number, person in enumerate(people)]
        before = _looks(shop, ids)
        first, *others = ids
        merges = [shop.merge(first, *others)] if not twice else [shop.merge(first, other) for other in others]
        assert {shop.square(id)["id"] for id in ids} == {first}
        assert shop.is_whole()
        for merge_id in reversed(merges):
            shop.undo(merge_id)
        after = _looks(shop, ids)
        assert [set(places) for places in after[1].values()] == [set(places) for places in before[1].values()]
        assert after == before or _apart_from_order(after) == _apart_from_order(before)
        assert shop.is_whole()


def _apart_from_order(looks: Any) -> Any:
    """Who comes back stands last in Shift4's order."""
    *same, found = looks
    return *same, [sorted(each) for each in found]
