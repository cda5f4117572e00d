"""`SqliteStore`: the store in one SQLite file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from regulars import errors, limits
from regulars.store import fts5, queries, sqlite
from regulars.store.bitmaps import Bitmaps
from regulars.store.index import Index
from regulars.store.store import Moment, Row, Store, Values
from regulars.store.turnstile import Turnstile

_OTHERS = "PRAGMA data_version"


class SqliteStore(Store):
    """A store in a file; its writers, in whichever process, take turns (turnstile.py)."""

    engine = "sqlite"
    index: Index = fts5

    def __init__(self, path: Path, *, key: bytes | None = None, role: sqlite.Role = "tool") -> None:
        self.path = path
        self.folder = path.parent
        self.key = key
        self.bitmaps = Bitmaps()
        self.is_writing = False
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
            self.is_writing = True
            try:
                yield
                self.connection.execute("COMMIT")
            except BaseException:
                # A full disk may have rolled back already.
                if not self.connection.get_autocommit():
                    self.connection.execute("ROLLBACK")
                raise
            finally:
                self.is_writing = False

    def moment(self) -> Moment:
        """The count of others' commits that SQLite keeps for this connection, and the rows changed through it.

        In a transaction the former is read when its snapshot is taken: by the first statement, which may be this.
        """
        with sqlite.translating():
            [others] = self.connection.execute(_OTHERS).fetchone()
            return others, self.connection.total_changes()

    def rows(self, name: str, values: Values) -> list[Row]:
        """All rows of a named query."""
        return list(self.connection.execute(self._sql[name], values))

    def maybe(self, name: str, values: Values) -> Row | None:
        """The first row, or None."""
        row: Row | None = self.connection.execute(self._sql[name], values).fetchone()
        return row

    def run(self, name: str, values: Values) -> int:
        """Runs a statement; the number of rows it changed."""
        self.connection.execute(self._sql[name], values)
        changed: int = self.connection.changes()
        return changed

    def run_many(self, name: str, every: Iterable[Values]) -> None:
        """Runs a statement once for each set of values."""
        self.connection.executemany(self._sql[name], every)

    def wipe(self, *, patient: bool) -> bool:
        """Moves the log into the file and empties it; False when a reader was in the way (ten seconds, if patient)."""
        with sqlite.translating():
            try:
                if not patient:
                    self.connection.set_busy_timeout(0)
                self.connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
            except apsw.BusyError:
                return False
            finally:
                self.connection.set_busy_timeout(limits.BUSY_MILLISECONDS)
        return True

    def damage(self, *, full: bool) -> list[str]:
        """What SQLite's own check finds wrong, in its words; empty when all is well. `full` reads every index too."""
        check = f"PRAGMA {'integrity' if full else 'quick'}_check"
        with sqlite.translating():
            found = [str(row[0]) for row in self.connection.execute(check)]
        return [] if found == ["ok"] else found

    def version(self) -> str:
        """The engine and its version."""
        return sqlite.version()

    def _refuse_when_full(self) -> None:
        """SQLite survives a full disk, but leaves no room to clean up: stop a little earlier."""
        space = os.statvfs(self.path.parent)
        if space.f_bavail * space.f_frsize < limits.FREE_BYTES_MIN:
            raise errors.StorageFull("The disk is full", hint="Make room; nothing was half-written.")

    def total_changes(self) -> int:
        """Rows changed since the connection was opened: how merging steps know that nothing is left."""
        changed: int = self.connection.total_changes()
        return changed
