"""Events: written down with the change, for those who want them, and gone with the customer."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import structs

from regulars import limits
from regulars.directory import Directory, deletion, editing, events
from regulars.model.event import CREATED, DELETED, UPDATED, Event, Note
from regulars.model.place import Account
from regulars.store.customers import Extra
from tests import engines
from tests.directory.world import Clock, grant_of, opened, settle_in
from tests.engines import Engine
from tests.webhooks import world
from tests.webhooks.world import HERE

DAY = 86_400_000_000


class Place:
    def __init__(self, directory: Directory, clock: Clock, *, asked: bool = True) -> None:
        self.directory = directory
        self.clock = clock
        self.account: Account = settle_in(directory, HERE)
        self.grant = grant_of(self.account)
        events.ask(directory, self.account.account_id, asked=asked)

    def every(self) -> list[Event]:
        """Oldest first."""
        return events.search(
            self.directory, self.grant, types=None, location_ids=None, since=None, until=None, upwards=True,
            behind=None, limit=100,
        ).events  # fmt: skip

    def types(self) -> list[str]:
        return [one.type for one in self.every()]

    def add(self, *refs: str, **fields: Any) -> None:
        world.add(self.directory, self.account, *refs, **fields)

    def id_of(self, ref: str) -> str:
        return world.ids(self.directory, self.account)[ref]


@pytest.fixture
def place(tmp_path: Path, engine: Engine) -> Iterator[Place]:
    clock = Clock()
    with opened(tmp_path / "data", clock=clock, engine=engine) as directory:
        yield Place(directory, clock)


def test_nothing_is_written_down_for_those_who_want_nothing(place: Place) -> None:
    """An account without a subscription pays nothing."""
    events.ask(place.directory, place.account.account_id, asked=False)

    place.add("A")
    deletion.delete(place.directory, place.account.account_id, [place.id_of("A")])

    assert place.every() == []


def test_notes_are_not_even_made_for_them(place: Place) -> None:
    """What is given as a generator is not begun."""
    events.ask(place.directory, place.account.account_id, asked=False)

    with place.directory.store.write():
        events.note(place.directory, place.account.account_id, (_never() for _ in range(1)))


def test_an_event_is_part_of_its_change(place: Place) -> None:
    """A change that is undone was no event."""

    def fail() -> None:
        with place.directory.store.write():
            events.note(place.directory, place.account.account_id, [Note(CREATED, "id", b"{}")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert place.every() == []


def test_the_same_record_again_is_no_event(place: Place) -> None:
    """Only what changed is told."""
    place.add("A", "B")
    place.add("A", "B")
    place.add("B", first="Zoe")

    assert place.types() == [CREATED, CREATED, UPDATED]


def test_an_event_shows_groups_but_no_segments_or_cards(place: Place) -> None:
    """contracts/square.md 2.9; a change of segments or cards alone is no event, one of groups is."""
    place.add("A")
    id = place.id_of("A")

    def touch(extra: Extra) -> None:
        with editing.edits(place.directory):
            editing.touch(place.directory, editing.find(place.directory, place.grant, id), extra)

    touch(Extra(None, b'["s1"]', b'[{"id":"c1"}]'))
    touch(Extra(b'["g1"]', b'["s1"]', b'[{"id":"c1"}]'))
    touch(Extra(b'["g1"]', None, None))

    assert place.types() == [CREATED, UPDATED]
    shown = msgspec.json.decode(place.every()[1].object)["customer"]
    assert shown["group_ids"] == ["g1"]
    assert not {"segment_ids", "cards"} & shown.keys()


def test_an_edit_is_an_event(place: Place) -> None:
    """One that changes nothing is none."""
    place.add("A")
    id = place.id_of("A")
    for note in ("tea", "tea"):
        with editing.edits(place.directory):
            found = editing.find(place.directory, place.grant, id)
            editing.update(place.directory, found, partial(structs.replace, note=note))

    assert place.types() == [CREATED, UPDATED]
    assert msgspec.json.decode(place.every()[1].object)["customer"]["note"] == "tea"


@pytest.mark.engines("SQLite", why="it looks for the bytes in the file, where they are to be read")
def test_only_ids_stay_of_a_deleted_customer(place: Place, tmp_path: Path) -> None:
    """After the erase no byte of the person is left in the file; that it was deleted is still told."""
    place.add("A", first="Xylophonia", last="Quillmarkson", email="xylo@quillmark.example.com")
    place.add("B")
    world.subscribe(place.directory, place.grant, "https://hooks.example.com/", format="conecto")
    place.add("A", first="Xylophonia", last="Quillmarksdottir", email="xylo@quillmark.example.com")
    id = place.id_of("A")
    deletion.delete(place.directory, place.account.account_id, [id])
    assert deletion.purge(place.directory)

    assert place.types() == [CREATED, DELETED]
    assert msgspec.json.decode(place.every()[1].object) == {"customer": {"id": id}}
    content = world.files_of(tmp_path).lower()
    assert [word for word in (b"xyloph", b"quillm") if word in content] == []


def test_events_go_after_28_days(place: Place) -> None:
    """In small steps; they are not shown any more before that."""
    place.add(*(f"old {number}" for number in range(limits.EVENTS_DROPPED_MAX + 50)))
    place.clock.now += 20 * DAY
    place.add("new")
    assert not events.step(place.directory, place.account.account_id)

    place.clock.now += 9 * DAY
    assert place.types() == [CREATED]
    assert events.step(place.directory, place.account.account_id)
    assert not events.step(place.directory, place.account.account_id)
    assert not events.step(place.directory, place.account.account_id)

    [(left,)] = engines.ask(place.directory.store, "SELECT count(*) FROM event_object")
    assert left == 1


def test_event_times_never_fall(place: Place) -> None:
    """A clock that goes back does not put an event before the one it followed."""
    place.add("A")
    place.clock.now -= DAY
    place.add("B")

    first, second = place.every()
    assert first.created_at == second.created_at
    assert first.number < second.number
    assert first.id != second.id


def _never() -> Note:
    raise AssertionError("A note was made")
