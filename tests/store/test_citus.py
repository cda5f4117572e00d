"""Spreading accounts over machines: what is asked of Citus, in which order; and a real one, where there is one."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from regulars import errors
from regulars.app import spreading
from regulars.app.moving import Place, move
from regulars.app.opening import open_directory
from regulars.directory import Directory, ingest, listing, lookup, places, tokens
from regulars.model.place import SCOPES_DEFAULT
from regulars.store import tables
from regulars.store.citus import Spread
from tests.directory.world import grant_of, person, settle_in

DSN = "REGULARS_TEST_CITUS_DSN"  # of the coordinator of a real cluster, by a user who may make databases
EVERY = len((*tables.TENANT, *tables.SEARCH, *tables.SHARED))

# Stands in for Citus where there is none: its functions, which write down what they were asked. It spreads nothing.
STAND_IN = """
CREATE TABLE pg_dist_partition (
  logicalrelid regclass, partmethod "char", partkey text, colocationid int, repmodel "char");
CREATE TABLE pg_dist_shard (logicalrelid regclass);
CREATE TABLE asked (no int GENERATED ALWAYS AS IDENTITY, call text);
CREATE FUNCTION column_to_column_name(regclass, text) RETURNS text STRICT LANGUAGE sql AS 'SELECT $2';
CREATE FUNCTION create_distributed_table(name regclass, by text, colocate_with text = 'default', shard_count int = NULL)
RETURNS void LANGUAGE sql AS $$
  INSERT INTO asked (call) VALUES (concat_ws(' ', 'spread', name, by, colocate_with, shard_count));
  INSERT INTO pg_dist_partition VALUES (name, 'h', by, 1, 's');
  INSERT INTO pg_dist_shard SELECT name FROM generate_series(1, coalesce(shard_count, 0));
$$;
CREATE FUNCTION create_reference_table(name regclass) RETURNS void LANGUAGE sql AS $$
  INSERT INTO asked (call) VALUES (concat_ws(' ', 'whole', name));
  INSERT INTO pg_dist_partition VALUES (name, 'n', NULL, 2, 't');
$$;
CREATE FUNCTION truncate_local_data_after_distributing_table(name regclass) RETURNS void LANGUAGE sql AS $$
  INSERT INTO asked (call) VALUES (concat_ws(' ', 'let go', name));
$$;
"""


@pytest.fixture
def stand_in(database: str) -> str:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(STAND_IN)
    return database


def distribute(database: str, folder: Path, shards: int) -> Spread:
    return spreading.distribute(
        database, folder, key_file=None, shards=shards, show=lambda _what, _done, _of: None
    )


def test_a_server_without_citus_is_told_so(database: str, tmp_path: Path) -> None:
    """In words, with the way out; nothing is changed."""
    with pytest.raises(errors.Fatal, match="has no Citus") as caught:
        distribute(database, tmp_path, 32)
    assert "docs/guides/citus.md" in (caught.value.hint or "")


def test_each_table_is_spread_once(stand_in: str, tmp_path: Path) -> None:
    """The accounts first, over so many shards; every table of theirs beside them; the shared ones whole."""
    spread = distribute(stand_in, tmp_path, 24)

    with psycopg.connect(stand_in) as connection:
        calls = [row[0] for row in connection.execute("SELECT call FROM asked ORDER BY no").fetchall()]
    assert spread == Spread(24, (*tables.TENANT, *tables.SEARCH), tables.SHARED)
    assert calls[:2] == ["spread account account_id none 24", "let go account"]
    assert [call for call in calls if call.startswith("spread")][1:] == [
        f"spread {name} account_id account" for name in (*tables.TENANT[1:], *tables.SEARCH)
    ]
    assert [call for call in calls if call.startswith("whole")] == [f"whole {name}" for name in tables.SHARED]
    assert len(calls) == 2 * EVERY
    assert distribute(stand_in, tmp_path, 24) == Spread(24, (), ())


def test_an_interrupted_run_is_gone_on_with(stand_in: str, tmp_path: Path) -> None:
    """Tables that are spread stay; those that are missing, or that a new version brought, follow."""
    distribute(stand_in, tmp_path, 24)
    with psycopg.connect(stand_in, autocommit=True) as connection:
        connection.execute(
            "DELETE FROM pg_dist_partition WHERE logicalrelid IN ('doc'::regclass, 'token'::regclass)"
        )

    assert distribute(stand_in, tmp_path, 24) == Spread(24, ("doc",), ("token",))


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("UPDATE pg_dist_partition SET partkey = 'rid' WHERE logicalrelid = 'doc'::regclass", "otherwise: doc"),
        ("UPDATE pg_dist_partition SET colocationid = 9 WHERE logicalrelid = 'doc'::regclass", "otherwise: doc"),
        ("UPDATE pg_dist_partition SET partmethod = 'n', repmodel = 't' WHERE logicalrelid = 'doc'::regclass", "doc"),
        ("UPDATE pg_dist_partition SET partmethod = 'h' WHERE logicalrelid = 'token'::regclass", "otherwise: token"),
        ("DELETE FROM pg_dist_partition WHERE logicalrelid = 'account'::regclass", "otherwise: .*customer"),
        ("DELETE FROM pg_dist_shard WHERE ctid = (SELECT min(ctid) FROM pg_dist_shard)", "over 23 shards"),
    ],
)  # fmt: skip
def test_what_somebody_else_did_is_left_alone(stand_in: str, tmp_path: Path, harm: str, said: str) -> None:
    """A table that is spread otherwise is named, and nothing is done."""
    distribute(stand_in, tmp_path, 24)
    with psycopg.connect(stand_in, autocommit=True) as connection:
        connection.execute(harm.encode())
        before = connection.execute("SELECT count(*) FROM asked").fetchone()

        with pytest.raises(errors.Conflict, match=said):
            distribute(stand_in, tmp_path, 24)

        assert connection.execute("SELECT count(*) FROM asked").fetchone() == before


# --- a real one ----------------------------------------------------------------------------------------------


@pytest.fixture
def cluster() -> Iterator[str]:
    """A database of its own on the real cluster."""
    dsn = os.environ.get(DSN)
    if not dsn:
        pytest.skip(f"there is no Citus here: {DSN} is not set")
    name = f"regulars_test_{secrets.token_hex(6)}"
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    url = psycopg.conninfo.make_conninfo(dsn, dbname=name)
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION citus")
        yield url
    finally:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def busy(directory: Directory, account: str) -> list[bytes]:
    """What a shop does: customers come, change, are found, shown and listed."""
    settled = settle_in(directory, 12345, account=account)
    id = settled.account_id
    ingest.batch(directory, id, 12345, "till", [person(f"C-{n}", f"Ada{n}", "Example") for n in range(60)])
    ingest.batch(directory, id, 12345, "till", [person("C-7", "Adele", "Example", phone="+12125554240")])
    tokens.create(directory, id, name="reader", location_ids=None, scopes=SCOPES_DEFAULT)
    assert [
        one.pos_ref for one in lookup.find(directory, id, text="adele 4240", location_id=None, limit=9)
    ] == ["C-7"]
    return [listing.one(directory, grant_of(settled), 12345, f"C-{n}") for n in (0, 7, 59)]


def test_a_real_cluster_serves_accounts(cluster: str, tmp_path: Path) -> None:
    """Spread before there are rows, or after: every account works as it does in a file."""
    place = Place(tmp_path / "machine", cluster)
    directory = open_directory(place.folder, database=cluster)
    before = busy(directory, "default")
    directory.close()

    spread = distribute(cluster, place.folder, 8)

    assert len(spread.spread) + len(spread.shared) == EVERY
    assert distribute(cluster, place.folder, 8) == Spread(8, (), ())
    directory = open_directory(place.folder, database=cluster)
    account = places.account(directory, "default")
    assert [listing.one(directory, grant_of(account), 12345, f"C-{n}") for n in (0, 7, 59)] == before
    for n in range(5):
        busy(directory, f"shop-{n}")
    directory.close()
    back = move(place, Place(tmp_path / "back"), key_file=None, show=lambda _what, _done, _of: None)
    assert back.tables["customer"].rows == 6 * 60
