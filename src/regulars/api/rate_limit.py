"""Requests a minute of one token, exact across every worker process of the machine.

Each token that has a rate has a small file of counts, one for each of the last 60 seconds: whichever 60 of them one
takes, there are no more than `rate` requests in them, so there is no burst where two fixed minutes meet. A file,
because workers share nothing else: shared memory would need atomic additions that Python lacks, and a row in the
store a durable write a request. The kernel's page cache is the shared memory here, `flock` the lock, and a worker
that dies lets go of it.

Seconds are counted on the monotonic clock, which all processes share and no one can set. It starts again with the
machine: counts from the future are from before that, and are forgotten.
"""

from __future__ import annotations

import array
import fcntl
import hashlib
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path

from regulars import errors

_SECONDS = 60
_BYTES = (1 + _SECONDS) * 8
_OPEN_FILES_MAX = 256
_FORGET_SECONDS = 120  # a file this old holds no count that matters

_log = logging.getLogger("regulars.api")


class RateLimit:
    """The counts of all tokens; `folder` is shared by every process that counts."""

    def __init__(self, folder: Path, *, key: bytes, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._key = key
        self._clock = clock
        self._files: dict[str, int] = {}

    def take(self, token: str, rate: int) -> int:
        """Counts one request; how many more the token may make now. Raises TooMany when it was one too many.

        When counting fails (a full disk), the request goes through: reads go on.
        """
        try:
            file = self._file(token)
            fcntl.flock(file, fcntl.LOCK_EX)
            try:
                return _count(file, int(self._clock()), rate)
            finally:
                fcntl.flock(file, fcntl.LOCK_UN)
        except OSError as error:
            _log.error("rate_limit.failed error=%s", type(error).__name__)
            return rate - 1

    def close(self) -> None:
        """Closes the files."""
        while self._files:
            os.close(self._files.popitem()[1])

    def _file(self, token: str) -> int:
        # The name is a keyed hash, so that the folder tells nobody a token, nor which token it is.
        name = hashlib.blake2b(token.encode(), key=self._key, digest_size=16).hexdigest()
        file = self._files.get(name)
        if file is None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if len(self._files) >= _OPEN_FILES_MAX:
                os.close(self._files.pop(next(iter(self._files))))
            file = os.open(self._folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._files[name] = file
        return file


def tidy(folder: Path, *, now: float) -> None:
    """Removes old files. Only while no worker runs: one that keeps a removed file open would count alone."""
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if now - path.stat().st_mtime > _FORGET_SECONDS:
            path.unlink(missing_ok=True)


def _count(file: int, now: int, rate: int) -> int:
    latest, counts = _read(file, now)
    for second in range(latest + 1, now + 1):
        counts[second % _SECONDS] = 0
    used = sum(counts)
    if used >= rate:
        raise errors.TooMany(
            "The token has made its requests of this minute",
            retry_after=_seconds_until_free(counts, now, used - rate + 1),
            limit=rate,
        )
    counts[now % _SECONDS] += 1
    os.pwrite(file, array.array("q", [now, *counts]).tobytes(), 0)
    return rate - used - 1


def _read(file: int, now: int) -> tuple[int, list[int]]:
    """The last second that was counted, and the counts; all zero when they are too old, or not of this boot."""
    data = os.pread(file, _BYTES, 0)
    if len(data) == _BYTES:
        latest, *counts = array.array("q", data)
        if now - _SECONDS < latest <= now:
            return latest, counts
    return now, [0] * _SECONDS


def _seconds_until_free(counts: list[int], now: int, needed: int) -> int:
    """Whole seconds until `needed` of the counted requests are more than a minute old."""
    for wait in range(1, _SECONDS):
        needed -= counts[(now + wait) % _SECONDS]
        if needed <= 0:
            return wait
    return _SECONDS
