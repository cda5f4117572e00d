"""The peers' databases filled with the invented customers by the quickest way there is.

What reading them costs is measured on the full ones; what writing costs is measured by their own programs
(`ingesting`), for a million rows through an ORM would take hours.
"""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

import psycopg
from msgspec import json

from bench.peers.contenders import LOCATION_ID, Contender, database_url
from bench.peers.postgres import Cluster
from regulars.app import invented
from regulars.app.bench import loading
from regulars.app.bench.loading import REGION, Plan
from regulars.app.bench.rounds import Told
from regulars.app.invented import Person

Row = tuple[object, ...]
_TOLD_EVERY = 20_000

# (table, its columns, a person's rows in it; ids of the children are the table's own)
_TABLES: tuple[tuple[str, str, Callable[[Person], Iterable[Row]]], ...] = (
    (
        "customer", "id, location_id, pos_ref, first_name, last_name, company_name, created_at, updated_at",
        lambda one: [
            (
                one.number, LOCATION_ID, f"C-{one.number}", one.given, one.family, one.company or None,
                one.created_at, one.created_at,
            )
        ],
    ),
    (
        "email", "customer_id, email, is_primary",
        lambda one: [(one.number, email, not at) for at, email in enumerate(one.emails)],
    ),
    (
        "phone", "customer_id, phone, type, is_primary",
        lambda one: [
            (one.number, phone, "WORK" if at else "MOBILE", not at) for at, phone in enumerate(one.phones)
        ],
    ),
    (
        "address", "customer_id, street, city, state, zip_code, country, type, is_primary",
        lambda one: [
            (
                one.number, place.street, place.city, place.state, place.zip_code, place.country,
                "WORK" if at else "HOME", not at,
            )
            for at, place in enumerate(one.places)
        ],
    ),
)  # fmt: skip


def filled(contender: Contender, cluster: Cluster | None, folder: Path, plan: Plan, told: Told) -> None:
    """Its database with all customers, unless a run before has left it."""
    mark = folder / f"{contender.key}.filled"
    if mark.exists() and json.decode(mark.read_bytes(), type=Plan) == plan:
        return
    mark.unlink(missing_ok=True)
    told(f"filling {contender.key}", 0, plan.customers)
    if contender.is_ours:
        database = ours(contender, cluster)
        if cluster is not None and database:
            cluster.create(contender.key)
        loading.prepared(folder / contender.key, plan, told, database=database)
        if cluster is not None and database:
            _tidied(cluster, contender)
    elif cluster is not None and contender.uses_postgres:
        _postgres(contender, cluster, folder, plan, told)
    else:
        _datasette(contender, folder, plan, told)
    mark.write_bytes(json.encode(plan))


def ours(contender: Contender, cluster: Cluster | None) -> str | None:
    """Where our own store is; None: in its folder."""
    return database_url(cluster.host) if cluster and contender.uses_postgres else None


def middle(plan: Plan) -> str:
    """The instant after which half of the customers were changed last: each has a half minute of their own."""
    [one] = invented.people(plan.seed, 1, REGION, first=max(1, plan.customers // 2))
    changed = datetime.fromisoformat(one.created_at)
    last = changed.replace(second=changed.second // 30 * 30 + 29)
    return last.strftime("%Y-%m-%dT%H:%M:%SZ")


def next_number(folder: Path, plan: Plan, count: int) -> int:
    """The first of so many numbers that no customer has yet, in any database of this folder."""
    mark = folder / "written"
    written = int(mark.read_text()) if mark.exists() else plan.customers
    mark.write_text(str(written + count))
    return written + 1


def _postgres(contender: Contender, cluster: Cluster, folder: Path, plan: Plan, told: Told) -> None:
    cluster.create(contender.key)
    _schema(contender, contender.where(cluster.host, folder))
    with cluster.connect(contender.key) as connection:
        if contender.key == "fastify":
            _copy(connection, "customer", "location_id, pos_ref, updated_at, doc, t", _documents(plan, told))
        else:
            for table, columns, rows in _TABLES:
                people = _people(plan, told, f"filling {contender.key}: {table}")
                _copy(connection, table, columns, (row for person in people for row in rows(person)))
            connection.execute(
                "select setval(pg_get_serial_sequence('customer', 'id'), max(id)) from customer"
            )
    _tidied(cluster, contender)


def _tidied(cluster: Cluster, contender: Contender) -> None:
    """As it would be some minutes later by itself, so that it does not happen while others are measured."""
    with cluster.connect(contender.key) as connection:
        connection.execute("vacuum analyze")
        connection.execute("checkpoint")


def _schema(contender: Contender, where: str) -> None:
    command = [*contender.command, "schema", where]
    subprocess.run(command, cwd=Path(contender.command[-1]).parent, check=True, stdin=subprocess.DEVNULL)


def _copy(connection: psycopg.Connection, table: str, columns: str, rows: Iterable[Row]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"copy {table} ({columns}) from stdin".encode()) as copy:
        for row in rows:
            copy.write_row(row)


def _documents(plan: Plan, told: Told) -> Iterator[Row]:
    for one in _people(plan, told, "filling fastify"):
        words = " ".join(filter(None, (one.given, one.family, one.company, *one.emails, *one.phones)))
        yield LOCATION_ID, f"C-{one.number}", one.created_at, invented.shift4(one).decode(), words.lower()


def _datasette(contender: Contender, folder: Path, plan: Plan, told: Told) -> None:
    """Its own schema, then rows by the standard library, whose triggers fill the index of words too."""
    file = Path(contender.where("", folder))
    file.parent.mkdir(exist_ok=True)
    for each in file.parent.glob(f"{file.name}*"):
        each.unlink()
    _schema(contender, str(file))
    database = sqlite3.connect(file)
    try:
        with database:
            database.executemany(
                "insert into customer (pos_ref, first_name, last_name, company_name, created_at, updated_at, "
                "emails, phones, addresses) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (_flat(one) for one in _people(plan, told, "filling datasette")),
            )
        database.execute("analyze")
        database.execute("pragma wal_checkpoint(truncate)")
    finally:
        database.close()


def _flat(one: Person) -> Row:
    raw = invented.shift4(one)
    addresses = raw[raw.index(b'"customerAddresses":') + 20 : -1].decode()
    return (
        f"C-{one.number}", one.given, one.family, one.company, one.created_at, one.created_at,
        " ".join(one.emails), " ".join(one.phones), addresses,
    )  # fmt: skip


def _people(plan: Plan, told: Told, what: str) -> Iterator[Person]:
    """With phone numbers as they are kept after cleaning."""
    for one in invented.people(plan.seed, plan.customers, REGION):
        if one.number % _TOLD_EVERY == 0:
            told(what, one.number, plan.customers)
        yield one._replace(phones=tuple(map(_e164, one.phones)))


def _e164(phone: str) -> str:
    if phone.startswith("+"):
        return phone
    return "+1" + "".join(filter(str.isdigit, phone))
