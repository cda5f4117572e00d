"""Every operation of the disk fails once, at every position: the store stays whole and the error is one of ours."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from regulars import errors
from regulars.directory import Directory, listing, places, square_list
from tests.directory import world
from tests.proof_faults import broken_disk, consistent, history
from tests.proof_faults.broken_disk import Disk, Fault
from tests.proof_faults.history import SHOP, Shown

TORTURE = os.environ.get("REGULARS_TORTURE") == "1"
STEPS = history.short()
OURS: tuple[type[errors.RegularsError], ...] = (errors.Retriable, errors.StorageFull, errors.Fatal)
WORDS: dict[Fault, type[errors.RegularsError]] = {
    "full": errors.StorageFull,
    "short": errors.StorageFull,
    "io": errors.Retriable,
}


class Way(NamedTuple):
    """How the disk fails: with which fault, how many times in a row, and every how-manieth position is tried."""

    fault: Fault
    times: int
    stride: int


WAYS = {
    "no space, once": Way("full", 1, 5),
    "no space, half written": Way("short", 1, 3),
    "no space for a while": Way("short", 30, 7),
    "error, once": Way("io", 1, 3),
    "error for a while": Way("io", 30, 7),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_no_write_error_hurts_the_store(tmp_path: Path, way: Way) -> None:
    """A process that meets it says so in our words, goes on working, and loses nothing that it had acknowledged."""
    with broken_disk.inserted() as disk:
        live_through(tmp_path / "whole", disk)
        count = disk.done
    positions = range(1, count + 1, 1 if TORTURE else way.stride)
    met = 0
    for position in positions:
        with broken_disk.inserted() as disk:
            disk.fault, disk.failing = way.fault, range(position, position + way.times)
            met += live_through(tmp_path / str(position), disk)
        with world.opened(tmp_path / str(position)) as directory:
            assert history.shown_by(directory) == STEPS[-1].shown
            assert consistent.complaints_of(directory) == []
    assert count > 250
    assert (
        met > len(positions) * 0.85
    )  # the rest are at the very end, where a file is closed and nobody waits for it


def live_through(folder: Path, disk: Disk) -> int:
    """All steps, each tried until it succeeds; how many errors that took. After each error the store is looked at."""
    met, done = 0, Shown()
    directory = None
    for step in STEPS:
        for _ in range(100):
            try:
                directory = directory or history.opened(folder)
                history.play(directory, step)
                break
            except OURS as error:
                met += 1
                check_words(error, WORDS[disk.fault])
                if directory is not None:
                    check(folder, disk, done=done, begun=step.shown)
        done = step.shown
    assert directory is not None
    history.close(directory)
    return met


def check_words(error: errors.RegularsError, kind: type[errors.RegularsError]) -> None:
    assert isinstance(error, kind)
    assert error.hint


def check(folder: Path, disk: Disk, *, done: Shown, begun: Shown) -> None:
    """What another process finds that opens the store right after the error."""
    with disk.mended(), world.opened(folder) as directory:
        assert history.fits(history.shown_by(directory), done=done, begun=begun)
        assert consistent.complaints_of(directory) == []


@pytest.fixture
def lived_in(tmp_path: Path) -> Path:
    """A store with a history."""
    directory = history.opened(tmp_path / "data")
    for step in STEPS:
        history.play(directory, step)
    directory.close()
    return tmp_path / "data"


def read_everything(directory: Directory) -> Iterator[object]:
    """What the doors read: pages, changes, searches, Square's list, one customer."""
    grant = world.grant_of(places.account(directory, "default"))
    yield listing.page(directory, grant, SHOP, skip=0, limit=100)
    yield listing.page(directory, grant, SHOP, skip=20, limit=5)
    yield listing.changes(directory, grant, SHOP, after=0, skip=3, limit=100, deleted=True)
    yield listing.search(directory, grant, SHOP, text="mail.example", skip=0, limit=100)
    yield listing.one(directory, grant, SHOP, "R7")
    yield square_list.page(directory, grant, sort="DEFAULT", order="ASC", after=None, limit=50, cards=True)


def test_no_read_error_becomes_an_answer(lived_in: Path) -> None:
    """A page that the disk does not give is an error that says to try again; the next try gets the whole answer."""
    with broken_disk.inserted() as disk:
        disk.kinds = broken_disk.READING
        directory = history.opened(lived_in)
        opening = disk.done
        whole = list(read_everything(directory))
        count = disk.done
        directory.close()
    assert count - opening > 10
    for position in range(1, count + 1):
        with broken_disk.inserted() as disk:
            disk.kinds, disk.failing = broken_disk.READING, range(position, position + 1)
            assert answers_or_error(lived_in, whole) <= 1


def answers_or_error(folder: Path, whole: list[object]) -> int:
    """How many tries ended in an error before everything was answered, by the same process once it had opened."""
    directory: Directory | None = None
    for failed in range(10):
        try:
            directory = directory or history.opened(folder)
            assert list(read_everything(directory)) == whole
            history.close(directory)
            return failed
        except errors.Retriable as error:
            check_words(error, errors.Retriable)
    raise AssertionError("it never answered")
