"""What the application has in a sandbox and nowhere else: faults, a log of requests, accounts for tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from regulars.api.faults import Cutter, Failures, Faults
from regulars.api.native import sandbox as native
from regulars.api.request_log import RequestLog
from regulars.api.route import Route
from regulars.model.fault import Fault


class Sandbox(Struct, frozen=True):
    """How a sandbox differs; `make` asks it for its routes and its middleware."""

    faults: Faults
    log: RequestLog | None

    def routes(self, every: Iterable[Route], failures: Failures) -> list[Route]:
        """Every route with its faults, and the sandbox's own."""
        return [*self.faults.wrapped(every, failures), *native.ROUTES]

    def middleware(self) -> list[Any]:
        """What looks at requests and answers; Falcon calls it from the last to the first for answers."""
        return [Cutter(), *([self.log] if self.log else [])]


def make(rates: Mapping[Fault, float], *, seed: int, log: Path | None, key: bytes) -> Sandbox:
    """A sandbox with these faults; `key` hides what was asked in the log."""
    return Sandbox(Faults(rates, seed), RequestLog(log, key=key) if log else None)
