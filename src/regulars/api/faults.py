"""Faults of the sandbox: what Square does on its worst day, for whoever asks for it.

A request asks by the header `X-Regulars-Fault`; `serve --sandbox --fault` asks for every request. Every route that
takes a token is wrapped; a fault that means nothing to a route changes nothing there. Only a sandbox loads this.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

import falcon
from msgspec import structs

from regulars import errors
from regulars.api import fault_pages
from regulars.api.failure import Unexpected
from regulars.api.parameters import Parameter
from regulars.api.route import Answer, Call, Dialect, Route
from regulars.model.fault import FAULTS, Fault

HEADER = "X-Regulars-Fault"
SLOW_SECONDS = 2.0
RETRY_AFTER_SECONDS = 1
_NONE = "none"
_CUT_SECONDS = 0.05  # until the first half is on its way: what is broken off at once is not sent at all
_RATE_TOLD = 600  # requests a minute that a made-up 429 speaks of

Failures = Mapping[Dialect, Callable[[errors.RegularsError, int], Answer]]


class Asked(Parameter[tuple[Fault, ...] | None], frozen=True, kw_only=True):
    """The faults that a request asks for itself."""

    default: tuple[Fault, ...] | None = None
    place: Literal["query", "path", "header"] = "header"

    def read(self, text: str) -> tuple[Fault, ...]:
        """The faults named, separated by commas; `none`: not even those asked for every request."""
        names = [name.strip() for name in text.split(",")]
        known = tuple(fault for fault in FAULTS if fault in names)
        if len(known) + names.count(_NONE) != len(names) or (known and _NONE in names):
            raise self.wrong("not_a_choice", f"must name faults ({', '.join(FAULTS)}), or {_NONE}")
        return known

    def schema(self) -> dict[str, Any]:
        """A text; its words are those of FAULTS."""
        return {"type": "string", "enum": [*FAULTS, _NONE]}


ASKED = Asked(
    name=HEADER,
    description="Only in the sandbox: what is to go wrong with this request, instead of `--fault`.",
)


class Faults:
    """Wraps routes, and says with which probability each fault strikes a request that asks for none itself."""

    def __init__(
        self, rates: Mapping[Fault, float], seed: int, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._rates = rates
        self._random = random.Random(seed)  # noqa: S311  # tests want the same row of faults again
        self._sleep = sleep
        self._loops = fault_pages.Loops()

    def wrapped(self, routes: Iterable[Route], failures: Failures) -> list[Route]:
        """The routes, each with its faults; the public ones as they are, so that the sandbox can be waited for."""
        return [one if one.scope in {"public", "hook"} else self._wrapped(one, failures) for one in routes]

    def _wrapped(self, route: Route, failures: Failures) -> Route:
        possible = [fault for fault in FAULTS if _means_something(fault, route)]

        def handle(call: Call) -> Answer:
            faults = self._drawn(call, possible)
            if not faults:
                return route.handle(call)
            failure = failures[route.dialect]
            try:
                answer = self._answer(route, call, faults, failure)
            except (errors.Conflict, errors.Invalid, errors.NotFound) as error:
                answer = failure(error, call.directory.clock())  # it can be cut like any other
            return structs.replace(answer, headers=(*answer.headers, (HEADER.lower(), ", ".join(faults))))

        return structs.replace(route, handle=handle, parameters=(*route.parameters, ASKED))

    def _drawn(self, call: Call, possible: Sequence[Fault]) -> list[Fault]:
        asked = ASKED.of(call.given)
        if asked is not None:
            return [fault for fault in possible if fault in asked]
        # One number each, whatever came before: the row of faults depends on the row of requests alone.
        return [fault for fault in possible if self._random.random() < self._rates.get(fault, 0.0)]

    def _answer(
        self,
        route: Route,
        call: Call,
        faults: Sequence[Fault],
        failure: Callable[[errors.RegularsError, int], Answer],
    ) -> Answer:
        now = call.directory.clock()
        if "slow" in faults:
            self._sleep(SLOW_SECONDS)
        if "429" in faults:
            words = "The sandbox was asked for too many requests"
            return failure(errors.TooMany(words, retry_after=RETRY_AFTER_SECONDS, limit=_RATE_TOLD), now)
        if "500" in faults:
            return failure(Unexpected(), now)
        if "expire-cursors" in faults and fault_pages.cursor(call) is not None:
            words = "The cursor is not valid for this request"
            return failure(errors.Invalid(words, field="cursor", rule="not_a_cursor"), now)
        if "ignore-updated-after" in faults:
            call = fault_pages.without_updated_after(call)
        answer = route.handle(call)
        if answer.status.startswith("200") and set(faults) & fault_pages.FAULTS:
            return fault_pages.spoilt(answer, route, call, faults, self._loops)
        return answer


def _means_something(fault: Fault, route: Route) -> bool:
    match fault:
        case "429" | "500" | "slow" | "cut":
            return True
        case "expire-cursors" | "cursor-loop":
            return fault_pages.has_cursor(route)
        case "ignore-updated-after":
            return fault_pages.has_updated_after(route)
        case "stale-list" | "duplicate" | "wrong-total":
            return route.name in fault_pages.LISTS


class Cutter:
    """Ends the answers that are to be `cut` in their middle: the head promises all, the connection closes on half."""

    def process_response(
        self, req: falcon.Request, resp: falcon.Response, resource: object, req_succeeded: bool
    ) -> None:
        """Halves a body."""
        if resp.data and "cut" in (resp.get_header(HEADER) or "").split(", "):
            whole, resp.data = resp.data, None
            # Falcon keeps the length of a stream as it is told, that of a body it would put right.
            resp.stream = _half(whole)
            resp.set_header("content-length", str(len(whole)))
            resp.set_header("connection", "close")


def _half(whole: bytes) -> Iterator[bytes]:
    yield whole[: len(whole) // 2]
    time.sleep(_CUT_SECONDS)
