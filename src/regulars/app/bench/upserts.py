"""A single customer written in a transaction of its own: half of them new, half changes of random customers."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

from msgspec import json

from regulars.app.bench.loading import SOURCE, Made
from regulars.app.bench.report import Figure
from regulars.app.bench.rounds import Kind, Told
from regulars.app.opening import open_directory
from regulars.directory import Directory, ingest, listing, tokens
from regulars.model.record import Record

_TOLD_EVERY = 50


def figures(made: Made, *, seed: int, times: int, told: Told) -> list[Figure]:
    """Mean and percentiles of CPU time and of the clock; the store has these customers more afterwards."""
    directory = open_directory(made.folder, role="server")
    try:
        cpu, wall = [], []
        for at, record in enumerate(_records(directory, made, seed, times)):
            if at % _TOLD_EVERY == 0:
                told("writing single customers", at, times)
            cpu_before, wall_before = time.thread_time_ns(), time.monotonic_ns()
            ingest.batch(directory, made.account_id, made.location_id, SOURCE, [record])
            cpu.append((time.thread_time_ns() - cpu_before) / 1e6)
            wall.append((time.monotonic_ns() - wall_before) / 1e6)
        told("writing single customers", times, times)
    finally:
        directory.close()
    return [*_spread("upsert.cpu", "CPU", cpu), *_spread("upsert.wall", "by the clock", wall)]


def writing(directory: Directory, made: Made, *, seed: int) -> Kind:
    """A kind that writes single customers: CPU microseconds of one."""

    def work(times: int) -> float:
        used = 0
        for record in _records(directory, made, seed, times):
            before = time.thread_time_ns()
            ingest.batch(directory, made.account_id, made.location_id, SOURCE, [record])
            used += time.thread_time_ns() - before
        return used / times / 1000

    return work


def _records(directory: Directory, made: Made, seed: int, times: int) -> list[Record]:
    """Customers of the store taken at random, with another phone number; every second one under a new posRef."""
    dice = random.Random(seed)
    grant = tokens.grant(directory, made.token)
    run = time.time_ns()
    records = []
    for at in range(times):
        skip = dice.randrange(made.customers)
        document = listing.page(directory, grant, made.location_id, skip=skip, limit=1).documents[0]
        customer = json.decode(document)
        customer["customerPhones"] = [
            {"phone": f"+1415{dice.randint(2_000_000, 9_999_999)}", "isPrimary": True}
        ]
        if at % 2:
            customer["posRef"] = f"bench-{run}-{at}"
        records.append(Record("shift4", json.encode(customer), f"bench:{at}"))
    return records


def _spread(key: str, how: str, values: Sequence[float]) -> list[Figure]:
    ordered = sorted(values)
    what = f"upsert of one customer, {how}"
    return [
        Figure(
            f"{key}.mean",
            f"{what}, mean",
            sum(ordered) / len(ordered),
            "ms",
            note=f"{len(ordered)} customers",
        ),
        Figure(f"{key}.p50", f"{what}, p50", ordered[len(ordered) // 2], "ms"),
        Figure(f"{key}.p99", f"{what}, p99", ordered[len(ordered) * 99 // 100], "ms"),
        Figure(f"{key}.max", f"{what}, slowest", ordered[-1], "ms"),
    ]
