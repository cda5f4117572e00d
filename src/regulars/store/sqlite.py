"""One SQLite file through apsw: opening it, its pragmas, its errors in our words."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import apsw

from regulars import errors, limits

Role = Literal["server", "tool"]

APPLICATION_ID = 0x52474C52  # "RGLR": tells our file from anybody else's SQLite file
PAGE_SIZE = 8192
_NORMAL = 1  # of `synchronous`: the log is flushed before it is moved into the file, not at each commit
_PLAIN_HEADER = b"SQLite format 3\x00"
# A server checkpoints seldom, so that a single write stays short; an importer often, so that the log stays small
# beside readers (docs/decisions/0005).
_AUTOCHECKPOINT_PAGES: dict[Role, int] = {"server": 4000, "tool": 1000}


def is_plain(path: Path) -> bool:
    """Whether the file begins as an unencrypted SQLite file does."""
    with path.open("rb") as file:
        return file.read(len(_PLAIN_HEADER)) == _PLAIN_HEADER


def connect(path: Path, *, key: bytes | None, role: Role) -> apsw.Connection:
    """An open connection with every pragma that durability and erasure ask for; raises Fatal on a foreign file."""
    with translating():
        connection = apsw.Connection(str(path), statementcachesize=200)
    try:
        connection.set_busy_timeout(limits.BUSY_MILLISECONDS)
        take_form(connection, key)
        _check_owner(connection, path)  # before anything is written to a file that may not be ours
        if _journal_mode(connection) != "wal":
            raise errors.Fatal(
                "The data folder's file system has no write-ahead log", hint="Use a local disk."
            )
        for name, value in (
            ("synchronous", "FULL"),
            ("secure_delete", "ON"),
            ("cache_size", -65536 if role == "tool" else -16384),
            ("journal_size_limit", 67_108_864),
            ("wal_autocheckpoint", _AUTOCHECKPOINT_PAGES[role]),
            ("temp_store", "MEMORY"),
            ("trusted_schema", "OFF"),
        ):
            connection.pragma(name, value)
    except apsw.Error as error:
        connection.close()
        raise translated(error) from error
    except errors.RegularsError:
        connection.close()
        raise
    return connection


def take_form(connection: apsw.Connection, key: bytes | None) -> None:
    """The key and the size of a page, which every file of ours has: before the first read.

    An encrypted file that another process makes meanwhile is sealed in pages of this size.
    """
    if key is not None:
        connection.pragma("cipher", "chacha20")
        connection.execute(f"PRAGMA hexkey='{(b'raw:' + key.hex().encode()).hex()}'")
    connection.pragma("page_size", PAGE_SIZE)


def _journal_mode(connection: apsw.Connection) -> object:
    """Turns the write-ahead log on; SQLite itself does not wait while another process makes the same file."""
    deadline = time.monotonic() + limits.BUSY_MILLISECONDS / 1000
    while True:
        try:
            return connection.pragma("journal_mode", "wal")
        except apsw.BusyError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.005)


def _check_owner(connection: apsw.Connection, path: Path) -> None:
    # In this order: another process may make the tables and name their owner in between.
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").get
    owner = connection.pragma("application_id")
    if owner == APPLICATION_ID or (owner == 0 and tables == 0):
        return
    raise errors.Fatal(
        f"{path} is a SQLite file of some other program", hint="Choose another folder with --data."
    )


def version() -> str:
    """SQLite's own."""
    return f"SQLite {apsw.sqlite_lib_version()}"


@contextmanager
def unflushed(connection: apsw.Connection) -> Iterator[None]:
    """What is committed within is flushed with the next commit behind it: for work that loses nothing when it is lost.

    A power cut leaves the store as it was at some commit, never in between.
    """
    before = connection.pragma("synchronous")
    connection.pragma("synchronous", min(before, _NORMAL))
    try:
        yield
    finally:
        connection.pragma("synchronous", before)


@contextmanager
def translating() -> Iterator[None]:
    """Database errors leave as ours."""
    try:
        yield
    except apsw.Error as error:
        raise translated(error) from error
    except UnicodeDecodeError as error:  # every text in a store was UTF-8 when it was written
        raise damaged() from error


def translated(error: apsw.Error) -> errors.RegularsError:
    """The error of ours that says what to do about an error of SQLite's."""
    # The second is how SQLite meets a full disk when nobody has the store open: its index of the log needs room.
    if isinstance(error, apsw.FullError) or _extended(error) == apsw.SQLITE_IOERR_SHMSIZE:
        return errors.StorageFull("The disk is full", hint="Make room; nothing was half-written.")
    if isinstance(error, (apsw.BusyError, apsw.LockedError)):
        return errors.Retriable("The store is busy", retry_after=limits.RETRY_AFTER_SECONDS)
    if isinstance(error, (apsw.CorruptError, apsw.NotADBError)):
        return damaged()
    if isinstance(error, (apsw.IOError, apsw.CantOpenError, apsw.NoMemError)):
        return errors.Retriable("The store's disk did not answer as it should", hint="See: regulars doctor")
    if isinstance(error, apsw.ReadOnlyError):
        return errors.Retriable("The store cannot be written", hint="Check the disk and the folder's owner.")
    return errors.Fatal(f"The store refused a statement ({type(error).__name__})", hint="Please report this.")


def damaged() -> errors.Fatal:
    """What is to be said when the file holds what cannot have been written to it."""
    return errors.Fatal(
        "The store's file is damaged",
        hint="Restore the latest backup (regulars backup makes them), or ask: regulars doctor --full",
    )


def _extended(error: apsw.Error) -> int | None:
    """SQLite's finer number of an error; None for one of apsw's own."""
    return getattr(error, "extendedresult", None)
