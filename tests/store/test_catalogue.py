"""The tables as the engine has them: each is on one of the lists, and keys of an account's tables begin with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from regulars.store import Store, postgres_schema, tables
from regulars.store.opening import open_store

LISTED = (*tables.TENANT, *tables.SHARED, *tables.SEARCH, *tables.OWN)
# SQLite keeps rows in the order of a whole number: a customer's rid begins with the number of its location, which no
# other account has (decision 1).
ROWS = ("customer", "doc", "extra", "record", "edited", "sighting")
# PostgreSQL's GIN indexes know texts alone: where the extension is missing they are not there, and nothing else moves.
SEARCHED = {"find_text", "part_text"}
KEY = "account_id"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "data", key_file=None, role="tool", now=1)
    yield opened
    opened.close()


def test_no_table_is_on_two_lists() -> None:
    """Each is of one account, of the whole store, a search index, or the store's own."""
    assert len(LISTED) == len(set(LISTED))


def test_every_table_is_listed(store: Store) -> None:
    """A new table says whose it is, else nobody copies it or spreads it."""
    assert tables_of(store) == set(LISTED) - set(tables.SEARCH)
    virtual = (
        "SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE%' AND sql NOT LIKE '%fts5vocab%'"
    )
    assert {row[0] for row in store.connection.execute(virtual)} == set(tables.SEARCH)


def test_every_key_begins_with_its_account(store: Store) -> None:
    """Primary keys, unique keys, indexes and foreign keys; a table of an account has the column and needs it."""
    assert faults(store) == []


PLANTED = {
    "CREATE UNIQUE INDEX planted ON customer (pos_ref, account_id)": "customer: planted begins with pos_ref",
    "CREATE INDEX planted ON doc (rid)": "doc: planted begins with rid",
    "CREATE INDEX planted ON doc (coalesce(shift4, 1))": "doc: planted begins with an expression",
    "CREATE TABLE planted (account_id INTEGER NOT NULL, no INTEGER NOT NULL UNIQUE) STRICT": (
        "planted: sqlite_autoindex_planted_1 begins with no"
    ),
    "CREATE TABLE planted (no INTEGER PRIMARY KEY, account_id INTEGER NOT NULL) STRICT": "planted: its key is no",
    "CREATE TABLE planted (account_id INTEGER, no INTEGER, PRIMARY KEY (account_id, no))": (
        "planted: account_id may be missing"
    ),
    "CREATE TABLE planted (no INTEGER PRIMARY KEY) STRICT": "planted: there is no account_id",
    "CREATE TABLE planted (account_id INTEGER NOT NULL, no INTEGER NOT NULL) STRICT": "planted: it has no key",
    "CREATE TABLE planted (account_id INTEGER NOT NULL, rid INTEGER NOT NULL REFERENCES customer (rid),"
    " PRIMARY KEY (account_id, rid)) STRICT": "planted: a foreign key begins with rid",
}


@pytest.mark.parametrize("sql", PLANTED)
def test_a_planted_key_is_seen(store: Store, monkeypatch: pytest.MonkeyPatch, sql: str) -> None:
    """Each way to begin otherwise is named."""
    monkeypatch.setattr(tables, "TENANT", (*tables.TENANT, *(["planted"] if "TABLE planted" in sql else [])))
    store.connection.execute(sql)

    assert PLANTED[sql] in faults(store)


def tables_of(store: Store) -> set[str]:
    """Every ordinary table of the file, without what FTS5 makes for itself."""
    found = store.connection.execute("SELECT name, type FROM pragma_table_list WHERE schema = 'main'")
    return {name for name, kind in found if kind == "table" and not name.startswith("sqlite_")}


def faults(store: Store) -> list[str]:
    """What is wrong with the keys of the tables of accounts."""
    return [f"{table}: {fault}" for table in tables.TENANT for fault in _faults(store, table)]


def _faults(store: Store, table: str) -> Iterator[str]:
    ask = store.connection.execute
    columns = {name: (needed, place) for name, needed, place in ask(
        'SELECT name, "notnull", pk FROM pragma_table_info(?)', (table,))}  # fmt: skip
    key = sorted((place, name) for name, (_, place) in columns.items() if place)
    if KEY not in columns:
        yield f"there is no {KEY}"
        return
    if not columns[KEY][0] and key != [(1, KEY)]:  # a whole number that is the key is never missing
        yield f"{KEY} may be missing"
    if not key:
        yield "it has no key"
    elif key[0][1] != KEY and (table not in ROWS or key != [(1, "rid")]):
        yield f"its key is {', '.join(name for _, name in key)}"
    for (index,) in ask("SELECT name FROM pragma_index_list(?)", (table,)):
        first = ask("SELECT name FROM pragma_index_info(?) WHERE seqno = 0", (index,)).get
        if first != KEY:
            yield f"{index} begins with {first or 'an expression'}"
    for (column,) in ask('SELECT "from" FROM pragma_foreign_key_list(?) WHERE seq = 0', (table,)):
        if column != KEY:
            yield f"a foreign key begins with {column}"


# --- PostgreSQL ----------------------------------------------------------------------------------------------

Made = psycopg.Connection[tuple[str, ...]]


@pytest.fixture(params=[0, 4], ids=["whole", "partitioned"])
def made(request: pytest.FixtureRequest, database: str) -> Iterator[Made]:
    """A connection to a database that the migrations made, its tables split by the account or not."""
    postgres_schema.bring_up_to_date(database, now=1, partitions=request.param)
    with psycopg.connect(database) as connection:
        yield connection


def test_every_table_of_postgres_is_listed(made: Made) -> None:
    """The same tables as in SQLite's file, and no others."""
    found = made.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        " AND NOT relispartition"
    )
    assert {row[0] for row in found} == set(LISTED)


def test_every_key_of_postgres_begins_with_its_account(made: Made) -> None:
    """The same of PostgreSQL: of tables, and of their parts."""
    assert faults_of_postgres(made) == []
    indexes = {row[0] for row in made.execute("SELECT relname FROM pg_class WHERE relkind IN ('i', 'I')")}
    assert indexes >= SEARCHED  # the exception is one of something that is there


PLANTED_IN_POSTGRES = {
    "CREATE INDEX planted ON customer (pos_ref, account_id)": "customer: planted begins with pos_ref",
    "CREATE INDEX planted ON doc ((rid + 1))": "doc: planted begins with an expression",
    "CREATE INDEX planted ON find (t)": "find: planted begins with t",
    "CREATE TABLE planted (account_id BIGINT, no BIGINT UNIQUE)": "planted: planted_no_key begins with no",
    "CREATE TABLE planted (no BIGINT PRIMARY KEY, account_id BIGINT NOT NULL)": "planted: planted_pkey begins with no",
    "CREATE TABLE planted (account_id BIGINT, no BIGINT)": "planted: account_id may be missing",
    "CREATE TABLE planted (account_id BIGINT NOT NULL)": "planted: it has no key",
    "CREATE TABLE planted (no BIGINT)": "planted: there is no account_id",
    "CREATE TABLE planted (account_id BIGINT NOT NULL, no BIGINT, id BIGINT, PRIMARY KEY (account_id, no),"
    " FOREIGN KEY (id, account_id) REFERENCES source (source_id, account_id))": (
        "planted: planted_id_account_id_fkey begins with id"
    ),
}


@pytest.mark.parametrize("sql", PLANTED_IN_POSTGRES)
def test_a_planted_key_of_postgres_is_seen(database: str, monkeypatch: pytest.MonkeyPatch, sql: str) -> None:
    """Each way to begin otherwise is named."""
    postgres_schema.bring_up_to_date(database, now=1)
    monkeypatch.setattr(tables, "TENANT", (*tables.TENANT, *(["planted"] if "TABLE planted" in sql else [])))
    with psycopg.connect(database) as connection:
        connection.execute(sql.encode())

        assert PLANTED_IN_POSTGRES[sql] in faults_of_postgres(connection)


def faults_of_postgres(made: Made) -> list[str]:
    """What is wrong with the keys of the tables of accounts, and of their parts."""
    every = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = to_regclass(%s)"
    whole = [*tables.TENANT, *tables.SEARCH]
    parts = [row[0] for name in whole for row in made.execute(every, [name]).fetchall()]
    return [f"{table}: {fault}" for table in (*whole, *parts) for fault in _faults_of_postgres(made, table)]


def _faults_of_postgres(made: Made, table: str) -> Iterator[str]:
    column = made.execute(
        "SELECT attnotnull FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attname = %s", [table, KEY]
    ).fetchone()
    if column is None:
        yield f"there is no {KEY}"
        return
    if not column[0]:
        yield f"{KEY} may be missing"
    indexes = made.execute(
        "SELECT i.indexrelid::regclass::text, i.indisprimary, a.attname FROM pg_index i LEFT JOIN pg_attribute a"
        " ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] WHERE i.indrelid = to_regclass(%s)",
        [table],
    ).fetchall()
    if not any(is_key for _, is_key, _ in indexes):
        yield "it has no key"
    for name, _, first in indexes:
        if first != KEY and name not in _searched(made):
            yield f"{name} begins with {first or 'an expression'}"
    foreign = made.execute(
        "SELECT c.conname, a.attname FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid"
        " AND a.attnum = c.conkey[1] WHERE c.contype = 'f' AND c.conrelid = to_regclass(%s)",
        [table],
    ).fetchall()
    for name, first in foreign:
        if first != KEY:
            yield f"{name} begins with {first}"


def _searched(made: Made) -> set[str]:
    """The search's own indexes, and their parts."""
    parts = made.execute(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent::regclass::text = ANY(%s)",
        [list(SEARCHED)],
    )
    return SEARCHED | {row[0] for row in parts.fetchall()}
