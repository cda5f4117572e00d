"""Alternating rounds: A B C A B C …, so that a busy moment of the machine falls on all of them alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from regulars.app.bench.report import Sample

Kind = Callable[[int], float]  # does something so many times; the CPU microseconds of one
Told = Callable[[str, int, int], None]  # (what is being done, done, of)


class Effort(Struct, frozen=True):
    """How many times each thing is done.

    `round_microseconds`: the CPU time that one round of one kind is to take. `random_files`: pages that nginx
    serves at random.
    """

    rounds: int
    round_microseconds: int
    starts: int
    random_files: int
    upserts: int


QUICK = Effort(rounds=3, round_microseconds=5_000, starts=2, random_files=50, upserts=100)
FULL = Effort(rounds=15, round_microseconds=50_000, starts=7, random_files=500, upserts=2_000)

_FIRST, _FEWEST, _MOST = 16, 8, 800  # times


def alternate(kinds: Mapping[str, Kind], *, effort: Effort, what: str, told: Told) -> dict[str, Sample]:
    """Each kind's rounds. Two first ones, not counted, warm up and then tell how many times fill a round."""
    for kind in kinds.values():
        kind(_FIRST)
    times = {name: _times(kind(_FIRST), effort) for name, kind in kinds.items()}
    seen: dict[str, list[float]] = {name: [] for name in kinds}
    for at in range(effort.rounds):
        told(what, at, effort.rounds)
        for name, kind in kinds.items():
            seen[name].append(kind(times[name]))
    told(what, effort.rounds, effort.rounds)
    return {name: sample(values) for name, values in seen.items()}


def sample(values: Sequence[float]) -> Sample:
    """The median of some rounds, and how far apart they lay."""
    return Sample(statistics.median(values), min(values), max(values), len(values))


def in_process(work: Callable[[], object]) -> Kind:
    """A kind that calls a function in this thread."""

    def kind(times: int) -> float:
        started = time.thread_time_ns()
        for _ in range(times):
            work()
        return (time.thread_time_ns() - started) / times / 1000

    return kind


def _times(microseconds: float, effort: Effort) -> int:
    return max(_FEWEST, min(_MOST, int(effort.round_microseconds / max(microseconds, 1.0))))
