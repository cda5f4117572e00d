"""Groups: who is in them, what sources say of them, and what is left when one is deleted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from regulars import errors, limits
from regulars.directory import (
    Directory,
    deletion,
    editing,
    export,
    groups,
    ingest,
    lookup,
    merging,
    square_list,
)
from regulars.model.customer import Customer
from regulars.model.place import Account, Grant
from regulars.model.record import Record
from regulars.model.sets import CustomerSet
from regulars.store import members, sets
from tests import engines
from tests.directory import world
from tests.directory.world import HERE, THERE
from tests.proof_faults import consistent_sets

EVERYWHERE = 1 << 62


@pytest.fixture
def directory(directory: Directory) -> Iterator[Directory]:
    """Its sets fit together when the test is over."""
    yield directory
    with directory.store.read():
        assert list(consistent_sets.complaints(directory.store)) == []


def squares(id: str, *group_ids: str, **fields: Any) -> Record:
    """A record as Square sends it."""
    return Record(
        "square",
        json.dumps({"id": id, "given_name": id, "group_ids": list(group_ids)} | fields).encode(),
        "test:1",
    )


def take(directory: Directory, account: Account, *records: Record, location_id: int = HERE) -> Any:
    return ingest.batch(directory, account.account_id, location_id, "square", records)


def make(directory: Directory, grant: Grant, name: str = "Ada") -> str:
    with editing.edits(directory):
        return editing.create(directory, grant, Customer(first_name=name)).id


def group(directory: Directory, grant: Grant, name: str = "Loyal") -> str:
    id: str = json.loads(groups.create(directory, grant, name, key=None))["id"]
    return id


def shown(directory: Directory, grant: Grant, id: str) -> dict[str, Any]:
    return json.loads(square_list.one(directory, grant, id, cards=True))  # type: ignore[no-any-return]


def group_ids(directory: Directory, grant: Grant, id: str) -> list[str]:
    ids: list[str] = shown(directory, grant, id).get("group_ids", [])
    return ids


def names(directory: Directory, grant: Grant) -> list[str]:
    return [one.name for one in groups.page(directory, grant, after=0, limit=50)]


def in_set(directory: Directory, grant: Grant, number: int) -> list[int]:
    with directory.store.read():
        return members.members(
            directory.store, grant.account_id, number, first=0, end=EVERYWHERE, limit=10_000
        )


def ids_by_rid(directory: Directory) -> dict[int, str]:
    rows = engines.ask(directory.store, "SELECT rid, id FROM customer")
    return dict(rows)


def inside(directory: Directory, grant: Grant, id: str) -> list[str]:
    """The ids of a group's members, as a search reads them."""
    number = groups.one(directory, grant, id).number
    rids = in_set(directory, grant, number)
    return sorted(id for rid, id in ids_by_rid(directory).items() if rid in rids)


def clean_up(directory: Directory, account: Account) -> int:
    """Steps until there is nothing to do; how many."""
    steps = 0
    while groups.step(directory, account.account_id):
        steps += 1
    return steps


def test_a_customer_joins_and_leaves(directory: Directory, grant: Grant) -> None:
    """Each is one committed update of the customer; doing it again is none."""
    ada, loyal = make(directory, grant), group(directory, grant)
    before = shown(directory, grant, ada)

    groups.put_in(directory, grant, ada, loyal)
    groups.put_in(directory, grant, ada, loyal)

    joined = shown(directory, grant, ada)
    assert (joined["group_ids"], joined["version"]) == ([loyal], before["version"] + 1)
    assert inside(directory, grant, loyal) == [ada]

    groups.take_out(directory, grant, ada, loyal)
    groups.take_out(directory, grant, ada, loyal)

    left = shown(directory, grant, ada)
    assert ("group_ids" in left, left["version"]) == (False, before["version"] + 2)
    assert inside(directory, grant, loyal) == []


def test_what_is_not_there_is_joined_by_nobody(directory: Directory, grant: Grant) -> None:
    """Neither a group nor a customer that nobody has; nor a customer at a location that is not the token's."""
    ada, loyal = make(directory, grant), group(directory, grant)
    elsewhere = world.grant_of(world.settle_in(directory, account="other"))
    there = Grant(grant.account_id, grant.merchant_id, "t", (THERE,), grant.scopes)

    for verb in (groups.put_in, groups.take_out):
        for who, customer_id, id in (
            (grant, ada, "NONE"),
            (grant, "NONE", loyal),
            (elsewhere, ada, loyal),
            (there, ada, loyal),
            (grant, ada, "x" * (limits.REF_LENGTH_MAX + 1)),
        ):
            with pytest.raises(errors.NotFound):
                verb(directory, who, customer_id, id)
    assert group_ids(directory, grant, ada) == []


def test_a_token_of_some_locations_deletes_no_group(directory: Directory, grant: Grant) -> None:
    """Its customers it may put in and take out; what others are in is not its own."""
    here = Grant(grant.account_id, grant.merchant_id, "t", (HERE,), grant.scopes)
    ada, loyal = make(directory, grant), group(directory, grant)

    groups.put_in(directory, here, ada, loyal)
    with pytest.raises(errors.Forbidden):
        groups.delete(directory, here, loyal)
    with pytest.raises(errors.Forbidden):
        groups.rename(directory, here, loyal, "Mine")

    assert names(directory, here) == ["Loyal"]


def test_no_customer_is_in_too_many_groups(
    directory: Directory, grant: Grant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bound holds for those who join here, and for what a record says."""
    monkeypatch.setattr(limits, "SETS_OF_CUSTOMER_MAX", 2)
    ada = make(directory, grant)
    for name in ("A", "B"):
        groups.put_in(directory, grant, ada, group(directory, grant, name))

    with pytest.raises(errors.Conflict):
        groups.put_in(directory, grant, ada, group(directory, grant, "C"))

    take(directory, Account(grant.account_id, "", grant.merchant_id, 0), squares("SQ", "D", "E", "F"))
    assert group_ids(directory, grant, "SQ") == ["D", "E"]


def test_what_a_source_names_becomes_a_group(directory: Directory, account: Account, grant: Grant) -> None:
    """Named by its id, once, with whoever is in it; ids that nobody could ask for are shown and no more."""
    take(directory, account, squares("SQ1", "G1", "G2"), squares("SQ2", "G2", "", "x" * 513, "\u0007"))

    assert sorted(names(directory, grant)) == ["G1", "G2"]
    assert inside(directory, grant, "G2") == ["SQ1", "SQ2"]
    assert group_ids(directory, grant, "SQ2") == ["G2", "", "x" * 513, "\u0007"]


def test_a_later_pull_changes_by_the_difference(directory: Directory, account: Account, grant: Grant) -> None:
    """What was joined here stays; what the source dropped goes, what it added comes."""
    take(directory, account, squares("SQ", "OLD", "KEPT"))
    loyal = group(directory, grant)
    groups.put_in(directory, grant, "SQ", loyal)

    take(directory, account, squares("SQ", "KEPT", "NEW"))

    assert sorted(group_ids(directory, grant, "SQ")) == sorted(["KEPT", loyal, "NEW"])
    assert inside(directory, grant, "OLD") == []
    assert [inside(directory, grant, id) for id in ("KEPT", loyal, "NEW")] == [["SQ"]] * 3


def test_who_left_here_is_not_put_back(directory: Directory, account: Account, grant: Grant) -> None:
    """A pull that says the same as before changes nothing."""
    take(directory, account, squares("SQ", "G"))
    groups.take_out(directory, grant, "SQ", "G")

    take(directory, account, squares("SQ", "G", note="new"))

    assert group_ids(directory, grant, "SQ") == []
    assert inside(directory, grant, "G") == []


def test_a_deleted_group_is_hidden_at_once(directory: Directory, account: Account, grant: Grant) -> None:
    """From every answer, while its 5,000 members are let go in small steps; nothing of it is left behind."""
    many = 5_000
    take(
        directory, account, *(squares(f"SQ{n}", "G", *(["H"] if n % 1000 == 0 else [])) for n in range(many))
    )
    number = groups.one(directory, grant, "G").number
    assert len(in_set(directory, grant, number)) == many
    versions = shown(directory, grant, "SQ1")["version"]

    groups.delete(directory, grant, "G")

    assert 0 < len(in_set(directory, grant, number)) < many  # not all at once
    last = f"SQ{many - 1}"
    assert group_ids(directory, grant, last) == []
    assert group_ids(directory, grant, "SQ4000") == ["H"]
    page = square_list.page(
        directory, grant, sort="CREATED_AT", order="DESC", after=None, limit=100, cards=True
    )
    told = [*page.documents, *square_list.some(directory, grant, [last], cards=True).values()]
    told += export.documents(directory, account.account_id, location_id=None, dialect="square")
    told += [one.square for one in lookup.show(directory, account.account_id, last)]
    assert not [document for document in told if b'"G"' in document]
    assert names(directory, grant) == ["H"]
    with pytest.raises(errors.NotFound):
        groups.one(directory, grant, "G")

    steps = clean_up(directory, account)

    assert steps >= many / limits.SETS_CLEARED_MAX - 1
    assert in_set(directory, grant, number) == []
    kept = engines.ask(directory.store, "SELECT group_ids FROM extra")
    assert kept == [(b'["H"]',)] * 5
    assert shown(directory, grant, "SQ1")["version"] == versions


def test_what_was_deleted_is_not_brought_back(directory: Directory, account: Account, grant: Grant) -> None:
    """A source that still names the group shows it for nobody, before the cleaning up and after it."""
    take(directory, account, *(squares(f"SQ{n}", "G") for n in range(300)))
    groups.delete(directory, grant, "G")
    take(directory, account, squares("DURING", "G", "H"))
    clean_up(directory, account)
    take(directory, account, squares("AFTER", "G"), squares("SQ7", "G", note="changed"))

    assert [group_ids(directory, grant, id) for id in ("DURING", "AFTER", "SQ7")] == [["H"], [], []]
    assert names(directory, grant) == ["H"]


def test_who_is_edited_while_a_group_goes(directory: Directory, account: Account, grant: Grant) -> None:
    """A member that joins another group before it was let go keeps that one."""
    take(directory, account, *(squares(f"SQ{n}", "G") for n in range(300)))
    loyal = group(directory, grant)

    groups.delete(directory, grant, "G")
    groups.put_in(directory, grant, "SQ299", loyal)
    groups.put_in(directory, grant, "SQ298", loyal)
    groups.take_out(directory, grant, "SQ298", loyal)
    clean_up(directory, account)

    assert group_ids(directory, grant, "SQ299") == [loyal]
    assert group_ids(directory, grant, "SQ298") == []
    assert inside(directory, grant, loyal) == ["SQ299"]


def test_an_erased_customer_is_in_no_set(directory: Directory, account: Account, grant: Grant) -> None:
    """No row of any set is left of who was in groups, in segments, and in one that is being deleted."""
    take(directory, account, *(squares(f"A{n}", "GONE") for n in range(250)))
    take(directory, account, squares("SQ", "G", "GONE", email_address="ada@example.com", segment_ids=["S"]))
    groups.delete(directory, grant, "GONE")
    [rid] = [rid for rid, id in ids_by_rid(directory).items() if id == "SQ"]
    held = "SELECT count(*) FROM member WHERE rid = ?"
    assert engines.ask(directory.store, held, rid) == [(5,)]

    deletion.delete(directory, account.account_id, ["SQ"])

    assert engines.ask(directory.store, held, rid) == [(0,)]


def test_groups_are_listed_in_the_order_of_making(directory: Directory, grant: Grant) -> None:
    """A page begins behind the number of the last one."""
    made = [group(directory, grant, f"Group {number}") for number in range(5)]

    seen: list[CustomerSet] = []
    while page := groups.page(directory, grant, after=seen[-1].number if seen else 0, limit=2):
        seen += page

    assert [one.id for one in seen] == made


def test_a_group_is_another_accounts_business(directory: Directory, account: Account, grant: Grant) -> None:
    """The same id in two accounts is two groups."""
    other = world.settle_in(directory, 9, account="other")
    take(directory, account, squares("SQ", "G"))
    ingest.batch(directory, other.account_id, 9, "square", [squares("SQ", "G")])

    groups.delete(directory, world.grant_of(other), "G")

    assert names(directory, grant) == ["G"]
    assert inside(directory, grant, "G") == ["SQ"]
    assert group_ids(directory, world.grant_of(other), "SQ") == []


def test_who_was_merged_away_is_in_no_group(directory: Directory, account: Account, grant: Grant) -> None:
    """The survivor is in its groups; after the undo both are in theirs, but for one that was deleted meanwhile."""
    ada, bea = make(directory, grant), make(directory, grant, "Bea")
    loyal, gone = group(directory, grant), group(directory, grant, "Gone")
    groups.put_in(directory, grant, bea, loyal)
    groups.put_in(directory, grant, bea, gone)

    done = merging.merge(directory, grant, ada, [bea])
    assert inside(directory, grant, loyal) == [ada]
    groups.delete(directory, grant, gone)
    clean_up(directory, account)
    merging.undo(directory, grant, done.merge_id)

    assert inside(directory, grant, loyal) == [bea]
    assert [group_ids(directory, grant, id) for id in (ada, bea)] == [[], [loyal]]
    assert names(directory, grant) == ["Loyal"]


@pytest.mark.parametrize(
    ("name", "rule"),
    [("", "empty"), (" \u2003", "empty"), ("x" * 1_001, "too_long"), ("a\x1bb", "form"), ("a\0b", "form")],
)
def test_a_name_that_is_none(directory: Directory, grant: Grant, name: str, rule: str) -> None:
    """It is refused for a new group and for another name."""
    there = group(directory, grant)
    for refused in (
        lambda: groups.create(directory, grant, name, key=None),
        lambda: groups.rename(directory, grant, there, name),
    ):
        with pytest.raises(errors.Invalid) as caught:
            refused()
        assert (caught.value.field, caught.value.rule) == ("group.name", rule)
    assert names(directory, grant) == ["Loyal"]


def test_a_step_of_two_processes_harms_nothing(directory: Directory, account: Account, grant: Grant) -> None:
    """Who steps where another has finished finds nothing to do."""
    take(directory, account, squares("SQ", "G"))
    groups.delete(directory, grant, "G")
    with directory.store.read():
        assert sets.deleted(directory.store, account.account_id) == sets.Deleted(frozenset(), frozenset())
    assert not groups.step(directory, account.account_id)
