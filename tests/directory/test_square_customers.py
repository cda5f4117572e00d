"""Square's writing verbs: in short transactions, each item for itself, and blind to what is not the token's."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest

from regulars import errors, limits
from regulars.directory import Directory, editing, square_customers, square_list
from regulars.directory.square_customers import Manner, each
from regulars.model.place import Account, Grant
from regulars.store import Store
from regulars.wire.square_writing import CreateCustomerRequest, UpdateCustomerRequest
from tests.directory import world
from tests.directory.world import HERE, THERE


def made(directory: Directory, grant: Grant, name: str = "Ada") -> str:
    """The id of a new customer."""
    document = square_customers.create(directory, grant, CreateCustomerRequest(given_name=name))
    return str(msgspec.json.decode(document)["id"])


@contextmanager
def watched(directory: Directory) -> Iterator[list[str]]:
    """The transactions that are begun and the statements that are run, by name."""
    seen: list[str] = []
    kind = type(directory.store)

    def noting(does: str) -> Callable[..., object]:
        do = getattr(kind, does)

        def noted(store: Store, *given: Any) -> object:
            seen.append(f"{does} {given[0]}" if given else does)
            return do(store, *given)

        return noted

    with pytest.MonkeyPatch.context() as patch:
        for does in ("read", "write", "rows", "maybe", "run", "run_many"):
            patch.setattr(kind, does, noting(does))
        yield seen


def test_a_bulk_call_lets_others_write(directory: Directory, grant: Grant) -> None:
    """It ends its transaction before that has held the store for too long, and goes on in another."""
    began: list[float] = []

    def slow(name: str) -> Callable[[], bytes]:
        do = square_customers.creation(directory, grant, CreateCustomerRequest(given_name=name))

        def wait() -> bytes:
            began.append(time.perf_counter())
            time.sleep(limits.WRITE_SECONDS_MAX / 3)
            return do()

        return wait

    with watched(directory) as seen:
        done = each(directory, {str(number): slow(f"N{number}") for number in range(9)})

    assert list(done) == [str(number) for number in range(9)]
    assert all(isinstance(outcome, bytes) for outcome in done.values())
    assert 3 <= seen.count("write") <= 9


def test_quick_items_share_a_transaction(
    directory: Directory, grant: Grant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred are no hundred transactions: each costs a durable write."""
    monkeypatch.setattr(square_customers, "_BULK_SECONDS", 1.0)  # an item is quick, however busy the machine
    work = {
        str(number): square_customers.creation(directory, grant, CreateCustomerRequest(given_name="Ada"))
        for number in range(limits.BULK_CUSTOMERS_MAX)
    }

    with watched(directory) as seen:
        each(directory, work)

    assert 1 <= seen.count("write") < limits.BULK_CUSTOMERS_MAX / 2


def test_an_item_that_fails_writes_nothing(directory: Directory, grant: Grant) -> None:
    """Its error stands in its place; those before and behind it are done, and durable."""
    one, two = made(directory, grant, "One"), made(directory, grant, "Two")
    said = UpdateCustomerRequest(note="x", version=0)
    late = UpdateCustomerRequest(note="y", version=7)

    def update(id: str, asked: UpdateCustomerRequest) -> Callable[[], bytes]:
        return square_customers.updating(directory, grant, id, asked, Manner())

    done = each(
        directory,
        {
            "one": update(one, said),
            "late": update(one, late),
            "nobody": update("NOBODY", said),
            "wrong": errors.Invalid("wrong"),
            "two": update(two, said),
        },
    )

    assert [type(outcome) for outcome in done.values()] == [
        bytes, errors.Conflict, errors.NotFound, errors.Invalid, bytes,
    ]  # fmt: skip
    shown = square_list.some(directory, grant, [one, two], cards=True)
    assert {msgspec.json.decode(document)["note"] for document in shown.values()} == {"x"}


def test_an_error_of_the_store_ends_the_whole(
    directory: Directory, grant: Grant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is nobody's own fault is not told as an item's; the transaction that it struck is undone."""
    monkeypatch.setattr(square_customers, "_BULK_SECONDS", 60.0)  # both are in one, however slow

    def full() -> bytes:
        raise errors.StorageFull("The disk is full")

    do = square_customers.creation(directory, grant, CreateCustomerRequest(given_name="Ada"))
    with pytest.raises(errors.StorageFull):
        each(directory, {"one": do, "two": full})

    assert square_list.count(directory, grant) == 0


def test_strangers_cost_what_nobody_costs(directory: Directory, account: Account, grant: Grant) -> None:
    """A customer of another location takes the same statements as none, for every verb on one customer."""
    stranger = made(directory, world.grant_of(account, (THERE,)))
    here = world.grant_of(account, (HERE,))

    def statements(customer_id: str, ask: Callable[[str], object]) -> list[str]:
        with watched(directory) as seen, pytest.raises(errors.NotFound):
            ask(customer_id)
        assert seen
        return seen

    for ask in (
        lambda id: square_list.one(directory, here, id, cards=True),
        lambda id: square_customers.delete(directory, here, id),
        lambda id: square_customers.update(directory, here, id, UpdateCustomerRequest(note="x"), Manner()),
    ):
        assert statements(stranger, ask) == statements("N" * len(stranger), ask)
    with editing.edits(directory):
        assert editing.find(directory, grant, stranger).stored.version == 0
