"""The output of a tap: lines of bounded length, each awaited for a bounded time."""

from __future__ import annotations

import os
import select
import shlex
import subprocess
import sys
import tempfile
import time
from collections import deque
from pathlib import Path
from shutil import rmtree
from typing import NamedTuple

from regulars import errors, limits

_CHUNK = 262_144
_END_SECONDS = 10.0  # how long a program may take to end after its last word
_LEASH = Path(__file__).with_name("leash.py")


class Line(NamedTuple):
    """One line without its end; `is_cut` when it was longer than the bound."""

    data: bytes
    is_cut: bool = False


class Lines:
    """Reads lines from a descriptor, which stays the caller's; None: there is nothing to read."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor
        self._ready: deque[Line] = deque()
        self._rest = b""
        self._is_cut = False
        self.is_over = descriptor is None  # nothing more will come

    def next(self, seconds: float) -> Line | None:
        """The next line; None when nothing came for so long, or when it is over."""
        deadline = time.monotonic() + seconds
        while not self._ready and not self.is_over:
            if not self._read(deadline - time.monotonic()):
                return None
        return self._ready.popleft() if self._ready else None

    def _read(self, seconds: float) -> bool:
        assert self._descriptor is not None  # noqa: S101  # else it is over
        poll = select.poll()
        poll.register(self._descriptor, select.POLLIN)
        if not poll.poll(max(0.0, seconds) * 1_000):
            return False
        chunk = os.read(self._descriptor, _CHUNK)
        if not chunk:
            self.is_over = True
            if self._rest.strip():
                self._ready.append(Line(self._rest, self._is_cut))
            return True
        *whole, rest = (self._rest + chunk).split(b"\n")
        for data in whole:
            if data.strip():
                self._ready.append(Line(data[: limits.TAP_LINE_BYTES_MAX], self._is_cut))
            self._is_cut = False
        if len(rest) > limits.TAP_LINE_BYTES_MAX:
            rest, self._is_cut = rest[: limits.TAP_LINE_BYTES_MAX], True
        self._rest = rest
        return True


class Tap:
    """A tap's program, running; it ends with us, however we end."""

    def __init__(self, words: list[str]) -> None:
        kept = {name: text for name, text in os.environ.items() if not name.startswith("REGULARS_")}
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(_LEASH), *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # what interrupts us is not for the leash, which would leave the tap behind
            env=kept,
        )
        assert self._process.stdout is not None  # noqa: S101  # it was asked for
        self.lines = Lines(self._process.stdout.fileno())

    def ended(self) -> int | None:
        """Its exit code after its last line; None when it does not end."""
        try:
            return self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            return None

    def close(self) -> None:
        """Ends it, if it still runs."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Folder:
    """Where files for a tap lie while it runs: nobody else may read them."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="regulars-tap-"))

    def file(self, name: str, content: bytes) -> str:
        """The path of a new file."""
        path = self.path / name
        path.write_bytes(content)
        return str(path)

    def close(self) -> None:
        """Removes them all."""
        rmtree(self.path, ignore_errors=True)


def words(command: str) -> list[str]:
    """The words of a command line, quoted as for a shell, which there is none of."""
    try:
        found = shlex.split(command)
    except ValueError:
        found = []
    if not found:
        raise errors.Fatal("The option tap is no command", hint="Its words are quoted as for a shell.")
    return found


def judge(code: int | None) -> None:
    """Raises what an exit code asks for."""
    if code in {126, 127}:
        raise errors.Fatal(
            "The tap's program cannot be started", hint="Give its whole path, or look at its permissions."
        )
    if code is None:
        raise errors.Retriable("The tap does not end after its last line")
    if code:
        raise errors.Retriable(f"The tap ended with exit code {code}")
