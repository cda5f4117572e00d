"""Everybody pulled from another instance here, over HTTP: what a first sync of a source takes by the clock."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from regulars import errors
from regulars.app import pulling as composing
from regulars.app.bench import children, loading
from regulars.app.bench.client import HOST
from regulars.app.bench.loading import Made, Plan
from regulars.app.bench.report import Figure
from regulars.app.bench.rounds import Told
from regulars.app.opening import open_directory
from regulars.config import ACCOUNT_DEFAULT
from regulars.directory import Directory, places, pulling, sealing, stats
from regulars.model.pulling import NewPull, Pull, Run
from regulars.sync.engine import Engine

KINDS = ("square", "shift4")
CUSTOMERS_MAX = 30_000  # of the other instance: beyond these a pull goes on as it began
_DAY = 86_400


def figures(plan: Plan, *, kinds: Sequence[str] = KINDS, told: Told) -> list[Figure]:
    """Customers per second by the clock of a first pull of each kind, into an empty store each; nothing is left."""
    with TemporaryDirectory(prefix="regulars-bench-") as folder:
        there = Plan(min(plan.customers, CUSTOMERS_MAX), plan.seed, 1)
        made, _, _ = loading.prepared(Path(folder) / "there", there, told)
        with children.serving(made.folder) as server:
            url = f"http://{HOST}:{server.port}"
            return [_figure(kind, Path(folder) / kind, made, url, told) for kind in kinds]


def _figure(kind: str, folder: Path, made: Made, url: str, told: Told) -> Figure:
    directory = open_directory(folder)
    try:
        pull = _connected(directory, kind, made, url)
        wall, cpu = time.monotonic_ns(), time.process_time_ns()
        run = _pulled(directory, pull, made, told)
        wall, cpu = time.monotonic_ns() - wall, time.process_time_ns() - cpu
        _check(directory, run, made)
    finally:
        directory.close()
    counts = run.counts
    note = f"{counts.created} customers in {counts.requests} requests, {cpu / counts.read / 1000:.0f} µs CPU each"
    rate = counts.read / wall * 1e9
    return Figure(
        f"pull.{kind}", f"pull over HTTP, kind {kind}, by the clock", rate, "customers/s", note=note
    )


def _connected(directory: Directory, kind: str, made: Made, url: str) -> Pull:
    account_id = places.account(directory, ACCOUNT_DEFAULT).account_id
    places.add_location(
        directory, account_id, made.location_id,
        name="Bench", country=loading.REGION, time_zone="America/New_York",
    )  # fmt: skip
    return pulling.add(
        directory,
        account_id,
        NewPull(
            kind=kind,
            name=kind,
            location_id=made.location_id,
            url=url,
            options={},
            secret=sealing.seal(directory, account_id, kind, made.token),
            hook_secret=None,
            every_seconds=_DAY,
            full_every_seconds=_DAY,
            budget_requests=1_000_000,  # the other side is our own
            budget_milliseconds=1_000,
            fail_percent=100,
            vanish_percent=100,
        ),
    )


def _pulled(directory: Directory, pull: Pull, made: Made, told: Told) -> Run:
    """The run that took in everybody; raises Fatal when it did not come to its end."""
    engine = Engine(directory, composing.parts(directory))
    with engine.pulling(pull.account_id, pull.source_id) as pulled:
        while pulled is not None:
            step = pulled.step()
            told(f"pulling as {pull.kind}", min(step.counts.read, made.customers), made.customers)
            if step.run is not None and step.run.outcome == "done":
                return step.run
            if not step.goes_on:
                raise errors.Fatal(f"The pull ended early: {step.message}")
    raise errors.Fatal("The source to be pulled is gone")


def _check(directory: Directory, run: Run, made: Made) -> None:
    """A pull that lost somebody would be measured too fast."""
    there = stats.summary(directory, places.account(directory, ACCOUNT_DEFAULT).account_id)["customers"]
    if there != made.customers or run.counts.read != made.customers:
        raise errors.Fatal(f"Of {made.customers} customers the pull brought {there}")
