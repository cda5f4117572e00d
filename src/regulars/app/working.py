"""The background process: delivers webhooks, and does the small-step jobs that no request waits for.

It looks at the store four times a second whether anybody has written (4 µs a look), and does nothing else while
nobody has. Everything it writes goes through the turnstile in short transactions, like any other write.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence

from regulars import errors
from regulars.directory import (
    Directory,
    attributes,
    events,
    groups,
    hooks,
    idempotency,
    places,
    segments,
    upkeep,
)
from regulars.directory.tidying import Tidying
from regulars.webhooks.delivering import Deliveries

_log = logging.getLogger("regulars.worker")

Step = Callable[[Directory, int], bool]

# One step of each for one account at a time; a step says whether there is more to do. New work of this kind is a
# function `step(directory, account_id) -> bool` and a line here.
JOBS: tuple[tuple[str, Step], ...] = (
    ("events", events.step),
    ("idempotency", idempotency.step),
    ("attributes", attributes.step),
    ("groups", groups.step),
    ("segments", segments.step),
    ("hooks", hooks.step),
)

POLL_SECONDS = 0.25  # how soon a change is noticed
DUE_SECONDS = 2.0  # how soon a delivery whose time has come is noticed
JOBS_SECONDS = 60.0  # how often the jobs look for what only time brings
JOBS_APART_SECONDS = 1.0  # between looking for work that a change has brought
CLOSE_SECONDS = 5.0  # how long what is under way may take when the process ends
_TROUBLE_SECONDS = 5.0  # to wait when the store cannot be written


class Worker:
    """Runs until it is told to stop. One thread; only deliveries have threads of their own."""

    def __init__(
        self,
        directory: Directory,
        deliveries: Deliveries,
        *,
        jobs: Sequence[tuple[str, Step]] = JOBS,
        tidying: Tidying | None = None,
    ) -> None:
        self._directory = directory
        self._deliveries = deliveries
        self._jobs = jobs
        self._tidying = tidying or Tidying()
        self._version = -1
        self._due_at = 0.0
        self._jobs_at = 0.0
        self._jobs_done_at = 0.0

    def run(self, stop: threading.Event) -> None:
        """Works until `stop` is set, then lets what is under way finish."""
        try:
            while not stop.is_set():
                try:
                    self._round()
                except (errors.Retriable, errors.StorageFull) as error:
                    _log.warning("worker.waits %s", error.message)
                    stop.wait(_TROUBLE_SECONDS)
        finally:
            self._deliveries.close(CLOSE_SECONDS)

    def run_once(self) -> None:
        """Does what there is to do now, and ends."""
        try:
            while self._deliveries.begin() or self._deliveries.under_way:
                while self._deliveries.under_way:
                    self._deliveries.collect(POLL_SECONDS)
            while self._step_jobs():
                pass
        finally:
            self._deliveries.close(CLOSE_SECONDS)

    def _round(self) -> None:
        now = time.monotonic()
        version = upkeep.data_version(self._directory)
        if version != self._version:
            self._version, self._due_at = version, now
            self._jobs_at = min(self._jobs_at, self._jobs_done_at + JOBS_APART_SECONDS)
        if now >= self._due_at or self._deliveries.has_more:
            self._due_at = now + DUE_SECONDS
            self._deliveries.begin()
        more = False
        if now >= self._jobs_at:
            more = self._step_jobs()
            self._jobs_done_at = now
            self._jobs_at = now if more else now + JOBS_SECONDS
            self._due_at = now if more else self._due_at  # our own writes do not show in the version
        self._deliveries.collect(0 if more else POLL_SECONDS)

    def _step_jobs(self) -> bool:
        """One step of every job for every account; whether there is more to do."""
        more = False
        for account in places.accounts(self._directory):
            for name, step in self._jobs:
                try:
                    more |= step(self._directory, account.account_id)
                except (errors.Retriable, errors.StorageFull):
                    raise
                except Exception as error:  # one job's trouble is not the others'
                    _log.error("worker.job_failed job=%s error=%s", name, type(error).__name__)
        return self._tidying.step(self._directory) or more
