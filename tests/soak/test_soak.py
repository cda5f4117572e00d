"""A shop's long day: reads, writes and imports at once, and nobody waits, nothing fails, nothing grows."""

from __future__ import annotations

import json
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec import Struct, to_builtins

from regulars import config
from regulars.testing import postgres
from tests.conftest import TORTURE
from tests.soak.hand import Hand
from tests.soak.shop import Served, Shop

SECONDS = 600 if TORTURE else 12
COUNT = 20_000 if TORTURE else 4_000
HANDS = 4
WINDOWS = 6  # a neighbour on the machine may disturb some of a short day
SAMPLE_SECONDS = 1.0
READ_MILLISECONDS_MAX = 50 if TORTURE else 250  # p99; the machine of a short day may be crowded
# What four hands, a store's caches and an allocator may still gather after the first quarter.
GROWTH_MAX, GROWTH_MEGABYTES = 0.05, 8


class Figures(Struct):
    """What one soak did and what it took; milliseconds."""

    seconds: float
    reads: int
    read_p50: float
    read_p99: float
    read_p99_of_windows: list[float]
    read_max: float
    writes: int
    write_p99: float
    imported: int
    megabytes_early: float  # half-way to the middle
    megabytes_late: float
    failures: list[str]


class Importer(threading.Thread):
    """Imports the same customers over and over, all of them changed each time."""

    def __init__(self, shop: Shop, files: Sequence[Path], count: int) -> None:
        super().__init__(name="importer", daemon=True)
        self.imported = 0
        self.failures: list[str] = []
        self._shop, self._files, self._count = shop, files, count
        self._enough = threading.Event()

    def run(self) -> None:
        """Until it is closed; a file that is begun is imported to its end."""
        at = 0
        while not self._enough.is_set():
            at += 1
            try:
                counts = self._shop.import_file(self._files[at % 2])
                assert counts["updated"] == self._count, counts
            except (AssertionError, OSError, ValueError) as error:
                self.failures.append(f"import {at}: {error}")
                return
            self.imported += self._count

    def close(self) -> None:
        """It is enough."""
        self._enough.set()
        self.join()


@contextmanager
def sqlite() -> Iterator[dict[str, str]]:
    """A file in the data folder."""
    yield {}


@contextmanager
def postgresql() -> Iterator[dict[str, str]]:
    """A database of a PostgreSQL that is there for the test; it writes as safely as it does anywhere."""
    with postgres.running() as server:
        server.ask("CREATE DATABASE soak")
        yield {config.DATABASE: server.database("soak")}


ENGINES = {"sqlite": sqlite, "postgresql": postgresql}


def soaked(shop: Shop, served: Served, files: Sequence[Path]) -> tuple[Figures, list[Hand]]:
    """Lets all of them work for a while; the hands are there to be asked what became of their writes."""
    importer = Importer(shop, files, COUNT)
    hands = [Hand(served.port, shop.token, seed=seed, count=COUNT) for seed in range(HANDS)]
    family = served.family()
    began = time.monotonic()
    for thread in (importer, *hands):
        thread.start()
    megabytes: list[float] = []
    while (passed := time.monotonic() - began) < SECONDS and all(thread.is_alive() for thread in hands):
        megabytes.append(served.megabytes())
        time.sleep(SAMPLE_SECONDS)
    for hand in hands:
        hand.close()
    importer.close()
    failures = importer.failures + [failure for hand in hands for failure in hand.failures]
    if served.family() != family:
        failures.append("a process of the server was replaced")
    return _figures(passed, hands, importer.imported, megabytes, failures), hands


def _figures(
    seconds: float, hands: Sequence[Hand], imported: int, megabytes: Sequence[float], failures: list[str]
) -> Figures:
    reads = sorted(each for hand in hands for each in hand.reads)
    writes = sorted(each for hand in hands for each in hand.writes)
    quarter = max(1, len(megabytes) // 4)
    return Figures(
        seconds=round(seconds), reads=len(reads), read_p50=_at(reads, 0.5), read_p99=_at(reads, 0.99),
        read_p99_of_windows=_windows(hands), read_max=_at(reads, 1),
        writes=len(writes), write_p99=_at(writes, 0.99), imported=imported,
        megabytes_early=round(statistics.median(megabytes[quarter : 2 * quarter] or megabytes), 1),
        megabytes_late=round(statistics.median(megabytes[-quarter:]), 1), failures=failures,
    )  # fmt: skip


def _windows(hands: Sequence[Hand]) -> list[float]:
    """The p99 of each part of the day; hands ask equally often all day."""
    found = []
    for at in range(WINDOWS):
        parts = [(len(hand.reads) * at // WINDOWS, len(hand.reads) * (at + 1) // WINDOWS) for hand in hands]
        reads = [
            one for hand, (start, end) in zip(hands, parts, strict=True) for one in hand.reads[start:end]
        ]
        found.append(_at(sorted(reads), 0.99))
    return found


def _at(ordered: Sequence[float], share: float) -> float:
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 2)


@pytest.mark.alone
@pytest.mark.parametrize("kind", ENGINES)
def test_a_long_day(kind: str, tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    """No request fails, reads take under 50 ms at p99, memory stays, and what was acknowledged is there."""
    with ENGINES[kind]() as settings:
        shop = Shop(tmp_path, settings)
        files = [shop.file(COUNT, version) for version in (0, 1)]
        assert shop.import_file(files[0])["created"] == COUNT
        with shop.serving() as served:
            figures, hands = soaked(shop, served, files)
            print(kind, json.dumps(to_builtins(figures)))  # noqa: T201
            lost = [id for hand in hands for id in hand.lost()]
    record_property("soak", to_builtins(figures))

    assert figures.failures == []
    assert lost == []
    assert figures.imported >= 2 * COUNT
    assert figures.reads == pytest.approx(9 * figures.writes, rel=0.02)
    assert figures.reads > 20 * SECONDS
    p99 = figures.read_p99 if TORTURE else statistics.median_low(figures.read_p99_of_windows)
    assert p99 < READ_MILLISECONDS_MAX
    assert figures.megabytes_late <= figures.megabytes_early * (1 + GROWTH_MAX) + GROWTH_MEGABYTES
    assert "Traceback" not in shop.talk.read_text()
