"""Backups and checks of the store."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from regulars.directory.directory import Directory
from regulars.store import upkeep as stored


class Finding(Struct, frozen=True):
    """One thing that a check looked at: whether it is well, what was seen, and the cure when it is not."""

    what: str
    well: bool
    seen: str
    cure: str | None = None


def backup(directory: Directory, target: Path) -> int:
    """A consistent copy under load, under the same key; its bytes. Raises Conflict when the name is taken."""
    return stored.backup(directory.store, target)


def check(directory: Directory, *, full: bool) -> list[Finding]:
    """The engine's own check; `full` compares every index with its table, which takes longer."""
    damage = directory.store.damage(full=full)
    return [
        Finding("engine", True, directory.store.version()),
        Finding(
            "store",
            not damage,
            "whole" if not damage else f"{len(damage)} faults found",
            None if not damage else "Restore the latest backup into an empty data folder.",
        ),
    ]


def data_version(directory: Directory) -> int:
    """A number that changes when somebody else has written to the store."""
    return stored.data_version(directory.store)
