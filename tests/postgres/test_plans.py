"""No query reads more than it must on PostgreSQL either: every plan goes through an index, and none sorts a table."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import psycopg
import pytest

from regulars.store import postgres_schema, queries
from regulars.testing import postgres

# Not on a request's path: every account's name, every account that the background process looks after.
WHOLE_TABLES = {"account_ids", "accounts_with_events"}
# Of each a bounded number of rows: what a caller named, one customer's, or one bucket's.
SORTS_FEW = {"find_page", "pulls"}
# What a planner does when it has no better way; it is told that there is none worse.
_NO_WAY = (
    "SET enable_seqscan = off; SET enable_sort = off; SET enable_hashjoin = off; SET enable_mergejoin = off"
)


@pytest.fixture(scope="module")
def connection(server: postgres.Server) -> Iterator[psycopg.Connection]:
    server.ask("CREATE DATABASE plans")
    postgres_schema.bring_up_to_date(server.database("plans"), now=1)
    with psycopg.connect(server.database("plans"), autocommit=True) as opened:
        opened.execute(_NO_WAY)
        yield opened


def plan(connection: psycopg.Connection, sql: str) -> list[str]:
    numbers: dict[str, str] = {}
    counted = itertools.count(1)

    def number(found: re.Match[str]) -> str:
        return numbers.setdefault(found.group(1), f"${next(counted)}")

    statement = re.sub(r":(\w+)", number, sql.replace("{match}", "t LIKE :match"))
    rows = connection.execute(f"EXPLAIN (GENERIC_PLAN, COSTS OFF) {statement}".encode()).fetchall()
    return [row[0].strip().removeprefix("->").strip() for row in rows]


@pytest.mark.parametrize("name", sorted(queries.load("postgres")))
def test_a_query_goes_through_an_index(connection: psycopg.Connection, name: str) -> None:
    """Neither a table read whole nor a sort, whatever there will be in it."""
    steps = plan(connection, queries.load("postgres")[name])

    assert name in WHOLE_TABLES or not [step for step in steps if step.startswith("Seq Scan")]
    # An incremental sort is one of rows of the same time.
    assert name in SORTS_FEW or not [step for step in steps if step == "Sort"]


def test_a_bad_plan_is_noticed(connection: psycopg.Connection) -> None:
    """A scan and a sort look as this file expects them to."""
    steps = plan(connection, "SELECT id FROM customer WHERE hash = :hash ORDER BY sort_key")
    assert "Sort" in steps
    assert any(step.startswith("Seq Scan") for step in steps)
