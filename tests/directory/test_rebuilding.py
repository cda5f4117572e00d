"""A rebuild: records that are kept are read by today's rules, and whatever comes out otherwise is a change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from regulars import errors
from regulars.app import invented
from regulars.directory import (
    Directory,
    editing,
    ingest,
    listing,
    merging,
    native_list,
    pins,
    places,
    preparing,
    quarantine,
    rebuilding,
    whole,
)
from regulars.model.customer import Customer, Email
from regulars.model.place import Location
from regulars.model.rebuilt import Rebuilt
from regulars.model.record import Record
from regulars.model.whole import Whole
from regulars.wire import shift4
from tests import engines
from tests.directory import world
from tests.directory.world import HERE, THERE, Clock
from tests.engines import Engine
from tests.proof_faults import consistent

Reader = Callable[[bytes], Customer]


class Place:
    """A directory with records of a till, read by rules that can change."""

    def __init__(self, directory: Directory, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock = clock
        self.directory = directory
        self.account = world.settle_in(directory, HERE, THERE)
        self.grant = world.grant_of(self.account)
        self._patch = monkeypatch

    def rules(self, read: Reader) -> None:
        self._patch.setattr(preparing, "_READERS", {**preparing._READERS, "shift4": read})
        preparing._reader.cache_clear()

    def send(self, *records: Record, location: int = HERE) -> None:
        ingest.batch(self.directory, self.account.account_id, location, "till", records)

    @property
    def location(self) -> Location:
        return places.location(self.directory, self.account.account_id, HERE)

    def rebuild(self, **options: Any) -> Rebuilt:
        steps = rebuilding.rebuild(self.directory, self.location, **options)
        return sum((step.done for step in steps), Rebuilt())

    def look(self, ref: str) -> Whole:
        [(id,)] = engines.ask(self.directory.store, "SELECT id FROM customer WHERE pos_ref = ?", ref)
        return whole.one(self.directory, self.grant, id)

    def edit(self, one: Whole, **fields: Any) -> None:
        with editing.edits(self.directory):
            found = editing.find(self.directory, self.grant, one.id)
            editing.update(self.directory, found, lambda customer: structs.replace(customer, **fields))

    def changes(self) -> int:
        [(newest,)] = engines.ask(self.directory.store, "SELECT max(change_no) FROM customer")
        return int(newest or 0)


@pytest.fixture
def place(tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    clock = Clock()
    with world.opened(tmp_path / "data", clock=clock, engine=engine) as directory:
        made = Place(directory, clock, monkeypatch)
        yield made
        assert consistent.complaints_of(directory) == []
    preparing._reader.cache_clear()


def without_phones(raw: bytes) -> Customer:
    return structs.replace(shift4.read(raw), phones=())


def loud(raw: bytes) -> Customer:
    customer = shift4.read(raw)
    return structs.replace(customer, last_name=(customer.last_name or "").upper())


def test_new_rules_reach_those_who_are_there(place: Place) -> None:
    """One change each, found by search, told of with the fields; those to whom they make no difference stay."""
    place.rules(without_phones)
    place.send(*(world.person(f"C-{n}", phone=f"+1 212 555 42{n:02}" if n % 2 else "") for n in range(40)))
    place.rules(shift4.read)
    before = place.look("C-0")

    done = place.rebuild()

    assert (done.read, done.changed, done.unreadable, done.fields) == (40, 20, 0, {"phones": 20})
    assert place.look("C-0") == before
    after = place.look("C-1")
    assert (after.version, after.customer.phones[0].e164, after.edited) == (1, "+12125554201", ())
    found = listing.search(place.directory, place.grant, HERE, text="5554201", skip=0, limit=9)
    assert len(found.documents) == 1
    assert place.rebuild() == Rebuilt(read=40)


def test_a_second_run_changes_nothing(place: Place) -> None:
    """Nor does a first one, whatever happened to the customers, where the rules are what they were."""
    for shape in ("shift4", "square"):
        made = invented.customers(3, 60, "US", shape=shape)
        records = [Record(shape, raw, f"x:{at}") for at, raw in enumerate(made)]
        ingest.batch(place.directory, place.account.account_id, HERE, shape, records)
    place.send(*(world.person(f"C-{n}", phone="12", email="no e-mail") for n in range(4)))
    with editing.edits(place.directory):
        editing.create(
            place.directory, place.grant, Customer(first_name="Here", emails=(Email("x@example.com"),))
        )
    everybody = [one.id for one in native_list.page(
        place.directory, place.grant, native_list.Asked(), after=None, limit=100).customers]  # fmt: skip
    for at, id in enumerate(everybody[:30]):
        one = whole.one(place.directory, place.grant, id)
        edits: list[dict[str, Any]] = [{"note": "x"}, {"emails": ()}, {"first_name": "Eve"}]
        place.edit(one, **edits[at % 3])
    for at in range(0, 12, 2):
        merging.merge(place.directory, place.grant, everybody[at], [everybody[at + 1]])
    done = merging.merge(place.directory, place.grant, everybody[40], [everybody[41], everybody[42]])
    merging.undo(place.directory, place.grant, done.merge_id)
    changes = place.changes()

    first, second = place.rebuild(), place.rebuild()

    assert first.read > 110
    assert (first.changed, second.changed) == (0, 0), first
    assert place.changes() == changes


def test_edits_are_kept(place: Place) -> None:
    """An edited customer keeps how it looks, and the next pull of the same record changes nothing either."""
    place.send(world.person("C-1", phone="+1 212 555 4240"), world.person("C-2"))
    place.edit(place.look("C-1"), last_name="Edited")
    before = place.look("C-1")
    place.rules(loud)

    done = place.rebuild()

    assert done.fields == {"last_name": 1}
    assert place.look("C-2").customer.last_name == "EXAMPLE"
    after = place.look("C-1")
    assert structs.replace(after.customer, problems=()) == structs.replace(before.customer, problems=())
    assert after.version == before.version
    place.send(world.person("C-1", phone="+1 212 555 4240"))
    assert place.look("C-1").customer.last_name == "Edited"
    assert place.rebuild().changed == 0


def test_a_dry_run_writes_nothing(place: Place) -> None:
    """It says what a run would do."""
    place.send(world.person("C-1"), world.person("C-2"))
    place.rules(loud)
    changes = place.changes()

    assert place.rebuild(dry_run=True) == Rebuilt(2, 2, 0, {"last_name": 2})
    assert place.changes() == changes
    assert place.rebuild() == Rebuilt(2, 2, 0, {"last_name": 2})


def test_it_goes_on_where_it_stood(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each step is durable; from its rid on, the rest is done once."""
    monkeypatch.setattr(rebuilding, "_PAGE", 3)
    place.send(*(world.person(f"C-{n}") for n in range(10)))
    place.rules(loud)

    steps = rebuilding.rebuild(place.directory, place.location)
    first, second = next(steps), next(steps)

    assert (first.done.changed, second.done.changed) == (3, 3)
    assert place.rebuild(after=second.rid) == Rebuilt(4, 4, 0, {"last_name": 4})
    assert place.rebuild().changed == 0


def test_whom_somebody_changes_meanwhile_is_left_alone(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the reading and the writing of a page, an edit and a deletion win."""
    place.send(*(world.person(f"C-{n}") for n in range(3)))
    place.rules(loud)
    compared = rebuilding._compared

    def slow(*given: Any) -> Any:
        found = compared(*given)
        place.edit(place.look("C-0"), last_name="Quicker")
        from regulars.directory import deletion

        deletion.delete(place.directory, place.account.account_id, [place.look("C-1").id])
        return found

    monkeypatch.setattr(rebuilding, "_compared", slow)

    assert place.rebuild().changed == 1
    assert place.look("C-0").customer.last_name == "Quicker"
    assert place.look("C-2").customer.last_name == "EXAMPLE"
    monkeypatch.setattr(rebuilding, "_compared", compared)
    assert place.rebuild().changed == 0


def test_what_cannot_be_read_any_more_stays(place: Place) -> None:
    """The customer is as it was, and counted."""
    place.send(world.person("C-1"))

    def strict(raw: bytes) -> Customer:
        raise errors.Invalid("Not any more")

    place.rules(strict)

    assert place.rebuild() == Rebuilt(read=1, unreadable=1)
    place.rules(shift4.read)
    assert place.look("C-1").customer.first_name == "Ada"


def test_names_are_kept(place: Place) -> None:
    """A customer keeps its posRef, its Square id and its pins, whatever today's rules would call it."""
    place.send(world.person("C-1", phone="+1 212 555 4240"))
    ingest.batch(place.directory, place.account.account_id, HERE, "other", [world.person("C-1")])
    pins.change(place.directory, place.grant, place.look("C-1").id, pin=["note"])
    names = "SELECT ref, pos_ref, id, created_at FROM customer ORDER BY rid"
    before = engines.ask(place.directory.store, names)
    place.rules(lambda raw: structs.replace(loud(raw), pos_ref="X", id="Y"))

    assert place.rebuild().fields["last_name"] == 2
    assert engines.ask(place.directory.store, names) == before
    assert place.look("C-1").pinned == ("note",)
    place.rules(loud)
    assert place.rebuild().fields == {"problems": 2}, "the id is no longer one that another has"
    assert place.rebuild().changed == 0


def test_what_waited_does_not_undo_what_came_since(place: Place) -> None:
    """A record from quarantine that is older than the customer's own leaves, and changes nothing."""

    def strict(raw: bytes) -> Customer:
        if b"Older" in raw:
            raise errors.Invalid("Not yet")
        return shift4.read(raw)

    place.rules(strict)
    place.send(world.person("C-1", last="Older"), world.person("C-2", last="Older"))
    place.clock.now += 1
    place.send(world.person("C-1", last="Newer"))
    place.rules(shift4.read)

    done = rebuilding.quarantined(place.directory, place.account.account_id, [place.location], dry_run=False)

    assert (done.read, done.created, done.updated, done.unchanged) == (2, 1, 0, 1)
    assert quarantine.every(place.directory, place.account.account_id) == []
    assert place.look("C-1").customer.last_name == "Newer"
    assert place.look("C-2").customer.last_name == "Older"


def test_quarantine_is_tried_again(place: Place) -> None:
    """At the locations asked for; a dry run only looks."""

    def strict(raw: bytes) -> Customer:
        raise errors.Invalid("Not yet")

    place.rules(strict)
    place.send(world.person("C-1"), Record("shift4", b"{", "x:2"))
    place.send(world.person("C-2"), location=THERE)
    place.rules(shift4.read)
    account_id = place.account.account_id

    dry = rebuilding.quarantined(place.directory, account_id, [place.location], dry_run=True)
    assert (dry.read, dry.quarantined) == (2, 1)
    assert len(quarantine.every(place.directory, account_id)) == 3
    done = rebuilding.quarantined(place.directory, account_id, [place.location], dry_run=False)
    assert (done.read, done.created, done.quarantined) == (2, 1, 1)
    assert len(quarantine.every(place.directory, account_id)) == 2
