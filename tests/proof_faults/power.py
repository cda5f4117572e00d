"""What a disk may hold after the power failed: a VFS that writes down every operation, and cuts of what it wrote down.

What was synced is there. Of what was not, each write may be there, or not, or torn: some of its sectors only.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import apsw

_BASE = "unix"
_NAME = "recording-disk"
_SECTOR = 512


class Written(NamedTuple):
    """One operation: on a file of this name, or (`done`) the news that a piece of work was acknowledged."""

    kind: str  # write, truncate, sync, delete, done
    name: str = ""
    at: int = 0  # an offset, a length, or the number of the piece of work
    data: bytes = b""


class Recorder(apsw.VFS):
    """Writes down what is done to the files of a store."""

    def __init__(self) -> None:
        super().__init__(_NAME, _BASE, makedefault=True)
        self.log: list[Written] = []

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802  # SQLite's name
        return _File(self, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802  # SQLite's name
        super().xDelete(filename, syncdir)
        self.log.append(Written("delete", Path(filename).name, int(syncdir)))


class _File(apsw.VFSFile):
    def __init__(self, recorder: Recorder, name: Any, flags: list[int]) -> None:
        super().__init__(_BASE, name, flags)
        self._log = recorder.log
        self._name = Path(name.filename() if hasattr(name, "filename") else str(name)).name

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802  # SQLite's name
        super().xWrite(data, offset)
        self._log.append(Written("write", self._name, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802  # SQLite's name
        super().xTruncate(newsize)
        self._log.append(Written("truncate", self._name, newsize))

    def xSync(self, flags: int) -> None:  # noqa: N802  # SQLite's name
        super().xSync(flags)
        self._log.append(Written("sync", self._name))


@contextmanager
def recording() -> Iterator[Recorder]:
    """The recorder under every store that this process opens within."""
    before = apsw.vfs_names()[0]
    recorder = Recorder()
    try:
        yield recorder
    finally:
        apsw.set_default_vfs(before)
        apsw.unregister_vfs(_NAME)


class _OnDisk:
    """One file: what surely is on the disk, and what was done to it since the last sync."""

    def __init__(self) -> None:
        self.sure = bytearray()
        self.is_sure = False  # that it is in its folder at all
        self.unsure: list[Written] = []

    def do(self, written: Written) -> None:
        if written.kind != "sync":
            self.unsure.append(written)
            return
        for each in self.unsure:
            _apply(self.sure, each)
        self.unsure.clear()
        self.is_sure = True

    def after_cut(self, chance: random.Random, odds: float) -> bytes:
        content = bytearray(self.sure)
        for each in self.unsure:
            if chance.random() < odds:
                _apply(content, each)
            elif each.kind == "write" and chance.random() < 0.3:
                for piece in _sectors(each):
                    if chance.random() < 0.5:
                        _apply(content, piece)
        return bytes(content)


def _sectors(written: Written) -> Iterator[Written]:
    for start in range(0, len(written.data), _SECTOR):
        yield written._replace(at=written.at + start, data=written.data[start : start + _SECTOR])


def _apply(content: bytearray, written: Written) -> None:
    if written.kind == "truncate":
        del content[written.at :]
        return
    content.extend(bytes(max(0, written.at - len(content))))
    content[written.at : written.at + len(written.data)] = written.data


class Cut(NamedTuple):
    """What is on the disk after the power failed behind so many operations, and what had been acknowledged by then."""

    behind: int
    files: dict[str, bytes]
    done: int  # pieces of work


def cuts(log: Sequence[Written], behind: Sequence[int], chance: random.Random) -> Iterator[Cut]:
    """The power fails behind each of these numbers of operations (ascending; the same one twice is two chances)."""
    disk: dict[str, _OnDisk] = {}
    deleted: dict[str, _OnDisk] = {}  # no sync of the folder since: they may come back
    at = done = 0
    for number in behind:
        for written in log[at:number]:
            if written.kind == "done":
                done = written.at
            elif written.kind == "delete":
                gone = disk.pop(written.name)
                if not written.at and gone.is_sure:
                    deleted[written.name] = gone
            else:
                file = disk.setdefault(written.name, _OnDisk())
                if written.kind == "sync" and not file.is_sure and "-" in written.name:
                    # SQLite syncs the folder too when it first syncs a new log or journal.
                    deleted.clear()
                file.do(written)
        at = number
        yield Cut(number, _after_cut(disk, deleted, chance), done)


def _after_cut(
    disk: dict[str, _OnDisk], deleted: dict[str, _OnDisk], chance: random.Random
) -> dict[str, bytes]:
    odds = chance.choice([0, 0.1, 0.5, 0.9, 1])  # nothing, little, half, most or all of it came through
    files = {name: file.after_cut(chance, odds) for name, file in deleted.items() if chance.random() < 0.5}
    for name, file in disk.items():
        if file.is_sure or chance.random() < max(odds, 0.5):
            files[name] = file.after_cut(chance, odds)
    return files
