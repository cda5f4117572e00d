"""Serves anything that answers requests over real HTTP on this machine, and remembers what was asked."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import urlsplit

from msgspec import Struct

from regulars import errors
from regulars.sources.http import Request, Response, Transport

HOST = "127.0.0.1"
_IDLE_SECONDS = 60


class Seen(Struct, frozen=True):
    """One request: when (seconds since 1970), what was asked, and how it was answered (0: the connection was cut).

    `question` is the same for the same query and body, and tells neither.
    """

    at: float
    method: str
    path: str
    question: str
    status: int


class Serving:
    """`with Serving(till) as server:` a server at `server.url` while the block lasts.

    One request after the other reaches the till, whoever asks. A till that raises Retriable cuts the connection; one
    that names a `content-length` itself may promise more than it sends.
    """

    def __init__(self, till: Transport, *, now: Callable[[], float] = time.time) -> None:
        self.log: list[Seen] = []
        self._till = till
        self._now = now
        self._one_at_a_time = threading.Lock()
        self._server = _Server(self._answer)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self.url = f"http://{HOST}:{self._server.server_address[1]}"

    @property
    def count(self) -> int:
        """How many requests there were."""
        return len(self.log)

    def __enter__(self) -> Serving:
        """Answers from now on."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends it, and every connection."""
        self._server.shutdown()
        self._server.hang_up()
        self._server.server_close()
        self._thread.join()

    def _answer(
        self, method: str, target: str, headers: dict[str, str], body: bytes | None
    ) -> Response | None:
        """What the till says; None: nothing comes."""
        parts = urlsplit(target)
        question = hashlib.sha256(parts.query.encode() + b"\n" + (body or b"")).hexdigest()[:16]
        with self._one_at_a_time:
            at = self._now()
            try:
                answer = self._till.send(Request(method, self.url + target, headers, body))
            except errors.Retriable:
                answer = None
            status = answer.status if answer is not None else 0
            self.log.append(Seen(at, method, parts.path, question, status))
        return answer


_Answers = Callable[[str, str, dict[str, str], bytes | None], Response | None]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, answers: _Answers) -> None:
        self.answers = answers
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__((HOST, 0), _Handler)

    def opened(self, connection: socket.socket) -> None:
        """Remembers a connection that `hang_up` ends."""
        with self._open_lock:
            self._open.add(connection)

    def closed(self, connection: socket.socket) -> None:
        """Forgets it."""
        with self._open_lock:
            self._open.discard(connection)

    def hang_up(self) -> None:
        """Ends all connections: nobody waits for the next request of a client that keeps its own open."""
        with self._open_lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = _IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave together

    def setup(self) -> None:
        super().setup()
        self.server.opened(self.connection)

    def finish(self) -> None:
        self.server.closed(self.connection)
        with contextlib.suppress(OSError):
            super().finish()

    def handle(self) -> None:
        # A client that is killed between two requests resets its connection.
        with contextlib.suppress(OSError):
            super().handle()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the requests stand in `Serving.log`."""

    def _any(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length) if length else None
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.answers(self.command, self.path, headers, body)
        if answer is None:
            self.close_connection = True
            return
        promised = answer.headers.get("content-length", str(len(answer.body)))
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            if name != "content-length":
                self.send_header(name, value)
        self.send_header("content-length", promised)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
        self.close_connection |= promised != str(len(answer.body))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _any  # noqa: N815  # called so by http.server
