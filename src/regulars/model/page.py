"""Pages of finished documents, as the store gives them and the doors wrap them."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

SortField = Literal["DEFAULT", "CREATED_AT"]
SortOrder = Literal["ASC", "DESC"]


class Page(Struct, frozen=True):
    """A page of Shift4 documents. `total`: exact count of the whole answer, at the same moment.

    `joined`: so many documents stand in the only piece of `documents`, with commas between; None: each on its own.
    """

    documents: list[bytes]
    total: int
    last_updated_at: int | None = None  # of the last document, for `rel="next"`; only in change order
    joined: int | None = None

    @property
    def shown(self) -> int:
        """How many customers are on it."""
        return len(self.documents) if self.joined is None else self.joined


class SquarePosition(Struct, frozen=True, array_like=True):
    """A place in Square's order: behind the customer with this key, creation and id."""

    key: str
    created_at: int
    id: str


class SquarePage(Struct, frozen=True):
    """A page of Square documents; `next` is None on the last page."""

    documents: list[bytes]
    next: SquarePosition | None
