"""What has ended is known to have ended, and nothing ends before its threads."""

from __future__ import annotations

import _thread
import multiprocessing
import os
import signal
import threading
import time
from multiprocessing import popen_fork
from pathlib import Path
from typing import Any

import pytest

from regulars.app.serving_loop import RequestLoop
from regulars.app.serving_stopping import WatchedProcess

_LATE_SECONDS = 0.3


class LateNews:
    """As on a busy machine: a watcher is told that a process has ended, and comes late to write it down."""

    def __init__(self) -> None:
        self.told = threading.Event()
        self.written = threading.Event()
        self._real = os.waitpid

    def waitpid(self, pid: int, options: int) -> tuple[int, int]:
        if threading.current_thread() is threading.main_thread():
            assert self.told.wait(60)
            return self._real(pid, options)
        found = self._real(pid, options)
        self.told.set()
        assert self.written.wait(60)
        return found


@pytest.fixture
def news(monkeypatch: pytest.MonkeyPatch) -> LateNews:
    made = LateNews()
    monkeypatch.setattr(popen_fork.os, "waitpid", made.waitpid)  # type: ignore[attr-defined]
    return made


def _watched(process: Any) -> threading.Thread:
    """As granian does it: it starts, and a thread waits for it to end."""
    process.start()
    watcher = threading.Thread(target=process.join)
    watcher.start()
    return watcher


def test_multiprocessing_takes_an_ended_process_for_alive(news: LateNews) -> None:
    """If another thread was told of its end; should that change one day, WatchedProcess may go."""
    process = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(60,))
    watcher = _watched(process)

    process.terminate()
    process.join(60)

    assert process.is_alive()
    news.written.set()
    watcher.join()


def test_an_ended_process_is_not_alive(news: LateNews) -> None:
    """Though another thread was told of its end, and writes it down later."""
    process = WatchedProcess(multiprocessing.get_context("spawn").Process(target=time.sleep, args=(60,)))
    watcher = _watched(process)
    assert process.is_alive()
    writing = threading.Timer(_LATE_SECONDS, news.written.set)
    writing.start()

    process.terminate()
    process.join(60)

    assert not process.is_alive()
    watcher.join()
    writing.join()


def _refuse(tell: Any) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    tell.send(os.getpid())
    time.sleep(60)


def test_a_process_that_does_not_end_is_alive() -> None:
    """After the time that it is given; it is ended by force then."""
    context = multiprocessing.get_context("spawn")
    ready, tell = context.Pipe(duplex=False)
    process = WatchedProcess(context.Process(target=_refuse, args=(tell,)))
    watcher = _watched(process)
    assert ready.recv() == process.pid
    began = time.monotonic()

    process.terminate()
    process.join(0.2)

    assert time.monotonic() - began >= 0.2
    assert process.is_alive()
    process.kill()
    process.join()
    assert not process.is_alive()
    watcher.join()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads cannot be listed")
def test_a_loop_ends_after_threads_that_are_not_pythons() -> None:
    """However long one of them takes to leave."""
    over = []

    def leave() -> None:  # threading does not know of it, as of those that granian starts
        time.sleep(_LATE_SECONDS)
        over.append(True)

    loop = RequestLoop(1)
    done = loop.create_future()
    done.set_result(None)
    _thread.start_new_thread(leave, ())

    loop.run_until_complete(done)

    assert over == [True]
    loop.close()
