"""An empty directory with one account of two locations, on each engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from regulars.directory import Directory
from regulars.model.place import Account, Grant
from tests.directory import world
from tests.directory.world import HERE, THERE
from tests.engines import Engine


@pytest.fixture
def clock() -> world.Clock:
    return world.Clock()


@pytest.fixture
def directory(tmp_path: Path, engine: Engine, clock: world.Clock) -> Iterator[Directory]:
    with world.opened(tmp_path, clock=clock, engine=engine) as opened:
        yield opened


@pytest.fixture
def account(directory: Directory) -> Account:
    return world.settle_in(directory, HERE, THERE)


@pytest.fixture
def grant(account: Account) -> Grant:
    return world.grant_of(account)
