"""The engines that a store can be on, each as a test opens it: a folder is a store, whichever engine keeps it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from regulars.store import Store, sqlite
from regulars.store.opening import open_database, open_store
from tests.databases import Databases

_FEWER = 6  # a statement costs three times as much on a server


class Engine:
    """SQLite in a plain file, and what the others have in common with it."""

    name = "SQLite"

    def __init__(self, key_file: Path | None = None) -> None:
        self.key_file = key_file

    @property
    def version(self) -> str:
        """Its name and the version of what really runs, for the summary."""
        return sqlite.version()

    def database(self, folder: Path) -> str | None:
        """The address of the database that belongs to a folder; None: the store is a file in it."""
        del folder
        return None

    def open(self, folder: Path, *, now: int) -> Store:
        """The store of a folder, made when missing."""
        url = self.database(folder)
        if url is None:
            return open_store(folder, key_file=self.key_file, role="tool", now=now)
        return open_database(url, folder, key_file=self.key_file, role="tool", now=now)

    def examples(self, count: int) -> int:
        """How many of a long test's examples this engine gets: what differs between engines shows in a few."""
        return count if self is SQLITE else count // _FEWER

    def forget(self, below: Path) -> None:
        """The stores of the folders below one, all closed, will not be opened again."""


class Encrypted(Engine):
    """SQLite in a file that only its key opens."""

    name = "SQLite, encrypted"

    @property
    def version(self) -> str:
        return f"{sqlite.version()}, encrypted"


class Postgres(Engine):
    """PostgreSQL, with each table in one piece or in some."""

    name = "PostgreSQL"

    def __init__(self, databases: Databases) -> None:
        super().__init__()
        self._databases = databases

    @property
    def version(self) -> str:
        return f"PostgreSQL {self._databases.server.version}"

    def database(self, folder: Path) -> str:
        return self._databases.of(folder)

    def forget(self, below: Path) -> None:
        self._databases.take_back(below)


class Partitioned(Postgres):
    """PostgreSQL with every table of accounts split by a hash of the account: it refuses a key not led by that."""

    name = "PostgreSQL, partitioned"

    @property
    def version(self) -> str:
        return f"{super().version}, partitioned"


SQLITE = Engine()
FILES = (Engine.name, Encrypted.name)
SERVERS = (Postgres.name, Partitioned.name)
NAMES = (*FILES, *SERVERS)


def ask(store: Store, sql: str, *values: object) -> list[Any]:
    """The rows of a test's own question, with `?` for values."""
    with store.read():
        return rows(store, sql, *values)


def rows(store: Store, sql: str, *values: object) -> list[Any]:
    """The same within a transaction."""
    return list(_run(store, sql, values))


def change(store: Store, sql: str, *values: object) -> None:
    """Does to the rows what no verb does."""
    with store.write():
        _run(store, sql, values)


def _run(store: Store, sql: str, values: tuple[object, ...]) -> Any:
    if store.engine == "sqlite":
        return store.connection.execute(sql, values)
    return store.connection.execute(sql.replace("?", "%s").encode(), values, binary=True)
