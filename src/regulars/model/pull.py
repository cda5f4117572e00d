"""What a pull brings: the pages of a source, and what is said of records beside their content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from regulars.model.record import Record, Unreadable

State = Mapping[str, Any]
"""What a source wants back to go on from: JSON, without a secret and without a customer's data."""


class Gone(Struct, frozen=True):
    """The source no longer has this customer; it may come back."""

    ref: str


class Erased(Struct, frozen=True):
    """The source has erased this customer, and what it shows in its place is no data (contracts/pos-systems.md 2.3)."""

    ref: str


class Merged(Struct, frozen=True):
    """The source has merged a customer into another, who answers for it from now on (contracts/pos-systems.md 2.2)."""

    ref: str
    into: str


Item = Record | Unreadable | Gone | Erased | Merged


class Page(Struct, frozen=True):
    """What one step of a walk brought, and where the walk goes on (None: it is over).

    `bookmark` is where the next walk begins: with the last page always, with an earlier one where the source lists in
    the order of its changes. `total` is what the source says it holds, for a progress bar and nothing else.
    `is_whole`, of a full walk's last page: everybody was shown; when False, nobody is missed for not having come.
    """

    items: Sequence[Item]
    state: State | None
    bookmark: State | None = None
    total: int | None = None
    is_whole: bool = True
