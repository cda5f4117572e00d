"""The schema's one numbered tree: `migrations/NNNN_name.sql`, then the engine's own half beside it.

Forward only; each in one transaction; checksummed, so that a changed migration is noticed and never half-applied.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Template

import apsw
from msgspec import Struct

from regulars import errors
from regulars.store import sqlite, upkeep
from regulars.store.sqlite_store import SqliteStore

_WORDS = {
    "sqlite": {
        "integer": "INTEGER",
        "text": "TEXT",
        "bytes": "BLOB",
        "strict": "STRICT",
        "keyed": "STRICT, WITHOUT ROWID",
        "rid": "rid INTEGER PRIMARY KEY",
        "rid_key": "",
        "zero": "X'30'",
    },
    "postgres": {
        "integer": "BIGINT",
        "text": 'TEXT COLLATE "C"',  # the order of both engines
        "bytes": "BYTEA",
        "strict": "",
        "keyed": "",
        "rid": "rid BIGINT NOT NULL",
        "rid_key": ", PRIMARY KEY (account_id, rid)",
        "zero": r"'\x30'",
    },
}

_SNAPSHOT = "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name, type"
_SHADOWS = ("data", "idx", "content", "docsize", "config")
_TABLE = """CREATE TABLE IF NOT EXISTS migration (
  number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT"""


class Migration(Struct, frozen=True):
    """One step of the schema: its statements in the engine's dialect and their checksum."""

    number: int
    name: str
    text: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the statements, 64 hexadecimal characters."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@cache
def migrations(engine: str = "sqlite") -> tuple[Migration, ...]:
    """Every migration there is, in order."""
    folder = files("regulars.store") / "migrations"
    found = []
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        stem = entry.name.removesuffix(".sql")
        if not entry.name.endswith(".sql") or "." in stem:  # another half, of one engine
            continue
        text = Template(entry.read_text(encoding="utf-8")).substitute(_WORDS[engine])
        own = folder / f"{stem}.{engine}.sql"
        if own.is_file():
            text += own.read_text(encoding="utf-8")
        number, name = stem.split("_", 1)
        found.append(Migration(int(number), name, text))
    return tuple(found)


def bring_up_to_date(store: SqliteStore, *, now: int) -> list[Migration]:
    """Applies what is missing, after a backup when there is anything to lose; what was applied.

    Raises Fatal when the store is newer than this program or a migration it knows was changed.
    """
    steps = _missing(store)
    if not steps:
        return []
    if len(steps) < len(migrations()):
        upkeep.backup(store, _backup_path(store.path, steps[0].number, now))
    with store.write():
        steps = _missing(store)  # another process may have been quicker
        store.connection.execute(_TABLE)
        for migration in steps:
            store.connection.execute(migration.text)
            store.connection.execute(
                "INSERT INTO migration (number, name, checksum, applied_at) VALUES (?, ?, ?, ?)",
                (migration.number, migration.name, migration.checksum, now),
            )
        store.connection.execute(f"PRAGMA application_id = {sqlite.APPLICATION_ID}")
    return steps


def check(store: SqliteStore) -> None:
    """Refuses a store whose tables are not those that its migrations make."""
    if digest(store) != _expected(store.engine):
        raise errors.Fatal(
            "The store's tables are not those of this program",
            hint="Restore the latest backup of the data folder.",
        )


def snapshot(store: SqliteStore) -> str:
    """Every table and index as the store has them, as one SQL text: docs/reference/schema.sql."""
    rows = store.connection.execute(_SNAPSHOT).fetchall()
    made_by_fts5 = {f"{table}_{kind}" for table in ("find", "part") for kind in _SHADOWS}
    return "\n\n".join(f"{sql};" for _, name, sql in rows if sql and name not in made_by_fts5) + "\n"


def digest(store: SqliteStore) -> str:
    """A hash of every table and index as the store has them."""
    with sqlite.translating():
        rows = store.connection.execute(_SNAPSHOT).fetchall()
    return hashlib.sha256(repr(rows).encode()).hexdigest()


@cache
def _expected(engine: str) -> str:
    blank = apsw.Connection(":memory:")
    blank.execute(_TABLE)
    for migration in migrations(engine):
        blank.execute(migration.text)
    return hashlib.sha256(repr(blank.execute(_SNAPSHOT).fetchall()).encode()).hexdigest()


def _missing(store: SqliteStore) -> list[Migration]:
    applied: dict[int, str] = {}
    with sqlite.translating():
        if store.connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'migration'").get:
            applied = dict(store.connection.execute("SELECT number, checksum FROM migration"))
    return missing(applied, store.engine)


def missing(applied: Mapping[int, str], engine: str) -> list[Migration]:
    """The migrations that are not among those applied (number and checksum); raises Fatal when those are not ours."""
    known = {migration.number: migration for migration in migrations(engine)}
    if applied.keys() - known.keys():
        raise errors.Fatal(
            "The store was made by a newer version of regulars",
            hint="Upgrade regulars, or restore an older backup.",
        )
    for number, checksum in applied.items():
        if known[number].checksum != checksum:
            raise errors.Fatal(
                f"The store's schema was not made by this program (migration {number} differs)",
                hint="Use the release that made it, or restore a backup.",
            )
    return [migration for number, migration in known.items() if number not in applied]


def _backup_path(path: Path, number: int, now: int) -> Path:
    folder = path.parent / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"before-migration-{number:04d}-{now}.db"
