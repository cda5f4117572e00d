"""SIGKILL in the middle of writes, to the server and to its database: what was acknowledged is there, work goes on."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest

from regulars import config
from regulars.testing import postgres
from tests.conftest import TORTURE
from tests.serve.tree import descendants, until
from tests.soak.shop import Shop
from tests.soak.writer import RECOVERY_SECONDS_MAX, Writer

ROUNDS = 20 if TORTURE else 2
WRITERS = 4
WRITES = 10  # of each writer, after a kill

pytestmark = pytest.mark.alone


@pytest.fixture
def database() -> Iterator[postgres.Server]:
    """A PostgreSQL that writes as safely as it does anywhere."""
    with postgres.running() as server:
        server.ask("CREATE DATABASE killed")
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Shop:
    if request.param == "sqlite":
        return Shop(tmp_path, {})
    return on(request.getfixturevalue("database"), tmp_path)


def on(database: postgres.Server, folder: Path) -> Shop:
    return Shop(folder, {config.DATABASE: database.database("killed")})


@contextmanager
def writing(port: int, token: str) -> Iterator[list[Writer]]:
    """Some who write for as long as the block lasts. Nobody may be told anything wrong, or lose what was theirs."""
    writers = [Writer(port, token, name=f"writer {number}") for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    try:
        yield writers
    finally:
        close(writers)
    assert [loss for writer in writers for loss in writer.losses] == []
    assert [answer for writer in writers for answer in writer.wrong] == []


def close(writers: Sequence[Writer]) -> None:
    for writer in writers:
        writer.close()


def go_on(writers: Sequence[Writer]) -> None:
    """Everybody gets some more writes acknowledged."""
    enough = [writer.acknowledged + WRITES for writer in writers]
    assert until(
        lambda: all(writer.acknowledged >= it for writer, it in zip(writers, enough, strict=True)),
        seconds=RECOVERY_SECONDS_MAX,
    )


def test_the_server_is_killed(shop: Shop) -> None:
    """Its children end within two seconds, and the next server, on the same port, has all that was acknowledged."""
    chance = random.Random("server")
    with ExitStack() as stack:
        served = stack.enter_context(shop.serving())
        writers = stack.enter_context(writing(served.port, shop.token))
        for _ in range(ROUNDS):
            go_on(writers)
            time.sleep(chance.random() / 5)
            assert served.is_gone_when_killed()
            served = stack.enter_context(shop.serving(port=served.port))
        go_on(writers)
        close(writers)
    assert troubles(writers) >= ROUNDS
    assert "Traceback" not in shop.talk.read_text()


def troubles(writers: Sequence[Writer]) -> int:
    return sum(writer.troubles for writer in writers)


def has_more(writers: Sequence[Writer], before: int) -> bool:
    return troubles(writers) > before


def kill_all(database: postgres.Server) -> None:
    """Its sessions too, in the middle of what they do: alone they would end theirs in order."""
    assert database.pid is not None
    sessions = descendants(database.pid)
    database.kill()
    for pid in sessions:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def test_its_database_is_killed(database: postgres.Server, tmp_path: Path) -> None:
    """The server stays, says 503 while there is none, and goes on by itself once there is one again."""
    shop, chance = on(database, tmp_path), random.Random("database")
    with shop.serving() as served:
        family = served.family()
        with writing(served.port, shop.token) as writers:
            for _ in range(ROUNDS):
                go_on(writers)
                time.sleep(chance.random() / 5)
                before = troubles(writers)
                kill_all(database)
                assert until(partial(has_more, writers, before), seconds=RECOVERY_SECONDS_MAX)
                database.start()
            go_on(writers)
            close(writers)
        assert served.family() == family
    assert "Traceback" not in shop.talk.read_text()
