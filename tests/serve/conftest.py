"""A server that a module's tests share."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from regulars.model.place import Scope
from tests.api.shop import Shop
from tests.directory.world import opened, person
from tests.serve.tree import Server, serving

READ: tuple[Scope, ...] = ("customers:read", "locations:read")
STRANGE = ["a/b", "..", "a b", "a+b", "%2F", "é", "\U0001f600", "?x=1", "C-0/"]


class Open(NamedTuple):
    """A running server, a token that reads everything, one with a rate of ten, and its data."""

    server: Server
    token: str
    rated: str
    data: Path


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    data = tmp_path_factory.mktemp("served")
    with opened(data) as directory:
        made = Shop(directory, data)
        made.add(*(person(f"C-{number}", f"Ada{number}") for number in range(60)))
        made.add(*(person(ref) for ref in STRANGE))
        token, rated = made.reader, made.token(rate=10)
    with serving(data) as server:
        yield Open(server, token, rated, data)
