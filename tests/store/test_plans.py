"""No query reads more than it must: every plan goes through an index, and none sorts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from regulars.store import Store, queries
from regulars.store.opening import open_store

# Walks a list that the caller gave, an index made for nothing else, or what a query within has counted to its bound.
HARMLESS = ("json_each VIRTUAL TABLE", "VIRTUAL TABLE INDEX", "SCAN counted")
# Not on a request's path: every account's name.
WHOLE_TABLES = {"account_ids"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = open_store(tmp_path_factory.mktemp("plans") / "data", key_file=None, role="tool", now=1)
    yield opened
    opened.close()


def plan(store: Store, sql: str) -> list[str]:
    return [row[3] for row in store.connection.execute(f"EXPLAIN QUERY PLAN {sql}", DefaultNone())]


class DefaultNone(dict[str, None]):
    """Any name is bound, to nothing."""

    def __missing__(self, name: str) -> None:
        return None


@pytest.mark.parametrize("name", sorted(queries.load("sqlite")))
def test_a_query_goes_through_an_index(store: Store, name: str) -> None:
    """Neither a table read whole nor a sort, whatever there will be in it."""
    steps = plan(store, queries.load("sqlite")[name])

    scans = [step for step in steps if step.startswith("SCAN") and not any(one in step for one in HARMLESS)]
    assert not scans or name in WHOLE_TABLES
    assert not [step for step in steps if "TEMP B-TREE" in step]


@pytest.mark.parametrize("name", sorted(queries.load("sqlite")))
def test_a_query_in_rid_order_walks_rids(store: Store, name: str) -> None:
    """Where a range of rids is asked for, the rids are what is searched: an index of the account would be all of it."""
    sql = queries.load("sqlite")[name]
    if "rid >= :low" not in sql:
        return
    assert any("INTEGER PRIMARY KEY (rowid>? AND rowid<?)" in step for step in plan(store, sql))


def test_a_bad_plan_is_noticed(store: Store, tmp_path: Path) -> None:
    """A scan and a sort look as this file expects them to."""
    steps = plan(store, "SELECT id FROM customer WHERE account_id = :a ORDER BY hash")
    assert any("TEMP B-TREE" in step for step in steps)
    assert plan(store, "SELECT id FROM customer WHERE hash = :hash")[0].startswith("SCAN")


@pytest.mark.parametrize("name", sorted(queries.load("sqlite")))
def test_every_query_is_asked(name: str) -> None:
    """A query that nobody asks any more is deleted."""
    rooms = (*Path("src/regulars/store").glob("*.py"), *Path("src/regulars/directory").glob("*.py"))
    assert any(f'"{name}"' in page.read_text(encoding="utf-8") for page in rooms)
