"""An empty PostgreSQL database for each test that looks at the engine itself."""

from __future__ import annotations

import itertools

import pytest

from regulars.testing import postgres

_NUMBERS = itertools.count()


@pytest.fixture
def database(postgres_server: postgres.Server) -> str:
    """The address of a new one."""
    name = f"empty_{next(_NUMBERS)}"
    postgres_server.ask(f"CREATE DATABASE {name}")
    return postgres_server.database(name)
