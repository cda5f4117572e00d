"""A test of a subscription: one delivery that a request waits for, for a bounded time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from regulars import errors, limits
from regulars.model.event import Keys, Message, Sent, Subscription
from regulars.webhooks.sending import TIMEOUT, Sender

# A worker has one thread for requests, and a test may hold it for two seconds: not more than a fifth of its time.
_SHARE = 0.2


class Tester:
    """Sends tests with a sender; whoever asks for too many of them is told to come again."""

    def __init__(
        self, sender: Sender, *, now: Callable[[], int], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._sender = sender
        self._now = now
        self._clock = clock
        self._free_at = float("-inf")

    def send(self, subscription: Subscription, keys: Keys, message: Message) -> Sent:
        """Delivers it now; no answer in time is no status. Raises Retriable right after a test that took long."""
        began = self._clock()
        if began < self._free_at:
            wait = int(self._free_at - began) + 1
            raise errors.Retriable("Another test was made just now", retry_after=wait)
        came: list[Sent] = []
        thread = threading.Thread(
            target=self._send, args=(subscription, keys, message, came), name="webhook-test", daemon=True
        )
        thread.start()
        # Looking up a host cannot be told to give up: the thread goes on alone.
        thread.join(limits.DELIVERY_TEST_SECONDS_MAX)
        ended = self._clock()
        self._free_at = ended + (ended - began) / _SHARE
        return came[0] if came else Sent(None, TIMEOUT)

    def _send(self, subscription: Subscription, keys: Keys, message: Message, came: list[Sent]) -> None:
        seconds = limits.DELIVERY_TEST_SECONDS_MAX
        came.append(self._sender.send(subscription, keys, message, now=self._now(), seconds=seconds))
