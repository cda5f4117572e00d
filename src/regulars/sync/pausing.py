"""How long to leave a source alone after it failed."""

from __future__ import annotations

from regulars import limits

_FIRST_SECONDS = 1
_LONGEST_SECONDS = 300


def seconds(failures: int, *, retry_after: int, chance: float) -> float:
    """Twice as long after each failure in a row, spread, never shorter than the source asks for and never for ever.

    `failures` from 1; `chance` from 0 to 1, so that many instances do not come back together.
    """
    growing: float = min(_FIRST_SECONDS * 2 ** min(failures - 1, 20), _LONGEST_SECONDS)
    return min(max(retry_after, growing * (0.5 + chance / 2)), limits.SOURCE_WAIT_SECONDS_MAX)
