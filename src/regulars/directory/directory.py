"""`Directory`: an open store, a clock, and the secret that everything signed or sealed hangs on."""

from __future__ import annotations

import hashlib
import hmac
import os
import time
from collections.abc import Callable

from regulars import limits
from regulars.directory.lately import Lately
from regulars.store import Store, places

SECRET = "secret"  # noqa: S105  # its name in the store
_SECRET_BYTES = 32
# Fewer records spend most of their time on what every transaction costs, whatever its size. In SQLite so many take
# 11 ms on an idle machine; in PostgreSQL 150 let reads beside an import wait for 70 to 90 ms at p99, 30 for under 40,
# and the import was as fast (tests/soak).
_ROWS_MIN = {"sqlite": 150, "postgres": 30}


def microseconds() -> int:
    """Now, in whole microseconds UTC."""
    return time.time_ns() // 1000


class Pace:
    """How many records an import writes in one transaction, so that it holds the write lock for a short time.

    Learnt from the transactions before: three quarters of `limits.WRITE_SECONDS_MAX` are aimed at, so that a
    transaction somewhat slower than the last still stays under it. While nobody serves the store no request waits, and
    transactions are as large as may be: what each writes down of the search index, and of pages that many customers
    share, is written less often.
    """

    _TARGET_SECONDS = limits.WRITE_SECONDS_MAX * 0.75

    def __init__(self, rows_min: int = 150) -> None:
        self.rows = self.rows_min = rows_min
        self.is_alone = False

    def look(self, *, is_alone: bool) -> None:
        """Whether nobody serves the store now; when somebody begins to, what fits into a short time is learnt anew."""
        if is_alone:
            self.rows = limits.BATCH_ROWS_MAX
        elif self.is_alone:
            self.rows = self.rows_min
        self.is_alone = is_alone

    def learn(self, rows: int, seconds: float) -> None:
        """A transaction of so many rows took so long; the next may be twice as large, or as small as it must."""
        if self.is_alone or (rows < self.rows // 2 and seconds < self._TARGET_SECONDS):
            return  # too small to say anything
        fitting = int(rows * self._TARGET_SECONDS / max(seconds, 1e-6))
        self.rows = max(self.rows_min, min(fitting, self.rows * 2, limits.BATCH_ROWS_MAX))


class Directory:
    """What is kept open while the program works; the verbs beside this file take it first. One thread at a time."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], int] = microseconds,
        *,
        is_sandbox: bool = False,
        is_alone: Callable[[], bool] = lambda: False,
    ) -> None:
        self.store = store
        self.clock = clock
        self.is_alone = is_alone  # whether nobody serves the store now
        self.is_sandbox = (
            is_sandbox  # made for tests, gone after them: what only Square's sandbox does is done
        )
        self.pace = Pace(_ROWS_MIN[store.engine])
        self.lately = Lately(store)
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
            known = places.secret(self.store, SECRET)
        if known is not None:
            return known
        with self.store.write():
            known = places.secret(self.store, SECRET)
            if known is None:
                known = os.urandom(_SECRET_BYTES)
                places.keep_secret(self.store, SECRET, known)
        return known
