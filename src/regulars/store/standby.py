"""How far a PostgreSQL standby has followed its primary: positions in the primary's log, in bytes."""

from __future__ import annotations

from regulars import errors
from regulars.store import postgres
from regulars.store.postgres import Connection

# What is committed and visible has been flushed: a standby that has replayed this far shows it.
_FLUSHED = "SELECT CAST(pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0') AS bigint)"
_REPLAYED = """SELECT pg_is_in_recovery(), CAST(pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0') AS bigint)"""
_PATIENCE_MILLISECONDS = 1_000
_SILENCE_MILLISECONDS = 2_000  # after it, a connection whose other end takes nothing is given up


def address(url: str) -> str:
    """The address of a server that is watched: when the network swallows what is sent there, nobody waits for long."""
    return postgres.spelt(postgres.parameters(url) | {"tcp_user_timeout": _SILENCE_MILLISECONDS})


def connect(url: str) -> Connection:
    """A connection for looking, which never waits long; raises Fatal or Retriable."""
    connection = postgres.connect(url)
    with postgres.translating():
        connection.execute(f"SET statement_timeout = {_PATIENCE_MILLISECONDS}".encode())
    return connection


def flushed(primary: Connection) -> int:
    """How far the primary's log is on its disk; raises Retriable."""
    with postgres.translating():
        row = primary.execute(_FLUSHED).fetchone()
    return int(row[0]) if row else 0


def replayed(standby: Connection) -> int:
    """How far a standby has replayed it; raises Retriable, and Fatal for a server that follows nobody.

    One that was made a primary has a history of its own.
    """
    with postgres.translating():
        row = standby.execute(_REPLAYED).fetchone()
    if row is None or not row[0]:
        raise errors.Fatal(
            "The replica follows no primary", hint="Name standbys of the database with --replica."
        )
    return int(row[1])
