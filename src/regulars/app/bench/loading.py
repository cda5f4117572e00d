"""The store that is measured: made by importing invented customers, or made by an earlier run and kept."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from msgspec import DecodeError, Struct, field, json

from regulars import errors, limits
from regulars.app import invented
from regulars.app.bench.report import Figure
from regulars.app.bench.rounds import Told
from regulars.app.opening import open_directory
from regulars.config import ACCOUNT_DEFAULT
from regulars.directory import Directory, ingest, places, stats, tokens
from regulars.model.place import SCOPES_DEFAULT
from regulars.model.record import Ingested, Record
from regulars.store.opening import FILE

SOURCE = "bench"
REGION = "US"
_MARK = "bench.json"  # tells a folder that the bench made from one that somebody lives in
_FIRST_LOCATION = 12345
_PIECE = 1 << 26


class Plan(Struct, frozen=True):
    """What a store is made of."""

    customers: int
    seed: int
    locations: int


class _Kept(Struct, frozen=True):
    """What the folder says of its store: what it is made of, and what making it cost."""

    plan: Plan
    ingest: list[Figure]


class Made(Struct, frozen=True):
    """A store ready to be measured. `customers`: at the location that is asked, the first."""

    folder: Path
    account_id: int
    location_id: int
    loc_no: int
    customers: int
    customers_everywhere: int
    token: str


class Taken(Struct):
    """What importing cost so far, the making of the customers left out; `each`: CPU time of one batch after another."""

    done: Ingested = Ingested()
    cpu_nanoseconds: int = 0
    wall_nanoseconds: int = 0
    each: list[int] = field(default_factory=list)


def prepared(
    folder: Path, plan: Plan, told: Told, *, database: str | None = None
) -> tuple[Made, list[Figure], list[str]]:
    """The store in this folder, made unless it is there; its figures, and notes on what an earlier run measured.

    `database`: the store is there instead; the folder still tells what is in it, and what is on disk is not measured.
    """
    kept = _kept(folder)
    if kept is not None and kept.plan != plan:
        known = kept.plan
        raise errors.Conflict(
            f"{folder} holds a store of {known.customers} customers, seed {known.seed}, {known.locations} locations",
            hint="Ask for the same, or name another folder.",
        )
    directory = open_directory(folder, database=database)
    try:
        notes = [] if kept is None else ["Ingest was measured by the earlier run that made the store."]
        if kept is None:
            kept = _Kept(plan, ingest_figures(load(directory, plan, told)))
            (folder / _MARK).write_bytes(json.encode(kept))
        directory.store.wipe(patient=True)
        made = _made(directory, folder)
        return made, kept.ingest + ([] if database else [_disk(made)]), notes
    finally:
        directory.close()


def read_through(made: Made, told: Told) -> None:
    """Reads the file, so that the machine has it in memory if it fits: none is to look cold for being made early."""
    path = made.folder / FILE
    size = path.stat().st_size
    with path.open("rb", buffering=0) as file:
        while file.read(_PIECE):
            told("reading the store through", file.tell(), size)


def load(directory: Directory, plan: Plan, told: Told) -> Taken:
    """Imports the invented customers, each batch for one of the locations in turn."""
    account_id = places.account(directory, ACCOUNT_DEFAULT).account_id
    location_ids = range(_FIRST_LOCATION, _FIRST_LOCATION + plan.locations)
    for location_id in location_ids:
        places.add_location(
            directory, account_id, location_id,
            name=f"Bench {location_id}", country=REGION, time_zone="America/New_York",
        )  # fmt: skip
    taken = Taken()
    for at, batch in enumerate(_batches(_records(plan))):
        with _clocked(taken):
            taken.done += ingest.batch(
                directory, account_id, location_ids[at % plan.locations], SOURCE, batch
            )
        told("importing", taken.done.read, plan.customers)
    with _clocked(taken):
        ingest.settle(directory)
    taken.each.pop()  # the settling is no batch
    return taken


def ingest_figures(taken: Taken) -> list[Figure]:
    """Customers per second of CPU time, which is what one core does, and of the clock on the wall.

    The lowest and the highest are those of tenths of the import.
    """
    done = taken.done
    note = f"{done.created} new, {done.updated} changed, {done.quarantined} quarantined, {done.problems} problems"
    rate, by_clock = done.read / taken.cpu_nanoseconds * 1e9, done.read / taken.wall_nanoseconds * 1e9
    tenth = max(1, len(taken.each) // 10)
    tenths = [taken.each[at : at + tenth] for at in range(0, len(taken.each) - tenth + 1, tenth)]
    rates = [tenth * limits.BATCH_ROWS_MAX / sum(costs) * 1e9 for costs in tenths]
    return [
        Figure(
            "ingest.rate", "ingest, everything on", rate, "customers/s a core", min(rates), max(rates), note
        ),
        Figure("ingest.wall", "ingest by the clock", by_clock, "customers/s"),
    ]


@contextmanager
def _clocked(taken: Taken) -> Iterator[None]:
    cpu, wall = time.thread_time_ns(), time.monotonic_ns()
    yield
    taken.each.append(time.thread_time_ns() - cpu)
    taken.cpu_nanoseconds += taken.each[-1]
    taken.wall_nanoseconds += time.monotonic_ns() - wall


def _records(plan: Plan) -> Iterator[Record]:
    for at, raw in enumerate(invented.customers(plan.seed, plan.customers, REGION), start=1):
        yield Record("shift4", raw, f"bench:{at}")


def _batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    waiting = iter(records)
    while batch := list(islice(waiting, limits.BATCH_ROWS_MAX)):
        yield batch


def _kept(folder: Path) -> _Kept | None:
    """What an earlier run made here; raises Conflict for a folder that somebody else's store lives in."""
    mark = folder / _MARK
    if mark.exists():
        try:
            return json.decode(mark.read_bytes(), type=_Kept)
        except DecodeError:
            raise errors.Conflict(
                f"{folder} holds a store of another version of the bench", hint="Name an empty folder."
            ) from None
    if folder.exists() and any(folder.iterdir()):
        raise errors.Conflict(
            f"{folder} is not empty, and no whole store of the bench",
            hint="Name an empty folder, or one that a run before has filled.",
        )
    return None


def _made(directory: Directory, folder: Path) -> Made:
    account_id = places.account(directory, ACCOUNT_DEFAULT).account_id
    first = places.location(directory, account_id, _FIRST_LOCATION)
    summary = stats.summary(directory, account_id)
    here = next(each for each in summary["locations"] if each["location_id"] == first.location_id)
    token = tokens.create(directory, account_id, name="bench", location_ids=None, scopes=SCOPES_DEFAULT)
    return Made(
        folder, account_id, first.location_id, first.number, here["customers"], summary["customers"], token
    )


def _disk(made: Made) -> Figure:
    """Every byte of the data folder but copies of earlier days, after the log has been moved into the file."""
    size = sum(path.stat().st_size for path in made.folder.iterdir() if path.is_file() and path.name != _MARK)
    note = f"{size / 1e6:.1f} MB for {made.customers_everywhere} customers"
    each = size / made.customers_everywhere
    return Figure("disk.customer", "disk, everything included", each, "bytes a customer", note=note)
