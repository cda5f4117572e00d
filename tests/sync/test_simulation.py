"""Histories drawn from seeds: whatever happens to the till, the network and the machine, the directory is right again.

`REGULARS_SEEDS=5000-9000` plays others; `python -m tests.sync.simulation SEED FOLDER` plays one.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from regulars.directory import suppression
from tests.conftest import TORTURE
from tests.sync import simulation
from tests.sync.simulation import History, Wrong

_FIRST, _LAST = map(int, os.environ.get("REGULARS_SEEDS", "0-2000" if TORTURE else "0-100").split("-"))
_TOGETHER = 50 if TORTURE else 10
# What dies here is the process, not the disk, which would only be waited for.
_MEMORY = Path("/dev/shm")  # noqa: S108


def play(seed: int) -> History:
    with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        return simulation.play(seed, Path(folder))


@pytest.mark.parametrize("first", range(_FIRST, _LAST, _TOGETHER))
def test_after_every_history_the_directory_is_right(first: int) -> None:
    """It equals the till, nobody was lost on the way, nobody came back who was erased here, no budget was overrun."""
    for seed in range(first, min(first + _TOGETHER, _LAST)):
        play(seed)


def test_a_seed_is_one_history() -> None:
    """Played again, the same happens at the same moments, kills and all."""
    seed = next(seed for seed in range(100) if simulation.plan(seed).kills and simulation.plan(seed).share)
    first, second = play(seed), play(seed)
    assert "killed" in first.told
    assert (first.told, first.times, first.network.told) == (second.told, second.times, second.network.told)


def test_a_failure_names_its_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory that lets the erased come back is found, and whoever reads it can play it again."""
    monkeypatch.setattr(suppression, "without", lambda _directory, _account, _source, group: list(group))
    for seed in range(20):
        try:
            play(seed)
        except Wrong:
            break
    with pytest.raises(Wrong, match="erased here") as found:
        play(seed)
    assert f"seed {seed}" in found.value.__notes__[0]
