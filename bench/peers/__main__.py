"""The command line: python -m bench.peers --customers N --folder DIR --output FILE.json."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import json

from bench.peers import filling, ingesting, measuring, report
from bench.peers.contenders import CONTENDERS, Contender, missing, version
from bench.peers.measuring import FULL, QUICK, Effort
from bench.peers.postgres import Cluster, bin_folder, running
from bench.peers.report import Measured, Report
from regulars.app.bench import machine
from regulars.app.bench.loading import Plan
from regulars.app.bench.rounds import Told


def main(arguments: Sequence[str]) -> None:
    """Measures, and prints a Markdown page."""
    given = _given(arguments)
    with _folder(given.folder) as folder:
        found = run(
            folder, Plan(given.customers, given.seed, 1), only=given.only, effort=QUICK if given.quick else FULL,
            command=" ".join(["python -m bench.peers", *arguments]), told=_told,
        )  # fmt: skip
    if given.output is not None:
        given.output.write_bytes(json.format(json.encode(found), indent=1) + b"\n")
    print(report.markdown(found), end="")


def run(folder: Path, plan: Plan, *, only: Sequence[str], effort: Effort, command: str, told: Told) -> Report:
    """Everybody who is there, or only those named; their databases are kept in the folder."""
    load_before, started = machine.load(), datetime.now(UTC)
    contenders, notes = _there(only)
    with _cluster(contenders, folder) as cluster:
        for contender in contenders:
            filling.filled(contender, cluster, folder, plan, told)
        with measuring.servers(contenders, cluster, folder, plan) as servers:
            rows = measuring.rows(servers, plan, effort, told)
            measured = [_measured(server) for server in servers]
        first = filling.next_number(
            folder, plan, effort.ingest_rows * effort.ingest_batches * (effort.ingest_rounds + 1)
        )
        rows.append(
            ingesting.row(contenders, cluster, folder, plan=plan, first=first, effort=effort, told=told)
        )
        database = {"postgresql": cluster.version()} if cluster else {}
    return Report(
        date=started.isoformat(timespec="seconds"),
        command=command,
        customers=plan.customers,
        machine=machine.machine(load_before),
        versions=machine.versions() | database,
        contenders=measured,
        rows=rows,
        notes=notes,
    )


def _there(only: Sequence[str]) -> tuple[list[Contender], list[str]]:
    """Who can be measured here, and why others cannot."""
    there, notes = [], []
    for contender in CONTENDERS:
        if only and contender.key not in only:
            continue
        why_not = missing(contender)
        if contender.uses_postgres and bin_folder() is None:
            why_not = why_not or "PostgreSQL is not installed"
        if why_not:
            notes.append(f"{contender.title} was not measured: {why_not}.")
        else:
            there.append(contender)
    return there, notes


def _measured(server: measuring.Server) -> Measured:
    one = server.contender
    return Measured(one.key, one.title, version(one), one.is_ours, server.memory_bytes() / 1e6)


@contextmanager
def _cluster(contenders: Sequence[Contender], folder: Path) -> Iterator[Cluster | None]:
    if not any(contender.uses_postgres for contender in contenders):
        yield None
        return
    with running(folder) as cluster:
        yield cluster


@contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        yield given.resolve()
        return
    with TemporaryDirectory(prefix="regulars-peers-") as folder:
        yield Path(folder)


def _told(what: str, done: int, of: int) -> None:
    print(f"{what}: {done:,} of {of:,}", file=sys.stderr)


def _given(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m bench.peers", description="Measure regulars beside its peers."
    )
    parser.add_argument("--customers", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, metavar="DIR", help="keep the databases here for the next run")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the report here too, as JSON")
    parser.add_argument(
        "--only", nargs="+", default=[], choices=[one.key for one in CONTENDERS], metavar="NAME"
    )
    parser.add_argument("--quick", action="store_true", help="fewer rounds, rougher figures")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
