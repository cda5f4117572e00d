"""However long requests and answers travel, and whoever dies: a source counts no more than its budget in any window."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars import errors
from regulars.sync.budget import RollingBudget

SECOND = 1_000_000
LATE = st.integers(0, 3 * SECOND)


class Source:
    """What asks and is asked: a clock, a budget that is kept in between, and when requests arrived."""

    def __init__(self, requests: int, seconds: int) -> None:
        self.now = 0
        self.arrived: list[int] = []
        self._kept: list[int] = []
        self._requests, self._window = requests, seconds * SECOND
        self._budget = self._opened(was_killed=False)

    def _opened(self, *, was_killed: bool) -> RollingBudget:
        return RollingBudget(
            self._requests, self._window, self._kept, was_killed=was_killed,
            clock=lambda: self.now, sleep=self._sleep, keep=self._keep,
        )  # fmt: skip

    def _sleep(self, seconds: float) -> None:
        self.now += round(seconds * SECOND)

    def _keep(self, stamps: list[int]) -> None:
        self._kept = stamps

    def ask(self, there: int, back: int, *, is_killed: bool) -> None:
        """One request that arrives after `there`; who sent it may be killed before the answer is `back`."""
        while True:
            try:
                self._budget.spend()
                break
            except errors.OutOfBudget as error:
                self.now += (error.retry_after or 0) * SECOND
        self.now += there
        self.arrived.append(self.now)
        if is_killed:
            self._budget = self._opened(was_killed=True)
            return
        self.now += back
        self._budget.answered()

    def most(self) -> int:
        """The most that arrived in any window."""
        return max(
            sum(first <= other < first + self._window for other in self.arrived) for first in self.arrived
        )


@pytest.mark.parametrize("seconds", [1, 90])
@given(
    st.lists(st.tuples(LATE, LATE, st.integers(0, 9).map(lambda toss: toss == 0)), min_size=1, max_size=40)
)
def test_a_budget_is_never_overrun(seconds: int, journeys: Sequence[tuple[int, int, bool]]) -> None:
    """Windows of a second, which is waited for after a kill, and of minutes, which are kept."""
    source = Source(4, seconds)

    for there, back, is_killed in journeys:
        source.ask(there, back, is_killed=is_killed)

    assert source.most() <= 4


def test_a_late_first_request_makes_room_for_no_other() -> None:
    """A request that was long under way is waited for from its answer on, not from when it was sent."""
    source = Source(2, 90)

    source.ask(SECOND, 0, is_killed=False)
    source.ask(0, 0, is_killed=False)
    source.ask(0, 0, is_killed=False)

    assert source.arrived == [SECOND, SECOND, 91 * SECOND]
