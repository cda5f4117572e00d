"""A running server, and every official SDK pointed at an account of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from regulars.directory import places, tokens
from regulars.model.place import SCOPES
from tests.directory.world import Clock, opened
from tests.proof_http.house import House, Served
from tests.square_clients.client import Client
from tests.square_clients.node_sdks import Node, OldNode
from tests.square_clients.python_sdks import AsyncPython, OldPython, Python

SDKS: dict[str, Callable[[str, str], Client]] = {
    "python": Python,
    "async-python": AsyncPython,
    "old-python": OldPython,
    "node": Node,
    "old-node": OldNode,
}
LOCATION = 12345


def account_token(folder: Path, name: str) -> str:
    """A token for everything of a new account, with one location."""
    with opened(folder, clock=Clock(time.time_ns() // 1000)) as directory:
        account = places.add_account(directory, name)
        place = partial(places.add_location, directory, account.account_id, LOCATION)
        place(name="Corner Shop", country="US", time_zone="America/New_York")
        return tokens.create(directory, account.account_id, name="clients", location_ids=None, scopes=SCOPES)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with House(tmp_path_factory.mktemp("clients")).serving() as served:
        yield served


@pytest.fixture(scope="module", params=SDKS)
def sdk(request: pytest.FixtureRequest, served: Served) -> Iterator[Client]:
    client = SDKS[request.param](served.url, account_token(served.house.data, request.param))
    try:
        yield client
    finally:
        client.close()
