"""`Store`: one open database, its transactions, and its named queries, whichever engine it is on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from regulars.store.bitmaps import Bitmaps
from regulars.store.index import Index

Values = Mapping[str, Any]
Row = tuple[Any, ...]
Moment = tuple[int, int]


class Store(ABC):
    """An open store. One thread at a time; every process and thread opens its own.

    `folder`: the data folder. `key`: what seals secrets (and the whole file, on SQLite); None: there is none.
    `connection`: the driver's own, for the engine's modules. `bitmaps`: of common words (heavy.py). `is_writing`: what
    it reads now may be undone.
    """

    engine: ClassVar[str]
    index: Index
    folder: Path
    key: bytes | None
    connection: Any
    bitmaps: Bitmaps
    is_writing: bool

    @abstractmethod
    def close(self) -> None:
        """Closes the database and gives the locks back."""

    @abstractmethod
    def read(self) -> AbstractContextManager[None]:
        """All reads within are of one moment. Short, always: a long one keeps what others delete."""

    @abstractmethod
    def write(self) -> AbstractContextManager[None]:
        """One piece of work, durable when it ends, undone when it raises. Of one account: its writers take turns."""

    @abstractmethod
    def moment(self) -> Moment | None:
        """What differs from an earlier one if anybody, in whichever process, has committed anything since.

        Within a transaction: that of its snapshot. None where the engine cannot tell it cheaply.
        """

    @abstractmethod
    def rows(self, name: str, values: Values) -> list[Row]:
        """All rows of a named query."""

    @abstractmethod
    def maybe(self, name: str, values: Values) -> Row | None:
        """The first row, or None."""

    def one(self, name: str, values: Values) -> Row:
        """The one row of a query that always has one."""
        row = self.maybe(name, values)
        if row is None:
            raise AssertionError(f"query {name} found nothing")
        return row

    @abstractmethod
    def run(self, name: str, values: Values) -> int:
        """Runs a statement; the number of rows it changed."""

    @abstractmethod
    def run_many(self, name: str, every: Iterable[Values]) -> None:
        """Runs a statement once for each set of values."""

    @abstractmethod
    def wipe(self, *, patient: bool) -> bool:
        """Takes what was deleted out of the files, as far as that is the engine's; False when somebody was in the way.

        `patient`: waits for them for a while.
        """

    @abstractmethod
    def damage(self, *, full: bool) -> list[str]:
        """What the engine's own check finds wrong, in words; empty when all is well. `full` reads every index too."""

    @abstractmethod
    def version(self) -> str:
        """The engine and its version."""


def array(values: Iterable[str] | Iterable[int]) -> str:
    """Many values as one: the JSON array that a query of ours takes apart."""
    return msgspec.json.encode(list(values)).decode()
