"""`regulars serve`: one process tree. This process watches; granian's workers, one thread each, answer.

SQLite is read by one thread a worker: a second one would fight the first for the interpreter (measured: p99 10x).
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from regulars.api import rate_limit
from regulars.app import background, serving_locks, serving_loop, serving_ports, serving_worker
from regulars.app.opening import open_as_set
from regulars.app.serving_ports import Address
from regulars.app.serving_stopping import WatchedServer
from regulars.config import Settings
from regulars.webhooks import network

# Nobody needs longer to say what they want; it also ends idle connections (under 10 s: docs/guides/run-it.md).
HEADER_MILLISECONDS = 8_000
# A request line and its headers: the longest query string that is read, a token, and room for proxies' additions.
# It is the size of a buffer that is filled in steps: what is refused (431) is certain only above twice this.
HEAD_BYTES_MAX = 65_536
DRAIN_SECONDS = 10
CONNECTIONS_MAX = 16_384  # of one worker, waiting ones included
BACKLOG = 2_048
_FILES_KEPT = 128  # for everything that is no connection
_START_SECONDS_MAX = 30.0

# granian logs to stdout unless told; stdout is for data.
_LOGGING = {
    "handlers": {
        name: {"class": "logging.StreamHandler", "formatter": "generic", "stream": "ext://sys.stderr"}
        for name in ("console", "access")
    }
}


def serve(settings: Settings, announce: Callable[[str], None]) -> int:
    """Serves until SIGTERM or SIGINT, then lets requests that run finish; the process's exit code.

    `announce` is told, line by line and from another thread, where to find it, as soon as it answers. A worker that
    dies is replaced; if it dies again at once, the server ends with 1.

    Raises Fatal in words for a taken port, a data folder that another server holds, and a store that cannot be
    opened; then no worker was started. Port 0 takes any free one.
    """
    address = serving_ports.choose(settings.host, settings.port)
    network.policy(settings.webhook_allow)  # what is wrong with it is said here, too
    with serving_locks.server(settings.data):
        # Migrations run here, and what is wrong with the store is said here, before there are workers.
        open_as_set(settings, role="server").close()
        rate_limit.tidy(serving_worker.rate_folder(settings.data), now=time.time())
        threading.Thread(target=_announce, args=(address, settings, announce), daemon=True).start()
        with background.beside(settings), _lean_children():
            return _run(_server(settings, address), settings)


def _server(settings: Settings, address: Address) -> Any:
    return WatchedServer(
        "regulars",
        address=address.host,
        port=address.port,
        interface=Interfaces.RSGI,
        loop=serving_loop.NAME,
        workers=settings.workers,
        blocking_threads=1,
        http=HTTPModes.http1,  # with HTTP/2 guessed from the first bytes, who sends none is never timed out
        websockets=False,
        backlog=BACKLOG,
        backpressure=_connections_max(),
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_MILLISECONDS, max_buffer_size=HEAD_BYTES_MAX),
        log_level=LogLevels.warning,
        log_dictconfig=_LOGGING,
        log_access=False,  # it would hold paths and queries, which hold names and phone numbers
        respawn_failed_workers=True,
        workers_kill_timeout=DRAIN_SECONDS,
    )


def _run(server: Any, settings: Settings) -> int:
    load = partial(serving_worker.application, settings, os.getpid())
    try:
        server.serve(target_loader=load, wrap_loader=False)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    return 0


@contextmanager
def _lean_children() -> Iterator[None]:
    """Workers begin as new interpreters (no thread, lock or open file of ours is copied) without our main module.

    multiprocessing would run the main module again in each of them: the whole command line, for nothing.
    """
    multiprocessing.set_start_method("spawn", force=True)
    main = sys.modules["__main__"]
    kept = main.__spec__, getattr(main, "__file__", None)
    main.__spec__, main.__file__ = None, None
    try:
        yield
    finally:
        main.__spec__, main.__file__ = kept


def _connections_max() -> int:
    """As many as there may be open files; the soft limit is raised to the hard one, as servers do."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS_MAX + _FILES_KEPT
    limit = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(limit, _soft), hard))
    return max(128, limit - _FILES_KEPT)


def _announce(address: Address, settings: Settings, announce: Callable[[str], None]) -> None:
    deadline = time.monotonic() + _START_SECONDS_MAX
    while not _answers(address):
        if time.monotonic() > deadline:
            return
        time.sleep(0.02)
    workers = "1 worker" if settings.workers == 1 else f"{settings.workers} workers"
    announce(f"Serving {settings.data} with {workers} (process {os.getpid()})")
    announce(f"Shift4:  {address.url}/pos/v2/{{locationId}}/customers")
    announce(f"Square:  {address.url}/v2/customers")
    announce(f"OpenAPI: {address.url}/openapi.json")


def _answers(address: Address) -> bool:
    """Whether a worker answers; by hand, because `http.client` takes longer to import than a worker to start."""
    try:
        with socket.create_connection((address.reachable, address.port), timeout=1) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return connection.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False
