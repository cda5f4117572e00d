"""What the background process does for the whole file: merges the search index, and wipes what was erased.

Deleting a customer hides it at once and leaves a mark. While there is one, the index is rewritten in small steps until
none of its older parts is left, then the log is emptied (docs/decisions/0014). `regulars delete` does the same right
away; what clients delete is wiped here.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from regulars.directory.directory import Directory
from regulars.store import erasing, upkeep

PURGE_APART_SECONDS = 300.0  # between two rewrites: each reads the whole index
MERGE_APART_SECONDS = 60.0  # between looking whether anybody left parts of the index unmerged


class Tidying:
    """Where it stands between two steps. Whoever dies in between begins anew."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, *, patient: bool = True) -> None:
        self._clock = clock
        self._apart = (PURGE_APART_SECONDS, MERGE_APART_SECONDS) if patient else (0.0, 0.0)
        self._mark: bytes | None = None  # the erase that the rewrite under way goes past
        self._is_rewritten = False
        self._purged_at = self._merged_at = float("-inf")
        self._version = -1

    def step(self, directory: Directory) -> bool:
        """Does a little; whether there is more to do at once."""
        return self._purge(directory) or self._merge(directory)

    def _purge(self, directory: Directory) -> bool:
        store = directory.store
        if self._mark is None:
            if self._clock() < self._purged_at + self._apart[0]:
                return False
            with store.read():
                self._mark = erasing.mark(store)
            if self._mark is None:
                return False
            self._is_rewritten = False
            upkeep.begin_rewrite(store)
            return True
        if not self._is_rewritten:
            self._is_rewritten = not upkeep.go_on_rewriting(store)
            return True
        # A reader may be in the way: then with the next round, since deliveries do not wait for it.
        if store.wipe(patient=False):
            with store.write():
                erasing.unmark(store, self._mark)
            self._mark, self._purged_at = None, self._clock()
        return False

    def _merge(self, directory: Directory) -> bool:
        version = upkeep.data_version(directory.store)
        if version == self._version or self._clock() < self._merged_at + self._apart[1]:
            return False
        if upkeep.merge(directory.store, steps=1):
            return True
        self._version, self._merged_at = version, self._clock()
        return False
