"""A data folder is opened, or refused with a sentence and a cure; never repaired in silence."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path

import pytest

from regulars import errors
from regulars.store import Store, keyfile, places, schema, upkeep
from regulars.store.opening import FILE, open_store
from regulars.store.sqlite_store import SqliteStore


def opened(folder: Path, key_file: Path | None = None) -> SqliteStore:
    return open_store(folder, key_file=key_file, role="tool", now=1)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    keyfile.create(path)
    return path


def fill(store: Store) -> None:
    with store.write():
        for number in range(200):
            places.keep_secret(store, f"canary-{number}", b"Zzcanary" * 100)


def test_folder_and_files_are_private(tmp_path: Path) -> None:
    """Whatever the umask says, nobody else may read the data."""
    before = os.umask(0)
    try:
        store = opened(tmp_path / "data")
        fill(store)
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").iterdir()}
    assert {name: mode & 0o077 for name, mode in modes.items()} == dict.fromkeys(modes, 0)
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    store.close()


def test_every_write_is_flushed(tmp_path: Path) -> None:
    """synchronous=FULL, a write-ahead log, and deleted bytes overwritten."""
    store = opened(tmp_path)
    pragmas = {
        name: store.connection.pragma(name) for name in ("synchronous", "journal_mode", "secure_delete")
    }
    assert pragmas == {"synchronous": 2, "journal_mode": "wal", "secure_delete": 1}
    store.close()


def test_an_encrypted_store_shows_nothing_and_opens_again(tmp_path: Path, key_file: Path) -> None:
    """With a key no byte of the content is in the folder's files, and the same key opens it."""
    store = opened(tmp_path / "data", key_file)
    fill(store)
    with_log = b"".join(path.read_bytes() for path in (tmp_path / "data").iterdir())
    store.close()
    assert b"Zzcanary" not in with_log
    assert b"canary" not in (tmp_path / "data" / FILE).read_bytes()
    store = opened(tmp_path / "data", key_file)
    assert places.secret(store, "canary-7") == b"Zzcanary" * 100
    store.close()


def test_the_key_file_is_private_and_never_overwritten(key_file: Path) -> None:
    """32 random bytes, mode 0600; a second create is refused, and so is a file that others may read."""
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert len(key_file.read_bytes()) == 32
    with pytest.raises(errors.Conflict):
        keyfile.create(key_file)
    key_file.chmod(0o644)
    with pytest.raises(errors.Fatal, match="Others may read"):
        keyfile.read(key_file)


def test_the_wrong_key_is_told_from_a_damaged_file(tmp_path: Path, key_file: Path) -> None:
    """Each has its own sentence."""
    opened(tmp_path / "data", key_file).close()
    keyfile.create(tmp_path / "other")
    with pytest.raises(errors.Fatal, match="not the key"):
        opened(tmp_path / "data", tmp_path / "other")
    with pytest.raises(errors.Fatal, match="needs its key"):
        opened(tmp_path / "data")
    flip(tmp_path / "data" / FILE, 5_000)
    with pytest.raises(errors.Fatal, match="damaged"):
        opened(tmp_path / "data", key_file)


def test_a_restored_backup_needs_only_its_key(tmp_path: Path, key_file: Path) -> None:
    """A copy of the file in a folder of its own, without the key id, opens with its key and with no other."""
    store = opened(tmp_path / "data", key_file)
    fill(store)
    (tmp_path / "restored").mkdir()
    upkeep.backup(store, tmp_path / "restored" / FILE)
    store.close()
    keyfile.create(tmp_path / "other")
    with pytest.raises(errors.Fatal, match="not made with this key"):
        opened(tmp_path / "restored", tmp_path / "other")
    for _ in range(2):
        store = opened(tmp_path / "restored", key_file)
        assert places.secret(store, "canary-7") == b"Zzcanary" * 100
        store.close()


def test_a_plain_store_refuses_a_key(tmp_path: Path, key_file: Path) -> None:
    """Giving a key does not encrypt what is there already, and says so."""
    opened(tmp_path / "data").close()
    with pytest.raises(errors.Fatal, match="not encrypted"):
        opened(tmp_path / "data", key_file)


def test_somebody_elses_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    """Another program's SQLite file stays byte for byte as it was."""
    connection = sqlite3.connect(tmp_path / FILE)
    connection.execute("PRAGMA page_size = 8192")
    connection.execute("CREATE TABLE theirs (a)")
    connection.commit()
    connection.close()
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(errors.Fatal, match="some other program"):
        opened(tmp_path)
    assert (tmp_path / FILE).read_bytes() == before


@pytest.mark.parametrize(
    "content",
    [b"x" * 100, b"PK\x03\x04" + b"z" * 20_000, b"SQLite format 3\x00" + bytes(8_176), b"\x00" * 16_384],
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: bytes) -> None:
    """Not a database, or not one of ours: a sentence, no traceback."""
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(errors.Fatal) as caught:
        opened(tmp_path)
    assert caught.value.hint
    assert (tmp_path / FILE).read_bytes() == content


@pytest.mark.parametrize("harm", ["cut", "zero"])
def test_a_harmed_file_is_refused(tmp_path: Path, harm: str) -> None:
    """Cut in the middle of a page, or its first page wiped."""
    store = opened(tmp_path)
    fill(store)
    store.close()
    content = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(content[:-100] if harm == "cut" else bytes(8_192) + content[8_192:])
    with pytest.raises(errors.Fatal, match="damaged"):
        opened(tmp_path)


def test_a_bad_page_is_a_clear_error_when_it_is_read(tmp_path: Path) -> None:
    """Damage deep in the file shows at the first read of it, as an error with a cure."""
    store = opened(tmp_path)
    fill(store)
    store.close()
    path = tmp_path / FILE
    root = (
        sqlite3.connect(path).execute("SELECT rootpage FROM sqlite_schema WHERE name = 'meta'").fetchone()[0]
    )
    content = bytearray(path.read_bytes())
    content[(root - 1) * 8_192 : root * 8_192] = os.urandom(8_192)
    path.write_bytes(content)
    store = opened(tmp_path)
    with pytest.raises(errors.Fatal, match="damaged"), store.read():
        places.secret(store, "canary-7")
    store.close()


def test_a_store_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    """A migration that this program does not know."""
    store = opened(tmp_path)
    with store.write():
        store.connection.execute("INSERT INTO migration VALUES (9999, 'later', 'x', 1)")
    store.close()
    with pytest.raises(errors.Fatal, match="newer version"):
        opened(tmp_path)


def test_a_changed_schema_is_refused(tmp_path: Path) -> None:
    """A table that somebody added or changed by hand, or a migration that is not ours."""
    store = opened(tmp_path)
    store.connection.execute("CREATE TABLE by_hand (a)")
    store.close()
    with pytest.raises(errors.Fatal, match="tables are not those"):
        opened(tmp_path)
    store = SqliteStore(tmp_path / FILE)
    store.connection.execute("UPDATE migration SET checksum = 'x'")
    with pytest.raises(errors.Fatal, match="differs"):
        schema.bring_up_to_date(store, now=1)
    store.close()


def test_a_migration_makes_a_backup_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An older store is copied before it is changed; a new one is not."""
    store = opened(tmp_path)
    fill(store)
    assert not (tmp_path / "backups").exists()
    step = schema.Migration(9_999, "more", "CREATE TABLE more (account_id INTEGER PRIMARY KEY) STRICT;")
    both = (*schema.migrations(), step)
    monkeypatch.setattr(schema, "migrations", lambda engine="sqlite": both)
    assert schema.bring_up_to_date(store, now=2) == [step]
    assert schema.bring_up_to_date(store, now=3) == []
    store.close()
    (backup,) = (tmp_path / "backups").iterdir()
    copy = sqlite3.connect(backup)
    assert copy.execute("SELECT count(*) FROM meta").fetchone() == (200,)
    assert copy.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'more'").fetchone() == (0,)
    copy.close()


def test_the_schema_snapshot_is_what_the_migrations_make(tmp_path: Path) -> None:
    """docs/reference/schema.sql shows every table as it is; `make schema` writes it anew."""
    store = opened(tmp_path)
    assert Path("docs/reference/schema.sql").read_text(encoding="utf-8") == schema.snapshot(store)
    store.close()


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)
