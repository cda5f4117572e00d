"""The power fails at any moment: what was acknowledged is there when it comes back, and the store is whole."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from regulars.directory import ingest
from tests.directory import world
from tests.proof_faults import consistent, history, power
from tests.proof_faults.history import Shown

TORTURE = os.environ.get("REGULARS_TORTURE") == "1"
HISTORIES = 20 if TORTURE else 3
CUTS = 250 if TORTURE else 100  # of each history
STEPS = 30
CHECKPOINT_PAGES = 30  # instead of 1,000: so that a short history has many


def lived(folder: Path, steps: list[history.Step], *, synchronous: str = "FULL") -> list[power.Written]:
    """Everything that was done to the disk while a history was lived, in three runs of the program."""
    numbered = list(enumerate(steps, start=1))
    third = len(steps) // 3
    with power.recording() as recorder:
        for part in (numbered[:third], numbered[third : 2 * third], numbered[2 * third :]):
            directory = history.opened(folder)
            directory.store.connection.pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
            directory.store.connection.pragma("synchronous", synchronous)
            for number, step in part:
                history.play(directory, step)
                recorder.log.append(power.Written("done", at=number))
            directory.close()
    return recorder.log


@pytest.fixture(autouse=True)
def merges_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search index is merged after every second transaction, not after the 64th: a history has many merges."""
    monkeypatch.setattr(ingest, "_MERGE_AFTER", 2)


def lay(folder: Path, cut: power.Cut) -> Path:
    """A data folder as the cut left it."""
    folder.mkdir()
    for name, content in cut.files.items():
        (folder / name).write_bytes(content)
    return folder


def test_a_power_cut_loses_nothing_acknowledged(tmp_path: Path) -> None:
    """Cut behind any write: what was acknowledged is served, all agrees, and what was cut off can be done again."""
    cuts = with_a_log = 0
    for seed in range(HISTORIES):
        chance = random.Random(f"power {seed}")
        steps = history.long(chance, STEPS)
        log = lived(tmp_path / f"lived-{seed}", steps)
        behind = sorted(chance.choices(range(len(log) + 1), k=CUTS))
        for cut in power.cuts(log, behind, chance):
            done = steps[cut.done - 1].shown if cut.done else Shown()
            begun = steps[min(cut.done, STEPS - 1)]
            with world.opened(lay(tmp_path / f"{seed}-{cuts}", cut)) as directory:
                assert history.fits(history.shown_by(directory), done=done, begun=begun.shown), cut.behind
                assert consistent.complaints_of(directory) == [], cut.behind
                history.play(directory, begun)
                assert history.shown_by(directory) == begun.shown, cut.behind
                assert consistent.complaints_of(directory) == [], cut.behind
            cuts += 1
            with_a_log += "regulars.db-wal" in cut.files
    assert cuts == HISTORIES * CUTS
    assert with_a_log > cuts // 2


def test_the_simulation_sees_what_is_lost(tmp_path: Path) -> None:
    """The same cuts of a store that flushes less (synchronous=NORMAL) lose acknowledged work: so they would show it."""
    chance = random.Random("flushes less")
    steps = history.long(chance, STEPS)
    log = lived(tmp_path / "lived", steps, synchronous="NORMAL")
    lost = 0
    for number, cut in enumerate(power.cuts(log, sorted(chance.choices(range(len(log) + 1), k=150)), chance)):
        done = steps[cut.done - 1].shown if cut.done else Shown()
        begun = steps[min(cut.done, STEPS - 1)].shown
        with world.opened(lay(tmp_path / str(number), cut)) as directory:
            lost += not history.fits(history.shown_by(directory), done=done, begun=begun)
    assert lost > 10
