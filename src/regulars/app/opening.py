"""Opening the directory of a data folder: where the rooms are put together."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from regulars import errors
from regulars.app import serving_locks
from regulars.config import Settings
from regulars.directory import Directory, filling
from regulars.directory.directory import microseconds
from regulars.store import Store, copying
from regulars.store.opening import open_database, open_store

Role = Literal["server", "tool"]


def open_directory(
    data: Path,
    *,
    key_file: Path | None = None,
    role: Role = "tool",
    database: str | None = None,
    is_sandbox: bool = False,
) -> Directory:
    """The directory in this folder, or in this database; folder (0700) and store are made when missing.

    Raises errors.Fatal with a cure for a file that is foreign, damaged, newer, or under another key, and for a
    database that cannot be reached or is not ours.
    """
    store = open_bare(data, key_file=key_file, role=role, database=database)
    may_be_alone = role == "tool" and database is None  # of a database nobody knows who else serves it
    try:
        refuse_unfinished(store)
        directory = Directory(
            store, is_sandbox=is_sandbox, is_alone=lambda: may_be_alone and not serving_locks.look(data)[0]
        )
        filling.fill(directory)
    except BaseException:
        store.close()
        raise
    return directory


def open_bare(data: Path, *, key_file: Path | None, role: Role, database: str | None) -> Store:
    """The store alone, brought up to date: also one that is no whole directory yet. Raises as `open_directory` does."""
    if database is None:
        return open_store(data, key_file=key_file, role=role, now=microseconds())
    return open_database(database, data, key_file=key_file, role=role, now=microseconds())


def refuse_unfinished(store: Store) -> None:
    """A copy in the making is no store yet: raises Fatal and says how to finish it."""
    with store.read():
        is_unfinished = copying.under_way(store) is not None
    if is_unfinished:
        raise errors.Fatal(
            "The store is a copy that was interrupted", hint="Say the same `regulars store copy` again."
        )


def open_as_set(settings: Settings, *, role: Role = "tool") -> Directory:
    """The directory that the settings name."""
    return open_directory(
        settings.data,
        key_file=settings.key_file,
        role=role,
        database=settings.database,
        is_sandbox=settings.sandbox is not None,
    )
