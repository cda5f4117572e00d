"""One writer at a time, in turn, across processes.

SQLite's own busy wait is not fair: beside an import a single write waited 1.5 s. Two file locks are: whoever waits
for `write` holds `turn`, so an importer that has just written queues up behind (docs/decisions/0005).
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_TURN, _WRITE = "turn.lock", "write.lock"


class Turnstile:
    """The two lock files of a data folder, `turn.lock` and `write.lock`."""

    def __init__(self, folder: Path) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        self._turn = os.open(folder / _TURN, flags, 0o600)
        self._write = os.open(folder / _WRITE, flags, 0o600)

    @staticmethod
    def was_in(folder: Path) -> bool:
        """Whether a store was ever open in this folder: its file had its first page before."""
        return (folder / _WRITE).exists()

    @contextmanager
    def passed(self) -> Iterator[None]:
        """Waits for its turn, holds the write lock within, and gives it back. A dying process gives it back too."""
        fcntl.flock(self._turn, fcntl.LOCK_EX)
        try:
            fcntl.flock(self._write, fcntl.LOCK_EX)
        finally:
            fcntl.flock(self._turn, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(self._write, fcntl.LOCK_UN)

    def close(self) -> None:
        """Gives both files back."""
        os.close(self._turn)
        os.close(self._write)
