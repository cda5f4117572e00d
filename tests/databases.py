"""Empty databases by the dozen: emptied after use, which costs a twentieth of making a new one."""

from __future__ import annotations

import itertools
from pathlib import Path

import psycopg
from psycopg import sql

from regulars.store import postgres_schema
from regulars.testing.postgres import Server

# What is deleted stays in the files until they are vacuumed: one that held more than a few rows is thrown away.
_ROWS_MAX = 2_000
_NUMBERS = itertools.count()
_TABLES = """SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition
AND relnamespace = 'public'::regnamespace AND relname <> 'migration'"""


class Databases:
    """Databases of one schema on a server, each lent to a folder."""

    def __init__(self, server: Server, *, partitions: int = 0) -> None:
        self.server = server
        self._template = f"template_{partitions}"
        self._lent: dict[Path, str] = {}
        self._free: list[str] = []
        server.ask(f"CREATE DATABASE {self._template}")
        postgres_schema.bring_up_to_date(server.database(self._template), now=1, partitions=partitions)

    def of(self, folder: Path) -> str:
        """The address of the folder's own, which it keeps until it is taken back, or is gone."""
        if folder not in self._lent:
            self._take_back([one for one in self._lent if not one.exists()])
            self._lent[folder] = self._free.pop() if self._free else self._made()
        return self.server.database(self._lent[folder])

    def take_back(self, below: Path) -> None:
        """Those of the folders below one. No store on them is open."""
        self._take_back([folder for folder in self._lent if folder.is_relative_to(below)])

    def _take_back(self, folders: list[Path]) -> None:
        for folder in folders:
            name = self._lent.pop(folder)
            if self._emptied(name) <= _ROWS_MAX:
                self._free.append(name)
            else:
                self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _made(self) -> str:
        name = f"{self._template}_{next(_NUMBERS)}"
        # Copied as files: through the log, the default, it takes two to four times as long.
        making = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        self._run(making.format(sql.Identifier(name), sql.Identifier(self._template)))
        return name

    def _emptied(self, name: str) -> int:
        """Deletes every row; how many there were."""
        with psycopg.connect(self.server.database(name)) as connection:
            tables = [row[0] for row in connection.execute(_TABLES)]
            deleting = [sql.SQL("DELETE FROM {}").format(sql.Identifier(table)) for table in tables]
            return sum(connection.execute(statement).rowcount for statement in deleting)

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.server.url, autocommit=True) as connection:
            connection.execute(statement)
