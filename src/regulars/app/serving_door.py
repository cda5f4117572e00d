"""Between granian and the application: a request becomes a WSGI environ, a body is awaited, an answer is sent.

granian speaks RSGI, its own protocol, on an event loop of ours (serving_loop); the application is ordinary functions,
called one request at a time. Only bodies are awaited, so whoever sends one slowly holds up nobody
(docs/decisions/0016).
"""

from __future__ import annotations

import asyncio
import io
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from regulars import errors, limits
from regulars.api import body
from regulars.api.kept import KEEPABLE, KeptAnswers

Environ = dict[str, Any]
Wsgi = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

_NOTHING = io.BytesIO()


class Door:
    """Answers requests with a WSGI application; the event loop lets one piece of one request run at a time."""

    def __init__(self, application: Wsgi, kept: KeptAnswers | None = None) -> None:
        """`kept`: where answers are kept; None: nowhere, as where answers depend on more than the store."""
        self._application = application
        self._bodies = _Bodies()
        self._kept = kept

    async def answer(self, scope: Any, proto: Any) -> None:
        """Answers one request (RSGI's HTTP protocol)."""
        question = None
        if self._kept is not None and scope.method == "GET":
            question = self._kept.question(scope.path, scope.query_string, scope.headers.items())
            known = self._kept.find(question)
            if known is not None:
                proto.response_bytes(known.status, known.headers, known.body)
                return
        environ = environ_of(scope)
        if body.is_announced(environ):
            environ[body.TO_COME] = True
            question = None
        said = self._ask(environ) if question is None else self._kept_too(question, environ)
        if body.WANTED in environ:
            admitted = environ[body.WANTED]
            environ = environ_of(scope) | {body.ADMITTED: admitted}
            try:
                is_chunked = "CONTENT_LENGTH" not in environ
                data = await self._bodies.read(proto, admitted[0].prefix, is_chunked=is_chunked)
                environ["wsgi.input"] = io.BytesIO(data)
            except errors.RegularsError as failure:
                environ[body.FAILED] = failure
            said = self._ask(environ)
        elif body.TO_COME in environ:
            said[1].append(("connection", "close"))  # nobody will read what is still to come
        await _send(proto, *said)

    def _kept_too(
        self, question: bytes, environ: Environ
    ) -> tuple[int, list[tuple[str, str]], Iterable[bytes]]:
        """Asks, and keeps the answer if it may be kept and is asked for again."""
        assert self._kept is not None  # noqa: S101  # there would be no question
        began = self._kept.begin() if self._kept.is_worth_it(question) else None
        status, headers, content = self._ask(environ)
        grant = environ.get(KEEPABLE)
        if grant is not None and began is not None and status in {200, 304} and isinstance(content, list):
            content = [b"".join(content)]
            self._kept.keep(question, grant, began, (status, headers, content[0]))
        return status, headers, content

    def _ask(self, environ: Environ) -> tuple[int, list[tuple[str, str]], Iterable[bytes]]:
        said: list[tuple[int, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], _failed: Any = None) -> None:
            said.append((int(status[:3]), headers))

        content = self._application(environ, start)
        status, headers = said[-1]
        return status, headers, content


class _Bodies:
    """The bodies on their way to this worker, bounded together and for each token."""

    def __init__(self) -> None:
        self._bytes = 0
        self._waiting: Counter[str] = Counter()

    async def read(self, proto: Any, prefix: str, *, is_chunked: bool) -> bytes:
        """The whole body of a request by the token of this prefix.

        Raises TooLarge, Invalid (`too_slow`) when it does not come in time, Retriable when too many are awaited.
        granian says nothing when a chunked body breaks off; a whole one ends with an empty piece before the last.
        """
        if (
            self._waiting[prefix] >= limits.BODIES_AWAITED_TOKEN_MAX
            or self._waiting.total() >= limits.BODIES_AWAITED_MAX
        ):
            raise body.too_many()
        data = bytearray()
        ends = 0
        self._waiting[prefix] += 1
        try:
            async for piece in proto:
                data += piece
                ends += not piece
                self._bytes += len(piece)
                if len(data) > limits.BODY_BYTES_MAX:
                    raise body.too_large()
                if self._bytes > limits.BODIES_BYTES_MAX:
                    raise body.too_many()
        except asyncio.CancelledError:  # the event loop's word for longer than limits.BODY_SECONDS_MAX
            raise body.too_slow() from None
        finally:
            self._bytes -= len(data)
            self._waiting[prefix] -= 1
            if not self._waiting[prefix]:
                del self._waiting[prefix]
        if is_chunked and ends != 1:
            raise body.too_slow()
        return bytes(data)


def environ_of(scope: Any) -> Environ:
    """A request as WSGI has it (PEP 3333): texts hold bytes as latin-1, the path is decoded, the query is not."""
    name, _, port = scope.server.rpartition(":")
    environ: Environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": _latin(scope.path),
        "QUERY_STRING": _latin(scope.query_string),
        "SERVER_NAME": name,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": _NOTHING,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        key = name.upper().replace("-", "_")
        if key not in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
            key = "HTTP_" + key
        # A header given twice is a list (RFC 9110, section 5.3), which none of ours may be.
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    return environ


def _latin(text: str) -> str:
    return text if text.isascii() else text.encode().decode("latin-1")


async def _send(proto: Any, status: int, headers: list[tuple[str, str]], content: Iterable[bytes]) -> None:
    if isinstance(content, list):
        proto.response_bytes(status, headers, b"".join(content))
        return
    stream = proto.response_stream(status, headers)
    for piece in content:
        await stream.send_bytes(piece)
