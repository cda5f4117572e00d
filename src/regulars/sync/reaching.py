"""Reaching a source: opened when it is first asked, within its budget, and whatever it raises told apart from ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from regulars import errors, limits
from regulars.directory import Directory, places
from regulars.directory.standing import Holding
from regulars.model.pulling import Pull
from regulars.sources.contract import Given, Kind, Source
from regulars.sources.http import Http, Request, Response
from regulars.sync.budget import RollingBudget
from regulars.sync.parts import Parts

Value = TypeVar("Value")
_MICROSECONDS = 1_000_000


class Failed(Exception):
    """A source failed, with this."""

    def __init__(self, error: errors.RegularsError) -> None:
        super().__init__(error.message)
        self.error = error


class Reach:
    """One source as long as somebody has leased it."""

    def __init__(self, directory: Directory, parts: Parts, holding: Holding, *, was_killed: bool) -> None:
        self._directory = directory
        self._parts = parts
        self._holding = holding
        self._was_killed = was_killed
        self._source: Source | None = None
        self._budget: RollingBudget | None = None
        self._requests = 0

    def asked(self, call: Callable[[], Value]) -> Value:
        """What the source says; whatever it raises is its own failure, not the directory's."""
        try:
            return call()
        except errors.RegularsError as error:
            raise Failed(error) from None
        except Exception as error:  # a kind of another package may raise anything, and so may bad answers
            raise Failed(errors.Retriable(f"The source fails with {type(error).__name__}")) from None

    def opened(self, pull: Pull) -> Source:
        """The source itself."""
        if self._source is None:
            kind = self.asked(lambda: self._parts.kind(pull.kind))
            http = self.http(pull, kind)
            self._source = self.asked(lambda: kind.open(self.given(pull), http))
        return self._source

    def close(self) -> None:
        """Gives back what is open."""
        if self._source is not None:
            with suppress(Exception):  # a kind of another package may raise anything
                self._source.close()
            self._source = None

    def given(self, pull: Pull) -> Given:
        """How it was added, its credentials unsealed."""
        country = places.location(self._directory, pull.account_id, pull.location_id).country
        return Given(pull.url, self._parts.unseal(pull), pull.options, pull.location_id, country)

    def http(self, pull: Pull, kind: Kind) -> Http:
        """What it is asked through."""
        if self._budget is None:
            self._budget = self._budget_of(pull, kind)
        return Http(self, spend=self._spend, now=lambda: self._directory.clock() / _MICROSECONDS)

    def send(self, request: Request) -> Response:
        """The whole answer; whatever comes of it, the budget knows when it was over."""
        try:
            return self._parts.transport.send(request)
        finally:
            if self._budget is not None:
                self._budget.answered()

    def together(self, pull: Pull) -> int:
        """How many are fetched at a time: with a request for each, and for each survivor, within one budget."""
        budget = self._parts.kind(pull.kind).budget
        requests = pull.budget_requests or (budget.requests if budget is not None else None)
        most = limits.SOURCE_WANTED_TOGETHER
        return most if requests is None else max(1, min(most, requests // 2))

    def spent(self, pull: Pull) -> Sequence[int]:
        """When the latest requests were answered."""
        return self._budget.spent if self._budget is not None else pull.spent

    def keep_spent(self) -> None:
        """Keeps that, for whoever goes on."""
        if self._budget is not None:
            self._holding.spend(self._budget.spent)

    def take_requests(self) -> int:
        """How many requests there were since this was last asked."""
        requests, self._requests = self._requests, 0
        return requests

    def _budget_of(self, pull: Pull, kind: Kind) -> RollingBudget | None:
        requests, milliseconds = pull.budget_requests, pull.budget_milliseconds
        if requests is None or milliseconds is None:
            if kind.budget is None:
                return None
            requests, milliseconds = kind.budget.requests, round(kind.budget.seconds * 1_000)
        return RollingBudget(
            requests,
            milliseconds * 1_000,
            pull.spent,
            clock=self._directory.clock,
            sleep=self._parts.sleep,
            keep=self._holding.spend,
            was_killed=self._was_killed,
        )

    def _spend(self) -> None:
        if self._budget is not None:
            self._budget.spend()
        self._requests += 1
