"""Spreading the tables of a PostgreSQL database over the machines of a Citus cluster, account by account.

All that is of one account is on one machine: one request, one account, one transaction, one machine. What is looked up
before an account is known, or is of the whole store, is small and read by every request: each machine has all of it
(docs/decisions/0028). Which migrations were applied stays with the coordinator, which alone asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from msgspec import Struct

from regulars import errors
from regulars.store import postgres, tables
from regulars.store.postgres import Connection

KEY: Final = "account_id"
FIRST: Final = tables.TENANT[0]  # the others are put beside it
TENANT: Final = (*tables.TENANT, *tables.SEARCH)

_THERE = "SELECT to_regproc('create_distributed_table') IS NOT NULL"
_COULD_BE = "SELECT count(*) FROM pg_available_extensions WHERE name = 'citus'"
# partmethod: h, by the hash of a column; n, whole on every machine; n and s, on the coordinator alone, still.
_SPREAD = """SELECT CAST(logicalrelid AS text), partmethod, column_to_column_name(logicalrelid, partkey), colocationid
FROM pg_dist_partition WHERE NOT (partmethod = 'n' AND repmodel = 's')"""
_SHARDS = "SELECT count(*) FROM pg_dist_shard WHERE logicalrelid = CAST(%s AS regclass)"


class Spread(Struct, frozen=True):
    """What is spread now: over how many shards, and which tables this run has spread, or put whole on each machine."""

    shards: int
    spread: tuple[str, ...]
    shared: tuple[str, ...]


class _Placed(Struct, frozen=True):
    method: str
    column: str | None
    together: int  # tables of the same number lie side by side


def distribute(url: str, shards: int, done: Callable[[str], None]) -> Spread:
    """Spreads whatever is not spread yet, parents first; a second run finds nothing to do.

    `done` is told each table. Raises Fatal when the server has no Citus, Conflict when a table is spread otherwise.
    """
    with postgres.translating(), postgres.connect(url) as connection:
        _check_server(connection)
        placed = _placed(connection)
        _check_placed(connection, placed, shards)
        missing = [name for name in TENANT if name not in placed]
        for name in missing:
            beside = (
                "create_distributed_table(%s, %s, colocate_with => 'none', shard_count => %s)"
                if name == FIRST
                else "create_distributed_table(%s, %s, colocate_with => %s)"
            )
            connection.execute(f"SELECT {beside}", [name, KEY, shards if name == FIRST else FIRST])
            _let_go(connection, name, done)
        whole = [name for name in tables.SHARED if name not in placed]
        for name in whole:
            connection.execute("SELECT create_reference_table(%s)", [name])
            _let_go(connection, name, done)
        return Spread(shards, tuple(missing), tuple(whole))


def _let_go(connection: Connection, name: str, done: Callable[[str], None]) -> None:
    """The rows that the coordinator still has, out of everybody's sight, go: each lies on its machine now."""
    connection.execute("SELECT truncate_local_data_after_distributing_table(%s)", [name])
    done(name)


def _check_server(connection: Connection) -> None:
    if _one(connection, _THERE):
        return
    could_be = _one(connection, _COULD_BE)
    raise errors.Fatal(
        "The database has no Citus: there are no machines to spread accounts over",
        hint="As its superuser: CREATE EXTENSION citus"
        if could_be
        else "One PostgreSQL server needs none of this. For more than one: docs/guides/citus.md",
    )


def _placed(connection: Connection) -> dict[str, _Placed]:
    rows = connection.execute(_SPREAD).fetchall()
    return {name: _Placed(method, column, together) for name, method, column, together in rows}


def _check_placed(connection: Connection, placed: dict[str, _Placed], shards: int) -> None:
    """What is spread already is spread as we would."""
    if FIRST not in placed:
        _refuse(sorted(placed.keys() & {*TENANT, *tables.SHARED}))
        return
    _refuse(
        name
        for name in TENANT
        if name in placed
        and (placed[name].method, placed[name].column, placed[name].together)
        != ("h", KEY, placed[FIRST].together)
    )
    _refuse(name for name in tables.SHARED if name in placed and placed[name].method != "n")
    there = _one(connection, _SHARDS, FIRST)
    if there != shards:
        raise errors.Conflict(
            f"The accounts are spread over {there} shards already",
            hint=f"Say --shards {there}; to change it: SELECT alter_distributed_table('{FIRST}',"
            f" shard_count => {shards}, cascade_to_colocated => true)",
        )


def _refuse(others: Iterable[str]) -> None:
    found = sorted(others)
    if found:
        raise errors.Conflict(
            f"Somebody has spread these tables otherwise: {', '.join(found)}",
            hint="Undo it (SELECT undistribute_table('…')), then say this again.",
        )


def _one(connection: Connection, sql: str, *values: str) -> int:
    row = connection.execute(sql.encode(), values).fetchone()
    return 0 if row is None else int(row[0])
