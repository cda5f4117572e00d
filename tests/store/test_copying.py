"""A store copied to the other engine and back is the same store, whatever happens on the way."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from regulars import errors
from regulars.app import moving
from regulars.app.moving import Moved, Place
from regulars.app.opening import open_directory
from regulars.directory import Directory, ingest, lookup, places, sealing, tokens
from regulars.model.place import SCOPES_DEFAULT
from regulars.model.record import Record
from regulars.store import copying, keyfile, tables
from regulars.store.opening import FILE
from tests.conftest import TORTURE
from tests.directory.world import person, settle_in

PEOPLE = 1_100  # more than a page of rows


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with something in as many tables as a shop fills; nobody writes to it."""
    folder = tmp_path_factory.mktemp("filled") / "data"
    directory = open_directory(folder)
    fill(directory)
    directory.close()
    return folder


def fill(directory: Directory, people: int = PEOPLE) -> None:
    """Customers at two locations of two accounts, some deleted, one in quarantine."""
    for name in ("default", "other"):
        account = settle_in(directory, 12345, 7, account=name)
        crowd = [
            person(f"C-{n}", f"Ada{n}", "Example", phone=f"+1212555{n:04}", email=f"ada{n}@example.com")
            for n in range(people if name == "default" else 20)
        ]
        ingest.batch(directory, account.account_id, 12345, "till", crowd)
        ingest.batch(
            directory,
            account.account_id,
            7,
            "till",
            [person("T-1", "Tove", "There"), Record("shift4", b"{", "test:2")],
        )
        tokens.create(directory, account.account_id, name="reader", location_ids=None, scopes=SCOPES_DEFAULT)


def move(came: Place, went: Place) -> Moved:
    return moving.move(came, went, key_file=None, show=lambda _what, _done, _of: None)


def found(place: Place, text: str) -> list[str]:
    """Whom a search finds exactly, by reference: a typo away, T-1 and T-2 find each other."""
    directory = open_directory(place.folder, database=place.database)
    try:
        account_id = places.account(directory, "default").account_id
        return [
            hit.pos_ref
            for hit in lookup.find(directory, account_id, text=text, location_id=None, limit=50)
            if hit.match == "exact"
        ]
    finally:
        directory.close()


def test_there_and_back_nothing_is_lost(filled: Path, tmp_path: Path, database: str) -> None:
    """Each table has the same digest in the file, in the database, and in a file again; searches find the same."""
    there = Place(tmp_path / "machine", database)
    back = Place(tmp_path / "back")

    went = move(Place(filled), there)
    came = move(there, back)

    assert (went.came, went.went, came.came, came.went) == ("sqlite", "postgres", "postgres", "sqlite")
    assert went.tables == came.tables
    assert went.tables.keys() == {*tables.TENANT, *tables.SHARED}
    assert went.tables["customer"].rows == PEOPLE + 20 + 2
    for text in ("ada7 exa", "2125550700", "tove", "0007"):
        assert found(back, text) == found(there, text) == found(Place(filled), text) != []


def test_said_again_it_compares(filled: Path, tmp_path: Path, database: str) -> None:
    """A copy that is whole is compared once more; when one side has changed since, that is said."""
    there = Place(tmp_path / "machine", database)
    first = move(Place(filled), there)

    again = move(Place(filled), there)

    assert (again.copied, again.tables) == (0, first.tables)
    directory = open_directory(there.folder, database=database)
    ingest.batch(directory, 1, 7, "till", [person("T-2", "Tore", "There")])
    directory.close()
    with pytest.raises(errors.Conflict, match=r"changed since .*customer"):
        move(Place(filled), there)


def test_what_is_written_meanwhile_is_noticed_and_mended(
    tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows changed, added and deleted behind the copy: the tables are named, and copied anew when it is said again."""
    source, there = Place(tmp_path / "data"), Place(tmp_path / "machine", database)
    directory = open_directory(source.folder)
    fill(directory, 30)
    compare = copying.compare

    def and_somebody_writes(*asked: object) -> object:
        ingest.batch(
            directory, 1, 7, "till", [person("T-1", "Tova", "There"), person("T-9", "Tine", "There")]
        )
        return compare(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(copying, "compare", and_somebody_writes)
    with pytest.raises(errors.Conflict, match=r"Somebody wrote .*customer"):
        move(source, there)
    monkeypatch.undo()
    directory.close()
    with pytest.raises(errors.Fatal, match="interrupted"):
        open_directory(there.folder, database=database)

    moved = move(source, there)

    assert moved.tables["customer"].rows == 30 + 20 + 3
    assert found(there, "tova") == ["T-1"]
    assert found(there, "tove") == []


def test_what_changes_while_the_indexes_are_made_is_found(
    tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Interrupted when everybody can be searched for, then somebody is renamed: nobody is found by the old name."""
    source, there = Place(tmp_path / "data"), Place(tmp_path / "machine", database)
    directory = open_directory(source.folder)
    fill(directory, 30)
    monkeypatch.setattr(copying, "finish", interrupt)
    with pytest.raises(KeyboardInterrupt):
        move(source, there)
    monkeypatch.undo()
    ingest.batch(directory, 1, 7, "till", [person("T-1", "Zelda", "There")])
    directory.close()
    with pytest.raises(errors.Conflict, match="Somebody wrote"):
        move(source, there)

    move(source, there)

    assert found(there, "zelda") == ["T-1"]
    assert found(there, "tove") == []
    assert found(there, "ada7 exa") == found(source, "ada7 exa")


def interrupt(*_asked: object) -> None:
    """Ends what is under way as Ctrl-C does."""
    raise KeyboardInterrupt


def test_a_digest_tells_every_difference(filled: Path, tmp_path: Path, database: str) -> None:
    """One character, one missing row, one row too many: the digest of its table is another one."""
    there = Place(tmp_path / "machine", database)
    digests = move(Place(filled), there).tables
    harms = {
        "customer": "UPDATE customer SET ref = ref || ' ' WHERE ref = 'C-700'",
        "record": "DELETE FROM record WHERE rid = (SELECT max(rid) FROM record)",
        "doc": "UPDATE doc SET square = substring(square FROM 2) WHERE rid = (SELECT min(rid) FROM doc)",
        "location": "INSERT INTO location SELECT 99, location_id, loc_no, name, country, time_zone, currency, language,"
        " is_main, created_at, seq, pos, listed FROM location WHERE account_id = 1 AND location_id = 7",
        "bucket": "UPDATE bucket SET first_at = NULL WHERE first_at = (SELECT min(first_at) FROM bucket)",
    }
    with psycopg.connect(database, autocommit=True) as connection:
        for harm in harms.values():
            assert connection.execute(harm.encode()).rowcount >= 1

    with pytest.raises(errors.Conflict) as caught:
        move(Place(filled), there)

    assert set(caught.value.message.partition("(")[2].rstrip(")").split(", ")) == set(harms)
    assert digests.keys() > set(harms)


def test_only_an_empty_store_is_copied_into(filled: Path, tmp_path: Path) -> None:
    """A store with content of its own is left alone; what opening one makes is no content."""
    directory = open_directory(tmp_path / "mine")
    account = settle_in(directory, 5)
    directory.close()
    with pytest.raises(errors.Conflict, match="not empty"):
        move(Place(filled), Place(tmp_path / "mine"))
    directory = open_directory(tmp_path / "opened")
    assert places.account(directory, "default").merchant_id != account.merchant_id
    directory.close()

    moved = move(Place(filled), Place(tmp_path / "opened"))

    assert moved.tables["account"].rows == 2
    with pytest.raises(errors.Invalid, match="to itself"):
        move(Place(filled), Place(filled))
    with pytest.raises(errors.NotFound, match="no store"):
        move(Place(tmp_path / "nowhere"), Place(tmp_path / "opened"))
    assert not (tmp_path / "nowhere").exists()


def test_the_key_of_secrets_goes_along(filled: Path, tmp_path: Path) -> None:
    """`sources.key` is copied beside the copy, private; another one there is never overwritten."""
    (filled / "sources.key").write_bytes(bytes(range(32)))
    (filled / "sources.key").chmod(0o600)
    try:
        move(Place(filled), Place(tmp_path / "there"))
        assert (tmp_path / "there" / "sources.key").read_bytes() == bytes(range(32))
        assert (tmp_path / "there" / "sources.key").stat().st_mode & 0o777 == 0o600
        (tmp_path / "other").mkdir()
        (tmp_path / "other" / "sources.key").write_bytes(bytes(32))
        with pytest.raises(errors.Conflict, match="another store's"):
            move(Place(filled), Place(tmp_path / "other"))
        assert (tmp_path / "other" / "sources.key").read_bytes() == bytes(32)
    finally:
        (filled / "sources.key").unlink()


@pytest.mark.parametrize("is_encrypted", [False, True])
def test_sealed_secrets_open_in_the_copy(tmp_path: Path, database: str, is_encrypted: bool) -> None:
    """Credentials of sources are still opened by the same key: the key file, or the one in the data folder."""
    key_file = tmp_path / "key" if is_encrypted else None
    if key_file is not None:
        keyfile.create(key_file)
    source, there, back = (
        Place(tmp_path / "data"),
        Place(tmp_path / "machine", database),
        Place(tmp_path / "back"),
    )
    directory = open_directory(source.folder, key_file=key_file)
    settle_in(directory, 7)
    sealed = sealing.seal(directory, 1, "till", "kept to itself")
    directory.close()
    moving.move(source, there, key_file=key_file, show=lambda _what, _done, _of: None)
    moving.move(there, back, key_file=key_file, show=lambda _what, _done, _of: None)

    for place in (source, there, back):
        directory = open_directory(place.folder, key_file=key_file, database=place.database)
        assert sealing.unseal(directory, 1, "till", sealed) == "kept to itself"
        directory.close()
    if is_encrypted:
        assert b"SQLite format 3" not in (back.folder / FILE).read_bytes()


def test_killed_at_any_moment_it_goes_on(filled: Path, tmp_path: Path, database: str) -> None:
    """`kill -9` again and again: each run begins where the last stood, and in the end every table is the same."""
    there = Place(tmp_path / "machine", database)
    chance = random.Random(7)
    command = [
        sys.executable,
        "-m",
        "regulars",
        "--data",
        str(there.folder),
        "store",
        "copy",
        "--from",
        str(filled),
    ]
    environment = os.environ | {"REGULARS_DATABASE": database}
    most, killed = 0, 0
    with psycopg.connect(database, autocommit=True) as looking:
        for _ in range(12 if TORTURE else 4):
            process = subprocess.Popen(
                command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            moment = chance.randrange(most, rows_of_all(filled))
            while process.poll() is None and rows(looking) < moment:
                time.sleep(0.002)
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                killed += 1
            process.wait()
            assert rows(looking) >= most  # nothing that was there is copied again
            most = rows(looking)

    moved = move(Place(filled), there)

    assert killed >= 2
    assert moved.copied <= rows_of_all(filled) - most + 1_000 or most == 0
    assert moved.tables["customer"].rows == PEOPLE + 20 + 2
    assert found(there, "ada7 exa") == found(Place(filled), "ada7 exa")


def rows(looking: psycopg.Connection[tuple[int, ...]]) -> int:
    """How many rows are in the copy; 0 before there are tables."""
    try:
        [(count,)] = looking.execute(
            "SELECT (SELECT count(*) FROM customer) + (SELECT count(*) FROM doc) + (SELECT count(*) FROM record)"
            " + (SELECT count(*) FROM find)"
        ).fetchall()
    except psycopg.errors.UndefinedTable:
        return 0
    return count


def rows_of_all(folder: Path) -> int:
    """How many rows of those tables there will be."""
    return 4 * (PEOPLE + 22)
