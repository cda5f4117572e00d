"""A worker: what granian runs in each of its processes. It ends when the server ends, however that ends."""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from regulars import errors, limits
from regulars.app import serving_locks, serving_loop
from regulars.config import SandboxSettings, Settings
from regulars.model.fault import Fault

if TYPE_CHECKING:
    from regulars.api.route import Inside
    from regulars.api.sandbox import Sandbox
    from regulars.directory import Directory

_log = logging.getLogger("regulars.serving")

_PR_SET_PDEATHSIG = 1  # prctl(2)
_POLL_SECONDS = 0.5

# granian imports this module in a worker before it looks for its loop. Only bodies are ever waited for.
serving_loop.register(limits.BODY_SECONDS_MAX)


def application(settings: Settings, server: int) -> Callable[..., Any]:
    """What one worker answers requests with (RSGI); `server` is the process that started it."""
    end_with(server)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        return _made(settings)
    except errors.RegularsError as error:
        # Seldom: the server opened the same store a moment ago.
        _log.error("worker.failed %s", error.message)
        raise SystemExit(1) from None


def _made(settings: Settings) -> Callable[..., Any]:
    # The server hands this module on to its workers; only they need all of the house.
    from regulars.api.application import make
    from regulars.api.kept import KeptAnswers
    from regulars.api.rate_limit import RateLimit
    from regulars.api.route import Inside
    from regulars.app.opening import open_as_set
    from regulars.app.serving_door import Door
    from regulars.app.serving_readiness import Readiness
    from regulars.directory import searching

    serving_locks.share(settings.data)
    directory = open_as_set(settings, role="server")
    limit = RateLimit(rate_folder(settings.data), key=directory.key("rate limit"))
    inside = Inside(
        directory,
        limit,
        Readiness(directory, settings.data).problems,
        webhooks=_webhooks(settings, directory),
    )
    if settings.database is not None and settings.replicas:
        inside = _beside_replicas(settings, settings.database, inside)
    app = make(inside, _sandbox(settings.sandbox, directory) if settings.sandbox else None)
    kept = None
    if settings.sandbox is None:  # whose answers depend on the faults that were asked for, and are counted
        kept = KeptAnswers(directory.store.moment, directory.clock)
        serving_loop.CHORES.append(kept.look)
    if settings.database is None:  # PostgreSQL would sort all hits anew for each step
        serving_loop.CHORES.append(partial(searching.go_on, directory))
    # What is here stays: the collector need not look at it again.
    gc.collect()
    gc.freeze()
    return Door(app, kept).answer


def _sandbox(settings: SandboxSettings, directory: Directory) -> Sandbox:
    from regulars.api import sandbox

    return sandbox.make(
        msgspec.convert(dict(settings.faults), dict[Fault, float]),
        seed=settings.fault_seed,
        log=settings.request_log,
        key=directory.key("request log"),
    )


def _beside_replicas(settings: Settings, database: str, inside: Inside) -> Inside:
    from msgspec import structs

    from regulars.app.replicas import Watch

    watch = Watch(
        inside,
        database,
        settings.replicas,
        lag_seconds=settings.replica_lag_seconds,
        folder=settings.data,
    )
    watch.start()
    return structs.replace(inside, replicas=watch)


def _webhooks(settings: Settings, directory: Any) -> Any:
    from regulars.api.route import Webhooks
    from regulars.app.outgoing import sender
    from regulars.webhooks.trying import Tester

    sending = sender(settings)
    test = Tester(sending, now=directory.clock).send
    return Webhooks(sending.policy.allows_any, test, settings.public_url)


def rate_folder(data: Path) -> Path:
    """Where the workers of a data folder count requests together."""
    return data / "rate"


def end_with(server: int) -> None:
    """Ends this process when `server`, its parent, has ended.

    On Linux the kernel sees to it, at once. Elsewhere, and should that fail, a thread looks twice a second whether
    there is another parent.
    """
    if sys.platform == "linux":
        # Bound to the parent's thread that started us, which is its main one and lives as long as it does.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != server:  # it ended before we could ask
        os._exit(1)
    threading.Thread(target=_watch, args=(server,), name="lifeline", daemon=True).start()


def _watch(server: int) -> None:
    while os.getppid() == server:
        time.sleep(_POLL_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)
