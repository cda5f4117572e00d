"""Read replicas: which of them is fresh enough to answer, and for whom (docs/guides/replicas.md).

Each worker writes down how long the primary's log was at what time, and looks how much of it each replica has
replayed: a replica that has replayed what the log was at a moment shows all that was committed by then. So its lag is
never taken for smaller than it is, whatever the clocks of the machines say, also when nobody writes, or the network
between the two is cut. Looking is done by threads, one for each server: one that hangs makes nobody wait, and what is
known of it grows too old to be used.

A token always asks the same replica, so its pages come from one. While that one is too far behind, or does not answer,
the token reads the primary, and goes on doing so until the replica has replayed what the primary showed it last: a walk
never goes back in time. All workers of a machine know that together (`replicas.seen`: a time for each of many tokens).
"""

from __future__ import annotations

import logging
import mmap
import os
import threading
import time
import zlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from msgspec import structs

from regulars import errors
from regulars.api.route import Inside
from regulars.directory import Directory
from regulars.model.place import Grant
from regulars.store import standby
from regulars.store.postgres import Connection
from regulars.store.postgres_store import PostgresStore

_log = logging.getLogger("regulars.replicas")

FILE = "replicas.seen"
LOOKS_SECONDS = 0.25  # between two looks; as old as that is what is known at best
_PLACES = 65_536  # tokens that share one read the primary together
_NEVER = float("-inf")


class Seen:
    """When the primary last answered each token, told to every worker of this machine.

    Times are the machine's monotonic clock in nanoseconds; after a restart of the machine, when that begins anew, what
    is left in the file lies in the future and counts for nothing.
    """

    def __init__(self, folder: Path) -> None:
        file = os.open(folder / FILE, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.ftruncate(file, _PLACES * 8)
            self._times = memoryview(mmap.mmap(file, _PLACES * 8)).cast("q")
        finally:
            os.close(file)

    def note(self, grant: Grant) -> None:
        """It was answered until now."""
        self._times[_place(grant)] = time.monotonic_ns()

    def last(self, grant: Grant) -> float:
        """When, in seconds; long ago if never."""
        noted = self._times[_place(grant)]
        return noted / 1e9 if 0 < noted <= time.monotonic_ns() else _NEVER


def _place(grant: Grant) -> int:
    return zlib.crc32(grant.prefix.encode()) % _PLACES


class Replica:
    """One replica as this worker sees it."""

    def __init__(self, url: str, number: int) -> None:
        self.url = url
        self.number = number  # in the order of the command line: what it is called in the log
        self.inside: Inside | None = None  # once it has answered
        self.shows = _NEVER  # all that was committed by this time (monotonic, seconds) is there
        self.connection: Connection | None = None
        self._furthest = 0

    def has_replayed(self, position: int, samples: Sequence[tuple[float, int]]) -> None:
        """Takes down how far it has come; `samples`: times, and the primary's log then, oldest first."""
        if position < self._furthest:  # begun anew, and not yet where it was
            self.shows = _NEVER
            return
        self._furthest = position
        self.shows = next((at for at, length in reversed(samples) if length <= position), self.shows)

    def is_gone(self) -> None:
        """It does not answer, or is none: nothing is known of it."""
        self.shows = _NEVER
        if self.connection is not None:
            self.connection.close()
            self.connection = None


class Watch:
    """The replicas of a database, watched from threads of its own. What it tells is asked by one other thread."""

    def __init__(
        self, inside: Inside, primary: str, urls: Sequence[str], *, lag_seconds: float, folder: Path
    ) -> None:
        self.replicas = [Replica(standby.address(url), number) for number, url in enumerate(urls, 1)]
        self._inside = inside
        self._primary_url = standby.address(primary)
        self._primary: Connection | None = None
        self._lag_seconds = lag_seconds
        self._folder = folder
        self._seen = Seen(folder)
        self._samples: tuple[tuple[float, int], ...] = ()  # put anew by one thread, read by the others
        self._samples_max = int(lag_seconds / LOOKS_SECONDS) + 8

    def start(self) -> None:
        """Begins to look; the threads end with the process."""
        looks = [self.look_at_primary, *(partial(self.look_at, replica) for replica in self.replicas)]
        for look in looks:
            threading.Thread(target=_again_and_again, args=(look,), name="replicas", daemon=True).start()

    def close(self) -> None:
        """Lets go of what it looks with; whoever looks on connects anew."""
        for each in self.replicas:
            each.is_gone()
        if self._primary is not None:
            self._primary.close()
            self._primary = None

    def inside_for(self, grant: Grant) -> Inside | None:
        """What a request of this token is answered from; None: from the primary, at the moment."""
        replica = self._of(grant)
        shows = replica.shows
        if time.monotonic() - shows > self._lag_seconds or shows <= self._seen.last(grant):
            return None
        return replica.inside

    def failed(self, grant: Grant) -> None:
        """The replica of this token did not answer: nothing is known of it until the next look."""
        self._of(grant).shows = _NEVER

    def answered(self, grant: Grant) -> None:
        """The primary has answered this token: nothing older may be shown to it from now on."""
        self._seen.note(grant)

    def _of(self, grant: Grant) -> Replica:
        return self.replicas[zlib.crc32(grant.prefix.encode()) % len(self.replicas)]

    def look_at_primary(self) -> None:
        """Writes down how long its log is."""
        at = time.monotonic()  # before the question: what was committed by now is in the answer
        try:
            if self._primary is None:
                self._primary = standby.connect(self._primary_url)
            sample = at, standby.flushed(self._primary)
        except errors.RegularsError:  # what is known grows old; requests say what is wrong with it
            if self._primary is not None:
                self._primary.close()
            self._primary = None
        else:
            self._samples = (*self._samples, sample)[-self._samples_max :]

    def look_at(self, replica: Replica) -> None:
        """Looks how far it has come."""
        was_there = replica.connection is not None
        try:
            if replica.connection is None:
                replica.connection = standby.connect(replica.url)
            position = standby.replayed(replica.connection)
            if replica.inside is None:
                replica.inside = self._opened(replica.url)
        except errors.RegularsError as error:
            replica.is_gone()
            if was_there:
                _log.warning("replica.gone replica=%d %s", replica.number, error.message)
            return
        if not was_there:
            _log.info("replica.there replica=%d", replica.number)
        replica.has_replayed(position, self._samples)

    def _opened(self, url: str) -> Inside:
        mine = self._inside.directory
        store = PostgresStore(url, self._folder, key=mine.store.key, role="server")
        try:
            theirs = Directory(store, mine.clock)
            if theirs.secret != mine.secret:
                raise errors.Fatal("The replica is another database's")
        except BaseException:
            store.close()
            raise
        return structs.replace(self._inside, directory=theirs)


def _again_and_again(look: Callable[[], None]) -> None:
    while True:
        try:
            look()
        except Exception as error:
            _log.error("replica.look_failed error=%s", type(error).__name__)
        time.sleep(LOOKS_SECONDS)
