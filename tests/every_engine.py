"""Whatever asks for `engine` runs on each engine; `@pytest.mark.engines(…, why=…)` names those it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from regulars.store import keyfile
from regulars.testing import postgres
from tests import engines
from tests.databases import Databases
from tests.engines import Engine

# Nothing here outlives its test, so nothing needs to reach the disk.
_SETTINGS = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}
_PARTITIONS = 2


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The tests of a module on one engine stand together, so that what they share is made once for each."""
    if "engine" not in metafunc.fixturenames:
        return
    mark = metafunc.definition.get_closest_marker("engines")
    if mark is not None:
        assert mark.kwargs["why"]
        assert set(mark.args) < set(engines.NAMES)
    names = mark.args if mark else engines.NAMES
    metafunc.parametrize("engine", names, indirect=True, scope="module")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A PostgreSQL of this process's own, started by the first test that needs it."""
    with postgres.running(settings=_SETTINGS) as server:
        yield server


@pytest.fixture(scope="session")
def engine_named(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Engine]:
    """An engine by its name; each is made when it is first needed."""

    @cache
    def made(name: str) -> Engine:
        if name == engines.Encrypted.name:
            path = tmp_path_factory.mktemp("key") / "key"
            keyfile.create(path)
            return engines.Encrypted(path)
        if name == engines.Engine.name:
            return engines.SQLITE
        server = request.getfixturevalue("postgres_server")
        if name == engines.Postgres.name:
            return engines.Postgres(Databases(server))
        return engines.Partitioned(Databases(server, partitions=_PARTITIONS))

    return made


@pytest.fixture(scope="module")
def engine(request: pytest.FixtureRequest, engine_named: Callable[[str], Engine]) -> Iterator[Engine]:
    """The engine that the test runs on."""
    engine = engine_named(request.param)
    yield engine
    engine.forget(Path("/"))


@pytest.fixture(autouse=True)
def _forgetful(request: pytest.FixtureRequest) -> Iterator[None]:
    """A database that a test had to itself is the next one's."""
    if not {"engine", "tmp_path"} <= set(request.fixturenames):
        yield
        return
    engine: Engine = request.getfixturevalue("engine")
    folder: Path = request.getfixturevalue("tmp_path")
    yield
    engine.forget(folder)
