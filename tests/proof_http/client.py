"""A client that sends what it is told, byte for byte, and shows everything that came back."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

Header = tuple[str, str]
SECONDS_MAX = 10.0


@dataclass(frozen=True)
class Answer:
    """Status, headers in order, body."""

    status: int
    headers: tuple[Header, ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The one value of a header."""
        [*found] = [text for key, text in self.headers if key.lower() == name]
        assert len(found) < 2, found
        return found[0] if found else None

    @property
    def value(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def pairs(self) -> Any:
        """The body as JSON, objects as lists of pairs: their order counts."""
        return in_order(self.body)


class Client:
    """One connection at a time, kept while the server keeps it."""

    def __init__(self, port: int, token: str | None = None) -> None:
        self._token = token
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS_MAX)

    def get(self, target: str, *headers: Header, method: str = "GET", body: bytes | None = None) -> Answer:
        """The answer to one request; the target goes out as it is."""
        is_used = self._connection.sock is not None
        try:
            return self._asked(target, headers, method, body)
        except (BrokenPipeError, ConnectionResetError, http.client.RemoteDisconnected):
            self._connection.close()
            if not is_used:
                raise
            # The server lets go of connections that have been silent for a while; a new one has no such excuse.
            return self._asked(target, headers, method, body)

    def _asked(self, target: str, headers: Iterable[Header], method: str, body: bytes | None) -> Answer:
        connection = self._connection
        connection.putrequest(method, target, skip_accept_encoding=True)
        if self._token is not None:
            connection.putheader("Authorization", f"Bearer {self._token}")
        for name, text in headers:
            connection.putheader(name, text)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        return Answer(response.status, tuple(response.getheaders()), response.read())

    def pages(self, target: str) -> Iterator[dict[str, Any]]:
        """Every result of a Shift4 list by page numbers, from the first page on."""
        for page in range(1, 10_000):
            answer = self.get(f"{target}{'&' if '?' in target else '?'}page={page}")
            assert answer.status == 200, answer
            if not answer.value["results"]:
                return
            yield from answer.value["results"]

    @property
    def server_port(self) -> int:
        """Whom it asks."""
        return int(self._connection.port)

    @property
    def local_port(self) -> int:
        """Our end of the connection."""
        assert self._connection.sock is not None
        return int(self._connection.sock.getsockname()[1])

    def close(self) -> None:
        self._connection.close()


@contextmanager
def client(port: int, token: str | None = None) -> Iterator[Client]:
    """A client, closed behind the block."""
    made = Client(port, token)
    try:
        yield made
    finally:
        made.close()


def in_order(text: str | bytes) -> Any:
    """JSON with objects as lists of pairs."""
    return json.loads(text, object_pairs_hook=list)
