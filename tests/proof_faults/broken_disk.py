"""A disk that fails when told to: a VFS of SQLite's under the real store, whose n-th operation ends in an error."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import apsw

Fault = Literal["full", "short", "io"]

_BASE = "unix"
_NAME = "broken-disk"
WRITING = frozenset({"write", "sync", "truncate"})
READING = frozenset({"read"})


class _NoSpace(apsw.FullError):
    """Planted."""


class _Broken(apsw.IOError):
    """Planted."""


_PLANTED = (_NoSpace, _Broken)


class Disk(apsw.VFS):
    """Counts operations of some kinds; those whose number is in `failing` end in a fault.

    `full`: no space. `short`: no space, after the first half of what was to be written. `io`: an error of the disk.
    """

    def __init__(self) -> None:
        super().__init__(_NAME, _BASE, makedefault=True)
        self.done = 0
        self.kinds = WRITING
        self.fault: Fault = "io"
        self.failing = range(0)
        self._is_mended = False

    @contextmanager
    def mended(self) -> Iterator[None]:
        """Within, nothing fails and nothing is counted."""
        self._is_mended = True
        try:
            yield
        finally:
            self._is_mended = False

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802  # SQLite's name
        return _File(self, name, flags)

    def fails(self, kind: str) -> bool:
        """Whether the operation that is about to be done fails."""
        if kind not in self.kinds or self._is_mended:
            return False
        self.done += 1
        return self.done in self.failing

    def error(self) -> apsw.Error:
        """What SQLite is told."""
        return _Broken() if self.fault == "io" else _NoSpace()


class _File(apsw.VFSFile):
    def __init__(self, disk: Disk, name: Any, flags: list[int]) -> None:
        super().__init__(_BASE, name, flags)
        self._disk = disk

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802  # SQLite's name
        if self._disk.fails("read"):
            raise self._disk.error()
        return super().xRead(amount, offset)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802  # SQLite's name
        if self._disk.fails("write"):
            if self._disk.fault == "short":
                super().xWrite(data[: len(data) // 2], offset)
            raise self._disk.error()
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:  # noqa: N802  # SQLite's name
        if self._disk.fails("sync"):
            raise self._disk.error()
        super().xSync(flags)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802  # SQLite's name
        if self._disk.fails("truncate"):
            raise self._disk.error()
        super().xTruncate(newsize)


@contextmanager
def inserted() -> Iterator[Disk]:
    """The disk under every store that this process opens within."""
    before, told = apsw.vfs_names()[0], sys.unraisablehook
    disk = Disk()
    # Where SQLite itself takes no error, apsw tells Python; what we planted is no news.
    sys.unraisablehook = lambda news: None if isinstance(news.exc_value, _PLANTED) else told(news)
    try:
        yield disk
    finally:
        sys.unraisablehook = told
        apsw.set_default_vfs(before)
        apsw.unregister_vfs(_NAME)
