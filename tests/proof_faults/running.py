"""The program as a user runs it: commands, servers and importers as processes of their own, ended by their number."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.cli.running import Done

ROOT = Path(__file__).parents[2]
SHOP = 11
START_SECONDS_MAX = 30.0  # patience of a test on a crowded machine, no promise of ours
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("REGULARS_", "COVERAGE_", "COV_"))
} | {"NO_COLOR": "1", "PYTHONPATH": str(ROOT)}

Process = subprocess.Popen[str]


def start(*words: object, module: str = "regulars", **options: Any) -> Process:
    """A module run as a program, in a process group of its own."""
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    return subprocess.Popen(
        [sys.executable, "-m", module, *map(str, words)], text=True, start_new_session=True,
        env=ENVIRONMENT, cwd=ROOT, **pipes,
    )  # fmt: skip


def run(data: Path, *words: object) -> Done:
    """A command on a data folder, to its end."""
    process = start("--data", data, *words)
    try:
        out, talk = process.communicate(timeout=120)
    finally:
        end(process)
    return Done(process.returncode, out, talk)


def well(data: Path, *words: object) -> Any:
    """The JSON value of a command that must succeed."""
    done = run(data, "--json", *words)
    assert done.code == 0, done.talk
    return done.value


def settle_in(data: Path, *location_ids: int) -> str:
    """Locations in the United States, and a token for all of them."""
    for location_id in location_ids or (SHOP,):
        well(data, "location", "add", location_id, "--country", "US")
    token: str = well(data, "token", "create", "--name", "test")["token"]
    return token


def is_sentence(done: Done) -> bool:
    """A refusal in words with a cure: no traceback, no surprise, nothing on stdout."""
    lines = done.talk.strip().splitlines()
    return (
        done.code == 1
        and done.out == ""
        and lines[0].startswith("regulars: ")
        and any(line.startswith("  → ") for line in lines[1:])
        and not has_surprise(done.talk)
    )


def has_surprise(talk: str) -> bool:
    """Whether something went wrong that nobody foresaw."""
    return any(word in talk for word in ("Traceback", "Unexpected ", "Please report", "apsw."))


def kill(process: Process) -> None:
    """SIGKILL to this one process; what it started is not told."""
    process.send_signal(signal.SIGKILL)
    process.wait()


def end(process: Process) -> None:
    """Ends a process that a test started, and whatever it left behind."""
    if is_alive(process.pid):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


def is_alive(group: int) -> bool:
    """Whether any process of a group still runs."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return any(state != "Z" for _pid, state in members(group))


def members(group: int) -> list[tuple[int, str]]:
    """(process number, state) of each process of a group."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        if int(words[2]) == group:
            found.append((int(entry.name), words[0]))
    return found


def wait_until(true: Callable[[], bool], *, seconds: float = START_SECONDS_MAX) -> float:
    """Waits until something holds; how many seconds it took. It must come true in time."""
    started = time.monotonic()
    while not true():
        assert time.monotonic() - started < seconds, f"not within {seconds} s"
        time.sleep(0.01)
    return time.monotonic() - started


def wait_for_end(group: int, *, seconds: float) -> None:
    """Waits until no process of a group runs any more. It must be so in time."""
    wait_until(lambda: not is_alive(group), seconds=seconds)


class Server:
    """A running server: where it is, and one connection to it that stays open."""

    def __init__(self, process: Process, url: str, token: str) -> None:
        self.process = process
        self.port = int(url.rpartition(":")[2])
        self.token = token
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)

    def get(self, path: str) -> tuple[int, Any]:
        """Status and JSON of an answer."""
        try:
            self._connection.request("GET", path, headers={"Authorization": f"Bearer {self.token}"})
            answer = self._connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException):
            self._connection.close()  # so that the next one begins anew
            raise

    def answers(self, path: str = "/readyz") -> bool:
        """Whether it answers with 200."""
        try:
            return self.get(path)[0] == http.client.OK
        except (OSError, http.client.HTTPException):
            return False

    def total(self) -> int:
        """How many customers it serves at the shop."""
        status, body = self.get(f"/pos/v2/{SHOP}/customers?pageSize=1")
        assert status == http.client.OK, body
        total: int = body["meta"]["totalCount"]
        return total

    def close(self) -> None:
        """Lets go of the connection."""
        self._connection.close()


@contextmanager
def serving(data: Path, token: str, *words: object, port: int = 0, workers: int = 1) -> Iterator[Server]:
    """`regulars serve`; whatever is left of it when the test is over is ended."""
    with (data.parent / f"serve-{time.monotonic_ns()}.log").open("w") as talk:
        process = start(
            "--data", data, "--json", "serve", "--port", port, "--workers", workers, *words, stderr=talk
        )
        assert process.stdout is not None
        try:
            said = process.stdout.readline()
            assert said, Path(talk.name).read_text()
            server = Server(process, json.loads(said)["url"], token)
            yield server
            server.close()
        finally:
            end(process)
