"""A PostgreSQL of this folder's own, which its tests may kill, and a new database for each test."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from regulars.testing import postgres

_numbers = itertools.count()


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    with postgres.running(loopback=True, settings={"max_connections": "40"}) as started:
        yield started


@pytest.fixture
def url(server: postgres.Server) -> str:
    """A database that nobody has used."""
    name = f"fresh_{next(_numbers)}"
    server.ask(f"CREATE DATABASE {name}")
    return server.database(name)
