"""A shop with invented customers, asked as granian asks: through the WSGI application, byte for byte."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlencode

import msgspec

from regulars.api.application import make
from regulars.api.rate_limit import RateLimit
from regulars.api.route import Inside
from regulars.directory import Directory, ingest, tokens
from regulars.model.place import Account, Scope
from regulars.model.record import Record
from tests.directory.world import Clock, opened, settle_in

HERE, THERE = 12345, 7
READ: tuple[Scope, ...] = ("customers:read", "locations:read")


class Answered:
    """What came back."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """Square's code of the one error."""
        [error] = self.json["errors"]
        return str(error["code"])


class Shop:
    """A directory with one account and two locations, its application, and a token that reads it all."""

    def __init__(self, directory: Directory, folder: Path) -> None:
        self.directory = directory
        self.account: Account = settle_in(directory, HERE, THERE)
        self.ready: list[str] = []
        self.rate_limit = RateLimit(folder / "rate", key=directory.key("rate limit"))
        self.app = make(Inside(directory, self.rate_limit, lambda: self.ready))
        self.reader = self.token()

    def token(
        self,
        *location_ids: int,
        scopes: tuple[Scope, ...] = READ,
        rate: int | None = None,
        expires_at: int | None = None,
    ) -> str:
        return tokens.create(
            self.directory,
            self.account.account_id,
            name="test",
            location_ids=location_ids or None,
            scopes=scopes,
            rate=rate,
            expires_at=expires_at,
        )

    def add(self, *records: Record, location_id: int = HERE) -> None:
        ingest.batch(self.directory, self.account.account_id, location_id, "files", records)

    def get(
        self, target: str, *, token: str | None = "", headers: Mapping[str, str] | None = None
    ) -> Answered:
        """GET a target as it stands in the request line; `token` None: without one."""
        return self.ask("GET", target, token=token, headers=headers)

    def listed(self, target: str = f"/pos/v2/{HERE}/customers", **parameters: str) -> Answered:
        """Shift4's list with these parameters."""
        return self.get(f"{target}?{urlencode(parameters)}" if parameters else target)

    def ask(
        self,
        method: str,
        target: str,
        *,
        token: str | None = "",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        chunked: bool = False,
        json: Any = None,
    ) -> Answered:
        """Asks anything; `json` becomes the body."""
        if json is not None:
            body = msgspec.json.encode(json)
        environ = environ_of(method, target, body=body, chunked=chunked)
        for name, value in (headers or {}).items():
            environ["HTTP_" + name.upper().replace("-", "_")] = value
        if token is not None and "HTTP_AUTHORIZATION" not in environ:
            environ["HTTP_AUTHORIZATION"] = f"Bearer {token or self.reader}"
        return answered(self.app, environ)


def environ_of(
    method: str, target: str | bytes, *, body: bytes = b"", chunked: bool = False
) -> dict[str, Any]:
    """What granian makes of a request line: the path decoded, the query not, both as latin-1."""
    line = target.encode() if isinstance(target, str) else target
    path, _, query = line.partition(b"?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query.decode("latin-1"),
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
    }
    if chunked:
        environ["HTTP_TRANSFER_ENCODING"] = "chunked"
    elif body:
        environ["CONTENT_LENGTH"] = str(len(body))
    return environ


def answered(app: Any, environ: dict[str, Any]) -> Answered:
    """Asks the application; an answer in error is an answer."""
    said: list[tuple[str, Sequence[tuple[str, str]]]] = []

    def start(status: str, headers: Sequence[tuple[str, str]], _exc_info: Any = None) -> None:
        said.append((status, headers))

    body = b"".join(app(environ, start))
    [(status, headers)] = said
    return Answered(int(status.split(" ")[0]), {name.lower(): value for name, value in headers}, body)


@contextmanager
def shop_in(folder: Path) -> Iterator[Shop]:
    """A new shop, whose clock moves on by itself with every look."""
    with opened(folder, clock=_Ticking()) as directory:
        yield Shop(directory, folder)


class _Ticking(Clock):
    def __call__(self) -> int:
        self.now += 1_000
        return self.now
