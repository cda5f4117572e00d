"""A history of a small directory, step by step, and what must be served after each: short enough to be lived a thousand
times on a disk that fails."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import apsw

from regulars import errors
from regulars.directory import Directory, deletion, export, ingest, lookup, places
from regulars.model.record import Record
from regulars.store.opening import open_store
from tests.directory import world
from tests.proof_faults import people

SHOP = 11

Shown = dict[int, int]  # version by customer number


class Step(NamedTuple):
    """One piece of work, which can be done again when it failed, and what is served when it is done."""

    act: Callable[[Directory, int], None]
    shown: Shown


def settle(directory: Directory, _account_id: int) -> None:
    """The shop is there."""
    with suppress(errors.Conflict):
        world.settle_in(directory, SHOP)


def take_in(numbers: Sequence[int], version: int) -> Callable[[Directory, int], None]:
    """These customers, and one record that cannot be read."""

    def act(directory: Directory, account_id: int) -> None:
        records = [
            Record("shift4", json.dumps(people.one(number, version=version)).encode(), "test")
            for number in numbers
        ]
        broken = Record("shift4", b"{broken %d" % version, "test")
        ingest.batch(directory, account_id, SHOP, "files", [*records, broken])

    return act


def delete(numbers: Sequence[int]) -> Callable[[Directory, int], None]:
    """These customers go, all or none."""

    def act(directory: Directory, account_id: int) -> None:
        try:
            found = [lookup.show(directory, account_id, f"R{number}")[0].id for number in numbers]
        except errors.NotFound:  # an earlier try has done it, but could not say so
            return
        deletion.delete(directory, account_id, found)

    return act


def purge(directory: Directory, _account_id: int) -> None:
    """Every trace of what was deleted goes."""
    deletion.purge(directory)


def short() -> list[Step]:
    """One of each."""
    first, second = dict.fromkeys(range(12), 1), {n: 1 if n < 6 else 2 for n in range(20)}
    fewer = {number: version for number, version in second.items() if number not in {3, 7}}
    return [
        Step(settle, {}),
        Step(take_in(range(12), 1), first),
        Step(take_in(range(6, 20), 2), second),
        Step(delete([3, 7]), fewer),
        Step(purge, fewer),
        Step(take_in(range(30), 3), dict.fromkeys(range(30), 3)),
    ]


def long(chance: random.Random, length: int) -> list[Step]:
    """So many, in an order that chance decides."""
    steps, shown = [Step(settle, {})], Shown()
    for version in range(1, length):
        kind = chance.random()
        if kind < 0.65 or len(shown) < 10:
            numbers = chance.sample(range(80), chance.choice([1, 1, 1, 5, 40]))
            shown = shown | dict.fromkeys(numbers, version)
            steps.append(Step(take_in(numbers, version), shown))
        elif kind < 0.9:
            numbers = chance.sample(sorted(shown), chance.choice([1, 1, 4]))
            shown = {number: kept for number, kept in shown.items() if number not in numbers}
            steps.append(Step(delete(numbers), shown))
        else:
            steps.append(Step(purge, shown))
    return steps


def opened(folder: Path) -> Directory:
    """An open directory, for a test that lets go of it by itself."""
    clock = world.Clock()
    return Directory(open_store(folder, key_file=None, role="tool", now=clock()), clock)


def close(directory: Directory) -> None:
    """Closes it. SQLite takes no error then, but apsw tells Python of what the disk said."""
    with suppress(apsw.IOError, apsw.FullError):
        directory.close()


def play(directory: Directory, step: Step) -> None:
    """Does it."""
    step.act(directory, places.account(directory, "default").account_id)


def shown_by(directory: Directory) -> Shown:
    """Which version of each customer is served."""
    account_id = places.account(directory, "default").account_id
    found = export.documents(directory, account_id, location_id=None, dialect="shift4")
    documents = [json.loads(document) for document in found]
    return {int(one["posRef"].removeprefix("R")): people.version_of(one) for one in documents}


def fits(now: Shown, *, done: Shown, begun: Shown) -> bool:
    """Whether all that was done is there; a piece of work that had begun may have come through, also in part."""
    return all(
        now.get(number) in {done.get(number), begun.get(number)}
        for number in now.keys() | done.keys() | begun.keys()
    )
