"""A server that is killed under load: what it had begun ends with it, and the next one is there at once.

tests/serve/test_tree.py shows each of these once and at rest; here it happens while clients ask, again and again.
"""

from __future__ import annotations

import http.client
import os
import random
import signal
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from tests.proof_faults import consistent, people, running
from tests.proof_faults.running import SHOP, Server

TORTURE = os.environ.get("REGULARS_TORTURE") == "1"
ROUNDS = 100 if TORTURE else 3
WORKER_ROUNDS = 20 if TORTURE else 2
CUSTOMERS = 300
END_SECONDS_MAX = 2.0  # design.md section 5: every child, however its parent dies
CLIENTS = 4


class Crowd:
    """Clients that ask all the time, each over its own connection, and remember what came of it."""

    def __init__(self, server: Server) -> None:
        self.came: Counter[str] = Counter()
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(server,)) for _ in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def _ask(self, server: Server) -> None:
        mine = Server(server.process, f":{server.port}", server.token)
        while not self._is_over.is_set():
            try:
                status, body = mine.get(f"/pos/v2/{SHOP}/customers?page=2")
            except http.client.IncompleteRead:
                self.came["cut"] += 1
            except (OSError, http.client.HTTPException):
                self.came["nobody there"] += 1
                time.sleep(0.005)
            else:
                is_whole = status == 200 and body["meta"]["totalCount"] == CUSTOMERS
                self.came["whole" if is_whole else "wrong"] += 1
        mine.close()

    def go_on(self) -> None:
        """They get another fifty answers."""
        enough = self.came["whole"] + 50
        running.wait_until(lambda: self.came["whole"] > enough)

    def go_home(self) -> Counter[str]:
        """They stop; what they saw. Nobody was ever told something wrong."""
        self._is_over.set()
        for thread in self._threads:
            thread.join()
        assert self.came["wrong"] == 0
        return self.came


@pytest.fixture
def shop(tmp_path: Path) -> tuple[Path, str]:
    """A data folder with customers; a token."""
    data = tmp_path / "data"
    token = running.settle_in(data)
    running.well(data, "import", people.file(tmp_path / "in.jsonl", CUSTOMERS), "--location", SHOP)
    return data, token


def test_killed_under_load_and_started_at_once(shop: tuple[Path, str]) -> None:
    """SIGKILL to the parent: its last child ends within 2 s, and a server started that instant takes over the port."""
    data, token = shop
    port = 0
    for _ in range(ROUNDS):
        with running.serving(data, token, port=port, workers=2) as server:
            port = server.port
            crowd = Crowd(server)
            crowd.go_on()
            killed = time.monotonic()
            running.kill(server.process)
            with running.serving(data, token, port=port) as following:
                running.wait_for_end(
                    server.process.pid, seconds=max(0.5, killed + END_SECONDS_MAX - time.monotonic())
                )
                crowd.go_on()
                crowd.go_home()
                assert following.total() == CUSTOMERS
    assert consistent.complaints(data) == []


def test_its_children_end_within_two_seconds(shop: tuple[Path, str]) -> None:
    """Timed by themselves, with nobody who starts anew: killed while it serves, and at any moment of its start."""
    data, token = shop
    chance = random.Random("starts")
    with running.serving(data, token, workers=2) as server:
        assert len(running.members(server.process.pid)) >= 3
        crowd = Crowd(server)
        crowd.go_on()
        running.kill(server.process)
        running.wait_for_end(server.process.pid, seconds=END_SECONDS_MAX)
        crowd.go_home()
    for _ in range(ROUNDS):
        starting = running.start("--data", data, "serve", "--port", 0, "--workers", 2)
        try:
            time.sleep(chance.uniform(0.2, 1.2))
            running.kill(starting)
            running.wait_for_end(starting.pid, seconds=END_SECONDS_MAX)
        finally:
            running.end(starting)
    with running.serving(data, token) as server:
        assert server.total() == CUSTOMERS


def test_a_killed_worker_is_hardly_noticed(shop: tuple[Path, str]) -> None:
    """Its connections break, nobody hears anything wrong, and soon everybody is served again."""
    data, token = shop
    with running.serving(data, token, workers=2) as server:
        crowd = Crowd(server)
        for number in range(WORKER_ROUNDS):
            # One that dies sooner again ends the server, so that it is not started anew for ever.
            time.sleep(4 if number else 0)
            crowd.go_on()
            killed, other = worker_pids(server)
            os.kill(killed, signal.SIGKILL)
            crowd.go_on()
            wait_for_two(server, killed)
            assert other in worker_pids(server)
        crowd.go_on()
        assert server.answers("/healthz")
        crowd.go_home()
        assert server.process.poll() is None


def wait_for_two(server: Server, killed: int) -> None:
    running.wait_until(lambda: len(set(worker_pids(server)) - {killed}) == 2)


def worker_pids(server: Server) -> list[int]:
    """The processes of a server that answer: its children that are no helper of multiprocessing's."""
    found = []
    for pid, state in running.members(server.process.pid):
        with suppress(OSError):
            words = Path(f"/proc/{pid}/cmdline").read_bytes()
            if state != "Z" and b"spawn_main" in words:
                found.append(pid)
    return sorted(found)


def test_stopped_under_load_cuts_no_answer(shop: tuple[Path, str]) -> None:
    """SIGTERM while clients ask: every answer that begins comes whole, and it ends with 0."""
    data, token = shop
    for _ in range(ROUNDS):
        with running.serving(data, token, workers=2) as server:
            crowd = Crowd(server)
            crowd.go_on()
            server.process.send_signal(signal.SIGTERM)
            assert server.process.wait(timeout=15) == 0
            assert crowd.go_home()["cut"] == 0
            running.wait_for_end(server.process.pid, seconds=END_SECONDS_MAX)
