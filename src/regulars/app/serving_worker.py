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
from pathlib import Path
from typing import Any

from regulars import errors
from regulars.app import serving_locks
from regulars.config import Settings

_log = logging.getLogger("regulars.serving")

_PR_SET_PDEATHSIG = 1  # prctl(2)
_POLL_SECONDS = 0.5
# granian begins every request's WSGI environment with the process's own: nobody's shell may speak for a client.
_WSGI_NAMES = (
    "CONTENT_", "HTTP_", "PATH_INFO", "QUERY_STRING", "REMOTE_", "REQUEST_", "SCRIPT_NAME", "SERVER_", "wsgi.",
)  # fmt: skip


def application(settings: Settings, server: int) -> Callable[..., Any]:
    """The WSGI application of one worker; `server` is the process that started it."""
    end_with(server)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for name in [name for name in os.environ if name.startswith(_WSGI_NAMES)]:
        del os.environ[name]
    try:
        return _made(settings)
    except errors.RegularsError as error:
        # Seldom: the server opened the same store a moment ago.
        _log.error("worker.failed %s", error.message)
        raise SystemExit(1) from None


def _made(settings: Settings) -> Callable[..., Any]:
    # The server hands this module on to its workers; only they need all of the house.
    from regulars.api.application import make
    from regulars.api.rate_limit import RateLimit
    from regulars.api.route import Inside
    from regulars.app.opening import open_directory
    from regulars.app.serving_readiness import Readiness

    serving_locks.share(settings.data)
    directory = open_directory(settings.data, key_file=settings.key_file, role="server")
    limit = RateLimit(rate_folder(settings.data), key=directory.key("rate limit"))
    app = make(Inside(directory, limit, Readiness(directory, settings.data).problems))
    # What is here stays: the collector need not look at it again.
    gc.collect()
    gc.freeze()
    return app


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
