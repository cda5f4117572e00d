"""`Store`: one open database, its transactions, and its named queries."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from regulars import errors, limits
from regulars.store import queries, sqlite
from regulars.store.turnstile import Turnstile

Values = Mapping[str, Any]
Row = tuple[Any, ...]


class Store:
    """An open store. One thread at a time; every process and thread opens its own."""

    engine = "sqlite"

    def __init__(self, path: Path, *, key: bytes | None = None, role: sqlite.Role = "tool") -> None:
        self.path = path
        self.key = key
        self.connection = sqlite.connect(path, key=key, role=role)
        self._turnstile = Turnstile(path.parent)
        self._sql = queries.load(self.engine)

    def close(self) -> None:
        """Closes the database and gives the locks back."""
        self.connection.close()
        self._turnstile.close()

    @contextmanager
    def read(self) -> Iterator[None]:
        """All reads within are of one moment. Short, always: a long one lets the log grow."""
        with sqlite.translating():
            self.connection.execute("BEGIN")
            try:
                yield
            finally:
                # An error of the disk has ended it already, and is what the caller must hear of.
                if not self.connection.get_autocommit():
                    self.connection.execute("COMMIT")

    @contextmanager
    def write(self) -> Iterator[None]:
        """One piece of work, durable when it ends, undone when it raises."""
        self._refuse_when_full()
        with self._turnstile.passed(), sqlite.translating():
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.connection.execute("COMMIT")
            except BaseException:
                # A full disk may have rolled back already.
                if not self.connection.get_autocommit():
                    self.connection.execute("ROLLBACK")
                raise

    def rows(self, name: str, values: Values) -> list[Row]:
        """All rows of a named query."""
        return list(self.connection.execute(self._sql[name], values))

    def maybe(self, name: str, values: Values) -> Row | None:
        """The first row, or None."""
        row: Row | None = self.connection.execute(self._sql[name], values).fetchone()
        return row

    def one(self, name: str, values: Values) -> Row:
        """The one row of a query that always has one."""
        row = self.maybe(name, values)
        if row is None:
            raise AssertionError(f"query {name} found nothing")
        return row

    def run(self, name: str, values: Values) -> int:
        """Runs a statement; the number of rows it changed."""
        self.connection.execute(self._sql[name], values)
        return self.connection.changes()

    def run_many(self, name: str, every: Iterable[Values]) -> None:
        """Runs a statement once for each set of values."""
        self.connection.executemany(self._sql[name], every)

    def _refuse_when_full(self) -> None:
        """SQLite survives a full disk, but leaves no room to clean up: stop a little earlier."""
        space = os.statvfs(self.path.parent)
        if space.f_bavail * space.f_frsize < limits.FREE_BYTES_MIN:
            raise errors.StorageFull("The disk is full", hint="Make room; nothing was half-written.")


def array(values: Iterable[str] | Iterable[int]) -> str:
    """Many values as one: the JSON array that a query of ours takes apart."""
    return msgspec.json.encode(list(values)).decode()


def total_changes(store: Store) -> int:
    """Rows changed since the connection was opened: how merging steps know that nothing is left."""
    return store.connection.total_changes()
