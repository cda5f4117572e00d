"""Instants: whole microseconds UTC in one integer, and their RFC 3339 texts."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  isoformat() without an offset: ours is always Z
# contracts/shift4.md, "datetime forms": RFC 3339 with any offset and 0–9 fraction digits, or a date alone.
# A space before the offset is a `+` that a URL decoder ate.
_FORM = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:([Zz])|([-+ ])(\d\d):(\d\d)))?", re.ASCII
)
_USUAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z", re.ASCII)
_LENGTH_MAX = len("2026-11-26T10:20:30.123456789+00:00")


def parse(text: str) -> int | None:
    """Microseconds since 1970 of an RFC 3339 text or a date (midnight UTC); None if it is neither.

    Digits beyond the microsecond are cut. A leap second is read as the second that follows it.
    """
    return _parsed(text) if len(text) <= _LENGTH_MAX else None


@lru_cache(maxsize=1024)
def _parsed(text: str) -> int | None:
    """Kept for a while: who pulls a page looks at its times before the records are read."""
    if _USUAL.fullmatch(text) is not None:
        try:
            since = datetime.fromisoformat(text[:-1]) - _EPOCH
        except ValueError:
            pass  # a leap second, or no instant at all
        else:
            return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    match = _FORM.fullmatch(text)
    if match is None:
        return None
    date, clock, fraction, _zulu, sign, hours, minutes = match.groups()
    clock = clock or "00:00:00"
    leap = 1 if clock.endswith(":60") else 0
    if leap:
        clock = clock[:-2] + "59"
    try:
        since = datetime.fromisoformat(f"{date}T{clock}") - _EPOCH
    except ValueError:
        return None
    micros = (since.days * 86_400 + since.seconds + leap) * 1_000_000
    if fraction:
        micros += int(fraction[:6].ljust(6, "0"))
    if sign:
        if int(hours) > 23 or int(minutes) > 59:
            return None
        offset = (int(hours) * 60 + int(minutes)) * 60_000_000
        micros += offset if sign == "-" else -offset
    return micros if EARLIEST <= micros <= LATEST else None


@lru_cache(maxsize=1024)
def text(micros: int) -> str:
    """RFC 3339 in UTC, with as many fraction digits as the instant has (none for a whole second).

    Kept for a while: both of a customer's answers show its times.
    """
    seconds, fraction = divmod(micros, 1_000_000)
    whole = _second(seconds)
    return f"{whole}.{fraction:06d}".rstrip("0") + "Z" if fraction else whole + "Z"


@lru_cache(maxsize=256)
def _second(seconds: int) -> str:
    """Kept for a while: an import's times of change are mostly now."""
    return (_EPOCH + timedelta(seconds=seconds)).isoformat()


def text_milliseconds(micros: int) -> str:
    """The same, rounded down to milliseconds: how Square's dialect writes times."""
    return text(micros - micros % 1000)


EARLIEST = -62_135_596_800_000_000  # 0001-01-01T00:00:00Z
LATEST = 253_402_300_799_999_999  # 9999-12-31T23:59:59.999999Z
