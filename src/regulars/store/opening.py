"""Opening a data folder: made when missing, refused in words when it is not ours, damaged, or under another key."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from regulars import errors
from regulars.store import keyfile, schema, sqlite
from regulars.store.sqlite_store import SqliteStore
from regulars.store.turnstile import Turnstile

if TYPE_CHECKING:
    from regulars.store.postgres_store import PostgresStore

FILE = "regulars.db"
_KEY_ID = "regulars.keyid"


def open_store(folder: Path, *, key_file: Path | None, role: sqlite.Role, now: int) -> SqliteStore:
    """The store of a data folder, its schema up to date.

    Raises Fatal with a cure for a foreign, damaged, newer or differently encrypted file.
    """
    _make(folder)
    key = keyfile.read(key_file) if key_file is not None else None
    path = folder / FILE
    _check_key(folder, path, key)
    try:
        _check_length(path)
        if key is not None and not _has_content(path):
            _keep_key_id(folder, key)  # before there is anything that only this key opens
        _create_private(path)
        store = _opened(path, key, role)
    except OSError as error:
        raise errors.Fatal(
            f"{path} cannot be opened: {error.strerror}",
            hint="Check the disk, and who owns the data folder.",
        ) from None
    try:
        if key is not None:
            _keep_key_id(folder, key)  # a restored backup comes without
        schema.bring_up_to_date(store, now=now)
        with store.read():
            schema.check(store)
    except BaseException:
        store.close()
        raise
    return store


def open_database(
    url: str, folder: Path, *, key_file: Path | None, role: sqlite.Role, now: int, partitions: int = 0
) -> PostgresStore:
    """The store in a PostgreSQL database, its schema up to date; the folder holds what is this machine's own.

    `partitions`: postgres_schema.py. Raises Fatal with a cure for a server that cannot be reached, is too old, or holds
    what a newer program made.
    """
    from regulars.store import postgres_schema  # noqa: PLC0415  # an extra
    from regulars.store.postgres_store import PostgresStore  # noqa: PLC0415

    _make(folder)
    key = keyfile.read(key_file) if key_file is not None else None
    postgres_schema.bring_up_to_date(url, now=now, partitions=partitions)
    return PostgresStore(url, folder, key=key, role=role)


def _opened(path: Path, key: bytes | None, role: sqlite.Role) -> SqliteStore:
    try:
        return SqliteStore(path, key=key, role=role)
    except errors.Fatal as error:
        if key is None or _known_key_id(path.parent) is not None:
            raise
        raise errors.Fatal(
            "The store was not made with this key, or is damaged",
            hint="Give its own key, or restore a backup.",
        ) from error


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise errors.Fatal(
            f"The data folder {folder} cannot be made: {error.strerror}",
            hint="Choose another one with --data.",
        ) from None


def _check_key(folder: Path, path: Path, key: bytes | None) -> None:
    """The key that the folder's key id names, and no other; no key for a plain file."""
    known = _known_key_id(folder)
    if key is None:
        if known is not None:
            raise errors.Fatal(
                "The store is encrypted and needs its key", hint="Give --key-file or set REGULARS_KEY_FILE."
            )
        return
    if known is not None and known != keyfile.key_id(key):
        raise errors.Fatal("This is not the key of the store", hint="Give the key file it was made with.")
    if known is None and _has_content(path) and sqlite.is_plain(path):
        raise errors.Fatal("The store is not encrypted, but a key was given", hint="Leave --key-file away.")


def _check_length(path: Path) -> None:
    """A file emptied, cut short or of another kind shows before SQLite opens it."""
    was_opened = Turnstile.was_in(path.parent)
    if not _has_content(path):
        if was_opened and path.exists():
            raise errors.Fatal(
                f"{path} is empty: what was in it is gone",
                hint="Restore a backup; to begin anew, choose another folder with --data.",
            )
        return
    # With a log beside it the file may be growing this moment, or have stopped in mid-page: SQLite mends that.
    is_settled = not any(path.with_name(path.name + kind).exists() for kind in ("-wal", "-journal"))
    size = path.stat().st_size
    with path.open("rb") as file:
        header = file.read(100)
    page_size = int.from_bytes(header[16:18], "big")
    if len(header) < 100 or page_size != sqlite.PAGE_SIZE or (is_settled and size % page_size):
        raise errors.Fatal(
            f"{path} is damaged, or no store of regulars",
            hint="Restore a backup, or choose another folder with --data.",
        )


def _has_content(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def _create_private(path: Path) -> None:
    """Nobody else may read it, whatever the umask says."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _known_key_id(folder: Path) -> str | None:
    try:
        return (folder / _KEY_ID).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        raise errors.Fatal(f"{folder / _KEY_ID} cannot be read", hint="Restore it from a backup.") from None


def _keep_key_id(folder: Path, key: bytes) -> None:
    """Appears whole or not at all: another process may be opening the folder this moment, or this one may be killed."""
    if _known_key_id(folder) is not None:
        return
    unfinished = folder / f"{_KEY_ID}.{os.getpid()}"
    with os.fdopen(
        os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii"
    ) as file:
        file.write(keyfile.key_id(key) + "\n")
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(folder / _KEY_ID)
