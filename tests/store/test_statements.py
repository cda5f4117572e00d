"""Every statement of the store asks of one account: that is what lets a server spread accounts over machines."""

from __future__ import annotations

import ast
import re
from importlib.resources import files
from pathlib import Path

import pytest

from regulars.store import queries, tables
from tests.store.statements import faults

_ENGINES = [
    engine
    for engine in ("sqlite", "postgres")
    if (files("regulars.store") / "sql" / f"engine.{engine}.sql").is_file()
]
_STATEMENTS = [(engine, name) for engine in _ENGINES for name in sorted(queries.load(engine))]


@pytest.mark.parametrize(("spelt_for", "name"), _STATEMENTS)
def test_a_statement_pins_its_account(spelt_for: str, name: str) -> None:
    """`account_id = :account_id` for every table of an account in it, in so many words."""
    assert faults(queries.load(spelt_for)[name], spelt_for) == []


PLANTED = {
    "SELECT id FROM customer WHERE id = :id": "customer is not pinned",
    "SELECT id FROM customer WHERE account_id = :account_id OR id = :id": "customer is not pinned",
    "SELECT id FROM customer WHERE account_id = 1": "customer is not pinned",
    "SELECT id FROM customer WHERE account_id >= :account_id": "customer is not pinned",
    "SELECT id FROM customer WHERE NOT account_id = :account_id": "customer is not pinned",
    "SELECT c.id FROM customer c JOIN doc d ON d.account_id = c.account_id AND d.rid = c.rid"
    " WHERE c.account_id = :account_id": "doc is not pinned",
    "SELECT c.id FROM customer c LEFT JOIN doc d ON d.rid = c.rid AND c.account_id = :account_id"
    " WHERE d.account_id = :account_id": "customer is not pinned",
    "SELECT id FROM customer, doc WHERE account_id = :account_id": "customer is not pinned",
    "SELECT id FROM customer WHERE account_id = :account_id AND rid IN (SELECT rid FROM doc)": "doc is not pinned",
    "SELECT id FROM customer WHERE account_id = :account_id UNION ALL SELECT id FROM merged": "merged is not pinned",
    "SELECT x.n FROM (SELECT count(*) AS n FROM event) x": "event is not pinned",
    "WITH x AS (SELECT id FROM customer) SELECT id FROM x": "customer is not pinned",
    "UPDATE customer SET hash = :hash WHERE rid = :rid": "customer is not pinned",
    "UPDATE customer SET hash = :hash": "customer is not pinned",
    "UPDATE customer SET hash = d.shift4 FROM doc d WHERE customer.account_id = :account_id": "doc is not pinned",
    "UPDATE customer SET account_id = :other WHERE account_id = :account_id": "account_id is changed",
    "DELETE FROM event WHERE event_no = :no": "event is not pinned",
    "DELETE FROM event WHERE account_id = :account_id AND event_no IN (SELECT event_no FROM event_object)": (
        "event_object is not pinned"
    ),
    "INSERT INTO doc (rid, shift4) VALUES (:rid, :shift4)": "doc is written without account_id",
    "INSERT INTO doc (rid, account_id) VALUES (:rid, :other)": "doc is written for another account",
    "INSERT INTO doc (rid, account_id) SELECT rid, account_id FROM customer": "customer is not pinned",
    "INSERT INTO wanted (account_id, ref) VALUES (:account_id, :ref) ON CONFLICT (ref) DO NOTHING": (
        "wanted: a conflict is not looked for within the account"
    ),
    "INSERT INTO wanted (account_id, ref) VALUES (:account_id, :ref)"
    " ON CONFLICT (account_id, ref) DO UPDATE SET account_id = excluded.account_id": "account_id is changed",
    "UPDATE customer SET hash = random() WHERE account_id = :account_id": "rand is volatile",
}


@pytest.mark.parametrize("sql", PLANTED)
@pytest.mark.parametrize("spelt_for", ["sqlite", "postgres"])
def test_a_planted_fault_is_seen(spelt_for: str, sql: str) -> None:
    """Each way to leave an account open is named."""
    assert PLANTED[sql] in faults(sql, spelt_for)


def test_only_sqlite_searches_by_rid_alone() -> None:
    """Its search tables are addressed by rowid; elsewhere they are tables of an account like any other."""
    sql = "SELECT rid FROM find WHERE rid >= :low"
    assert faults(sql, "sqlite") == []
    assert faults(sql, "postgres") == ["find is not pinned"]


def test_no_statement_about_customers_stands_outside_the_files() -> None:
    """What is written in Python would not be read here; tables that are of no account may be asked there."""
    names = "|".join((*tables.TENANT, *tables.SEARCH))
    sentence = re.compile(rf"\b(?:FROM|INTO|UPDATE|JOIN)\s+(?:{names})\b(?!\s*\{{)")
    found = [
        f"{path.name}:{node.lineno}"
        for path in sorted(Path("src/regulars").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and sentence.search(node.value)
    ]
    assert found == []
