"""The real program on a data folder of its own: commands and a server as processes, and what they said."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[2]
INVENTED = ROOT / "tests" / "data" / "invented-customers.csv"
CHINOOK = ROOT.parent / "shared" / "data" / "chinook-customers.csv"

_START_SECONDS = 30
_COMMAND_SECONDS = 120


@dataclass(frozen=True)
class House:
    """A folder with a data folder in it."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def talk(self) -> Path:
        """Everything that servers of this house ever said, on either stream."""
        return self.folder / "serve.log"

    def run(self, *words: object, code: int = 0, stdin: IO[bytes] | None = None) -> Any:
        """A command with --json, as a program: the value it printed."""
        done = subprocess.run(
            _command(self, *words, "--json"),
            env=_environment(),
            stdin=stdin,
            capture_output=True,
            check=False,
            timeout=_COMMAND_SECONDS,
        )
        assert done.returncode == code, (done.returncode, done.stderr.decode())
        return json.loads(done.stdout) if done.stdout else None

    def location(self, location_id: int, *, country: str = "US", account: str = "default") -> None:
        """Adds a shop."""
        words = ("--name", f"Shop {location_id}", "--country", country, "--time-zone", "America/New_York")
        self.run("location", "add", location_id, *words, "--account", account)

    def take_in(
        self, file: Path, location_id: int, *words: object, account: str = "default", code: int = 0
    ) -> dict[str, int]:
        """Imports a file."""
        counts: dict[str, int] = self.run(
            "import", file, "--location", location_id, "--account", account, *words, code=code
        )
        return counts

    def token(self, *words: object, account: str = "default") -> str:
        """A new token."""
        made: dict[str, str] = self.run("token", "create", "--name", "proof", "--account", account, *words)
        return made["token"]

    def file(self, name: str, content: str | bytes) -> Path:
        """A file beside the data folder."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    @contextmanager
    def serving(self, *, workers: int = 1, settings: Mapping[str, str] = {}) -> Iterator[Served]:
        """`regulars serve` on a free port of the loopback, for as long as the block lasts."""
        with self.talk.open("ab") as talk:
            process = subprocess.Popen(
                _command(self, "serve", "--port", 0, "--workers", workers, "--json"),
                env={**_environment(), **settings},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=talk,
            )
            try:
                port = int(json.loads(_first_line(process, self.talk))["url"].rpartition(":")[2])
                yield Served(self, process, port)
            finally:
                talk.write(_end(process))


@dataclass(frozen=True)
class Served:
    """A running server."""

    house: House
    process: subprocess.Popen[bytes]
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def workers(self) -> list[int]:
        """The processes that answer, by number."""
        return [pid for pid in _children(self.process.pid) if b"spawn_main" in _command_line(pid)]

    def resident_bytes(self) -> int:
        """What the server and everything it started hold of the machine's memory."""
        return sum(map(_resident_bytes, [self.process.pid, *_children(self.process.pid)]))


def _command(house: House, *words: object) -> list[str]:
    # --data stands before the command, where every command takes it.
    return [sys.executable, "-m", "regulars", "--data", str(house.data), *map(str, words)]


def _environment() -> dict[str, str]:
    kept = {name: text for name, text in os.environ.items() if not name.startswith("REGULARS_")}
    return kept | {"NO_COLOR": "1"}


def _first_line(process: subprocess.Popen[bytes], talk: Path) -> bytes:
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        line = process.stdout.readline() if selector.select(_START_SECONDS) else b""
    assert line, f"no server: {talk.read_text(errors='replace')}"
    return line


def _end(process: subprocess.Popen[bytes]) -> bytes:
    """Ends the server as its supervisor would; what it still said on stdout."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        rest, _ = process.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        rest, _ = process.communicate()
    return rest or b""


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *_children(int(child))]
    return found


def _command_line(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def _resident_bytes(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE")


def until(deadline_seconds: float) -> Iterator[float]:
    """Asks again and again, politely, until time is up; the seconds that have passed."""
    started = time.monotonic()
    while (passed := time.monotonic() - started) < deadline_seconds:
        yield passed
        time.sleep(0.01)
