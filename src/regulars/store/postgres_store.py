"""`PostgresStore`: the store in a PostgreSQL database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import psycopg

from regulars import errors, limits
from regulars.store import postgres, postgres_schema, postgres_text, queries, trigrams
from regulars.store.bitmaps import Bitmaps
from regulars.store.index import Index
from regulars.store.postgres import Connection
from regulars.store.store import Row, Store, Values

_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_WRITE = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
_WAITS = {"server": limits.DATABASE_WAIT_MILLISECONDS, "tool": limits.DATABASE_TOOL_WAIT_MILLISECONDS}
_PLAIN_INSERT = re.compile(r"INSERT INTO (\w+) \(([\w, ]+)\) VALUES \(((?::\w+(?:, )?)+)\)")
# A connection that broke, or is of a server that has become a standby since.
_LOST = (psycopg.OperationalError, psycopg.errors.FeatureNotSupported)
_NO_ACCOUNT = 0  # account numbers begin with 1
# Where a customer's data may be.
_PERSONAL = (
    "customer", "doc", "record", "extra", "edited", "find", "part", "answer", "event", "event_object", "quarantine",
    "attribute", "attribute_term", "merged", "merger", "wanted",
)  # fmt: skip


class PostgresStore(Store):
    """A store in a database that any number of processes share.

    The writers of one account take turns: the first statement of a transaction that names an account locks its row,
    so each sees all that the ones before it wrote, as on SQLite. Those of different accounts do not wait for each
    other. What belongs to no account has a turn of its own.
    """

    engine = "postgres"
    index: Index = trigrams

    def __init__(
        self, url: str, folder: Path, *, key: bytes | None = None, role: Literal["server", "tool"] = "tool"
    ) -> None:
        self.url = url
        self.folder = folder
        self.key = key
        self.bitmaps = Bitmaps()
        self.is_writing = False
        self.wait_milliseconds = _WAITS[role]
        self._pool = postgres.shared.take(url, self.wait_milliseconds)
        self._held: Connection | None = None
        self._turns: set[int] | None = None  # the accounts whose turn a write has; None: nothing is written

    def close(self) -> None:
        """Gives the pool back."""
        postgres.shared.give_back(self.url, self.wait_milliseconds)

    @property
    def connection(self) -> Any:
        """The one that the transaction is on."""
        assert self._held is not None  # noqa: S101  # only within read() and write()
        return self._held

    @contextmanager
    def read(self) -> Iterator[None]:
        """All reads within are of one moment. Short, always: a long one keeps what others delete."""
        with postgres.translating(), self._transaction(_READ):
            yield

    @contextmanager
    def write(self) -> Iterator[None]:
        """One piece of work, durable when it ends, undone when it raises."""
        with postgres.translating(), self._transaction(_WRITE):
            self._turns, self.is_writing = set(), True
            try:
                yield
            finally:
                self._turns, self.is_writing = None, False

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        assert self._held is None  # noqa: S101  # a transaction within another is a mistake of ours
        connection = self._held = self._begun(begin)
        try:
            yield
            # After a refused statement that somebody passed over, PostgreSQL answers COMMIT with a rollback.
            if connection.execute("COMMIT").statusmessage != "COMMIT":
                raise errors.Fatal("The store undid what was written", hint="Please report this.")
        except BaseException:
            if not connection.closed and not connection.broken:
                connection.execute("ROLLBACK")
            raise
        finally:
            self._held = None
            self._pool.putconn(connection)

    def _begun(self, begin: str) -> Connection:
        """A connection with a transaction begun. One that was lost while nobody used it is replaced without a word."""
        for _ in range(limits.DATABASE_CONNECTIONS_MAX):
            connection = self._pool.getconn()
            try:
                connection.execute(begin)
            except BaseException as error:
                connection.close()  # the pool gives no closed one out again
                self._pool.putconn(connection)
                if not isinstance(error, _LOST):
                    raise
            else:
                return connection
        raise errors.Retriable(
            "The database does not answer, or is a standby", retry_after=limits.RETRY_AFTER_SECONDS
        )

    def moment(self) -> None:
        """Asking would cost what is saved; and on Citus no node knows of every commit."""
        return None

    def rows(self, name: str, values: Values) -> list[Row]:
        """All rows of a named query."""
        found: list[Row] = self._execute(name, values).fetchall()
        return found

    def maybe(self, name: str, values: Values) -> Row | None:
        """The first row, or None."""
        row: Row | None = self._execute(name, values).fetchone()
        return row

    def run(self, name: str, values: Values) -> int:
        """Runs a statement; the number of rows it changed."""
        changed: int = self._execute(name, values).rowcount
        return changed

    def run_many(self, name: str, every: Iterable[Values]) -> None:
        """Runs a statement once for each set of values, all sent before the first answer is read.

        Plain rows are copied, which costs half.
        """
        sets = iter(every)
        first = next(sets, None)
        if first is None:
            return
        self._wait_turn(first)
        copied = _copied(name)
        if copied is None:
            self.connection.cursor(binary=True).executemany(_statement(name), chain([first], sets))
            return
        statement, columns = copied
        with self.connection.cursor().copy(statement) as copy:
            for values in chain([first], sets):
                copy.write_row([values[column] for column in columns])

    def wipe(self, *, patient: bool) -> bool:
        """Takes out of tables and indexes what was deleted, where no older transaction still sees it.

        The server's log and its backups are its operator's (docs/guides/postgresql.md).
        """
        del patient  # nobody is in the way of it
        with postgres.translating(), postgres.connect(self.url) as connection:
            for table in _PERSONAL:
                connection.execute(f"VACUUM {table}".encode())
        return True

    def damage(self, *, full: bool) -> list[str]:
        """The tables that are missing, in words. What else may be wrong, PostgreSQL's own amcheck tells."""
        del full
        with postgres.translating(), postgres.connect(self.url) as connection:
            return postgres_schema.lacking(connection)

    def version(self) -> str:
        """The engine and its version, and whether searches have their indexes."""
        with postgres.translating(), postgres.connect(self.url) as connection:
            row = connection.execute("SHOW server_version").fetchone()
            indexed = postgres_schema.is_indexed(connection)
        number = row[0].split()[0] if row else "?"
        return f"PostgreSQL {number}" + (
            "" if indexed else ", without pg_trgm: searches read a location through"
        )

    def _execute(self, name: str, values: Values) -> Any:
        if self._held is None:
            with self.read():
                return self._execute(name, values)
        self._wait_turn(values)
        lists = _lists_of_texts(name)
        if lists:
            values = {**values, **{one: postgres_text.kept_list(values[one]) for one in lists}}
        match = values.get("match")
        if match is None:
            return self.connection.execute(_statement(name), values, binary=True)
        # Planned anew each time: what it costs depends on what was typed.
        statement = _searching(name, match.text)
        return self.connection.execute(statement, {**values, **match.values}, prepare=False, binary=True)

    def _wait_turn(self, values: Mapping[str, Any]) -> None:
        """Locks what a write is about, when it first names it."""
        if self._turns is None:
            return
        account_id = values.get("account_id", _NO_ACCOUNT)
        if account_id in self._turns or (account_id == _NO_ACCOUNT and self._turns):
            return
        self._turns.add(account_id)
        name = "lock_store" if account_id == _NO_ACCOUNT else "lock_account"
        self.connection.execute(_statement(name), {"account_id": account_id})


@cache
def _statement(name: str) -> str:
    return _bound(queries.load("postgres")[name])


@cache
def _template(name: str) -> str:
    return queries.load("postgres")[name]


@cache
def _copied(name: str) -> tuple[str, list[str]] | None:
    """How COPY, which costs a fraction, does what an INSERT of plain values does, and the values in its order."""
    found = _PLAIN_INSERT.fullmatch(queries.load("postgres")[name])
    if found is None:
        return None
    table, columns, values = found.groups()
    return f"COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)", re.findall(r":(\w+)", values)


@cache
def _lists_of_texts(name: str) -> tuple[str, ...]:
    """The values of a statement that are JSON arrays of texts, which the database takes apart."""
    return tuple(re.findall(r"SELECT json_array_elements_text\(CAST\(:(\w+)", _template(name)))


def _searching(name: str, condition: str) -> str:
    return _bound(_template(name).replace("{match}", condition))


def _bound(statement: str) -> str:
    """`:name`, as our statements write it, in psycopg's spelling."""
    return re.sub(r":(\w+)", r"%(\1)s", statement.replace("%", "%%"))
