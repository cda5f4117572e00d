"""A request's body: sized or chunked, whole or refused, never more than its bound, never waited for too long.

Falcon's `bounded_stream` follows Content-Length and sees none of a chunked body; granian's own stream ends where
the body ends, so it is read itself, in sized reads (its `read()` without a size forgets what a sized read left).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from regulars import errors, limits

# A worker has one thread for requests, and whoever sends a body slowly holds it: this long at most, and
# if many do, so much less that all of them together take this share of its time.
SECONDS_MAX = 2.0
_SHARE = 0.1
_SECONDS_MIN = 0.02  # for a body that is there already, however little patience is left
_WAITING_MAX = 32  # threads that wait for a body which nobody wants any more
_PIECE = 65_536


def is_announced(environ: Mapping[str, Any]) -> bool:
    """Whether the request has a body at all."""
    return environ.get("CONTENT_LENGTH", "0") not in {"", "0"} or "HTTP_TRANSFER_ENCODING" in environ


class Bodies:
    """Reads the bodies of a worker's requests; it remembers how much patience is left."""

    def __init__(
        self, *, seconds_max: float = SECONDS_MAX, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds_max = seconds_max
        self._clock = clock
        self._patience = seconds_max
        self._at = clock()
        self._waiting: list[_Reading] = []

    def read(self, environ: Mapping[str, Any]) -> bytes:
        """The whole body.

        Raises TooLarge beyond limits.BODY_BYTES_MAX (a sized one before a byte is read), Invalid (`too_slow`) when
        it does not come in time or breaks off.
        """
        size = _size(environ.get("CONTENT_LENGTH", ""))
        if size is not None and size > limits.BODY_BYTES_MAX:
            raise _too_large()
        reading = _Reading(environ["wsgi.input"], limits.BODY_BYTES_MAX + 1 if size is None else size)
        self._wait(reading)
        if not reading.is_whole or (size is not None and len(reading.data) < size):
            raise _too_slow()
        if len(reading.data) > limits.BODY_BYTES_MAX:
            raise _too_large()
        return bytes(reading.data)

    def _wait(self, reading: _Reading) -> None:
        self._waiting = [one for one in self._waiting if one.is_alive()]
        if len(self._waiting) >= _WAITING_MAX:
            raise _too_slow()
        began = self._clock()
        self._patience = min(self._seconds_max, self._patience + (began - self._at) * _SHARE)
        reading.start()
        reading.join(max(self._patience, min(_SECONDS_MIN, self._seconds_max)))
        self._at = self._clock()
        self._patience = max(0.0, self._patience - (self._at - began))
        if reading.is_alive():
            self._waiting.append(reading)


class _Reading(threading.Thread):
    """Collects a stream up to a number of bytes.

    The stream cannot be told to give up, so a thread of its own waits for it, and ends with the connection.
    """

    def __init__(self, stream: Any, bound: int) -> None:
        super().__init__(name="body", daemon=True)
        self._stream = stream
        self._bound = bound
        self.data = bytearray()
        self.is_whole = False

    def run(self) -> None:
        """Reads to the end or the bound."""
        try:
            while len(self.data) < self._bound:
                piece = self._stream.read(min(_PIECE, self._bound - len(self.data)))
                if not piece:
                    break
                self.data += piece
        except Exception:  # whatever a broken connection raises: the body is not whole
            return
        self.is_whole = True


def _size(content_length: str) -> int | None:
    if not (content_length.isascii() and content_length.isdigit()):
        return None
    # More digits than the bound has is more than the bound, however many there are.
    return int(content_length[:20])


def _too_large() -> errors.TooLarge:
    return errors.TooLarge(f"The body has more than {limits.BODY_BYTES_MAX} bytes")


def _too_slow() -> errors.Invalid:
    return errors.Invalid("The body did not come in time, or not whole", rule="too_slow")
