"""The deliveries of one worker: several subscriptions at a time, each in order; only sending happens in threads."""

from __future__ import annotations

import logging
import queue
import random
import time
import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

from regulars import errors
from regulars.directory import Directory, outbox
from regulars.directory.outbox import Claim, Outgoing
from regulars.model.event import Sent
from regulars.webhooks import schedule
from regulars.webhooks.sending import Sender

_log = logging.getLogger("regulars.webhooks")

THREADS = 8  # deliveries under way at a time: one slow receiver holds up one of them


class _UnderWay(NamedTuple):
    claim: Claim
    outgoing: Outgoing
    began: int


class Deliveries:
    """Claims what is due, hands messages to threads, writes down what came of them. One thread calls it."""

    def __init__(self, directory: Directory, sender: Sender, *, threads: int = THREADS) -> None:
        self._directory = directory
        self._sender = sender
        self._owner = uuid.uuid4().hex
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="webhook")
        self._under_way = 0
        self.delivered = self.failed = 0  # how many were taken, and how many were not
        self.has_more = False  # something may be due that was not claimed: ask again at once
        self._done: queue.SimpleQueue[tuple[_UnderWay, Sent]] = queue.SimpleQueue()

    @property
    def under_way(self) -> int:
        """How many deliveries are not answered yet."""
        return self._under_way

    def begin(self) -> int:
        """Claims what is due, as far as there are threads, and begins to deliver; how many it claimed."""
        free = self._threads - self._under_way
        claims = outbox.claim(self._directory, self._owner, limit=free) if free else []
        self.has_more = False
        for claim in claims:
            self._go_on(claim)
        return len(claims)

    def collect(self, seconds: float) -> bool:
        """Waits for an answer, writes it down and goes on with its subscription; whether there was one."""
        try:
            under_way, sent = self._done.get(timeout=seconds) if seconds > 0 else self._done.get_nowait()
        except queue.Empty:
            return False
        self._under_way -= 1
        if self._settle(under_way, sent):
            self._go_on(under_way.claim)
        else:
            self.has_more = True
        return True

    def close(self, seconds: float) -> None:
        """Waits so long for what is under way, and gives every claim back."""
        deadline = time.monotonic() + seconds
        while self._under_way:
            try:
                under_way, sent = self._done.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                break  # their leases run out
            self._under_way -= 1
            if self._settle(under_way, sent):
                outbox.release(self._directory, under_way.claim)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _go_on(self, claim: Claim) -> None:
        try:
            outgoing = outbox.following(self._directory, claim)
        except errors.RegularsError:
            raise
        except (
            Exception
        ) as error:  # one subscription's trouble is not the others': its lease runs out, then again
            _log.error("webhook.broken subscription=%s error=%s", claim.id, type(error).__name__)
            return
        if outgoing is None:
            outbox.release(self._directory, claim)
            # Who was claimed for nothing made room; and something may have happened since it was looked at.
            self.has_more = True
            return
        under_way = _UnderWay(claim, outgoing, self._directory.clock())
        self._under_way += 1
        future = self._pool.submit(
            self._sender.send, outgoing.subscription, outgoing.keys, outgoing.message, now=under_way.began
        )
        future.add_done_callback(lambda done: self._done.put((under_way, _sent(done))))

    def _settle(self, under_way: _UnderWay, sent: Sent) -> bool:
        claim, outgoing, began = under_way
        delay = schedule.delay(
            outgoing.subscription.attempts,
            chance=random.random(),  # noqa: S311  # spreads tries, hides nothing
            retry_after=sent.retry_after,
        )
        goes_on = outbox.settle(self._directory, claim, outgoing, sent, began=began, delay=delay)
        self.delivered += sent.is_well
        self.failed += not sent.is_well
        if not sent.is_well:
            _log.warning(
                "webhook.failed subscription=%s event=%s attempts=%d status=%s failure=%s",
                claim.id,
                outgoing.message.event_id,
                outgoing.subscription.attempts + 1,
                sent.status,
                sent.failure,
            )
        return goes_on


def _sent(done: Future[Sent]) -> Sent:
    """What a thread brought; an error that nobody foresaw is a delivery that failed."""
    error = done.exception()
    if error is None:
        return done.result()
    kind = error.message if isinstance(error, errors.RegularsError) else type(error).__name__
    _log.error("webhook.broken error=%s", kind)
    return Sent(None, "other_error")
