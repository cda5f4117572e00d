"""The throw-away PostgreSQL: it keeps what was committed however it ends, and outlives nobody who started it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from regulars.testing import postgres

SECONDS = 30


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    with postgres.running(loopback=True) as running:
        yield running


def test_it_is_a_postgresql_of_its_own(server: postgres.Server) -> None:
    """It says which one it is, runs as nobody who may harm the machine, and flushes every commit."""
    assert server.ask("SHOW server_version") == server.version
    assert server.ask("SHOW fsync") == "on"
    assert server.ask("CREATE TABLE kept AS SELECT 7 AS n; SELECT n FROM kept") == "7"
    if os.geteuid() == 0:
        assert Path(f"/proc/{server.pid}").stat().st_uid != 0
    with pytest.raises(postgres.PostgresFailed, match="no_such_table"):
        server.ask("SELECT * FROM no_such_table")


def test_the_extensions_that_search_may_use_are_there(server: postgres.Server) -> None:
    """pg_trgm and btree_gin, which are never needed for being right."""
    answer = server.ask(
        "SELECT name FROM pg_available_extensions WHERE name IN ('pg_trgm', 'btree_gin') ORDER BY 1"
    )

    assert answer.splitlines() == ["btree_gin", "pg_trgm"]


def test_what_is_committed_survives_sigkill(server: postgres.Server) -> None:
    """The next start recovers it."""
    server.ask("CREATE TABLE safe AS SELECT 3 AS n")
    before = server.pid

    server.kill()
    server.start()

    assert server.pid != before
    assert server.ask("SELECT n FROM safe") == "3"


def test_the_port_asks_for_the_password(server: postgres.Server) -> None:
    """Others on this machine reach the port, and no further."""
    psql = [str(postgres.find() / "psql"), "-w", "-XAtq", "-d", server.port_url(), "-c", "SELECT 1"]
    bare = {name: value for name, value in os.environ.items() if not name.startswith("PG")}

    refused = subprocess.run(psql, env=bare, capture_output=True, text=True, check=False)
    let_in = subprocess.run(
        psql, env=bare | {"PGPASSWORD": server.password}, capture_output=True, text=True, check=False
    )

    assert "password" in refused.stderr
    assert let_in.stdout == "1\n"


def test_it_ends_with_whoever_started_it() -> None:
    """Killed by SIGKILL in mid-use: no process and no folder stays."""
    program = (
        "import time; from regulars.testing import postgres\n"
        "with postgres.running() as server: print(server.pid, server.folder, flush=True); time.sleep(600)"
    )
    starter = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    said = starter.stdout.readline().split()
    pid, folder = int(said[0]), Path(said[1])
    assert folder.exists()

    starter.kill()
    starter.wait()
    starter.stdout.close()

    deadline = time.monotonic() + SECONDS
    while folder.exists() or alive(pid):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_version_that_is_not_there_is_named() -> None:
    """A machine that can start none fails in words that say what to do."""
    with pytest.raises(postgres.PostgresFailed, match=r"no PostgreSQL 9 .*make venv"):
        postgres.find(9)


def test_what_cannot_start_says_why(within_reach: Path) -> None:
    """PostgreSQL's own words, and nothing stays behind."""
    with (
        pytest.raises(postgres.PostgresFailed, match="no_such_setting"),
        postgres.running(within_reach / "pg", settings={"no_such_setting": "on"}),
    ):
        pass
    assert not (within_reach / "pg").exists()


@pytest.fixture
def within_reach() -> Iterator[Path]:
    """Pytest's own folders are closed to the unprivileged user."""
    with tempfile.TemporaryDirectory(prefix="regulars-test-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
