"""The sandbox's log of requests, for tests that count them: what was asked, never by whom or about whom."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import falcon
import msgspec
from msgspec import Struct

from regulars.api import body
from regulars.api.faults import HEADER


class Line(Struct, omit_defaults=True):
    """One request. `question` is the same for the same path and query, and tells neither."""

    method: str
    route: str
    status: int
    question: str
    fault: str | None = None


class RequestLog:
    """Adds a line of JSON to a file for each request that was answered."""

    def __init__(self, file: Path, *, key: bytes) -> None:
        self._file = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._key = key

    def process_response(
        self, req: falcon.Request, resp: falcon.Response, resource: object, req_succeeded: bool
    ) -> None:
        """Writes the line of an answer; a request whose body is still to come will be answered later."""
        if body.WANTED in req.env:
            return
        line = Line(
            req.method,
            req.uri_template or "none",
            falcon.http_status_to_code(resp.status),
            self._digest(req.env),
            resp.get_header(HEADER),
        )
        os.write(self._file, msgspec.json.encode(line) + b"\n")

    def _digest(self, environ: dict[str, Any]) -> str:
        asked = f"{environ.get('PATH_INFO', '')}?{environ.get('QUERY_STRING', '')}"
        return hashlib.blake2b(asked.encode("latin-1", "replace"), key=self._key, digest_size=8).hexdigest()
