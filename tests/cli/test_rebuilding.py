"""A rebuild that is killed is begun again, and nobody changes twice."""

from __future__ import annotations

import signal
import time
from contextlib import closing
from pathlib import Path

import pytest

from regulars.app.opening import open_directory
from tests.cli.running import Till
from tests.conftest import TORTURE
from tests.proof_faults import consistent

PEOPLE = 20_000 if TORTURE else 2_000
KILLS = 40 if TORTURE else 3


@pytest.fixture
def till(tmp_path: Path) -> Till:
    return Till(tmp_path)


def test_a_rebuild_may_be_killed_at_any_time(till: Till) -> None:
    """After some kills and one run to its end everybody has changed once, and the store is whole."""
    till.filled(PEOPLE)
    with closing(open_directory(till.data)) as directory, directory.store.write():
        directory.store.connection.execute(
            "UPDATE doc SET shift4 = CAST(replace(shift4, 'Ada', 'Eda') AS BLOB)"
        )

    for at in range(KILLS):
        running = till.start("rebuild")
        seconds = 0.5 + at * 0.15
        _begun(till, running_for=seconds)
        running.send_signal(signal.SIGKILL)
        running.communicate(timeout=30)
    left = till.run("rebuild", "--json").value["changed"]

    assert left < PEOPLE, "the kills came too early to tell anything"
    with closing(open_directory(till.data)) as directory:
        versions = "SELECT version, count(*) FROM customer GROUP BY version"
        assert directory.store.connection.execute(versions).fetchall() == [(1, PEOPLE)]
    assert till.run("rebuild", "--json").value["changed"] == 0
    assert consistent.complaints(till.data) == []


def _begun(till: Till, *, running_for: float) -> None:
    """Waits so long, and until somebody has changed."""
    until = time.monotonic() + 20
    time.sleep(running_for)
    while time.monotonic() < until:
        with closing(open_directory(till.data)) as directory:
            if directory.store.connection.execute("SELECT max(version) FROM customer").get:
                return
        time.sleep(0.05)
