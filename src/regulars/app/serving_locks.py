"""One server a data folder. The lock files say who holds them; the kernel lets go of a lock when its process ends.

Two files: the server holds `serve.lock`; its workers share `workers.lock`, so that a server that was killed still
counts while its last worker lives.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from regulars import errors, limits

_SERVER = "serve.lock"
_WORKERS = "workers.lock"
_POLL_SECONDS = 0.02


class Holder(Struct, frozen=True):
    """Who serves: process number, and since when (RFC 3339)."""

    pid: int
    since: str


@contextmanager
def server(data: Path, *, seconds: float = limits.SERVE_LOCK_SECONDS) -> Iterator[None]:
    """Holds the folder for this server, made when missing.

    Waits up to `seconds` for a server that is ending, then raises Fatal and says which process it is.
    """
    _make(data)
    deadline = time.monotonic() + seconds
    with _opened(data / _SERVER) as lock:
        if not _locked(lock, fcntl.LOCK_EX, deadline):
            raise _held(lock, data)
        with _opened(data / _WORKERS) as workers:
            if not _locked(workers, fcntl.LOCK_EX, deadline):
                raise _held(lock, data)
        _write(lock, Holder(os.getpid(), datetime.now(UTC).isoformat(timespec="seconds")))
        yield


def share(data: Path, *, seconds: float = limits.SERVE_LOCK_SECONDS) -> int:
    """A worker's part of the lock, held until its process ends; the open file. Raises Fatal when another has it."""
    file = os.open(data / _WORKERS, os.O_RDWR | os.O_CREAT, 0o600)
    if not _locked(file, fcntl.LOCK_SH, time.monotonic() + seconds):
        os.close(file)
        raise errors.Fatal(f"Another server takes over {data}")
    return file


def look(data: Path) -> tuple[bool, Holder | None]:
    """Whether somebody serves this folder, and who, as far as the note says."""
    try:
        file = os.open(data / _SERVER, os.O_RDONLY)
    except OSError:
        return False, None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True, _noted(file)
    finally:
        os.close(file)
    return False, None


def _make(data: Path) -> None:
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise errors.Fatal(
            f"The data folder {data} cannot be made: {error.strerror}", hint="Choose another one with --data."
        ) from None


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise errors.Fatal(
            f"{path} cannot be opened: {error.strerror}", hint="Check who owns the data folder."
        ) from None
    try:
        yield file
    finally:
        os.close(file)


def _locked(file: int, kind: int, deadline: float) -> bool:
    while True:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(_POLL_SECONDS)
        else:
            return True


def _write(file: int, holder: Holder) -> None:
    """Only a note: on a full disk it is left out, and reads are served all the same."""
    os.ftruncate(file, 0)
    with suppress(OSError):
        os.pwrite(file, msgspec.json.encode(holder) + b"\n", 0)


def _noted(file: int) -> Holder | None:
    """Who wrote the note; None when there is none, as after a start on a full disk."""
    try:
        return msgspec.json.decode(os.pread(file, 1_000, 0), type=Holder)
    except msgspec.DecodeError:
        return None


def _held(file: int, data: Path) -> errors.Fatal:
    holder = _noted(file)
    who = f"Another server (process {holder.pid}, since {holder.since})" if holder else "Another server"
    return errors.Fatal(f"{who} serves {data}", hint="Stop it, or choose another folder with --data.")
