"""Customers created and changed here: one change each, in both dialects, and no pull undoes an edit."""

from __future__ import annotations

import json
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
    idempotency,
    ingest,
    listing,
    lookup,
    square_list,
    three_way,
)
from regulars.directory.idempotency import Effect
from regulars.model.customer import Customer, Email, Phone
from regulars.model.place import Account, Grant
from regulars.model.record import Record
from regulars.store.customers import Extra
from tests import engines
from tests.directory import world
from tests.directory.world import HERE, THERE


def make(directory: Directory, grant: Grant, **fields: Any) -> editing.Written:
    with editing.edits(directory):
        return editing.create(directory, grant, Customer(**fields))


def change(directory: Directory, grant: Grant, id: str, **fields: Any) -> editing.Written:
    with editing.edits(directory):
        found = editing.find(directory, grant, id)
        return editing.update(directory, found, lambda customer: structs.replace(customer, **fields))


def take(directory: Directory, account: Account, *records: Record) -> Any:
    return ingest.batch(directory, account.account_id, HERE, "till", records)


def square(directory: Directory, grant: Grant, id: str) -> dict[str, Any]:
    return json.loads(square_list.one(directory, grant, id, cards=True))  # type: ignore[no-any-return]


def id_of(directory: Directory, account: Account, pos_ref: str) -> str:
    (shown,) = lookup.show(directory, account.account_id, pos_ref)
    return shown.id


def found_by(directory: Directory, grant: Grant, text: str) -> list[str]:
    page = listing.search(directory, grant, HERE, text=text, skip=0, limit=50)
    return [json.loads(document)["posRef"] for document in page.documents]


def test_a_customer_created_here(directory: Directory, account: Account, grant: Grant) -> None:
    """It is at the main location, in both dialects, found by search, at version 0, and its posRef is its id."""
    made = make(
        directory,
        grant,
        first_name="Ada",
        emails=(Email("ada@example.com"),),
        phones=(Phone("1-212-555-4240"),),
    )

    shown = square(directory, grant, made.id)
    assert json.loads(made.square(cards=True)) == shown
    assert (shown["version"], shown["creation_source"]) == (0, "THIRD_PARTY")
    assert shown["phone_number"] == "1-212-555-4240"
    assert "reference_id" not in shown
    (document,) = listing.page(directory, grant, HERE, skip=0, limit=50).documents
    assert json.loads(document)["posRef"] == made.id
    assert json.loads(document)["customerPhones"][0]["phone"] == "+12125554240"
    assert found_by(directory, grant, "4240") == [made.id]
    assert lookup.show(directory, account.account_id, made.id)[0].source == editing.SOURCE


def test_an_update_is_one_change(directory: Directory, grant: Grant) -> None:
    """Version, change time and search follow; what changes nothing takes no number."""
    made = make(directory, grant, first_name="Ada", note="old")
    before = square(directory, grant, made.id)

    changed = change(directory, grant, made.id, first_name="Grace", note=None)
    same = change(directory, grant, made.id, first_name="Grace")

    after = square(directory, grant, made.id)
    assert (changed.version, changed.has_changed, same.version, same.has_changed) == (1, True, 1, False)
    del before["note"]
    assert after == before | {"given_name": "Grace", "version": 1, "updated_at": after["updated_at"]}
    assert found_by(directory, grant, "ada") == []
    assert found_by(directory, grant, "grace") == [made.id]


def test_a_version_that_somebody_else_moved_on(directory: Directory, grant: Grant) -> None:
    """Who knows an older version is told so; the newest, or none, will do."""
    made = make(directory, grant, first_name="Ada")
    change(directory, grant, made.id, first_name="Grace")

    with pytest.raises(errors.Conflict):
        editing.check_version(found_now(directory, grant, made.id), 0)

    editing.check_version(found_now(directory, grant, made.id), 1)
    editing.check_version(found_now(directory, grant, made.id), None)


def found_now(directory: Directory, grant: Grant, id: str) -> editing.Found:
    with directory.store.read():
        return editing.find(directory, grant, id)


def test_an_edit_outlives_the_next_import(directory: Directory, account: Account, grant: Grant) -> None:
    """Only what changed at the source since its last record changes here; the same record again changes nothing."""
    first = world.person("P-1", "Ada", "Example", phone="+12125554240", email="ada@example.com")
    take(directory, account, first)
    id = id_of(directory, account, "P-1")
    change(directory, grant, id, first_name="Augusta", note="likes tea")

    assert take(directory, account, first).unchanged == 1
    assert square(directory, grant, id)["given_name"] == "Augusta"
    moved = world.person("P-1", "Ada", "Lovelace", phone="+12125554240", email="ada@example.com")
    assert take(directory, account, moved).updated == 1

    shown = square(directory, grant, id)
    assert (shown["given_name"], shown["family_name"], shown["note"]) == ("Augusta", "Lovelace", "likes tea")
    assert take(directory, account, world.person("P-1", "Ada L.", "Lovelace")).updated == 1
    shown = square(directory, grant, id)
    assert (shown["given_name"], shown["note"]) == ("Ada L.", "likes tea")
    assert "phone_number" not in shown


def test_the_source_catches_up_with_an_edit(directory: Directory, account: Account, grant: Grant) -> None:
    """Nobody sees a change then, and the customer is as its record again."""
    take(directory, account, world.person("P-1", "Ada"))
    id = id_of(directory, account, "P-1")
    edited = change(directory, grant, id, first_name="Augusta")

    done = take(directory, account, world.person("P-1", "Augusta"))

    assert (done.updated, done.unchanged) == (0, 1)
    assert square(directory, grant, id)["version"] == edited.version
    assert engines.ask(directory.store, "SELECT count(*) FROM edited") == [(0,)]
    assert take(directory, account, world.person("P-1", "Augusta")).unchanged == 1
    assert take(directory, account, world.person("P-1", "Zoe")).updated == 1
    assert square(directory, grant, id)["given_name"] == "Zoe"


def test_taking_an_edit_back(directory: Directory, account: Account, grant: Grant) -> None:
    """A customer that looks as its record says again holds nothing beside it."""
    take(directory, account, world.person("P-1", "Ada"))
    id = id_of(directory, account, "P-1")

    change(directory, grant, id, first_name="Augusta")
    change(directory, grant, id, first_name="Ada")

    assert square(directory, grant, id)["version"] == 2
    assert engines.ask(directory.store, "SELECT count(*) FROM edited") == [(0,)]


def test_groups_of_a_source_and_groups_given_here(
    directory: Directory, account: Account, grant: Grant
) -> None:
    """A newer record adds and drops its own; what was added here stays. Touching is a change."""
    raw = '{"id":"SQ1","given_name":"Ada","group_ids":["A","B"],"version":4}'
    take(directory, account, Record("square", raw.encode()))
    with editing.edits(directory):
        found = editing.find(directory, grant, "SQ1")
        written = editing.touch(directory, found, Extra(b'["A","B","HERE"]', None, None))
    assert written.version == 5
    assert square(directory, grant, "SQ1")["group_ids"] == ["A", "B", "HERE"]

    take(directory, account, Record("square", raw.replace('"B"', '"C"').encode()))

    shown = square(directory, grant, "SQ1")
    assert (shown["group_ids"], shown["version"]) == (["A", "HERE", "C"], 6)
    assert shown["creation_source"] == "IMPORT"


def test_customers_of_others(directory: Directory, account: Account) -> None:
    """A token of one location creates there, and neither sees nor edits what is elsewhere."""
    there = world.grant_of(account, (THERE,))
    made = make(directory, there, first_name="Tove")

    assert (
        json.loads(listing.page(directory, there, THERE, skip=0, limit=5).documents[0])["posRef"] == made.id
    )
    with pytest.raises(errors.NotFound), editing.edits(directory):
        editing.find(directory, world.grant_of(account, (HERE,)), made.id)


def test_without_a_location_there_is_no_customer(directory: Directory) -> None:
    """The error says what is missing."""
    account = world.settle_in(directory)
    with pytest.raises(errors.Conflict):
        make(directory, world.grant_of(account), first_name="Ada")


def test_one_key_one_effect(directory: Directory, grant: Grant) -> None:
    """The first answer again, also after the customer changed; another request is refused; a day later it is new."""
    clock = directory.clock
    assert isinstance(clock, world.Clock)

    def ask(asked: bytes) -> bytes:
        def do() -> Effect:
            made = editing.create(directory, grant, Customer(first_name="Ada"))
            return Effect(made.square(cards=False), made.rid)

        with editing.edits(directory):
            return idempotency.once(directory, grant, do, operation="create", key="k", asked=asked)

    first = ask(b"a")
    change(directory, grant, json.loads(first)["id"], first_name="Grace")
    assert ask(b"a") == first
    with pytest.raises(errors.Invalid) as raised:
        ask(b"b")
    assert raised.value.rule == "key_reused"
    assert not idempotency.step(directory, grant.account_id)

    clock.now += limits.IDEMPOTENCY_MICROSECONDS + 1
    assert ask(b"b") != first
    clock.now += limits.IDEMPOTENCY_MICROSECONDS + 1
    assert not idempotency.step(directory, grant.account_id)
    assert engines.ask(directory.store, "SELECT count(*) FROM answer") == [(0,)]


@pytest.mark.engines("SQLite", why="it looks for the bytes in the file, where they are to be read")
def test_an_erased_customer_is_forgotten_everywhere(
    directory: Directory, account: Account, grant: Grant
) -> None:
    """Edits and answers go with the customer, to the last byte."""
    take(directory, account, world.person("P-1", "Zcanaryone"))
    id = id_of(directory, account, "P-1")
    change(directory, grant, id, note="Zcanarytwo")

    def do() -> Effect:
        made = editing.create(directory, grant, Customer(first_name="Zcanarythree"))
        return Effect(made.square(cards=False), made.rid)

    with editing.edits(directory):
        answer = idempotency.once(directory, grant, do, operation="create", key="k", asked=b"Zcanary")

    deletion.delete(directory, account.account_id, [id, json.loads(answer)["id"]])
    assert deletion.purge(directory)
    directory.store.connection.wal_checkpoint()
    assert b"zcanary" not in (directory.store.folder / "regulars.db").read_bytes().lower()


_FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "first_name": st.sampled_from(["Ada", "Bo"]),
        "note": st.sampled_from(["x", "y"]),
        "emails": st.sampled_from([(Email("a@example.com"),), (Email("b@example.com"),)]),
    },
)


@settings(max_examples=200)
@given(old=_FIELDS, new=_FIELDS, here=_FIELDS)
def test_the_law_of_merging(old: dict[str, Any], new: dict[str, Any], here: dict[str, Any]) -> None:
    """A field is the source's when the source changed it, else what it is here."""
    merged = three_way.merge(old=Customer(**old), new=Customer(**new), here=Customer(**here))

    for name in ("first_name", "note", "emails"):
        before, after = getattr(Customer(**old), name), getattr(Customer(**new), name)
        expected = after if before != after else getattr(Customer(**here), name)
        assert getattr(merged, name) == expected
