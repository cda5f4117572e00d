"""A database that goes away, is full, is slow or is somebody else's: said in words, and served again afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest
from psycopg import Error as PsycopgError
from psycopg import errors as refused

from regulars import config, errors, limits
from regulars.app.opening import open_directory
from regulars.directory import Directory, places
from regulars.store import places as stored
from regulars.store.postgres import translated
from regulars.store.postgres_store import PostgresStore
from regulars.testing.postgres import Server
from tests.directory.world import settle_in

_END_ALL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'regulars'"


@pytest.fixture
def directory(url: str, tmp_path: Path) -> Iterator[Directory]:
    with closing(open_directory(tmp_path, database=url)) as opened:
        settle_in(opened, 1)
        yield opened


def is_well(directory: Directory) -> bool:
    return [one.name for one in places.accounts(directory)] == ["default"]


@pytest.mark.parametrize(
    "given",
    [
        "postgresql://regulars:secret@db.example.com/regulars",
        "postgresql://db.example.com/regulars?user=regulars&password=secret",
        "host=db.example.com password=secret",
        "password = secret host=db.example.com",
    ],
)
def test_a_password_on_the_command_line_is_refused(given: str) -> None:
    """In every spelling that libpq takes; in the environment it may stand. The words do not repeat it."""
    with pytest.raises(errors.Fatal, match="can be read by everybody") as refused:
        config.read({}, database=given)
    assert "secret" not in str(refused.value) + str(refused.value.hint)
    assert config.read({config.DATABASE: given}).database == given
    assert config.read({config.DATABASE: given}, database="postgresql://db.example.com/a@b").database


def test_what_is_no_address(tmp_path: Path) -> None:
    """Is said in words."""
    with pytest.raises(errors.Fatal, match="address cannot be read"):
        open_directory(tmp_path, database="postgresql://[")


def test_a_transaction_that_cannot_begin_keeps_no_connection(directory: Directory) -> None:
    """However often: there are connections left for whoever comes next."""
    store = directory.store
    assert isinstance(store, PostgresStore)
    for _ in range(limits.DATABASE_CONNECTIONS_MAX + 1):
        with pytest.raises(refused.SyntaxError), store._transaction("BEGIN whatever"):
            pytest.fail("it began")

    assert is_well(directory)


def test_a_server_that_is_not_there(server: Server, tmp_path: Path) -> None:
    """Neither is a database that nobody made, nor a user."""
    for url in ("postgresql://regulars@127.0.0.1:1/regulars", server.database("nobody_made_it")):
        with pytest.raises(errors.Fatal, match="cannot be reached"):
            open_directory(tmp_path, database=url)


def test_a_lost_connection_is_replaced(directory: Directory, server: Server) -> None:
    """One that was lost while nobody used it is not even noticed."""
    assert is_well(directory)
    server.ask(_END_ALL)

    assert is_well(directory)


def test_a_connection_lost_in_the_middle(directory: Directory, server: Server) -> None:
    """The work is undone, the error says to ask again, and asking again works."""
    with pytest.raises(errors.Retriable, match="does not answer"):
        _lose_it_half_way(directory, server)

    assert is_well(directory)
    assert stored.secret(directory.store, "half") is None


def _lose_it_half_way(directory: Directory, server: Server) -> None:
    with directory.store.write():
        stored.keep_secret(directory.store, "half", b"done")
        server.ask(_END_ALL)
        stored.keep_secret(directory.store, "half", b"more")


def test_a_server_that_is_killed_and_comes_back(directory: Directory, server: Server) -> None:
    """Meanwhile nothing is answered but that; what was acknowledged is there afterwards."""
    with directory.store.write():
        stored.keep_secret(directory.store, "told", b"kept")
    server.kill()
    try:
        with pytest.raises(errors.Retriable):
            is_well(directory)
    finally:
        server.start()

    assert is_well(directory)
    assert stored.secret(directory.store, "told") == b"kept"


def test_another_host_takes_over(url: str, server: Server, tmp_path: Path) -> None:
    """Of several hosts the one is taken that answers and can be written to."""
    name = url.partition("?")[0].rpartition("/")[2]
    several = f"postgresql://regulars:{server.password}@127.0.0.1:1,127.0.0.1:{server.port}/{name}"
    with closing(open_directory(tmp_path, database=several)) as directory:
        settle_in(directory, 1)
        assert is_well(directory)


def test_more_threads_than_connections(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who gets none in time is told to come again."""
    monkeypatch.setattr(limits, "DATABASE_CONNECTIONS_MAX", 2)
    monkeypatch.setattr(limits, "DATABASE_CONNECT_SECONDS", 1)
    with ExitStack() as stack:
        opened = [
            stack.enter_context(closing(open_directory(tmp_path / str(each), database=url)))
            for each in range(3)
        ]
        with opened[0].store.read(), opened[1].store.read():
            with pytest.raises(errors.Retriable, match="in use") as told:
                is_well(opened[2])
            assert told.value.retry_after == limits.RETRY_AFTER_SECONDS
        assert places.accounts(opened[2]) == []


def test_a_statement_that_takes_too_long(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is broken off, and the caller told to come again."""
    monkeypatch.setattr("regulars.store.postgres_store._WAITS", {"tool": 200, "server": 200})
    with closing(open_directory(tmp_path, database=url)) as directory:
        with pytest.raises(errors.Retriable, match="too long"), directory.store.read():
            directory.store.connection.execute("SELECT pg_sleep(5)")
        assert places.accounts(directory) == []


def test_a_turn_that_does_not_come(
    directory: Directory, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever holds an account for too long makes its writers come again, not wait for ever."""
    account = places.account(directory, "default")
    monkeypatch.setattr("regulars.store.postgres_store._WAITS", {"tool": 300, "server": 300})
    with closing(open_directory(tmp_path / "other", database=url)) as other, directory.store.write():
        stored.counts(directory.store, account.account_id)
        with pytest.raises(errors.Retriable, match="too long"):
            places.add_location(other, account.account_id, 9, name="A", country="US", time_zone="UTC")


def test_what_was_undone_is_not_acknowledged(directory: Directory) -> None:
    """A refused statement undoes the whole transaction, even where its error is passed over."""

    def pass_over() -> None:
        with directory.store.write():
            stored.keep_secret(directory.store, "half", b"done")
            with suppress(PsycopgError):
                directory.store.connection.execute("SELECT 1 / 0")

    with pytest.raises(errors.Fatal, match="undid"):
        pass_over()
    assert stored.secret(directory.store, "half") is None


def test_a_store_of_a_newer_program(url: str, tmp_path: Path, server: Server) -> None:
    """Is refused, as is one whose tables are not those that were made."""
    open_directory(tmp_path, database=url).close()
    name = url.partition("?")[0].rpartition("/")[2]
    server.ask("INSERT INTO migration VALUES (9999, 'more', 'x', 1)", database=name)
    with pytest.raises(errors.Fatal, match="newer version"):
        open_directory(tmp_path, database=url)


def test_every_refusal_has_its_words() -> None:
    """A full disk, a standby, too few rights, others in the way."""
    said = {
        refused.DiskFull(): errors.StorageFull,
        refused.DeadlockDetected(): errors.Collided,
        refused.SerializationFailure(): errors.Collided,
        refused.TooManyConnections(): errors.Retriable,
        refused.ReadOnlySqlTransaction(): errors.Retriable,
        refused.AdminShutdown(): errors.Retriable,
        refused.InsufficientPrivilege(): errors.Fatal,
        refused.UndefinedTable(): errors.Fatal,
    }
    for error, kind in said.items():
        assert type(translated(error)) is kind
