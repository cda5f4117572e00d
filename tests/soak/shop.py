"""The program in its folder on one engine: commands, imports and a server as processes of their own."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.proof_faults import people
from tests.serve.tree import descendants, is_alive, until

LOCATION = 11
ROOT = Path(__file__).parents[2]
_START_SECONDS = 60
_COMMAND_SECONDS = 600
_END_SECONDS = 30
ORPHANS_SECONDS_MAX = 2.0  # design.md section 5: every child, however its parent dies
_FAMILY = 5  # the server, its workers, the background process and multiprocessing's tracker


class Shop:
    """A data folder; `settings` are those of the environment, such as REGULARS_DATABASE."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.folder = folder
        self.talk = folder / "serve.log"
        kept = {name: text for name, text in os.environ.items() if not name.startswith("REGULARS_")}
        self._environment = {**kept, "NO_COLOR": "1", **settings}
        self.run("location", "add", LOCATION, "--country", "US")
        scopes = ("--scope", "customers:read", "--scope", "customers:write")
        self.token: str = self.run("token", "create", "--name", "soak", *scopes)["token"]

    def run(self, *words: object) -> Any:
        """The JSON value of a command that must succeed."""
        done = subprocess.run(
            self._command(*words), env=self._environment, cwd=ROOT, stdin=subprocess.DEVNULL,
            capture_output=True, check=False, timeout=_COMMAND_SECONDS,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)

    def file(self, count: int, version: int) -> Path:
        """So many customers, as they are in one version."""
        return people.file(self.folder / f"people-{version}.jsonl", count, version=version)

    def import_file(self, file: Path) -> Any:
        """Its counts."""
        return self.run("import", file, "--location", LOCATION)

    @contextmanager
    def serving(self, *, port: int = 0) -> Iterator[Served]:
        """A server of two workers for as long as the block lasts; it must end well when it is told to.

        One that was killed in the block is not told.
        """
        with self.talk.open("ab") as talk:
            process = subprocess.Popen(
                self._command("serve", "--port", port, "--workers", 2),
                env=self._environment, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=talk,
            )  # fmt: skip
            try:
                served = Served(process, json.loads(_first_line(process)))
                until(lambda: len(served.family()) == _FAMILY, seconds=_START_SECONDS)
                yield served
                if not served.was_killed:
                    process.send_signal(signal.SIGTERM)
                    assert process.wait(_END_SECONDS) == 0
            finally:
                process.kill()
                process.communicate()

    def _command(self, *words: object) -> list[str]:
        return [
            sys.executable,
            "-m",
            "regulars",
            "--data",
            str(self.folder / "data"),
            "--json",
            *map(str, words),
        ]


class Served:
    """A running server: where it is, and what it holds."""

    def __init__(self, process: subprocess.Popen[bytes], said: Any) -> None:
        self.port = int(said["url"].rpartition(":")[2])
        self.process = process
        self.was_killed = False

    def is_gone_when_killed(self) -> bool:
        """Kills the server itself; whether all that it started ended by themselves in time."""
        family = self.family()
        self.was_killed = True
        self.process.kill()
        return until(lambda: not any(map(is_alive, family)), seconds=ORPHANS_SECONDS_MAX)

    def family(self) -> list[int]:
        """The server and all that it started, by number."""
        return [self.process.pid, *descendants(self.process.pid)]

    def megabytes(self) -> float:
        """What they all hold of the machine's memory; pages of files are not theirs."""
        return sum(map(_anonymous_bytes, self.family())) / 2**20


def _first_line(process: subprocess.Popen[bytes]) -> bytes:
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        assert selector.select(_START_SECONDS), "no server"
    return process.stdout.readline()


def _anonymous_bytes(pid: int) -> int:
    fields = Path(f"/proc/{pid}/statm").read_text().split()
    return (int(fields[1]) - int(fields[2])) * os.sysconf("SC_PAGESIZE")
