"""A PostgreSQL for the tests that look at the engine itself, and an empty database in it for each."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from regulars.testing import postgres

_NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Server]:
    with postgres.running(settings={"fsync": "off", "autovacuum": "off"}) as server:
        yield server


@pytest.fixture
def database(server: postgres.Server) -> str:
    """The address of a new one."""
    name = f"empty_{next(_NUMBERS)}"
    server.ask(f"CREATE DATABASE {name}")
    return server.database(name)
