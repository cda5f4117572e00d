"""Searches asked once after the other, so that the slowest of a hundred is seen and not only the middle."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence

from regulars.app import invented
from regulars.app.bench.inside import PAGE_SIZE, SEARCHES
from regulars.app.bench.loading import REGION, Made
from regulars.app.bench.report import Figure
from regulars.directory import Directory, listing, tokens

_STRANGERS = 10_000  # people whose names are mixed


def figures(directory: Directory, made: Made, *, seed: int, times: int) -> list[Figure]:
    """CPU time in process of first page and exact total: the seven searches, and random pairs of names.

    A pair takes its words from two people, so most pairs are of words that many have and nobody has both of.
    """
    grant = tokens.grant(directory, made.token)

    def ask(text: str) -> float:
        started = time.thread_time_ns()
        listing.search(directory, grant, made.location_id, text=text, skip=0, limit=PAGE_SIZE)
        return (time.thread_time_ns() - started) / 1e6

    for text in SEARCHES:  # what a worker keeps between requests is there, as in a server that runs
        ask(text)
    seven = [ask(text) for _ in range(max(1, times // len(SEARCHES))) for text in SEARCHES]
    pairs = [ask(text) for text in _pairs(seed, times)]
    return [
        *_spread("searches", "the seven searches", seven),
        *_spread("pairs", "random pairs of names", pairs),
    ]


def _pairs(seed: int, count: int) -> Iterator[str]:
    dice = random.Random(seed)
    names = [
        name for one in invented.people(seed + 1, _STRANGERS, REGION) for name in (one.given, one.family)
    ]
    for _ in range(count):
        yield " ".join(dice.sample(names, 2))


def _spread(key: str, what: str, values: Sequence[float]) -> list[Figure]:
    ordered = sorted(values)
    told = f"in process: {what}, page and total"
    return [
        Figure(
            f"{key}.p50", f"{told}, p50", ordered[len(ordered) // 2], "ms CPU", note=f"{len(ordered)} asked"
        ),
        Figure(f"{key}.p99", f"{told}, p99", ordered[len(ordered) * 99 // 100], "ms CPU"),
        Figure(f"{key}.max", f"{told}, slowest", ordered[-1], "ms CPU"),
    ]
