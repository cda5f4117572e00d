"""When a delivery that failed is tried again (Standard Webhooks 1.0, its recommended schedule)."""

from __future__ import annotations

from regulars import limits

# Seconds before the 2nd, 3rd … try. The sum passes three days with the last: then a subscription is given up.
_DELAYS = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
_JITTER = 0.2  # so that receivers that fell over together are not all asked again at the same moment


def delay(attempts: int, *, chance: float, retry_after: int | None = None) -> float:
    """Seconds to wait after a failure, `attempts` failures before it; `chance`: a random number from 0 to 1.

    What the receiver asks for with Retry-After counts when it is longer, up to an hour.
    """
    planned = _DELAYS[min(attempts, len(_DELAYS) - 1)] * (1 + _JITTER * (chance - 0.5))
    return max(planned, min(retry_after or 0, limits.RETRY_AFTER_SECONDS_MAX))
