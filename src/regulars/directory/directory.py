"""`Directory`: an open store, a clock, and the secret that everything signed or sealed hangs on."""

from __future__ import annotations

import hashlib
import hmac
import os
import time
from collections.abc import Callable

from regulars import limits
from regulars.store import Store, places

_KEPT_AS = "secret"
_SECRET_BYTES = 32


def microseconds() -> int:
    """Now, in whole microseconds UTC."""
    return time.time_ns() // 1000


class Pace:
    """How many records an import writes in one transaction, so that it holds the write lock for a short time.

    Learnt from the transactions before: three quarters of `limits.WRITE_SECONDS_MAX` are aimed at, so that a
    transaction somewhat slower than the last still stays under it.
    """

    _TARGET_SECONDS = limits.WRITE_SECONDS_MAX * 0.75
    # Fewer spend most of their time on what every transaction costs, whatever its size (2 ms); on an idle machine
    # this many take 11 ms.
    _ROWS_MIN = 150

    def __init__(self) -> None:
        self.rows = self._ROWS_MIN

    def learn(self, rows: int, seconds: float) -> None:
        """A transaction of so many rows took so long; the next may be twice as large, or as small as it must."""
        if rows < self.rows // 2 and seconds < self._TARGET_SECONDS:
            return  # too small to say anything
        fitting = int(rows * self._TARGET_SECONDS / max(seconds, 1e-6))
        self.rows = max(self._ROWS_MIN, min(fitting, self.rows * 2, limits.BATCH_ROWS_MAX))


class Directory:
    """What is kept open while the program works; the verbs beside this file take it first. One thread at a time."""

    def __init__(self, store: Store, clock: Callable[[], int] = microseconds) -> None:
        self.store = store
        self.clock = clock
        self.pace = Pace()
        self.unmerged = 0  # transactions since the search index was last merged
        self.secret = self._kept_secret()

    def key(self, purpose: str) -> bytes:
        """32 bytes for one purpose, derived from the store's secret: the same in every process, for ever."""
        return hmac.new(self.secret, purpose.encode(), hashlib.sha256).digest()

    def close(self) -> None:
        """Closes the store."""
        self.store.close()

    def _kept_secret(self) -> bytes:
        with self.store.read():
            known = places.secret(self.store, _KEPT_AS)
        if known is not None:
            return known
        with self.store.write():
            known = places.secret(self.store, _KEPT_AS)
            if known is None:
                known = os.urandom(_SECRET_BYTES)
                places.keep_secret(self.store, _KEPT_AS, known)
        return known
