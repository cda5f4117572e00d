"""Sources pulled in the background: whichever is due, for a while each, by as many processes as there are."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from regulars import errors
from regulars.app.opening import open_as_set
from regulars.config import Settings
from regulars.directory import Directory, places, pulling, sealing
from regulars.model.pulling import Pull
from regulars.sources import registry
from regulars.sources.contract import Kind
from regulars.sources.http import Transport
from regulars.sources.transport import Network
from regulars.sync.engine import Engine
from regulars.sync.parts import Parts, Step

_log = logging.getLogger("regulars.sync")

SLICE_SECONDS = 10.0  # for one source, while others are due
APART_MAX = 8  # sources that are kept open at the same time; each may run a program
POLL_SECONDS = 1.0  # how soon a source that is due, or was hurried by a webhook, is noticed
_TROUBLE_SECONDS = 5.0  # to wait when the store cannot be written


def parts(directory: Directory, transport: Transport | None = None) -> Parts:
    """What the engine reaches the world with."""

    def unseal(pull: Pull) -> str | None:
        return (
            None
            if pull.secret is None
            else sealing.unseal(directory, pull.account_id, pull.name, pull.secret)
        )

    def reseal(pull: Pull, secret: str) -> bytes:
        return sealing.seal(directory, pull.account_id, pull.name, secret)

    return Parts(transport or Network(), unseal, reseal)


class Puller(threading.Thread):
    """Pulls what is due until it is told to stop; a thread with a directory of its own.

    Sources that are kept open have a thread each: a tap that hangs holds up nobody else.
    """

    def __init__(self, settings: Settings, stop: threading.Event) -> None:
        super().__init__(name="pulling", daemon=True)
        self._settings = settings
        self._stopping = stop
        self._apart: dict[tuple[int, int], threading.Thread] = {}

    def run(self) -> None:
        """Until the end; no trouble of a source or of the store ends it."""
        while not self._stopping.is_set():
            self._guarded(self._pull)
            self._stopping.wait(_TROUBLE_SECONDS)
        for thread in self._apart.values():
            thread.join()

    def _pull(self) -> None:
        with self._opened() as engine:
            while not self._stopping.is_set():
                if not pull_due(engine, self._stopping.is_set, apart=self._begin_apart):
                    self._stopping.wait(POLL_SECONDS)

    def _begin_apart(self, pull: Pull) -> None:
        self._apart = {key: thread for key, thread in self._apart.items() if thread.is_alive()}
        key = pull.account_id, pull.source_id
        if key not in self._apart and len(self._apart) < APART_MAX:
            thread = threading.Thread(target=self._guarded, args=(lambda: self._pull_one(pull),), daemon=True)
            self._apart[key] = thread
            thread.start()

    def _pull_one(self, pull: Pull) -> None:
        with self._opened() as engine:
            turn(engine, pull, self._stopping.is_set, _tell)

    @contextmanager
    def _opened(self) -> Iterator[Engine]:
        directory = open_as_set(self._settings)
        try:
            yield Engine(directory, parts(directory))
        finally:
            directory.close()

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except (errors.Retriable, errors.StorageFull) as error:
            _log.warning("sync.waits %s", error.message)
        except errors.RegularsError as error:
            _log.error("sync.failed %s", error.message)
        except Exception as error:  # a fault of ours must not end all pulling
            _log.error("sync.failed error=%s", type(error).__name__)


def pull_due(
    engine: Engine, is_over: Callable[[], bool], *, apart: Callable[[Pull], None] | None = None
) -> int:
    """A slice of every source that is due; how many there were. `apart` takes those that are kept open instead."""
    directory: Directory = engine.directory
    found = 0
    for account in places.accounts(directory):
        for source_id in pulling.due(directory, account.account_id):
            if is_over():
                return found
            pull = pulling.one(directory, account.account_id, source_id)
            if pull is None or is_piped(pull):
                continue
            if apart is not None and _is_kept_open(pull):
                apart(pull)
                continue
            found += 1
            turn(engine, pull, is_over, _tell)
    return found


def turn(engine: Engine, pull: Pull, is_over: Callable[[], bool], tell: Callable[[Pull, Step], None]) -> None:
    """A slice of one source; `tell` hears of every step."""
    ends_at = math.inf if _is_kept_open(pull) else time.monotonic() + SLICE_SECONDS
    try:
        with engine.pulling(pull.account_id, pull.source_id, only_due=True) as pulled:
            while pulled is not None and not is_over() and time.monotonic() < ends_at:
                step = pulled.step()
                tell(pull, step)
                if not step.goes_on:
                    return
    except errors.Conflict:
        return  # the lease is lost: somebody else goes on


def is_piped(pull: Pull) -> bool:
    """Whether it reads the standard input of whoever pulls it: it is pulled by name alone."""
    kind = _kind(pull)
    return kind is not None and kind.piped_without is not None and kind.piped_without not in pull.options


def _is_kept_open(pull: Pull) -> bool:
    kind = _kind(pull)
    return kind is not None and kind.is_kept_open


def _kind(pull: Pull) -> Kind | None:
    """None of a kind that cannot be loaded: the engine says so when it is pulled."""
    try:
        return registry.kind(pull.kind)
    except errors.RegularsError:
        return None


def _tell(pull: Pull, step: Step) -> None:
    where = f"account={pull.account_id} source={pull.source_id}"
    if step.run is not None:
        _log.info("sync.run %s run=%d outcome=%s", where, step.run.run_no, step.run.outcome)
    elif step.message is not None:
        _log.warning("sync.waits %s %s", where, step.message)
