"""What is said of a source on the command line, read."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from regulars.cli import spans

if TYPE_CHECKING:
    from regulars.sources.contract import Budget


def secret(path: Path | None) -> str | None:
    """The credentials in a file, else in the environment, else none."""
    if path is not None:
        return read(path)
    from regulars import config

    return os.environ.get(config.SOURCE_TOKEN) or None


def read(path: Path) -> str:
    """The credentials in a file; `-` is standard input."""
    from regulars import limits
    from regulars.app import connecting

    stdin = sys.stdin.buffer.read(limits.SOURCE_SECRET_BYTES_MAX + 1) if str(path) == "-" else None
    return connecting.read_secret(path, stdin)


def pairs(texts: list[str]) -> dict[str, str]:
    """{name: value} of NAME=VALUE texts; raises Invalid."""
    from regulars import errors

    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise errors.Invalid("An option is NAME=VALUE", field="set", rule="form")
        found[name.strip()] = value
    return found


def span(text: str | None, field: str) -> int | None:
    """Whole seconds of a span; raises Invalid."""
    from regulars import errors

    if text is None:
        return None
    seconds = spans.seconds(text)
    if not seconds:
        raise errors.Invalid(
            "That is no span of time", field=field, rule="form", hint="Such as 90s, 15m, 12h, 7d."
        )
    return seconds


def budget(text: str | None) -> Budget | None:
    """A budget of N/SECONDS; raises Invalid."""
    from regulars import errors
    from regulars.sources.contract import Budget

    if text is None:
        return None
    requests, _, seconds = text.partition("/")
    try:
        found = Budget(int(requests), float(seconds))
    except ValueError:
        found = Budget(0, 0)
    if not (0 < found.requests <= 1_000_000 and 0.001 <= found.seconds <= 86_400):
        raise errors.Invalid("A budget is N/SECONDS", field="budget", rule="form", hint="Such as 100/3600.")
    return found
