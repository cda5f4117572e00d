"""What writing a customer costs each of them: its own program reads batches, cleans, writes and indexes."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from bench.peers.contenders import ROOT, Contender
from bench.peers.measuring import Cell, Effort, Row
from bench.peers.postgres import Cluster
from regulars import errors
from regulars.app import invented
from regulars.app.bench.loading import REGION, Plan
from regulars.app.bench.processes import Tree
from regulars.app.bench.rounds import Told, sample

_END_SECONDS = 30.0


class Program:
    """One of them, reading."""

    def __init__(
        self, contender: Contender, process: subprocess.Popen[bytes], cluster: Cluster | None
    ) -> None:
        self.contender = contender
        self._process = process
        self._cluster = cluster if contender.uses_postgres else None

    def take(self, lines: Sequence[bytes]) -> int:
        """CPU nanoseconds for these lines, and for what the database puts off until its next checkpoint."""
        before = self._used()
        for line in lines:
            self._line(line)
        if self.contender.is_ours:
            self._line(b"")
        if self._cluster:
            with self._cluster.connect() as connection:
                connection.execute("checkpoint")
        return self._used() - before

    def _line(self, line: bytes) -> None:
        _write(self._process.stdin, line + b"\n")
        if self._process.stdout is None or self._process.stdout.readline() != b"ok\n":
            raise errors.Fatal(f"{self.contender.key} ended while it was writing; what it said stands above")

    def _used(self) -> int:
        database = self._cluster.cpu_nanoseconds() if self._cluster else 0
        return database + Tree(self._process.pid).cpu_nanoseconds()


def row(
    contenders: Sequence[Contender], cluster: Cluster | None, folder: Path, *, plan: Plan, first: int,
    effort: Effort, told: Told,
) -> Row:  # fmt: skip
    """CPU milliseconds a new customer, numbered from `first` on, on top of all that are there."""
    seen: dict[str, list[float]] = {contender.key: [] for contender in contenders}
    with ExitStack() as stack:
        programs = [stack.enter_context(_reading(each, cluster, folder)) for each in contenders]
        for at in range(effort.ingest_rounds + 1):
            told("writing", at, effort.ingest_rounds + 1)
            lines = list(_lines(plan, first, at, effort))
            rows = effort.ingest_batches * effort.ingest_rows
            for program in programs:
                cost = program.take(lines) / rows / 1e6
                if at:  # the first round warms up
                    seen[program.contender.key].append(cost)
        told("writing", effort.ingest_rounds + 1, effort.ingest_rounds + 1)
    cells = [Cell(key, sample(costs), None) for key, costs in seen.items()]
    return Row("ingest", f"a new customer, in batches of {effort.ingest_rows:,}", cells)


def _lines(plan: Plan, first: int, at: int, effort: Effort) -> Iterator[bytes]:
    rows = effort.ingest_rows
    for batch in range(effort.ingest_batches):
        number = first + (at * effort.ingest_batches + batch) * rows
        yield b"[" + b",".join(invented.customers(plan.seed + number, rows, REGION, first=number)) + b"]"


@contextmanager
def _reading(contender: Contender, cluster: Cluster | None, folder: Path) -> Iterator[Program]:
    where = contender.where(cluster.host if cluster else "", folder)
    process = subprocess.Popen(
        [*contender.command, "ingest", where],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        cwd=ROOT if contender.is_ours else Path(contender.command[-1]).parent,
    )  # fmt: skip
    try:
        yield Program(contender, process, cluster)
    finally:
        process.communicate(timeout=_END_SECONDS)


def _write(pipe: IO[bytes] | None, data: bytes) -> None:
    if pipe is None:
        raise errors.Fatal("A program without a standard input")
    pipe.write(data)
    pipe.flush()
