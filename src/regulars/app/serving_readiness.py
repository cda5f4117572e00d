"""Whether a worker can serve: `/readyz`."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from regulars import errors, limits
from regulars.directory import Directory, places

_KEPT_SECONDS = 1.0  # the question costs a turn in the writers' queue, and anybody may ask it


class Readiness:
    """Looks at most once a second."""

    def __init__(self, directory: Directory, data: Path) -> None:
        self._directory = directory
        self._data = data
        self._looked_at = float("-inf")
        self._problems: list[str] = []

    def problems(self) -> list[str]:
        """Sentences about what is wrong; none when all is well."""
        now = time.monotonic()
        if now - self._looked_at >= _KEPT_SECONDS:
            self._problems = list(_problems(self._directory, self._data))
            self._looked_at = now
        return self._problems


def _problems(directory: Directory, data: Path) -> Iterator[str]:
    space = os.statvfs(data)
    if space.f_bavail * space.f_frsize < limits.FREE_BYTES_MIN:
        yield "The disk is full"
        return
    try:
        places.accounts(directory)
        with directory.store.write():  # nothing is written: it shows that something could be
            pass
    except errors.RegularsError as error:
        yield error.message
