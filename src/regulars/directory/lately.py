"""What many requests need of the store and what seldom changes: read once, until anybody writes anything."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from regulars import limits
from regulars.store import Store
from regulars.store.store import Moment


class Lately:
    """Small things read of one store. None holds anything of a customer."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._moment: Moment | None = None
        self._known: dict[Hashable, Any] = {}

    def known(self) -> dict[Hashable, Any]:
        """What was put there at this very moment of the store; what is put there now must be of it as well.

        So whoever puts something there asks for this within the transaction that reads it. Where the engine cannot
        tell moments apart, nothing is ever known.
        """
        moment = self._store.moment()
        if moment is None:
            return {}
        if moment != self._moment or len(self._known) >= limits.KNOWN_LATELY_MAX:
            self._known = {}
            self._moment = moment
        return self._known
