"""A till that fails, lies and drifts: it stands before any other and spoils some of its answers.

    Hostile(till, random.Random(7), faults=FAILURES)   # what a network and a busy server do
    Hostile(till, random.Random(7))                    # that, and answers that are not true

The same seed over the same requests is the same hostility, so that what went wrong can be played again.
"""

from __future__ import annotations

import email.utils
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec
from msgspec import structs

from regulars import errors
from regulars.sources.http import Request, Response, Transport
from regulars.testing.tills import spoiling

_BURST = (1, 4)  # answers in a row that are spoilt the same way
_REMEMBERED = 8  # answers that may come again
_HTML = b"<!doctype html><html><body><h1>We will be back soon</h1></body></html>"


class Hostile:
    """`share` of the answers is spoilt by one of `faults`; `ignored` are the parameters that it may pretend not to see.

    `told` counts what it did. Once `is_quiet` it lets everything through.
    """

    def __init__(
        self,
        till: Transport,
        chance: random.Random,
        *,
        faults: Sequence[str] | None = None,
        share: float = 0.25,
        ignored: Sequence[str] = (),
        now: Callable[[], float] = time.time,
    ) -> None:
        self.told: Counter[str] = Counter()
        self.is_quiet = False
        self.chance = chance
        self.now = now
        self.ignored = tuple(ignored)
        self._till = till
        self._faults = tuple(EVERY if faults is None else faults)
        self._share = share
        self._before: list[Response] = []
        self._burst: list[str] = []

    def send(self, request: Request) -> Response:
        """The till's answer, or something else."""
        if self.is_quiet:
            return self._till.send(request)
        if not self._burst and self.chance.random() < self._share:
            self._burst = [self.chance.choice(self._faults)] * self.chance.randint(*_BURST)
        if not self._burst:
            return self.ask(request)
        name = self._burst.pop()
        self.told[name] += 1
        return _FAULTS[name](self, request)

    def ask(self, request: Request) -> Response:
        """What the till says itself."""
        answer = self._till.send(request)
        self._before = [*self._before[1 - _REMEMBERED :], answer]
        return answer

    def before(self, request: Request) -> Response:
        """An answer from before, given again."""
        return self.chance.choice(self._before) if self._before else self.ask(request)


Fault = Callable[[Hostile, Request], Response]


# --- it fails --------------------------------------------------------------------------------------------------------


def _too_many(hostile: Hostile, _request: Request) -> Response:
    """Every Retry-After that was ever seen."""
    now = hostile.now()
    waits = [None, "0", "1", "3", "-7", "1.5", "soon", "9" * 30]
    waits += [email.utils.formatdate(now + ahead, usegmt=True) for ahead in (-60, 2, 10**9)]
    wait = hostile.chance.choice(waits)
    return Response(429, {} if wait is None else {"retry-after": wait}, b'{"error": "too many requests"}')


def _down(hostile: Hostile, _request: Request) -> Response:
    return Response(hostile.chance.choice((500, 502, 503, 504)), {"content-type": "text/html"}, _HTML)


def _unreachable(_hostile: Hostile, _request: Request) -> Response:
    raise errors.Retriable("The source could not be asked")


def _lost(hostile: Hostile, request: Request) -> Response:
    """It was asked, and its answer never came."""
    hostile.ask(request)
    raise errors.Retriable("The source's answer broke off")


def _cut(hostile: Hostile, request: Request) -> Response:
    answer = hostile.ask(request)
    body = answer.body.strip()
    return structs.replace(answer, body=body[: hostile.chance.randrange(len(body))] if body else b"")


def _html(_hostile: Hostile, _request: Request) -> Response:
    """A proxy says that all is well."""
    return Response(200, {"content-type": "text/html"}, _HTML)


# --- it lies ---------------------------------------------------------------------------------------------------------


def _again(hostile: Hostile, request: Request) -> Response:
    """Another request's answer: duplicate pages, and cursors that go round in a circle."""
    return hostile.before(request)


def _ignores_filters(hostile: Hostile, request: Request) -> Response:
    parts = urlsplit(request.url)
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name not in hostile.ignored]
    return hostile.ask(structs.replace(request, url=urlunsplit(parts._replace(query=urlencode(kept)))))


def _other_shape(hostile: Hostile, request: Request) -> Response:
    answer = hostile.ask(request)
    return structs.replace(answer, body=hostile.chance.choice(spoiling.OTHER_SHAPES))


def _spoilt(name: str) -> Fault:
    """One that changes what the answer holds; an answer that is no JSON stays as it is."""
    spoil = spoiling.SPOILERS[name]

    def fault(hostile: Hostile, request: Request) -> Response:
        answer = hostile.ask(request)
        try:
            value: Any = msgspec.json.decode(answer.body)
        except (msgspec.DecodeError, RecursionError):
            return answer
        if answer.status != 200:
            return answer
        return structs.replace(answer, body=spoiling.encoded(spoil(value, hostile.chance)))

    return fault


_FAILURES: Mapping[str, Fault] = {
    "too many": _too_many,
    "down": _down,
    "unreachable": _unreachable,
    "lost": _lost,
    "cut": _cut,
    "html": _html,
}
_LIES: Mapping[str, Fault] = {
    "again": _again,
    "ignores filters": _ignores_filters,
    "other shape": _other_shape,
    **{name: _spoilt(name) for name in spoiling.SPOILERS},
}
_FAULTS = {**_FAILURES, **_LIES}

FAILURES = tuple(_FAILURES)
"""What any till does now and then: nothing of it is untrue, and nothing may be lost by it."""

HARMLESS = ("totals", "new fields", "twice")
"""Lies that change nobody."""

EVERY = tuple(_FAULTS)
