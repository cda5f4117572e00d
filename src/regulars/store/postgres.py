"""PostgreSQL through psycopg: a pool of connections for this process, how each is set up, its errors in our words."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from regulars import errors, limits

try:
    import psycopg
    from psycopg import conninfo
    from psycopg import errors as refused
    from psycopg.rows import TupleRow
    from psycopg.types.numeric import Int8BinaryDumper
    from psycopg_pool import ConnectionPool, PoolTimeout

    from regulars.store import postgres_text
except ImportError as error:  # the extra is not installed
    raise errors.Fatal(
        "PostgreSQL needs the extra `postgres`", hint="Run: pip install 'regulars[postgres]'"
    ) from error

Connection = psycopg.Connection[TupleRow]
Pool = ConnectionPool[Connection]

OLDEST = 150_000  # server_version_num of PostgreSQL 15


def parameters(url: str) -> dict[str, Any]:
    """A connection URL (or a libpq string) taken apart; raises Fatal when it is none.

    Several hosts: the one that can be written to is looked for, so that a standby that takes over is found.
    """
    try:
        found = dict(conninfo.conninfo_to_dict(url))
    except psycopg.Error:
        raise errors.Fatal(
            "The database's address cannot be read",
            hint="Such as postgresql://regulars@db.example.com/regulars",
        ) from None
    if "," in str(found.get("host", "")):
        found.setdefault("target_session_attrs", "read-write")
    found.setdefault("connect_timeout", limits.DATABASE_CONNECT_SECONDS)
    found.setdefault("application_name", "regulars")
    return found


def spelt(parameters: dict[str, Any]) -> str:
    """Parameters as one text again, as `parameters` reads it."""
    return conninfo.make_conninfo(**parameters)


class _Shared:
    """The pools of this process, one for each database and wait, closed by the last that uses it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pools: dict[tuple[str, int], tuple[Pool, int]] = {}

    def take(self, url: str, wait_milliseconds: int) -> Pool:
        with self._lock:
            pool, users = self._pools.get((url, wait_milliseconds), (None, 0))
            if pool is None:
                pool = _pool(url, wait_milliseconds)
            self._pools[url, wait_milliseconds] = pool, users + 1
            return pool

    def give_back(self, url: str, wait_milliseconds: int) -> None:
        with self._lock:
            pool, users = self._pools.pop((url, wait_milliseconds))
            if users > 1:
                self._pools[url, wait_milliseconds] = pool, users - 1
                return
        pool.close()


shared = _Shared()


def _pool(url: str, wait_milliseconds: int) -> Pool:
    def set_up(connection: Connection) -> None:
        _set_up(connection, wait_milliseconds)

    pool: Pool = ConnectionPool(
        kwargs=parameters(url) | {"autocommit": True, "prepare_threshold": 1},
        min_size=0,
        max_size=limits.DATABASE_CONNECTIONS_MAX,
        timeout=limits.DATABASE_CONNECT_SECONDS,
        max_idle=limits.DATABASE_IDLE_SECONDS,
        reconnect_timeout=limits.DATABASE_CONNECT_SECONDS,
        num_workers=1,
        configure=set_up,
        open=False,
        name="regulars",
    )
    pool.open()
    return pool


def _set_up(connection: Connection, wait_milliseconds: int) -> None:
    """What every session of ours is like; an operator's stricter durability is left alone."""
    connection.adapters.register_dumper(int, Int8BinaryDumper)
    connection.adapters.register_dumper(bool, Int8BinaryDumper)  # flags are numbers, as on SQLite
    postgres_text.set_up(connection)
    connection.execute(
        "SELECT set_config('statement_timeout', %s, false), set_config('lock_timeout', %s, false),"
        " set_config('idle_in_transaction_session_timeout', %s, false), set_config('timezone', 'UTC', false),"
        " set_config('synchronous_commit', CASE current_setting('synchronous_commit')"
        " WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false)",
        [str(wait_milliseconds), str(limits.BUSY_MILLISECONDS), str(limits.DATABASE_ABANDONED_MILLISECONDS)],
    )


def connect(url: str) -> Connection:
    """One connection beside the pool; raises Fatal in words when there is no such server, database or user."""
    try:
        connection = psycopg.connect(**parameters(url), autocommit=True)
    except psycopg.OperationalError as error:
        raise _unreachable(error) from None
    if connection.info.server_version < OLDEST:
        connection.close()
        raise errors.Fatal(
            "The database is older than PostgreSQL 15", hint="Upgrade it: 15 to 18 are known to work."
        )
    return connection


def _unreachable(error: psycopg.OperationalError) -> errors.Fatal:
    """Libpq's own words name hosts, users and databases, which are the operator's and not customers'."""
    said = str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__
    return errors.Fatal(
        f"The database cannot be reached: {said}",
        hint="Check REGULARS_DATABASE, and that the server runs; a password belongs there or in .pgpass.",
    )


@contextmanager
def translating() -> Iterator[None]:
    """Database errors leave as ours."""
    try:
        yield
    except (psycopg.Error, PoolTimeout) as error:
        raise translated(error) from error


def translated(error: Exception) -> errors.RegularsError:
    """The error of ours that says what to do about one of PostgreSQL's."""
    match error:
        case refused.SerializationFailure() | refused.DeadlockDetected():
            return errors.Collided(
                "Somebody else wrote at the same time", retry_after=limits.RETRY_AFTER_SECONDS
            )
        case refused.DiskFull():
            return errors.StorageFull(
                "The database's disk is full", hint="Make room; nothing was half-written."
            )
        case PoolTimeout() | refused.TooManyConnections():
            return errors.Retriable(
                "Every connection to the database is in use", retry_after=limits.RETRY_AFTER_SECONDS
            )
        case refused.QueryCanceled() | refused.LockNotAvailable():
            return errors.Retriable("The database took too long", retry_after=limits.RETRY_AFTER_SECONDS)
        case refused.ReadOnlySqlTransaction():
            return errors.Retriable(
                "The database cannot be written: it is a standby",
                hint="Name the primary in REGULARS_DATABASE.",
            )
        case psycopg.OperationalError() | refused.AdminShutdown() | psycopg.InterfaceError():
            return errors.Retriable("The database does not answer", retry_after=limits.RETRY_AFTER_SECONDS)
        case refused.InsufficientPrivilege():
            return errors.Fatal(
                "The database's user may not do this",
                hint="Let it own the database: docs/guides/postgresql.md",
            )
    return errors.Fatal(f"The store refused a statement ({type(error).__name__})", hint="Please report this.")
