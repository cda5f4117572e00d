"""A backup is whole or not there at all: beside an import, on a disk that fails, killed in the middle."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

from regulars import errors
from regulars.directory import upkeep
from tests.directory import world
from tests.proof_faults import broken_disk, consistent, history, people, running
from tests.proof_faults.running import SHOP

TORTURE = os.environ.get("REGULARS_TORTURE") == "1"
KILLS = 60 if TORTURE else 6
SECONDS_MAX = 20.0  # beside an import on a crowded machine; with room it takes half a second


def restored(folder: Path, backup: Path) -> Path:
    """A data folder made of a backup, as the docs say."""
    folder.mkdir(mode=0o700)
    (folder / "regulars.db").write_bytes(backup.read_bytes())
    return folder


def test_a_backup_ends_beside_an_import(tmp_path: Path) -> None:
    """Somebody who writes all the time does not make it begin anew for ever; it is of one moment, and whole."""
    data, backup = tmp_path / "data", tmp_path / "backup.db"
    running.settle_in(data)
    running.well(data, "import", people.file(tmp_path / "first.jsonl", 8_000), "--location", SHOP)
    before = running.well(data, "stats")["changes"]
    many = people.file(tmp_path / "many.jsonl", 100_000, version=1)
    importer = running.start("--data", data, "import", many, "--location", SHOP)
    try:
        running.wait_until(lambda: running.well(data, "stats")["changes"] > before)
        started = time.monotonic()
        running.well(data, "backup", backup)
        assert time.monotonic() - started < SECONDS_MAX
        assert importer.poll() is None, "the import was quicker than the backup: make the file larger"
        running.kill(importer)
    finally:
        running.end(importer)
    copy = restored(tmp_path / "restored", backup)
    assert consistent.complaints(copy, contents=False) == []
    assert before < running.well(copy, "stats")["changes"] <= running.well(data, "stats")["changes"]


def test_a_disk_that_fails_leaves_no_half_of_a_backup(tmp_path: Path) -> None:
    """Each write fails in turn: an error of ours, nothing under its name, nothing beside it; the next one works."""
    directory = history.opened(tmp_path / "data")
    for step in history.short():
        history.play(directory, step)
    history.close(directory)
    with broken_disk.inserted() as disk, world.opened(tmp_path / "data") as directory:
        upkeep.backup(directory, tmp_path / "whole.db")
        count = disk.done
    refused = 0
    for position in range(1, count + 1):
        target = tmp_path / f"{position}.db"
        with broken_disk.inserted() as disk, world.opened(tmp_path / "data") as directory:
            disk.fault, disk.failing = "short", range(position, position + 1)
            try:
                upkeep.backup(directory, target)
            except errors.StorageFull:
                refused += 1
                assert not target.exists()
                upkeep.backup(directory, target)
        assert consistent.complaints(restored(tmp_path / str(position), target)) == []
    assert count > 30
    assert refused > count * 0.9
    assert not list(tmp_path.glob("*.unfinished"))


def test_a_killed_backup_is_not_there(tmp_path: Path) -> None:
    """SIGKILL at any moment: under its name there is nothing, or all of it; the next one under that name works."""
    data, chance = tmp_path / "data", random.Random("killed backup")
    running.settle_in(data)
    running.well(data, "import", people.file(tmp_path / "in.jsonl", 20_000), "--location", SHOP)
    cut = 0
    for number in range(KILLS):
        target = tmp_path / f"{number}.db"
        command = running.start("--data", data, "backup", target)
        try:
            while not (target.exists() or target.with_name(target.name + ".unfinished").exists()):
                assert command.poll() is None
            time.sleep(chance.uniform(0, 0.05))
            running.kill(command)
        finally:
            running.end(command)
        if not target.exists():
            cut += 1
            running.well(data, "backup", target)
        copy = restored(tmp_path / str(number), target)
        assert running.well(copy, "stats")["customers"] == 20_000
        assert consistent.complaints(copy, contents=False) == []
    assert cut > 0
    assert not list(tmp_path.glob("*.unfinished"))


def test_a_place_that_is_not_there_is_said_in_words(tmp_path: Path) -> None:
    """A folder that nobody made."""
    running.settle_in(tmp_path / "data")
    assert running.is_sentence(running.run(tmp_path / "data", "backup", tmp_path / "none" / "backup.db"))
