"""Bytes over a real connection: requests that no HTTP library would send, and the answers to them."""

from __future__ import annotations

import contextlib
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from tests.proof_http.client import Answer
from tests.proof_http.hostile import Request

SECONDS_MAX = 5.0
# Bytes of a head that must be read whatever came before on the connection; beyond, hyper's buffer decides.
HEAD_MAX = 30_000
_BODYLESS = {204, 304}
_TARGET = re.compile(rb"/[!$&'()*+,;=:@/?A-Za-z0-9._~%-]*")
_METHOD = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class Line:
    """One connection; several answers may come over it."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=SECONDS_MAX)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""
        self.is_open = True  # as far as the server has said

    def close(self) -> None:
        self._socket.close()

    def send(self, data: bytes) -> None:
        """Sends what the server still takes; it may have hung up, with an answer on the way."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._socket.sendall(data)

    def patience(self, seconds: float) -> None:
        """How long silence is borne."""
        self._socket.settimeout(seconds)

    def answer(self, method: str = "GET") -> Answer | None:
        """The next answer; None when the server has hung up instead. Silence is a TimeoutError."""
        while b"\r\n\r\n" not in self._buffer:
            if not self._more():
                return None
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        pairs = [line.partition(":") for line in lines]
        headers = tuple((name, text.strip()) for name, _, text in pairs)
        found = {name.lower(): text for name, text in headers}
        status = int(first.split(" ")[1])
        if status == 100:
            return self.answer(method)
        assert "transfer-encoding" not in found, headers
        length = 0 if method == "HEAD" or status in _BODYLESS else int(found["content-length"])
        while len(self._buffer) < length:
            assert self._more(), "the body broke off"
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        if found.get("connection") == "close":
            self.is_open = False
        return Answer(status, headers, body)

    def answers(self) -> Iterator[Answer]:
        """All that still come, until the server hangs up."""
        while (answer := self.answer()) is not None:
            yield answer

    def _more(self) -> bool:
        try:
            data = self._socket.recv(1 << 20)
        except ConnectionResetError:
            data = b""
        self._buffer += data
        self.is_open = self.is_open and bool(data)
        return bool(data)


@contextmanager
def line(port: int) -> Iterator[Line]:
    """A connection, closed behind the block."""
    made = Line(port)
    try:
        yield made
    finally:
        made.close()


def written(request: Request, *, close: bool = False) -> bytes:
    """A request as it goes over the wire."""
    headers = [b"Host: 127.0.0.1", *(name + b": " + value for name, value in request.headers)]
    if request.body is not None:
        headers.append(b"Content-Length: %d" % len(request.body))
    if close:
        headers.append(b"Connection: close")
    head = b"%b %b HTTP/1.1\r\n%b\r\n\r\n" % (request.method.encode(), request.target, b"\r\n".join(headers))
    return head + (request.body or b"")


def is_legal(request: Request) -> bool:
    """Whether it is a request by the letter of RFC 9110 to 9112, and not beyond what a server must hold."""
    return (
        _TARGET.fullmatch(request.target) is not None
        and _METHOD.fullmatch(request.method) is not None
        and len(request.target) + sum(len(name) + len(value) for name, value in request.headers) < HEAD_MAX
        and request.method != "CONNECT"  # its target is no path
        and all(0x20 <= byte < 0x7F for _, value in request.headers for byte in value)
    )


LAST = b"GET /version?last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def exchange(port: int, data: bytes) -> tuple[list[Answer], bool]:
    """Every answer to some bytes with one good request behind them, and whether the server hung up then."""
    answers: list[Answer] = []
    with line(port) as connection:
        connection.send(data + LAST)
        try:
            for answer in connection.answers():
                answers.append(answer)
        except TimeoutError:
            return answers, False
    return answers, True
