"""The schema on PostgreSQL: the same numbered tree (schema.py), each step in one transaction, one process at a time."""

from __future__ import annotations

import re
import time

import psycopg

from regulars import limits
from regulars.store import postgres, schema
from regulars.store.postgres import Connection
from regulars.store.schema import Migration

_TABLE = """CREATE TABLE IF NOT EXISTS migration (
  number BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)"""
_EXTENSION = "pg_trgm"
_INDEXED = {"find_text": "find", "part_text": "part"}
_CREATED = re.compile(r"CREATE TABLE (\w+) \((.*?)\n\) *;", re.DOTALL)


def bring_up_to_date(url: str, *, now: int, partitions: int = 0) -> list[Migration]:
    """Applies what is missing; what was applied. Any number of processes may do so at once: one does.

    `partitions`: splits every table of accounts' rows by a hash of the account into so many; decided once, when the
    store is made. Raises Fatal when the store is newer than this program or a migration it knows was changed.
    """
    with postgres.translating(), postgres.connect(url) as connection:
        _make_table(connection)
        with connection.transaction():
            connection.execute("LOCK TABLE migration IN EXCLUSIVE MODE")
            rows = connection.execute("SELECT number, checksum FROM migration").fetchall()
            applied: dict[int, str] = dict(rows)
            steps = schema.missing(applied, "postgres")
            for step in steps:
                connection.execute(_split(step.text, partitions).encode())
                connection.execute(
                    "INSERT INTO migration (number, name, checksum, applied_at) VALUES (%s, %s, %s, %s)",
                    (step.number, step.name, step.checksum, now),
                )
        if not is_indexed(connection):
            _index(connection)
        return steps


def _make_table(connection: Connection) -> None:
    """Makes the table of migrations; of two processes that do so at the same moment one is refused, and looks again."""
    deadline = time.monotonic() + limits.BUSY_MILLISECONDS / 1000
    while True:
        try:
            connection.execute(_TABLE)
        except (
            psycopg.errors.UniqueViolation,
            psycopg.errors.DuplicateTable,
            psycopg.errors.DuplicateObject,  # a table is a type, too
        ):
            if time.monotonic() > deadline:
                raise
        else:
            return


def _split(text: str, partitions: int) -> str:
    """The statements with every table whose key begins with the account split by it."""
    if not partitions:
        return text

    def one(found: re.Match[str]) -> str:
        table, columns = found.groups()
        if not re.search(r"PRIMARY KEY \(account_id\b|\baccount_id BIGINT PRIMARY KEY", columns):
            return found.group()
        parts = "".join(
            f"\nCREATE TABLE {table}_{at} PARTITION OF {table}"
            f" FOR VALUES WITH (MODULUS {partitions}, REMAINDER {at});"
            for at in range(partitions)
        )
        return f"CREATE TABLE {table} ({columns}\n) PARTITION BY HASH (account_id);{parts}"

    return _CREATED.sub(one, text)


def _index(connection: Connection) -> None:
    """Indexes what searches read, where the server has the extension and lets us."""
    with connection.transaction():
        connection.execute("LOCK TABLE migration IN EXCLUSIVE MODE")
        try:
            with connection.transaction():
                connection.execute(f"CREATE EXTENSION IF NOT EXISTS {_EXTENSION}")
        except (
            psycopg.errors.InsufficientPrivilege,
            psycopg.errors.UndefinedFile,
            psycopg.errors.FeatureNotSupported,
        ):
            return
        for name, table in _INDEXED.items():
            connection.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {table} USING gin (t gin_trgm_ops)")


def is_indexed(connection: Connection) -> bool:
    """Whether searches have their indexes."""
    return not _unknown(connection, list(_INDEXED))


def lacking(connection: Connection) -> list[str]:
    """Sentences about tables that should be there and are not."""
    tables = [name for step in schema.migrations("postgres") for name, _ in _CREATED.findall(step.text)]
    return [f"The table {name} is missing" for name in _unknown(connection, tables)]


def _unknown(connection: Connection, names: list[str]) -> list[str]:
    rows = connection.execute(
        "SELECT name FROM unnest(%s::text[]) AS asked(name) WHERE to_regclass(name) IS NULL", [names]
    ).fetchall()
    return [row[0] for row in rows]
