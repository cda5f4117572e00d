"""The event loop that granian is given: requests run in the thread that brings them, without a hop to this one.

granian hands a request to Python in one thread of its own and would have the loop's thread take it from there: 20 µs
of waking up, for coroutines that nearly always run through without waiting. Here each runs at once where it is, and
so does what it waited for when that has come. This loop's own thread, the main one, is left with signals, and with
ending what waits too long. docs/decisions/0021 says why, and what of granian it builds on.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from contextvars import Context
from typing import Any, TypeVarTuple, cast

from granian import loops
from granian.constants import Loops

from regulars.app import serving_stopping

NAME = cast("Loops", "regulars")  # granian looks for any that is registered
SWEEP_SECONDS = 0.25
CHORES: list[Callable[[], None]] = []

Arguments = TypeVarTuple("Arguments")

_CONTEXT = Context()
_RUN = cast("asyncio.Handle", None)  # what a call hands back that is over already


class RequestLoop(asyncio.SelectorEventLoop):
    """Runs one piece of one request at a time, in whichever thread; `seconds`: how long one may wait in all.

    `chores` are done between requests, four times a second; they may touch what requests touch.
    """

    def __init__(
        self,
        seconds: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        chores: Sequence[Callable[[], None]] = (),
    ) -> None:
        super().__init__()
        self._chores = chores
        self._home = threading.get_ident()
        self._seconds = seconds
        self._clock = clock
        self._waiting: set[_Request] = set()
        # A piece that is over at once comes back within the piece that began it.
        self._one_at_a_time = threading.RLock()
        self.call_later(SWEEP_SECONDS, self._sweep)

    def call_soon_threadsafe(
        self, callback: Callable[[*Arguments], object], *args: *Arguments, context: Context | None = None
    ) -> asyncio.Handle:
        """Calls at once what belongs to a request, which granian shows by a context; the rest later, at home."""
        if context is None:
            return super().call_soon_threadsafe(callback, *args)
        callback(*args)
        return _RUN

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Begins a request where it is; what is begun at home is an ordinary task."""
        if threading.get_ident() == self._home:
            return super().create_task(coro, **options)
        request = _Request(self, coro)
        request.go_on()
        return request

    def run_until_complete(self, future: Any) -> Any:
        """Serves until the future is done, and a moment longer.

        granian's thread that ended it is still on its way out of Python.
        """
        try:
            return super().run_until_complete(future)
        finally:
            serving_stopping.wait_for_native_threads()

    def run_piece(self, request: _Request) -> None:
        """Lets a request go on until it waits for something, or is over."""
        with self._one_at_a_time:
            try:
                awaited = request.next_wait()
            except StopIteration:
                self._forget(request)
                return
            except BaseException:  # such as a client that went away; granian is told
                self._forget(request)
                raise
            if request.awaited is None:
                request.until = self._clock() + self._seconds
                self._waiting.add(request)
            request.awaited = awaited
            awaited._asyncio_future_blocking = False
            awaited.add_done_callback(request.go_on, context=_CONTEXT)

    def _forget(self, request: _Request) -> None:
        """It is over, and lets go of what it waited for.

        That holds it too and is granian's, which Python's collector cannot look into: neither would ever go.
        """
        self._waiting.discard(request)
        request.awaited = None

    def _sweep(self) -> None:
        now = self._clock()
        with self._one_at_a_time:
            for chore in self._chores:
                chore()
            late = [request.awaited for request in self._waiting if request.until <= now]
        for awaited in late:
            awaited.cancel()  # raises CancelledError in the request; without effect if it went on meanwhile
        self.call_later(SWEEP_SECONDS, self._sweep)


class _Request:
    """A coroutine on its way."""

    def __init__(self, loop: RequestLoop, coroutine: Coroutine[Any, Any, None]) -> None:
        self._loop = loop
        self.coroutine = coroutine
        self.awaited: Any = None
        self.until = 0.0

    def next_wait(self) -> Any:
        """Runs until it waits again, for what is given back; raises StopIteration when it is over."""
        if self.awaited is not None and self.awaited.cancelled():
            return self.coroutine.throw(asyncio.CancelledError())
        return self.coroutine.send(None)

    def go_on(self, _awaited: object = None) -> None:
        """What it waited for is there."""
        self._loop.run_piece(self)


def register(seconds: float) -> None:
    """Makes the loop known to granian by NAME; in the worker, before it takes one. It does the chores in CHORES."""

    def build() -> asyncio.AbstractEventLoop:
        loop = RequestLoop(seconds, chores=CHORES)
        asyncio.set_event_loop(loop)
        return loop

    loops.register(NAME)(build)
