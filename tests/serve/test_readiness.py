"""`/readyz`: whether a worker could read and write now."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from regulars import errors
from regulars.app import serving_readiness
from regulars.app.serving_readiness import Readiness
from regulars.directory import Directory, places
from tests.directory.world import opened


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Directory]:
    with opened(tmp_path) as directory:
        yield directory


def test_all_is_well(directory: Directory, tmp_path: Path) -> None:
    """No sentence."""
    assert Readiness(directory, tmp_path).problems() == []


def test_a_full_disk(directory: Directory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is said before writes fail half-way."""
    monkeypatch.setattr(os, "statvfs", lambda _path: SimpleNamespace(f_bavail=10, f_frsize=4_096))

    assert Readiness(directory, tmp_path).problems() == ["The disk is full"]


def test_a_store_that_does_not_answer(
    directory: Directory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Is said in the store's own words."""

    def fail(_directory: Directory) -> None:
        raise errors.Fatal("The store's file is damaged")

    monkeypatch.setattr(places, "accounts", fail)

    assert Readiness(directory, tmp_path).problems() == ["The store's file is damaged"]


def test_it_looks_once_a_second(
    directory: Directory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody may ask, so asking often costs nothing."""
    readiness = Readiness(directory, tmp_path)
    looks: list[Path] = []

    def look(_directory: Directory, data: Path) -> list[str]:
        looks.append(data)
        return []

    monkeypatch.setattr(serving_readiness, "_problems", look)

    for _ in range(100):
        readiness.problems()

    assert len(looks) == 1
