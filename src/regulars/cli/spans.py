"""Spans of time as they are typed: 90s, 15m, 12h, 90d, 2w."""

from __future__ import annotations

import re

_SPAN = re.compile(r"(\d{1,5})\s*([smhdw])", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


def seconds(text: str) -> int | None:
    """Whole seconds, or None when it is no span."""
    span = _SPAN.fullmatch(text.strip())
    return int(span[1]) * _SECONDS[span[2]] if span else None
