"""Counted buckets, in their real sizes, against plain counting."""

from __future__ import annotations

import bisect
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from regulars.directory import Directory
from regulars.store import counters
from regulars.store.counters import CHANGED, DELETED, LIST
from tests import engines
from tests.directory import world
from tests.engines import Engine

ACCOUNT, LOCATION = 1, 1


@pytest.fixture
def directory(tmp_path: Path, engine: Engine) -> Iterator[Directory]:
    with world.opened(tmp_path, engine=engine) as opened:
        yield opened


def fill(directory: Directory, order: counters.Order, places: list[int]) -> None:
    deltas = counters.Deltas()
    for place in places:
        deltas.add(order, place, at=None if order == LIST else 1_000_000 + place)
    with directory.store.write():
        deltas.write(directory.store, ACCOUNT, LOCATION)


def test_any_place_is_found_and_counted(directory: Directory) -> None:
    """The k-th of 200,000 places with holes is where plain counting says, and the counts agree."""
    chance = random.Random(1)
    places = [place for place in range(200_000) if chance.random() < 0.7 or place < 70_000]
    fill(directory, LIST, places)
    with directory.store.read():
        assert counters.count(directory.store, ACCOUNT, LOCATION, LIST) == len(places)
        for skip in [0, 255, 256, 65_535, 65_536, len(places) - 1, *chance.sample(range(len(places)), 200)]:
            spot = counters.find(directory.store, ACCOUNT, LOCATION, (LIST,), skip)
            assert spot is not None
            before = bisect.bisect_left(places, spot.place)
            assert places[before + spot.skip] == places[skip]
            assert spot.skip == 0 or places[before : before + 256] != list(
                range(spot.place, spot.place + 256)
            )
        assert counters.find(directory.store, ACCOUNT, LOCATION, (LIST,), len(places)) is None


def test_two_orders_are_walked_as_one(directory: Directory) -> None:
    """Changed and deleted places interleave: found by their common rank, from any bucket on."""
    chance = random.Random(2)
    kind = [chance.choice((CHANGED, DELETED, None)) for _ in range(140_000)]
    for order in (CHANGED, DELETED):
        fill(directory, order, [place for place, one in enumerate(kind) if one == order])
    with directory.store.read():
        for start in (0, 256, 65_536 - 256, 65_536, 65_536 + 512):
            places = [place for place, one in enumerate(kind) if one is not None and place >= start]
            total = sum(
                counters.count(directory.store, ACCOUNT, LOCATION, order, start=start)
                for order in (CHANGED, DELETED)
            )
            assert total == len(places)
            for skip in (0, 1, 300, 20_000, len(places) - 1):
                spot = counters.find(
                    directory.store, ACCOUNT, LOCATION, (CHANGED, DELETED), skip, start=start
                )
                assert spot is not None
                assert spot.first_at is not None
                assert spot.first_at <= 1_000_000 + places[skip]
                before = bisect.bisect_left(places, spot.place)
                assert places[before + spot.skip] == places[skip]


def test_emptied_buckets_go_but_the_newest_stays(directory: Directory) -> None:
    """A bucket that empties is dropped, so that an old location's buckets do not pile up; the newest can still fill."""
    fill(directory, CHANGED, list(range(600)))
    deltas = counters.Deltas()
    for place in range(600):
        deltas.take(CHANGED, place)
    with directory.store.write():
        deltas.write(directory.store, ACCOUNT, LOCATION)
    rows = engines.ask(directory.store, "SELECT kind, no, n FROM bucket ORDER BY kind")
    assert rows == [(CHANGED.kind(0), 2, 0), (CHANGED.kind(1), 0, 0), (CHANGED.kind(2), 0, 0)]
