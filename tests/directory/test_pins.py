"""Pins: a pinned field keeps its value whatever the source sends, and goes with the customer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from regulars.directory import Directory, deletion, editing, ingest, merging, pins, three_way, whole
from regulars.model.customer import Customer
from regulars.model.place import Account, Grant
from regulars.model.whole import Whole
from tests import engines
from tests.directory import world
from tests.engines import Engine
from tests.proof_faults import consistent

HERE = 12345


class Till:
    """A till's customers in a directory."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.account: Account = world.settle_in(directory, HERE)
        self.grant: Grant = world.grant_of(self.account)

    def send(self, ref: str, **fields: Any) -> Whole:
        """What the till says of somebody now; how that looks here."""
        record = world.record(ref, **{"firstName": "Ada", "lastName": "Example"} | fields)
        ingest.batch(self.directory, self.account.account_id, HERE, "till", [record])
        return self.look(ref)

    def look(self, ref: str) -> Whole:
        sql = "SELECT id FROM customer WHERE ref = ?"
        [(id,)] = engines.ask(self.directory.store, sql, ref)
        return whole.one(self.directory, self.grant, id)

    def pin(self, one: Whole, *fields: str) -> dict[str, Any]:
        return json.loads(pins.replace(self.directory, self.grant, one.id, fields))  # type: ignore[no-any-return]

    def edit(self, one: Whole, **fields: Any) -> None:
        with editing.edits(self.directory):
            found = editing.find(self.directory, self.grant, one.id)
            editing.update(self.directory, found, lambda customer: structs.replace(customer, **fields))


@pytest.fixture
def till(tmp_path: Path, engine: Engine) -> Iterator[Till]:
    with world.opened(tmp_path / "data", engine=engine) as directory:
        yield Till(directory)
        assert consistent.complaints_of(directory) == []


def test_a_pinned_field_stays_as_it_is(till: Till) -> None:
    """Of a customer that was never edited, too: what stood there when it was pinned outlives every record."""
    one = till.send("C-1", customerEmails=[{"email": "ada@example.com"}])
    assert till.pin(one, "emails", "last_name")["pinned_fields"] == ["emails", "last_name"]

    for number in range(3):
        now = till.send(
            "C-1", firstName=f"Ada{number}", lastName="Other", customerEmails=[{"email": f"other{number}@example.com"}]
        )  # fmt: skip
        assert [email.text for email in now.customer.emails] == ["ada@example.com"]
        assert (now.customer.first_name, now.customer.last_name) == (f"Ada{number}", "Example")
    assert (now.pinned, now.edited) == (("emails", "last_name"), ("last_name", "emails"))
    gone = till.send("C-1", lastName=None, customerEmails=[])
    assert gone.customer.emails
    assert gone.customer.last_name == "Example"


def test_an_empty_field_can_be_pinned(till: Till) -> None:
    """It stays empty."""
    one = till.send("C-1")
    till.pin(one, "phones")

    assert till.send("C-1", customerPhones=[{"phone": "+1 212 555 4240"}]).customer.phones == ()


def test_what_changes_only_a_pinned_field_is_no_change(till: Till) -> None:
    """Nobody hears of it, and the newer record is kept all the same."""
    one = till.send("C-1", nickname="x")
    till.pin(one, "last_name")

    now = till.send("C-1", lastName="Other")

    assert now.version == one.version
    assert now.updated_at == one.updated_at
    assert now.customer.last_name == "Example"
    till.pin(now)
    assert till.send("C-1", lastName="Another").customer.last_name == "Another"


def test_a_pinned_field_can_be_edited_here(till: Till) -> None:
    """The pin holds what it was edited to."""
    one = till.send("C-1")
    till.pin(one, "last_name")
    till.edit(one, last_name="Edited")

    assert till.look("C-1").customer.last_name == "Edited"
    assert till.send("C-1", lastName="Other").customer.last_name == "Edited"


def test_an_unpinned_field_waits_for_the_source(till: Till) -> None:
    """It stays until the source changes it again."""
    one = till.send("C-1")
    till.pin(one, "last_name", "note")
    till.send("C-1", lastName="Other")

    assert pins.change(till.directory, till.grant, one.id, unpin=["last_name"]) == ["note"]
    assert till.send("C-1", lastName="Other", firstName="Eve").customer.last_name == "Example"
    assert till.send("C-1", lastName="Newest").customer.last_name == "Newest"


def test_a_pin_is_no_change(till: Till) -> None:
    """No number is taken, no version, no time."""
    one = till.send("C-1")
    before = engines.ask(till.directory.store, "SELECT change_no FROM customer")

    till.pin(one, "phones")

    assert till.look("C-1") == structs.replace(one, pinned=("phones",))
    assert engines.ask(till.directory.store, "SELECT change_no FROM customer") == before


def test_pins_survive_a_merge_and_its_undo(till: Till) -> None:
    """Also what the source says meanwhile does not get past them."""
    survivor, loser = till.send("C-1"), till.send("C-2", lastName="Loser")
    till.pin(loser, "last_name")
    done = merging.merge(till.directory, till.grant, survivor.id, [loser.id])
    ingest.batch(
        till.directory, till.account.account_id, HERE, "till", [world.record("C-2", firstName="Bo", lastName="New")]
    )  # fmt: skip

    merging.undo(till.directory, till.grant, done.merge_id)

    back = till.look("C-2")
    assert (back.customer.first_name, back.customer.last_name, back.pinned) == ("Bo", "Loser", ("last_name",))
    assert till.send("C-2", lastName="Newest").customer.last_name == "Loser"


@pytest.mark.parametrize("is_merged", [False, True])
def test_pins_go_with_the_customer(till: Till, *, is_merged: bool) -> None:
    """Also those of somebody who was merged into it."""
    one, other = till.send("C-1"), till.send("C-2")
    till.pin(other, "last_name")
    if is_merged:
        merging.merge(till.directory, till.grant, one.id, [other.id])
    deletion.delete(till.directory, till.account.account_id, [one.id if is_merged else other.id])

    assert engines.ask(till.directory.store, "SELECT COUNT(*) FROM pinned") == [(0,)]


_NAMES = st.sampled_from([None, "Ada", "Bo", "Eve"])
_CUSTOMERS = st.builds(Customer, first_name=_NAMES, last_name=_NAMES, note=_NAMES)


@given(
    old=_CUSTOMERS, new=_CUSTOMERS, here=_CUSTOMERS, pinned=st.sets(st.sampled_from(["first_name", "note"]))
)
def test_the_law_of_pins(old: Customer, new: Customer, here: Customer, pinned: set[str]) -> None:
    """A pinned field is what it was here; the others are merged as if there were no pin."""
    merged = three_way.merge(old=old, new=new, here=here, pinned=pinned)
    without = three_way.merge(old=old, new=new, here=here)

    for name in three_way.MERGED:
        assert getattr(merged, name) == getattr(here if name in pinned else without, name)
