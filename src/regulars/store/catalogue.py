"""What the engine itself says of its tables: their columns, and what their rows are told apart by."""

from __future__ import annotations

from msgspec import Struct

from regulars.store.store import Store

_SQLITE = "SELECT name, pk FROM pragma_table_info(?) ORDER BY cid"
# The vector of an index's columns counts from 0.
_POSTGRES = """SELECT a.attname, coalesce(array_position(CAST(i.indkey AS int2[]), a.attnum) + 1, 0) FROM pg_attribute a
  LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
WHERE a.attrelid = CAST(to_regclass(%s) AS oid) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"""


class Table(Struct, frozen=True):
    """A table: its columns in order, and those of its key."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]


def table(store: Store, name: str) -> Table:
    """The table of this name; within a transaction."""
    found = store.connection.execute(_SQLITE if store.engine == "sqlite" else _POSTGRES, (name,))
    rows = list(found)
    key = sorted((place, column) for column, place in rows if place)
    return Table(name, tuple(column for column, _ in rows), tuple(column for _, column in key))
