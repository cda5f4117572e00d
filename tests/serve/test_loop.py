"""The event loop of requests: each runs where it is brought, one at a time, and none waits for ever."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
import weakref
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextvars import Context
from pathlib import Path
from typing import Any

import pytest

from regulars.app import serving_loop, serving_worker
from regulars.app.serving_loop import RequestLoop
from regulars.config import SandboxSettings, Settings
from regulars.directory import searching

Callback = Callable[[Any], object]


class Coming:
    """What granian gives to wait for: a future that calls back through the loop, with the context that it got."""

    def __init__(self, loop: RequestLoop) -> None:
        self._loop = loop
        self._callback: Callback | None = None
        self._context: Context | None = None
        self._is_cancelled = False
        self._asyncio_future_blocking = True
        self.is_done = False

    def __await__(self) -> Generator[Coming, None, None]:
        while not self.is_done:
            yield self

    def add_done_callback(self, callback: Callback, *, context: Context) -> None:
        self._callback, self._context = callback, context
        if self.is_done:
            self.come()

    def cancelled(self) -> bool:
        return self._is_cancelled

    def cancel(self) -> None:
        if not self.is_done:
            self._is_cancelled = True
            self.come()

    def come(self) -> None:
        self.is_done = True
        if self._callback is not None:
            self._loop.call_soon_threadsafe(self._callback, self, context=self._context)


@pytest.fixture
def loop() -> Iterator[RequestLoop]:
    """Runs in this test's main thread, while requests come in others."""
    made = RequestLoop(0.3)
    yield made
    made.close()


def brought(loop: RequestLoop, request: Coroutine[Any, Any, None]) -> None:
    """Brings a request as granian does, from a thread of its own; back when it waits or is over."""
    thread = threading.Thread(
        target=loop.call_soon_threadsafe, args=(loop.create_task, request), kwargs={"context": Context()}
    )
    thread.start()
    thread.join()


def test_a_request_runs_where_it_is_brought(loop: RequestLoop) -> None:
    """At once, in that thread, though the loop itself does not run."""
    where: list[int] = []

    async def request() -> None:
        where.append(threading.get_ident())

    brought(loop, request())

    assert len(where) == 1
    assert where[0] != threading.get_ident()


@pytest.mark.parametrize("is_early", [True, False])
def test_a_request_goes_on_when_what_it_waits_for_has_come(loop: RequestLoop, is_early: bool) -> None:
    """A thousand times over, also when it has come while it is being asked for."""
    coming: list[Coming] = []
    ended: list[int] = []

    async def request() -> None:
        for _ in range(1_000):
            coming.append(Coming(loop))
            coming[-1].is_done = is_early
            await coming[-1]
        ended.append(len(coming))

    brought(loop, request())
    for one in coming:
        one.come()

    assert ended == [1_000]


def test_what_waits_too_long_is_cancelled(loop: RequestLoop) -> None:
    """By the loop's own thread; what came in time is not."""
    said: list[str] = []

    async def request(name: str, coming: Coming) -> None:
        try:
            await coming
            said.append(f"{name} came")
        except asyncio.CancelledError:
            said.append(f"{name} cancelled")

    late, early = Coming(loop), Coming(loop)
    brought(loop, request("late", late))
    brought(loop, request("early", early))
    early.come()
    loop.run_until_complete(asyncio.sleep(1.0))

    assert said == ["early came", "late cancelled"]


@pytest.mark.parametrize("waits", [1, 3])
def test_a_request_that_is_over_goes_without_the_collector(loop: RequestLoop, waits: int) -> None:
    """What it waited for is granian's, and holds it; the collector cannot see that they hold each other."""
    every = [Coming(loop) for _ in range(waits)]
    held = [weakref.ref(one) for one in every]
    gc.collect()

    async def request(every: list[Coming]) -> None:
        while every:
            await every.pop(0)

    brought(loop, request(list(every)))
    gc.disable()
    try:
        for one in every:
            one.come()
        del one
        every.clear()
        assert [ref() for ref in held] == [None] * waits
    finally:
        gc.enable()


def test_a_request_that_fails_is_forgotten(loop: RequestLoop) -> None:
    """What it waited for is held no longer, and granian hears of the failure."""
    coming = Coming(loop)
    held = weakref.ref(coming)

    async def request(coming: Coming) -> None:
        await coming
        raise ConnectionError

    brought(loop, request(coming))
    with pytest.raises(ConnectionError):
        coming.come()
    del coming
    gc.collect()

    assert held() is None


def test_requests_run_one_at_a_time(loop: RequestLoop) -> None:
    """Whichever threads bring them."""
    inside: list[int] = []
    most: list[int] = []

    async def request() -> None:
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.001)
        inside.pop()

    threads = [threading.Thread(target=brought, args=(loop, request())) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == [1] * 50


def test_what_is_no_request_waits_for_the_loop(loop: RequestLoop) -> None:
    """Signals and the end of serving are the loop's own."""
    where: list[int] = []
    loop.call_soon_threadsafe(lambda: where.append(threading.get_ident()))
    assert where == []

    loop.run_until_complete(asyncio.sleep(0))

    assert where == [threading.get_ident()]


@pytest.mark.parametrize("sandbox", [None, SandboxSettings()], ids=["as usual", "a sandbox"])
def test_a_worker_counts_ahead_between_requests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sandbox: SandboxSettings | None
) -> None:
    """With whatever a search has begun (store/heavy.py), also where no answers are kept."""
    chores: list[Any] = []
    monkeypatch.setattr(serving_loop, "CHORES", chores)
    monkeypatch.setattr("gc.freeze", lambda: None)

    serving_worker._made(Settings(data=tmp_path, sandbox=sandbox))

    [counting] = [chore for chore in chores if getattr(chore, "func", None) is searching.go_on]
    counting()
    counting.args[0].close()
