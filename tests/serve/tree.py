"""A real server in a process tree of its own, and raw sockets to it."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_PROGRAM = """
import os
import sys
from pathlib import Path
from regulars import errors
from regulars.app.serving import serve
from regulars.config import Settings

if __name__ == "__main__":
    data, port, workers = sys.argv[1:]
    allowed = os.environ.get("REGULARS_WEBHOOK_ALLOW", "")
    settings = Settings(data=Path(data), port=int(port), workers=int(workers), webhook_allow=allowed)
    try:
        sys.exit(serve(settings, lambda line: print(line, flush=True)))
    except errors.Fatal as error:
        sys.exit(f"fatal: {error.message}")
"""
START_SECONDS = 20.0
HOST = "127.0.0.1"


class Server:
    """One server and everything that it started."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self.port = port

    @property
    def pid(self) -> int:
        return self.process.pid

    def family(self) -> list[int]:
        """The server and all that descend from it."""
        return [self.pid, *descendants(self.pid)]

    def workers(self) -> list[int]:
        """The processes that answer."""
        return [pid for pid in descendants(self.pid) if "spawn_main" in command_of(pid)]

    def ask(self, data: bytes, *, seconds: float = 10) -> bytes:
        """Everything that comes back until the connection ends."""
        with self.connection(seconds) as connection:
            connection.sendall(data)
            return drain(connection)

    def get(self, target: str, *, token: str = "", method: str = "GET") -> tuple[int, bytes]:
        """Status and body."""
        authorization = f"Authorization: Bearer {token}\r\n" if token else ""
        head = f"{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{authorization}\r\n"
        return parsed(self.ask(head.encode()))

    def connection(self, seconds: float = 10) -> socket.socket:
        return socket.create_connection((HOST, self.port), timeout=seconds)


def parsed(answer: bytes) -> tuple[int, bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


def drain(connection: socket.socket) -> bytes:
    """What comes until the other side closes."""
    pieces = []
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65_536):
            pieces.append(piece)
    return b"".join(pieces)


@contextmanager
def serving(
    data: Path, *, port: int = 0, workers: int = 2, environment: dict[str, str] | None = None
) -> Iterator[Server]:
    """A server that answers; whatever is left of it in the end is killed."""
    process = start(data, port=port, workers=workers, environment=environment)
    try:
        yield Server(process, port_of(process))
    finally:
        family = [process.pid, *descendants(process.pid)]
        process.kill()
        process.communicate(timeout=10)
        until(lambda: not any(map(is_alive, family)), seconds=10)


def start(
    data: Path, *, port: int = 0, workers: int = 2, environment: dict[str, str] | None = None
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, str(data), str(port), str(workers)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | (environment or {}),
    )


def port_of(process: subprocess.Popen[str]) -> int:
    """The port of a server, when it answers."""
    assert process.stdout is not None
    for line in process.stdout:
        if match := re.search(r"http://127\.0\.0\.1:(\d+)/openapi", line):
            return int(match[1])
    assert process.stderr is not None
    raise AssertionError(f"it did not start: {process.stderr.read()}")


def descendants(pid: int) -> list[int]:
    """Children, and theirs, as /proc knows them."""
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            parents.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found = list(parents.get(pid, []))
    for child in found:
        found.extend(parents.get(child, []))
    return found


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode()
    except OSError:
        return ""


def is_alive(pid: int) -> bool:
    """Whether it runs; one that has ended and waits for its parent to notice does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(condition: Callable[[], object], *, seconds: float) -> bool:
    """Whether it came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def stop(server: Server, number: int = signal.SIGTERM) -> int:
    """Ends it politely; its exit code."""
    server.process.send_signal(number)
    return server.process.wait(timeout=15)
