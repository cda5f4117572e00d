"""Copying a store to another place, or to the other engine: `regulars store copy`."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

from msgspec import Struct

from regulars import errors
from regulars.app import serving_locks
from regulars.app.opening import open_bare, refuse_unfinished
from regulars.directory import Directory, filling, ingest, sealing
from regulars.directory.directory import SECRET
from regulars.store import Store, copying
from regulars.store.copying import Digest
from regulars.store.opening import FILE

Show = Callable[[str, int, int], None]  # what is being done, how much of it is done, of how much


class Place(Struct, frozen=True):
    """Where a store is: a database, with the folder that holds what is its machine's own; else a folder."""

    folder: Path
    database: str | None = None


class Moved(Struct, frozen=True):
    """What there is in the copy now: rows that this run copied, and the digest of each table, equal on both sides."""

    came: str  # the engines
    went: str
    copied: int
    tables: dict[str, Digest]


def move(came: Place, went: Place, *, key_file: Path | None, show: Show) -> Moved:
    """Copies a store that nobody serves into an empty one, or goes on with a copy that was interrupted.

    Raises Conflict when the target holds anything else, or when somebody wrote to either store meanwhile; Fatal when
    one of them is served on this machine.
    """
    _check(came, went)
    with ExitStack() as held:
        for folder in {came.folder.resolve(), went.folder.resolve()}:
            held.enter_context(serving_locks.server(folder))
        source, target = [held.enter_context(closing(_opened(place, key_file))) for place in (came, went)]
        refuse_unfinished(source)
        Directory(source)  # that there is a secret which tells it from others
        progress = copying.begin(source, target, secret=SECRET)
        _take_sources_key(came.folder, went.folder)
        copied = _copied(source, target, progress, show) if progress else 0
        digests = _compared(source, target, progress, show)
        if progress:
            copying.begin_search(target, progress)
            _fill(Directory(target), digests["customer"].rows, show)
            copying.finish(target)
        return Moved(source.engine, target.engine, copied, digests)


def _check(came: Place, went: Place) -> None:
    if came == went or (
        came.database is None and came.folder.resolve() == went.folder.resolve() and not went.database
    ):
        raise errors.Invalid("A store cannot be copied to itself", field="to")
    if came.database is None and not (came.folder / FILE).exists():
        raise errors.NotFound(f"There is no store in {came.folder}", hint="Name its data folder with --from.")


def _opened(place: Place, key_file: Path | None) -> Store:
    return open_bare(place.folder, key_file=key_file, role="tool", database=place.database)


def _take_sources_key(came: Path, went: Path) -> None:
    """What opens the credentials of connected sources goes along; it is in no store (sealing.py)."""
    key, there = came / sealing.KEY_NAME, went / sealing.KEY_NAME
    if not key.exists() or (there.exists() and there.samefile(key)):
        return
    if there.exists() and there.read_bytes() != key.read_bytes():
        raise errors.Conflict(
            f"{there} is another store's", hint="Name a data folder that holds nothing of another store."
        )
    if not there.exists():
        unfinished = there.with_name(there.name + ".unfinished")
        shutil.copy(key, unfinished)
        unfinished.chmod(0o600)
        unfinished.replace(there)


def _copied(source: Store, target: Store, progress: copying.Progress, show: Show) -> int:
    total, done = copying.count(source), 0
    for step in copying.copy(source, target, progress):
        done += step.rows
        show(f"copying {step.table}", done, total)
    return done


def _compared(
    source: Store, target: Store, progress: copying.Progress | None, show: Show
) -> dict[str, Digest]:
    """The digests of all tables, equal on both sides. `progress` None: the copy was whole before."""
    total, done = copying.count(source) * 2, 0

    def seen(table: str, rows: int) -> None:
        nonlocal done
        done += rows
        show(f"comparing {table}", done, total)

    digests, differ = copying.compare(source, target, seen)
    if differ and progress is None:
        raise errors.Conflict(
            f"The copy is whole, but one of the two has changed since ({', '.join(differ)})",
            hint="Name an empty database, or a data folder that is not there yet.",
        )
    if differ and progress is not None:
        copying.redo(target, progress, differ)
        raise errors.Conflict(
            f"Somebody wrote while the store was copied ({', '.join(differ)})",
            hint="Stop whatever writes to either store, then say the same again: only those tables are copied.",
        )
    return digests


def _fill(directory: Directory, total: int, show: Show) -> None:
    done = 0

    def seen(customers: int) -> None:
        nonlocal done
        done += customers
        show("making the search indexes", done, total)

    filling.fill(directory, seen)
    ingest.settle(directory)
