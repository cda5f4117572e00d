"""Work off the request path: merging the search index, backups, checks of the whole file."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import apsw

from regulars import errors
from regulars.store import sqlite
from regulars.store.store import Store, total_changes

_MERGE_PAGES = 64  # a step of everyday merging: 4 ms
_REWRITE_PAGES = 100  # a step of a full rewrite: 8 ms
_BACKUP_PAGES = 256


def merge(store: Store, *, steps: int | None = None) -> int:
    """Merges the search index in small transactions of their own; how many steps did something.

    `steps` bounds them; None: until nothing is left to merge.
    """
    done = 0
    while steps is None or done < steps:
        if not _merge_step(store, _MERGE_PAGES):
            break
        done += 1
    return done


def purge(store: Store, progress: Callable[[int], None] | None = None) -> bool:
    """Rewrites the search index past everything erased, in small steps, then empties the log; whether it could.

    After it no word of an erased customer is left in the file (docs/decisions/0014). A negative page count
    starts the rewrite of every segment, positive ones go on with it.
    """
    step, pages = 0, -_REWRITE_PAGES
    while _merge_step(store, pages):
        pages = _REWRITE_PAGES
        step += 1
        if progress is not None:
            progress(step)
    return truncate_log(store)


def _merge_step(store: Store, pages: int) -> bool:
    """One step; whether it moved anything (fewer than two rows: SQLite's own bookkeeping)."""
    before = total_changes(store)
    with store.write():
        store.run("merge_words", {"pages": pages})
    return total_changes(store) - before >= 2


def truncate_log(store: Store) -> bool:
    """Moves the log into the file and empties it; False when a reader was in the way."""
    with sqlite.translating():
        try:
            store.connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        except apsw.BusyError:
            return False
    return True


def backup(store: Store, target: Path) -> int:
    """A consistent copy while others read and write, under the same key; its size in bytes.

    It appears under its name only when it is whole. Raises Conflict when the name is taken.
    """
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


def _copy(store: Store, target: Path) -> None:
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


def damage(store: Store, *, full: bool) -> list[str]:
    """What SQLite's own check finds wrong, in its words; empty when all is well. `full` reads every index too."""
    with sqlite.translating():
        found = [
            str(row[0])
            for row in store.connection.execute(f"PRAGMA {'integrity' if full else 'quick'}_check")
        ]
    return [] if found == ["ok"] else found


def version() -> str:
    """The engine and its version."""
    return f"SQLite {apsw.sqlite_lib_version()}"
