"""The doors without a network: the application over a data folder, asked everything that reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import apsw
from falcon.testing import TestClient

from regulars.api.application import make
from regulars.api.rate_limit import RateLimit
from regulars.api.route import Inside
from regulars.app.opening import open_directory
from regulars.directory import deletion, ingest, lookup, tokens
from regulars.model.place import SCOPES_DEFAULT
from regulars.model.record import Record
from regulars.store import sqlite
from tests.directory import world
from tests.engines import Engine
from tests.proof_faults import people

SHOP = 11
COUNT = 400
PAGE_BYTES = sqlite.PAGE_SIZE
DAMAGED = "The store's file is damaged"
_SHIFT4 = f"/pos/v2/{SHOP}/customers"
QUESTIONS = (
    f"{_SHIFT4}?pageSize=100",
    f"{_SHIFT4}?page=3&pageSize=100",
    f"{_SHIFT4}?search=smith&pageSize=100",
    f"{_SHIFT4}?search=guest7",
    f"{_SHIFT4}?updatedAfter=2020-01-01T00:00:00Z&page=2&pageSize=100&includeDeleted=true",
    f"{_SHIFT4}/R5",
    "/v2/customers?limit=100&count=true",
    "/v2/customers?sort_field=CREATED_AT&sort_order=DESC",
    "/marketplace/v2/locations",
    "/v2/locations",
)


class Answer(NamedTuple):
    """Status and body."""

    status: int
    body: bytes


def fill(folder: Path, *, key_file: Path | None = None) -> str:
    """Some hundred customers, some of them deleted; a token."""
    with world.opened(folder, engine=Engine(key_file)) as directory:
        account_id = world.settle_in(directory, SHOP).account_id
        records = [
            Record("shift4", json.dumps(people.one(number)).encode(), "test") for number in range(COUNT)
        ]
        ingest.batch(directory, account_id, SHOP, "files", records)
        gone = [lookup.show(directory, account_id, ref)[0].id for ref in ("R7", "R77")]
        deletion.delete(directory, account_id, gone)
        return tokens.create(directory, account_id, name="test", location_ids=None, scopes=SCOPES_DEFAULT)


@contextmanager
def door(folder: Path, *, key_file: Path | None = None) -> Iterator[TestClient]:
    """The application; whatever `open_directory` raises comes through."""
    directory = open_directory(folder, key_file=key_file, role="server")
    try:
        yield TestClient(make(Inside(directory, RateLimit(folder / "rate", key=b"test"), lambda: [])))
    finally:
        directory.close()


def everything(folder: Path, token: str, *, key_file: Path | None = None) -> list[Answer]:
    """The answers to all questions."""
    with door(folder, key_file=key_file) as client:
        return [ask(client, question, token) for question in QUESTIONS]


def ask(client: TestClient, question: str, token: str) -> Answer:
    """The answer to one."""
    path, _, query = question.partition("?")
    found: Any = client.simulate_get(path, query_string=query, headers={"Authorization": f"Bearer {token}"})
    return Answer(found.status_code, found.content)


def refusal(question: str, answer: Answer) -> str:
    """What a 500 says; it must be in the shape of the question's dialect."""
    body = json.loads(answer.body)
    assert answer.status == 500
    if question.startswith("/v2/"):
        (error,) = body["errors"]
        assert (error["category"], error["code"]) == ("API_ERROR", "INTERNAL_SERVER_ERROR")
        return str(error["detail"])
    assert body["status"] == 500
    assert body["timestamp"]
    return str(body["message"])


def pages_of(file: Path, table: str) -> list[int]:
    """The numbers (from 0) of the leaf pages of a table or index of a plain store."""
    connection = apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        query = "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path"
        return [number - 1 for (number,) in connection.execute(query, (table,))]
    finally:
        connection.close()
