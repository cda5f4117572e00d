"""Work off the request path: merging the search indexes, wiping what was erased, backups.

Most of it is SQLite's: PostgreSQL looks after its indexes itself, and has tools of its own for backups.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import apsw

from regulars import errors
from regulars.store import sqlite
from regulars.store.sqlite_store import SqliteStore
from regulars.store.store import Store

_MERGE_PAGES = 64  # a step of everyday merging: 4 ms
_REWRITE_PAGES = 100  # a step of a full rewrite: 8 ms
_INDEXES = ("merge_words", "merge_parts")
_BACKUP_PAGES = 256


def merge(store: Store, *, steps: int | None = None) -> int:
    """Merges the search indexes in small transactions of their own; how many steps did something.

    `steps` bounds them; None: until nothing is left to merge. They are not flushed: a power cut may undo them, and they
    are done again.
    """
    if not isinstance(store, SqliteStore):
        return 0
    done = 0
    with sqlite.unflushed(store.connection):
        while steps is None or done < steps:
            if not _merge_step(store, _MERGE_PAGES):
                break
            done += 1
    return done


def purge(store: Store, progress: Callable[[int], None] | None = None) -> bool:
    """Rewrites the search indexes past everything erased, in small steps, then empties the log; whether it could.

    After it no word of an erased customer is left in the file (docs/decisions/0014). A negative page count
    starts the rewrite of every segment, positive ones go on with it.
    """
    step, more = 0, begin_rewrite(store)
    while more:
        step += 1
        if progress is not None:
            progress(step)
        more = go_on_rewriting(store)
    return store.wipe(patient=True)


def begin_rewrite(store: Store) -> bool:
    """The first steps of rewriting every part of both search indexes; whether there is more to do."""
    if not isinstance(store, SqliteStore):
        return False
    moved = [_merge_one(store, index, -_REWRITE_PAGES) for index in _INDEXES]
    return any(moved)


def go_on_rewriting(store: Store) -> bool:
    """One more step; whether there is more to do."""
    return _merge_step(store, _REWRITE_PAGES)


def _merge_step(store: Store, pages: int) -> bool:
    """One step for the first index that has something to move; whether one had."""
    return isinstance(store, SqliteStore) and any(_merge_one(store, index, pages) for index in _INDEXES)


def _merge_one(store: SqliteStore, index: str, pages: int) -> bool:
    """One step; whether it moved anything (fewer than two rows: SQLite's own bookkeeping)."""
    before = store.total_changes()
    with store.write():
        store.run(index, {"pages": pages})
    return store.total_changes() - before >= 2


def backup(store: Store, target: Path) -> int:
    """A consistent copy while others read and write, under the same key; its size in bytes.

    It appears under its name only when it is whole. Raises Conflict when the name is taken, Fatal on PostgreSQL.
    """
    if not isinstance(store, SqliteStore):
        raise errors.Fatal(
            "The store is on PostgreSQL, which has tools of its own for backups",
            hint="See: pg_dump, pg_basebackup",
        )
    if target.exists():
        raise errors.Conflict(
            f"{target} exists already", hint="A backup is never overwritten: choose another name."
        )
    unfinished = target.with_name(target.name + ".unfinished")
    try:
        unfinished.unlink(missing_ok=True)
        os.close(os.open(unfinished, os.O_CREAT | os.O_WRONLY, 0o600))
        _copy(store, unfinished)
        _flush(unfinished)
        unfinished.rename(target)
        _flush(target.parent)
        return target.stat().st_size
    except OSError as error:
        raise errors.Fatal(
            f"{target} cannot be written: {error.strerror}", hint="Name a file in a folder that is there."
        ) from None
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def _copy(store: SqliteStore, target: Path) -> None:
    """Copies what the store holds at one moment: else SQLite begins anew whenever somebody writes, and never ends."""
    with store.read():
        store.connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
        copy = apsw.Connection(str(target))
        try:
            sqlite.take_form(copy, store.key)
            with copy.backup("main", store.connection, "main") as work:
                while not work.done:
                    work.step(_BACKUP_PAGES)
        finally:
            copy.close()


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def data_version(store: Store) -> int:
    """A number that changes when somebody else has written."""
    with store.read():
        found: int = store.one("data_version", {})[0]
    return found
