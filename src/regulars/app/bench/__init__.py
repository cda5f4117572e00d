"""`regulars bench`: what the program costs, measured in this run on this machine. Linux only.

report = bench.run(bench.Settings(customers=100_000), told=lambda what, done, of: None)
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from regulars import errors
from regulars.app.bench import inside, loading, machine, over_http, promises, pulls, upserts
from regulars.app.bench.loading import Plan
from regulars.app.bench.report import Figure, Promise, Report
from regulars.app.bench.rounds import FULL, QUICK, Told

CUSTOMERS_MIN, CUSTOMERS_MAX = 1_000, 10_000_000
LOCATIONS_MAX = 100


class Settings(Struct, frozen=True, kw_only=True):
    """What to measure. `data`: a folder to make the store in and keep, or kept before; None: a temporary one."""

    customers: int = 1_000_000
    seed: int = 1
    locations: int = 1
    data: Path | None = None
    quick: bool = False  # fewer rounds: rougher figures, for a look


def run(settings: Settings, *, told: Told = lambda what, done, of: None) -> Report:
    """Everything, one after the other; `told` hears (what is being done, done, of).

    Raises Invalid for settings out of bounds, Conflict for a folder that is not the bench's.
    """
    _check(settings)
    load_before = machine.load()
    started = datetime.now(UTC)
    plan = Plan(settings.customers, settings.seed, settings.locations)
    with _folder(settings) as folder:
        made, loaded, not_loaded = loading.prepared(folder, plan, told)
        loading.read_through(made, told)
        measured, not_measured = _measured(made, settings, told)
    figures = [*loaded, *measured]
    figures += promises.ratios(figures)
    return Report(
        date=started.isoformat(timespec="seconds"),
        command=_command(settings),
        customers=made.customers,
        machine=machine.machine(load_before),
        versions=machine.versions(),
        promises=promises.judged(figures),
        figures=figures,
        notes=[*not_loaded, *not_measured],
    )


def _measured(made: loading.Made, settings: Settings, told: Told) -> tuple[list[Figure], list[str]]:
    effort, seed = QUICK if settings.quick else FULL, settings.seed
    opened = inside.opening(made, times=effort.starts)
    asked, middle = inside.figures(made, seed=seed, effort=effort, told=told)
    http, notes = over_http.figures(made, middle, seed=seed, effort=effort, told=told)
    written = upserts.figures(made, seed=seed, times=effort.upserts, told=told)
    pulled = pulls.figures(loading.Plan(settings.customers, seed, 1), told=told)
    return [*opened, *asked, *http, *written, *pulled], notes


def _check(settings: Settings) -> None:
    if sys.platform != "linux":
        raise errors.Fatal("The bench reads CPU time from Linux", hint="Run it on Linux.")
    if not CUSTOMERS_MIN <= settings.customers <= CUSTOMERS_MAX:
        raise errors.Invalid(
            f"Between {CUSTOMERS_MIN:,} and {CUSTOMERS_MAX:,} customers", field="customers", rule="range"
        )
    if not 1 <= settings.locations <= LOCATIONS_MAX:
        raise errors.Invalid(f"Between 1 and {LOCATIONS_MAX} locations", field="locations", rule="range")


@contextmanager
def _folder(settings: Settings) -> Iterator[Path]:
    if settings.data is not None:
        yield settings.data
        return
    with TemporaryDirectory(prefix="regulars-bench-") as folder:
        yield Path(folder)


def _command(settings: Settings) -> str:
    """The command line that asks for this again."""
    parts = ["regulars bench", f"--customers {settings.customers}", f"--seed {settings.seed}"]
    parts += [f"--locations {settings.locations}"] if settings.locations > 1 else []
    parts += [f"--folder {settings.data}"] if settings.data is not None else []
    return " ".join(parts + (["--quick"] if settings.quick else []))


__all__ = ["CUSTOMERS_MAX", "CUSTOMERS_MIN", "Figure", "Promise", "Report", "Settings", "Told", "run"]
