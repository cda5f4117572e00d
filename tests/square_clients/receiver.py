"""Somebody's endpoint: it takes every delivery, and keeps what came."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_SECONDS = 30


@dataclass(frozen=True)
class Delivery:
    """One request, as it came."""

    headers: dict[str, str]
    body: str


@dataclass
class Receiver:
    """A running endpoint."""

    url: str
    deliveries: queue.Queue[Delivery] = field(default_factory=queue.Queue)

    def next(self) -> Delivery:
        """The next delivery, waited for."""
        return self.deliveries.get(timeout=_SECONDS)


@contextmanager
def receiving() -> Iterator[Receiver]:
    """An endpoint on the loopback, for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            receiver.deliveries.put(Delivery({key.lower(): text for key, text in self.headers.items()}, body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver = Receiver(f"http://127.0.0.1:{server.server_port}/hooks")
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
