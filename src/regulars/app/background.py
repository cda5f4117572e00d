"""The background process of `serve`: a child that ends with the server however that ends, and is begun anew if it dies.

`regulars worker` runs the same without a server.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

import msgspec
from msgspec import Struct

from regulars import errors
from regulars.app import serving_worker
from regulars.config import Settings

_log = logging.getLogger("regulars.worker")

_PAUSES_SECONDS = (1, 2, 5, 10, 30)  # before a process that died is begun anew; the last one again and again
_STEADY_SECONDS = 60.0  # one that lived so long begins with the first pause again
_PULLING_SECONDS = 2.0  # a page that is on its way when the process ends is asked for again
_END_SECONDS = 8.0  # what is under way, and a little more


class _Order(Struct):
    """What the child is told."""

    settings: Settings
    server: int


class Done(Struct):
    """What a worker has done: deliveries that were taken, and that were not."""

    delivered: int
    failed: int


def run(settings: Settings, stop: threading.Event, *, once: bool = False) -> Done:
    """Works in this process until `stop` is set, or (`once`) until all that is due now is done."""
    # The server hands this module on to its children; only the one that works needs the rest of the house.
    from regulars.app.opening import open_as_set
    from regulars.app.outgoing import sender
    from regulars.app.pulling import Puller, parts, pull_due
    from regulars.app.working import Worker
    from regulars.directory.tidying import Tidying
    from regulars.sync.engine import Engine
    from regulars.webhooks.delivering import Deliveries

    sending = sender(settings)  # before anything: the setting may be none
    directory = open_as_set(settings, role="server")
    try:
        deliveries = Deliveries(directory, sending)
        worker = Worker(directory, deliveries, tidying=Tidying(patient=not once))
        if once:
            while pull_due(Engine(directory, parts(directory)), stop.is_set):
                pass
            worker.run_once()
        else:
            puller = Puller(settings, stop)
            puller.start()
            worker.run(stop)
            puller.join(_PULLING_SECONDS)
    finally:
        directory.close()
    return Done(deliveries.delivered, deliveries.failed)


@contextmanager
def beside(settings: Settings) -> Iterator[None]:
    """Runs it as a child of this process for as long as the block lasts."""
    if not settings.worker:
        yield
        return
    keeper = _Keeper(settings)
    keeper.start()
    try:
        yield
    finally:
        keeper.end()


class _Keeper(threading.Thread):
    """Begins the child and waits for it; lives as long as the server, since the kernel ends the child with it."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(name="background", daemon=True)
        self._settings = settings
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        """Until the end; a child that died is begun anew, later and later if it dies at once."""
        deaths = 0
        while not self._ending.is_set():
            began = time.monotonic()
            with self._lock:
                if self._ending.is_set():
                    return
                child = self._child = _begin(self._settings)
            code = child.wait()
            if self._ending.is_set():
                return
            deaths = 0 if time.monotonic() - began > _STEADY_SECONDS else deaths + 1
            pause = _PAUSES_SECONDS[min(deaths, len(_PAUSES_SECONDS)) - 1] if deaths else _PAUSES_SECONDS[0]
            _log.error("worker.died code=%d next=%ds", code, pause)
            self._ending.wait(pause)

    def end(self) -> None:
        """Lets the child finish what is under way."""
        self._ending.set()
        with self._lock:
            child = self._child
        if child is not None and child.poll() is None:
            child.terminate()
            try:
                child.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
        self.join(1.0)


def _begin(settings: Settings) -> subprocess.Popen[bytes]:
    """A new interpreter, so that no thread or lock of ours is copied; it finds modules where we do, and only there."""
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", __name__],
        stdin=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )
    # Not on its command line, which everybody on the machine can read: the settings may hold a password.
    assert child.stdin is not None  # noqa: S101  # it is a pipe
    with suppress(BrokenPipeError), child.stdin:  # who died at once is noticed by whoever waits for it
        child.stdin.write(_encode(_Order(settings, os.getpid())))
    return child


def _encode(order: _Order) -> bytes:
    return msgspec.json.encode(order, enc_hook=str)


def _decode(text: bytes) -> _Order:
    return msgspec.json.decode(text, type=_Order, dec_hook=lambda kind, value: kind(value))


def _main(order: _Order) -> None:
    serving_worker.end_with(order.server)
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to us too; the server tells us
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        run(order.settings, stop)
    except errors.RegularsError as error:
        _log.error("worker.failed %s", error.message)
        raise SystemExit(1) from None


if __name__ == "__main__":
    _main(_decode(sys.stdin.buffer.read()))
