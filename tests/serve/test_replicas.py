"""A replica answers who only reads, while it is fresh; everybody else, and whoever it would mislead, the primary."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec import structs

from regulars.api.application import make
from regulars.api.route import Inside
from regulars.app import doctor_replicas
from regulars.app.opening import open_directory
from regulars.app.replicas import FILE, Seen, Watch
from regulars.config import Settings
from regulars.directory import Directory
from regulars.model.place import Grant
from regulars.testing import postgres
from tests.api.shop import HERE, READ, Shop
from tests.cli.running import start
from tests.directory.world import person
from tests.serve.tree import Server

LAG_SECONDS = 1.5
PATIENCE_SECONDS = 20.0
QUICK = {"fsync": "off", "autovacuum": "off"}


@pytest.fixture(scope="module")
def primary() -> Iterator[postgres.Server]:
    with postgres.running(settings=QUICK) as server:
        yield server


@pytest.fixture(scope="module")
def replica(primary: postgres.Server) -> Iterator[postgres.Server]:
    with postgres.running(settings=QUICK, follows=primary) as server:
        yield server


class Watched(Shop):
    """A shop on the primary whose readers are sent to the replica."""

    def __init__(self, directory: Directory, folder: Path, primary: str, urls: list[str]) -> None:
        super().__init__(directory, folder)
        self.writer = self.token(scopes=(*READ, "customers:write"))
        self.watch = watching(directory, folder, primary, urls)
        inside = Inside(directory, self.rate_limit, lambda: [])
        self.app = make(structs.replace(inside, replicas=self.watch))

    def total(self, token: str = "") -> int:
        """How many customers there are, as a token is told."""
        answer = self.get(f"/pos/v2/{HERE}/customers?limit=1", token=token)
        assert answer.status == 200, answer.body
        count: int = answer.json["meta"]["totalCount"]
        return count

    def look(self) -> None:
        """What the watching threads do four times a second."""
        self.watch.look_at_primary()
        for each in self.watch.replicas:
            self.watch.look_at(each)


def watching(directory: Directory, folder: Path, primary: str, urls: list[str]) -> Watch:
    inside = Inside(directory, None, lambda: [])  # type: ignore[arg-type]  # nothing here asks it
    return Watch(inside, primary, urls, lag_seconds=LAG_SECONDS, folder=folder)


@pytest.fixture
def shop(primary: postgres.Server, replica: postgres.Server, tmp_path: Path) -> Iterator[Watched]:
    """A shop with a database of its own and ten customers, its replica up to date."""
    name = f"shop_{time.monotonic_ns()}"
    primary.ask(f"CREATE DATABASE {name}")
    directory = open_directory(tmp_path / "data", database=primary.database(name))
    shop = Watched(directory, tmp_path / "data", primary.database(name), [replica.database(name)])
    shop.add(*(person(f"C-{n}", f"Ada{n}", "Example") for n in range(10)))
    caught_up(primary, replica)
    shop.look()
    try:
        yield shop
    finally:
        directory.close()
        for each in shop.watch.replicas:
            if each.inside is not None:
                each.inside.directory.close()
            each.is_gone()
        shop.watch.close()


def caught_up(primary: postgres.Server, replica: postgres.Server) -> None:
    """Waits until the replica shows what the primary shows now."""
    position = primary.ask("SELECT pg_current_wal_flush_lsn()")
    until(lambda: replica.ask(f"SELECT pg_last_wal_replay_lsn() >= '{position}'") == "t")


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@contextmanager
def paused(replica: postgres.Server) -> Iterator[None]:
    """The replica takes the log but shows nothing of it."""
    replica.ask("SELECT pg_wal_replay_pause()")
    until(lambda: replica.ask("SELECT pg_get_wal_replay_pause_state()") == "paused")
    try:
        yield
    finally:
        replica.ask("SELECT pg_wal_replay_resume()")


def test_who_only_reads_is_answered_by_the_replica(shop: Watched, replica: postgres.Server) -> None:
    """While replaying is paused a reader sees the moment before; whoever can write reads their write."""
    admin = shop.token(scopes=("admin",))
    with paused(replica):
        shop.add(person("C-new", "Nora", "New"))

        assert shop.total() == 10
        assert shop.get(f"/pos/v2/{HERE}/customers/C-new").status == 404
        assert shop.total(shop.writer) == shop.total(admin) == 11


# What a token that only reads may ask, of every dialect.
READS = (
    f"/pos/v2/{HERE}/customers?page=1",
    f"/pos/v2/{HERE}/customers?offset=3&limit=3",
    f"/pos/v2/{HERE}/customers?searchQuery=ada7",
    f"/pos/v2/{HERE}/customers?updatedAfter=2020-01-01T00:00:00Z",
    f"/pos/v2/{HERE}/customers/C-7",
    "/v2/customers?limit=3&count=true",
    "/v2/customers?sort_field=CREATED_AT&sort_order=DESC",
    "/v2/customers/groups",
    "/v2/customers/segments",
    "/v2/customers/custom-attribute-definitions",
    "/v2/locations",
    "/v1/customers?limit=3",
    f"/v1/changes?location={HERE}",
)


@pytest.mark.parametrize("target", READS)
def test_every_read_is_one_for_a_replica(shop: Watched, monkeypatch: pytest.MonkeyPatch, target: str) -> None:
    """A replica takes no writes: it answers what the primary does, and nobody has to ask again."""
    failed: list[Grant] = []
    monkeypatch.setattr(shop.watch, "failed", failed.append)
    asked: list[Grant] = []
    inside_for = shop.watch.inside_for

    def noted(grant: Grant) -> Inside | None:
        asked.append(grant)
        return inside_for(grant)

    monkeypatch.setattr(shop.watch, "inside_for", noted)
    by_replica, by_primary = shop.get(target), shop.get(target, token=shop.writer)

    assert (by_replica.status, by_replica.json) == (200, by_primary.json)
    assert len(asked) == 1
    assert not failed


def test_a_search_of_squares_is_a_read(shop: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked by POST, and answered by a replica all the same."""
    monkeypatch.setattr(shop.watch, "failed", pytest.fail)
    asked = {"query": {"filter": {"email_address": {"fuzzy": "ada"}}}, "limit": 3}
    by_replica = shop.ask("POST", "/v2/customers/search", json=asked)
    by_primary = shop.ask("POST", "/v2/customers/search", json=asked, token=shop.writer)
    assert (by_replica.status, by_replica.json) == (200, by_primary.json)


def test_a_replica_that_lags_is_not_asked(
    shop: Watched, primary: postgres.Server, replica: postgres.Server
) -> None:
    """Once its lag is at the bound the primary answers; when it has caught up, it answers again."""
    with paused(replica):
        at = time.monotonic()
        shop.add(person("C-new", "Nora", "New"))
        while shop.total() == 10:
            assert time.monotonic() - at < LAG_SECONDS + 0.5
            shop.look()
            time.sleep(0.05)
        # The replica showed everything at its last good look; the bound counts from there.
        assert time.monotonic() - at > LAG_SECONDS - 1.0
        shop.look()
        assert shop.total() == 11
    caught_up(primary, replica)
    shop.look()
    with paused(replica):
        shop.add(person("C-newer", "Nora", "Newer"))
        assert shop.total() == 11


def test_nothing_is_known_while_nobody_looks(shop: Watched) -> None:
    """When looking stops, or the primary cannot be asked, a replica grows old all the same."""
    (each,) = shop.watch.replicas
    assert shop.watch.inside_for(grant()) is not None
    time.sleep(LAG_SECONDS + 0.1)
    assert shop.watch.inside_for(grant()) is None
    shop.watch.look_at(each)  # the replica has replayed all that is known, but that is old
    assert shop.watch.inside_for(grant()) is None
    shop.look()
    assert shop.watch.inside_for(grant()) is not None


def test_a_walk_never_goes_back(shop: Watched, primary: postgres.Server, replica: postgres.Server) -> None:
    """Whoever was answered by the primary stays with it until the replica shows as much."""
    shop.watch.failed(grant(shop.reader))  # it went away for a moment
    assert shop.total() == 10  # by the primary
    with paused(replica):
        shop.add(person("C-new", "Nora", "New"))
        assert shop.total() == 11
        shop.look()  # the replica is well within the bound, and behind what was shown
        assert shop.watch.replicas[0].shows > time.monotonic() - LAG_SECONDS
        assert [shop.total() for _ in range(3)] == [11, 11, 11]
        other = shop.token()  # whom the primary has told nothing yet
        caught = shop.watch.inside_for(grant(other))
        assert caught is not None
    caught_up(primary, replica)
    shop.look()
    assert shop.watch.inside_for(grant(shop.reader)) is not None


def test_workers_know_together_what_was_shown(shop: Watched, tmp_path: Path) -> None:
    """What the primary answered in one process counts in all of them; a time of an earlier boot counts for nothing."""
    here, there = Seen(tmp_path), Seen(tmp_path)
    before = time.monotonic()
    here.note(grant())
    assert before <= there.last(grant()) <= time.monotonic()
    assert there.last(grant("rg_other")) == float("-inf")
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    (tmp_path / FILE).write_bytes((time.monotonic_ns() + 10**15).to_bytes(8, sys.byteorder) * 65_536)
    assert there.last(grant()) == float("-inf")


def test_a_token_keeps_its_replica(primary: postgres.Server, tmp_path: Path) -> None:
    """All requests of a token go to one replica; many tokens are spread over all."""
    directory = open_directory(tmp_path / "data", database=primary.database("postgres"))
    watch = watching(directory, tmp_path, "", ["host=a", "host=b", "host=c"])
    chosen = {f"rg_{n:08}": watch._of(grant(f"rg_{n:08}")).number for n in range(300)}
    assert min(list(chosen.values()).count(number) for number in (1, 2, 3)) > 60
    assert {prefix: watch._of(grant(prefix)).number for prefix in chosen} == chosen
    directory.close()


def test_a_replica_that_dies_fails_no_request(shop: Watched, replica: postgres.Server) -> None:
    """Killed in mid-load it is left out at once; started again it answers again."""
    replica.kill()
    assert shop.total() == 10
    shop.look()
    assert shop.watch.replicas[0].connection is None
    assert shop.watch.inside_for(grant(shop.reader)) is None
    replica.start()

    def is_back() -> bool:
        shop.look()
        return shop.watch.inside_for(grant(shop.reader)) is not None

    until(is_back)
    assert shop.total() == 10


def test_one_that_begins_again_further_back_waits(shop: Watched) -> None:
    """A replica that shows less than it did is as good as gone until it has caught up with itself."""
    (each,) = shop.watch.replicas
    position, now = each._furthest, time.monotonic()
    each.has_replayed(position - 1, [(now, position - 1)])
    assert each.shows == float("-inf")
    each.has_replayed(position, [(now, position)])
    assert each.shows == now


def test_a_server_that_follows_nobody_is_no_replica(
    shop: Watched, primary: postgres.Server, tmp_path: Path
) -> None:
    """The primary itself, or a replica that was made one, is never asked."""
    watch = watching(shop.directory, tmp_path, shop.directory.store.url, [shop.directory.store.url])  # type: ignore[attr-defined]
    watch.look_at_primary()
    watch.look_at(watch.replicas[0])
    assert watch.replicas[0].inside is None
    assert watch.inside_for(grant()) is None
    watch.close()


def test_another_database_is_no_replica(
    shop: Watched, primary: postgres.Server, replica: postgres.Server, tmp_path: Path
) -> None:
    """A standby of the same server, but of another store: the secret tells."""
    name = f"other_{time.monotonic_ns()}"
    primary.ask(f"CREATE DATABASE {name}")
    open_directory(tmp_path / "other", database=primary.database(name)).close()
    caught_up(primary, replica)
    watch = watching(shop.directory, tmp_path, shop.directory.store.url, [replica.database(name)])  # type: ignore[attr-defined]
    watch.look_at_primary()
    watch.look_at(watch.replicas[0])
    assert watch.replicas[0].inside is None
    watch.close()


def grant(whole: str = "rg_nobody00") -> Grant:
    """Of a token that only reads."""
    return Grant(1, "", whole[:11], None, READ)


def test_a_server_beside_a_replica(
    shop: Watched, primary: postgres.Server, replica: postgres.Server, tmp_path: Path
) -> None:
    """`serve --replica` with two workers: a reader is a moment behind while replaying is paused, a writer never is."""
    url = shop.directory.store.url  # type: ignore[attr-defined]
    name = url.split("/")[3].split("?")[0]
    words = [
        "serve",
        "--json",
        "--port",
        0,
        "--workers",
        2,
        "--no-worker",
        "--replica",
        replica.database(name),
    ]
    server = start("--data", tmp_path / "machine", *words, env={"REGULARS_DATABASE": url})
    try:
        assert server.stdout is not None
        at = int(json.loads(server.stdout.readline())["url"].rpartition(":")[2])
        until(lambda: total_of(at, shop.reader) == total_of(at, shop.writer) == 10)
        time.sleep(1.0)  # both workers have looked
        caught_up(primary, replica)
        with paused(replica):
            shop.add(person("C-new", "Nora", "New"))
            written = time.monotonic()
            seen = [(total_of(at, shop.reader), total_of(at, shop.writer)) for _ in range(20)]
            took = time.monotonic() - written
    finally:
        server.terminate()
        server.communicate(timeout=30)
    assert {writer for _, writer in seen} == {11}
    assert {reader for reader, _ in seen} == {10} or took > 3.0
    assert server.returncode == 0


def total_of(port: int, token: str) -> int:
    """How many customers there are, as a token is told by a server."""
    status, body = Server(None, port).get(f"/pos/v2/{HERE}/customers?limit=1", token=token)  # type: ignore[arg-type]
    assert status == 200, body
    count: int = json.loads(body)["meta"]["totalCount"]
    return count


def test_the_doctor_looks_at_replicas(
    shop: Watched, primary: postgres.Server, replica: postgres.Server, tmp_path: Path
) -> None:
    """One that follows, and two that do not, each with its own words."""
    url = shop.directory.store.url  # type: ignore[attr-defined]
    name = url.split("/")[3].split("?")[0]
    nowhere = f"postgresql:///{name}?host={tmp_path}"
    settings = Settings(data=tmp_path, database=url, replicas=(replica.database(name), url, nowhere))

    follows, primary_itself, gone = doctor_replicas.examine(settings)

    assert (follows.what, follows.well) == ("replica 1", True)
    assert "follows the database" in follows.seen
    assert (primary_itself.well, primary_itself.seen) == (False, "The replica follows no primary")
    assert not gone.well
    assert "cannot be reached" in gone.seen
    assert list(doctor_replicas.examine(Settings(data=tmp_path))) == []


def test_replicas_without_a_database_are_refused(tmp_path: Path) -> None:
    """SQLite has none; and a password belongs into the variable."""
    for words, said in (
        (["--replica", "postgresql://db.example.com/regulars"], "Only a PostgreSQL database has replicas"),
        (["--replica", "postgresql://me:secret@db.example.com/regulars"], "REGULARS_REPLICAS"),
    ):
        running = start("--data", tmp_path, "serve", "--port", 0, *words)
        _, talk = running.communicate(timeout=30)
        assert running.returncode != 0
        assert said in talk.decode()
        assert "secret" not in talk.decode()
