"""Copying a whole store into an empty one, whichever engines they are on, table by table.

How far it has come is written in the transaction of each page, so that whoever dies goes on where it stood. What is not
copied: the search indexes, which the copy makes anew (filling.py), and what the engines keep for themselves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct, field

from regulars import errors
from regulars.store import catalogue, filling, places, tables
from regulars.store.catalogue import Table
from regulars.store.store import Row, Store

_KEPT_AS: Final = "copy"  # in `meta`, while a copy is under way
_ROWS = 1_000  # of one page
_ROWS_WIDE = {"quarantine": 50}  # a record of these may be a million bytes long
# Rows that are the engine's own, by the name that is their key: the turn of PostgreSQL's writers, and our own notes.
_OWN_ROWS = {"counter": ("writer",), "meta": (_KEPT_AS, *filling.MARKS)}
_MADE_BY_OPENING = ("meta", "counter", "account_name", "account")
_SUM_BYTES = 16

Key = tuple[Any, ...]


class Digest(Struct, frozen=True):
    """How many rows a table has, and a sum over all of them in which their order does not count (hexadecimal)."""

    rows: int
    sum: str


class Progress(Struct):
    """How far a copy has come; `source`: which store it comes from."""

    source: bytes
    after: dict[str, Key] = field(
        default_factory=dict
    )  # of a table that is being copied: the last key that is here
    done: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)  # tables that differed at the end: they are copied anew
    searchable: bool = False  # the search indexes are being made of what is here


class Step(Struct, frozen=True):
    """A page of rows that is in the copy now, durably."""

    table: str
    rows: int


def under_way(store: Store) -> Progress | None:
    """How far the copy into this store has come; None when none is being made."""
    kept = places.secret(store, _KEPT_AS)
    return None if kept is None else msgspec.msgpack.decode(kept, type=Progress)


def begin(source: Store, target: Store, *, secret: str) -> Progress | None:
    """Makes the target ready, or finds how far an earlier try came; None when the whole copy is there already.

    `secret`: the name of the one that tells a store from every other, and not from its copies. Raises Conflict when the
    target holds something else.
    """
    with source.read():
        source_name = _digested(places.secret(source, secret) or b"")
    with target.write():
        progress = under_way(target)
        if progress is None:
            target_name = _digested(places.secret(target, secret) or b"")
            if not _is_empty(target):
                if target_name == source_name:
                    return None
                raise errors.Conflict(
                    "The store that is copied to is not empty",
                    hint="Name an empty database, or a data folder that is not there yet.",
                )
            for name in _MADE_BY_OPENING:
                _execute(target, f"DELETE FROM {name}")  # noqa: S608  # a name of ours
            progress = Progress(source_name)
            _keep(target, progress)
        elif progress.source != source_name:
            raise errors.Conflict(
                "A copy of another store was begun here", hint="Finish that one, or name an empty store."
            )
    return progress


def copy(source: Store, target: Store, progress: Progress) -> Iterator[Step]:
    """Copies what is missing, page by page, in the order of the tables' keys."""
    there = {table.name: table for table in _tables(target)}
    for table in _tables(source):
        if sorted(table.columns) != sorted(there[table.name].columns):
            raise AssertionError(f"{table.name} has other columns on the other engine")
        if table.name in progress.stale:
            _empty(target, table, progress)
        if table.name in progress.done:
            continue
        yield from _copy(source, target, table, progress)


def compare(
    source: Store, target: Store, seen: Callable[[str, int], None]
) -> tuple[dict[str, Digest], list[str]]:
    """The digest of every table of the source, and the tables that differ; `seen` is told of each page."""
    digests: dict[str, Digest] = {}
    differ = []
    for here, there in zip(_tables(source), _tables(target), strict=True):
        digests[here.name] = _digest(source, here, here.columns, seen)
        if _digest(target, there, here.columns, seen) != digests[here.name]:
            differ.append(here.name)
    return digests, differ


def redo(target: Store, progress: Progress, differ: Sequence[str]) -> None:
    """Has these tables copied anew when the copy is tried again."""
    progress.stale += differ
    progress.done = [name for name in progress.done if name not in progress.stale]
    with target.write():
        _keep(target, progress)


def begin_search(target: Store, progress: Progress) -> None:
    """Marks everybody as missing in the search indexes, once; `filling` puts them in."""
    if progress.searchable:
        return
    progress.searchable = True
    with target.write():
        for name in tables.SEARCH:
            index = f"INSERT INTO {name} ({name}) VALUES ('delete-all')"  # noqa: S608  # FTS5 keeps no rows to delete
            _execute(target, index if target.engine == "sqlite" else f"DELETE FROM {name}")  # noqa: S608
        filling.set_mark(target, filling.EVERYBODY, 0)
        _keep(target, progress)


def finish(target: Store) -> None:
    """The copy is whole: from now on it may be used."""
    with target.write():
        _execute(target, "DELETE FROM meta WHERE name = ?", (_KEPT_AS,))


def count(store: Store) -> int:
    """How many rows there are to copy."""
    with store.read():
        return sum(_execute(store, f"SELECT count(*) FROM {one.name}")[0][0] for one in _tables_in(store))  # noqa: S608


def _copy(source: Store, target: Store, table: Table, progress: Progress) -> Iterator[Step]:
    while True:
        with source.read():
            rows = _page(source, table, table.columns, progress.after.get(table.name))
        with target.write():
            _put(target, table, _content(table, table.columns, rows))
            if len(rows) < _size(table):
                progress.done.append(table.name)
                progress.after.pop(table.name, None)
            else:
                progress.after[table.name] = _key_of(table, table.columns, rows[-1])
            _keep(target, progress)
        yield Step(table.name, len(rows))
        if table.name in progress.done:
            return


def _empty(target: Store, table: Table, progress: Progress) -> None:
    own = _OWN_ROWS.get(table.name, ())
    kept = f" WHERE name NOT IN ({', '.join('?' * len(own))})" if own else ""
    with target.write():
        _execute(target, f"DELETE FROM {table.name}{kept}", own)  # noqa: S608  # a name of ours
        progress.stale.remove(table.name)
        progress.searchable = False
        _keep(target, progress)


def _digest(store: Store, table: Table, columns: Sequence[str], seen: Callable[[str, int], None]) -> Digest:
    total = count = 0
    after: Key | None = None
    while True:
        with store.read():
            rows = _page(store, table, columns, after)
        for row in _content(table, columns, rows):
            total += int.from_bytes(_digested(msgspec.msgpack.encode(row)))
            count += 1
        seen(table.name, len(rows))
        if len(rows) < _size(table):
            return Digest(count, (total % 2 ** (8 * _SUM_BYTES)).to_bytes(_SUM_BYTES).hex())
        after = _key_of(table, columns, rows[-1])


def _digested(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=_SUM_BYTES).digest()


def _page(store: Store, table: Table, columns: Sequence[str], after: Key | None) -> list[Row]:
    key = ", ".join(table.key)
    behind = f"WHERE ({key}) > ({', '.join('?' * len(table.key))})" if after is not None else ""
    order = f"ORDER BY {key} LIMIT {_size(table)}"
    return _execute(store, f"SELECT {', '.join(columns)} FROM {table.name} {behind} {order}", after or ())  # noqa: S608


def _size(table: Table) -> int:
    return _ROWS_WIDE.get(table.name, _ROWS)


def _key_of(table: Table, columns: Sequence[str], row: Row) -> Key:
    return tuple(row[columns.index(name)] for name in table.key)


def _content(table: Table, columns: Sequence[str], rows: list[Row]) -> list[Row]:
    """The rows without those that are the engine's own."""
    own = _OWN_ROWS.get(table.name)
    return rows if own is None else [row for row in rows if row[columns.index("name")] not in own]


def _put(target: Store, table: Table, rows: list[Row]) -> None:
    if not rows:
        return
    columns = ", ".join(table.columns)
    if target.engine == "postgres":
        with target.connection.cursor().copy(f"COPY {table.name} ({columns}) FROM STDIN") as into:
            for row in rows:
                into.write_row(row)
        return
    marks = ", ".join("?" * len(table.columns))
    target.connection.executemany(f"INSERT INTO {table.name} ({columns}) VALUES ({marks})", rows)  # noqa: S608


def _is_empty(store: Store) -> bool:
    """Whether nothing is in it but what any command makes that opens it: a secret, and the account `default`."""
    rest = [table for table in _tables_in(store) if table.name not in _MADE_BY_OPENING]
    if any(_execute(store, f"SELECT 1 FROM {table.name} LIMIT 1") for table in rest):  # noqa: S608  # a name of ours
        return False
    return {row[0] for row in _execute(store, "SELECT name FROM account_name")} <= {"default"}


def _tables(store: Store) -> list[Table]:
    """Every table whose rows are copied, in the order of the lists."""
    with store.read():
        return _tables_in(store)


def _tables_in(store: Store) -> list[Table]:
    return [catalogue.table(store, name) for name in (*tables.SHARED, *tables.TENANT)]


def _keep(target: Store, progress: Progress) -> None:
    places.keep_secret(target, _KEPT_AS, msgspec.msgpack.encode(progress))


def _execute(store: Store, sql: str, values: Sequence[Any] = ()) -> list[Row]:
    """Statements about whole tables, with `?` for values: the only ones that ask of no account."""
    if store.engine == "sqlite":
        return list(store.connection.execute(sql, tuple(values)))
    cursor = store.connection.execute(sql.replace("?", "%s"), tuple(values), binary=True)
    return cursor.fetchall() if cursor.description else []
