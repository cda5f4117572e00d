"""How often a source may be asked: never more than so many requests in any stretch of so many seconds."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from regulars import errors, limits

_MICROSECONDS = 1_000_000


class RollingBudget:
    """Counts requests in a rolling window. `keep` is told of the stamps before a request that a window of hours counts.

    The source counts a request when it arrives, which is some time between being sent and being answered: it is waited
    for from its answer on. After a kill nobody knows the latest requests of a short window, so it begins as if it were
    used up; those of a long one are kept before each request is sent, and the last may have arrived just now.
    """

    def __init__(
        self,
        requests: int,
        microseconds: int,
        spent: Iterable[int],
        *,
        clock: Callable[[], int],
        sleep: Callable[[float], None],
        keep: Callable[[list[int]], None],
        was_killed: bool = False,
    ) -> None:
        self._requests = requests
        self._window = microseconds
        self._clock = clock
        self._sleep = sleep
        self._keep = keep
        self._is_long = microseconds > limits.SOURCE_SHORT_WINDOW_SECONDS_MAX * _MICROSECONDS
        self._spent: deque[int] = deque(sorted(spent)[-requests:])
        if was_killed and not self._is_long:
            self._spent = deque([clock()] * requests)
        elif was_killed:
            self.answered()

    @property
    def spent(self) -> list[int]:
        """When the requests of the window were answered, oldest first."""
        return list(self._spent)

    def spend(self) -> None:
        """To be called before each request; waits a moment, or raises OutOfBudget when that would take longer."""
        while (wait := self._wait()) > 0:
            if wait > limits.SOURCE_PATIENCE_SECONDS * _MICROSECONDS:
                raise errors.OutOfBudget(
                    "The source may not be asked more often", retry_after=-(-wait // _MICROSECONDS)
                )
            self._sleep(wait / _MICROSECONDS)
        self._spent.append(self._clock())
        if self._is_long:
            self._keep(self.spent)

    def answered(self) -> None:
        """To be called once the latest request is over, whatever came of it."""
        if self._spent:
            self._spent[-1] = self._clock()

    def _wait(self) -> int:
        """Microseconds until the next request; a clock that was put back makes nobody wait longer than a window."""
        now = self._clock()
        while self._spent and self._spent[0] <= now - self._window:
            self._spent.popleft()
        if len(self._spent) < self._requests:
            return 0
        return min(self._spent[0] + self._window - now, self._window)
