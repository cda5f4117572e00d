"""How a server and its workers end: what granian leaves to chance, which a busy machine throws against it."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Any

from granian.server import MPServer

_LEAVING_SECONDS = 0.1
_LEAVING_SECONDS_MAX = 5.0
_THREADS = Path("/proc/self/task")


class WatchedServer(MPServer):
    """granian, which takes no worker that has ended for one that refuses to."""

    def _spawn_worker(self, *args: Any, **options: Any) -> Any:
        worker = super()._spawn_worker(*args, **options)
        worker.inner = WatchedProcess(worker.inner)
        return worker


class WatchedProcess:
    """A process of multiprocessing for which one thread waits without end, and others for a while.

    The system tells only one of several who wait for a process that it has ended; multiprocessing lets the others
    believe that it runs. granian's thread that watches a worker may be the one that knows, and not have said so yet
    when its main thread asks. Here whoever asks is told by that thread.
    """

    def __init__(self, process: Any) -> None:
        self._process = process
        self._ended = threading.Event()

    @property
    def pid(self) -> int | None:
        """Its number, once it is started."""
        return self._process.pid  # type: ignore[no-any-return]

    def start(self) -> None:
        """Starts it."""
        self._process.start()

    def join(self, timeout: float | None = None) -> None:
        """Waits until it has ended; with a timeout until another thread, which waits without one, knows of that."""
        if timeout is None:
            self._process.join()
            self._ended.set()
        self._ended.wait(timeout)

    def is_alive(self) -> bool:
        """Whether the thread that waits without a timeout still does."""
        return not self._ended.is_set()

    def terminate(self) -> None:
        """Asks it to end."""
        self._process.terminate()

    def kill(self) -> None:
        """Ends it."""
        self._process.kill()


def wait_for_native_threads() -> None:
    """Returns when this process has no threads left that are not Python's, or after five seconds.

    granian's are on their way out of Python when they have ended its loop; if the interpreter ends first, such a
    thread dies with a panic, or the process hangs. Where threads cannot be listed they are given a moment.
    """
    if not _THREADS.exists():
        time.sleep(_LEAVING_SECONDS)
        return
    deadline = time.monotonic() + _LEAVING_SECONDS_MAX
    while _native_threads() and time.monotonic() < deadline:
        time.sleep(0.001)


def _native_threads() -> set[int]:
    there = {int(name) for name in os.listdir(_THREADS)}
    return there - {thread.native_id for thread in threading.enumerate()}
