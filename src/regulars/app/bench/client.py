"""A small HTTP client on a few kept connections to 127.0.0.1: it asks on all of them, then reads all answers.

So the server always has something to do, as under load, and never waits for more than these.
"""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Sequence
from itertools import count
from types import TracebackType

from regulars import errors

HOST = "127.0.0.1"
_WIDTH = 8  # connections
_TIMEOUT_SECONDS = 60.0
_IDLE_SECONDS = 2.0  # `serve` closes a connection after 8
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked\r\n", re.IGNORECASE)
_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_READ_BYTES = 262_144
_ids = count()


def get(path: str, token: str | None = None) -> bytes:
    """A GET request; the path is ASCII and finished (percent-encoded)."""
    authorization = f"Authorization: Bearer {token}\r\n" if token else ""
    return f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n{authorization}\r\n".encode("ascii")


def post(path: str, token: str, body: bytes) -> bytes:
    """A POST request with a JSON body."""
    head = f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {token}\r\n"
    return (
        f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode("ascii") + body
    )


def anew(request: bytes) -> bytes:
    """The same under an id of its own, as proxies give one: no answer that is kept for the very same answers it."""
    line, _, rest = request.partition(b"\r\n")
    return b"%s\r\nX-Request-Id: %d\r\n%s" % (line, next(_ids), rest)


class Client:
    """Kept connections to one server; a context manager that closes them."""

    def __init__(self, port: int, *, width: int = _WIDTH) -> None:
        self._port = port
        self._width = width
        self._connections = [_connected(port) for _ in range(width)]
        self._asked_at = [time.monotonic()] * width

    def ask(self, requests: Sequence[bytes]) -> None:
        """Asks all of them and reads every answer; raises Fatal for any that is not 200."""
        for at in range(0, len(requests), self._width):
            some = requests[at : at + self._width]
            self._wake(len(some))
            asked = list(zip(self._connections, some, strict=False))
            for connection, request in asked:
                connection.sendall(request)
            for number, (connection, _) in enumerate(asked):
                _checked(connection)
                self._asked_at[number] = time.monotonic()

    def body(self, request: bytes) -> bytes:
        """The body of one answer; raises Fatal when it is not 200."""
        self._wake(1)
        self._connections[0].sendall(request)
        return _checked(self._connections[0])

    def close(self) -> None:
        """Closes all of them."""
        for connection in self._connections:
            connection.close()

    def _wake(self, count: int) -> None:
        """New ones in place of those of the first so many that were silent, for a server closes idle ones."""
        now = time.monotonic()
        for at in range(count):
            if now - self._asked_at[at] > _IDLE_SECONDS:
                self._connections[at].close()
                self._connections[at] = _connected(self._port)
            self._asked_at[at] = now

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def answers(port: int, request: bytes) -> bool:
    """Whether somebody is there and says 200."""
    try:
        with _connected(port) as connection:
            connection.sendall(request)
            return _read(connection)[0] == 200
    except OSError:
        return False


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _connected(port: int) -> socket.socket:
    connection = socket.create_connection((HOST, port), timeout=_TIMEOUT_SECONDS)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _checked(connection: socket.socket) -> bytes:
    status, body = _read(connection)
    if status != 200:
        raise errors.Fatal(f"A server that was being measured answered {status}", hint="Please report this.")
    return body


def _read(connection: socket.socket) -> tuple[int, bytes]:
    """One answer with a Content-Length, which regulars and nginx always send, or in chunks, as others do."""
    data = connection.recv(_READ_BYTES)
    while (end := data.find(b"\r\n\r\n")) < 0:
        data += _more(connection)
    if _CHUNKED.search(data, 0, end + 2):
        return int(data[9:12]), _chunks(connection, data[end + 4 :])
    length = _LENGTH.search(data, 0, end)
    whole = end + 4 + (int(length[1]) if length else 0)
    if len(data) < whole:
        parts, missing = [data], whole - len(data)
        while missing > 0:
            parts.append(_more(connection))
            missing -= len(parts[-1])
        data = b"".join(parts)
    return int(data[9:12]), data[end + 4 :]


def _chunks(connection: socket.socket, data: bytes) -> bytes:
    """A chunked body, of which the first bytes are here; without trailers, which nobody sends."""
    body: list[bytes] = []
    at = 0
    while True:
        while (line := data.find(b"\r\n", at)) < 0:
            data += _more(connection)
        size = int(data[at:line].partition(b";")[0], 16)
        at = line + 2 + size + 2
        while len(data) < at:
            data += _more(connection)
        if not size:
            return b"".join(body)
        body.append(data[at - size - 2 : at - 2])


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(_READ_BYTES)
    if not data:
        raise ConnectionError("the server closed the connection")
    return data
