"""CPU time and memory of other processes, from Linux."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

from msgspec import Struct

from regulars import errors

_PROC = Path("/proc")
_CPUCLOCK_SCHED = 2  # linux/posix-timers.h: the clock of all threads of a process, user and system


class Tree:
    """A process and all below it, as they are when this is made."""

    def __init__(self, pid: int) -> None:
        self.pids = [pid, *_below(pid)]
        self._clocks = [(~each << 3) | _CPUCLOCK_SCHED for each in self.pids]

    def cpu_nanoseconds(self) -> int:
        """User and system time of all of them so far; finer than the ticks of /proc/PID/stat."""
        try:
            return sum(map(time.clock_gettime_ns, self._clocks))
        except OSError:
            raise errors.Fatal("A process that was being measured has ended", hint="Run it again.") from None

    def memories(self) -> list[Memory]:
        """What each of them holds, the largest first."""
        return sorted(map(_memory, self.pids), key=lambda each: each.rss, reverse=True)


class Memory(Struct, frozen=True):
    """Resident bytes of one process, and its share of them when shared pages are split among those who share."""

    rss: int
    pss: int


def _memory(pid: int) -> Memory:
    fields = {}
    for line in (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()[1:]:
        name, value, *_ = line.split()
        fields[name] = int(value) * 1024
    return Memory(fields["Rss:"], fields["Pss:"])


def _below(pid: int) -> list[int]:
    """The children of a process, theirs, and so on."""
    children: dict[int, list[int]] = {}
    for folder in _PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            after_name = (folder / "stat").read_text().rpartition(")")[2].split()
            children.setdefault(int(after_name[1]), []).append(int(folder.name))
    found: list[int] = []
    waiting = [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found
