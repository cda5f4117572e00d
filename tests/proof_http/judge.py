"""What every answer must be, whatever was asked: in its dialect's shape, and silent about what it was sent."""

from __future__ import annotations

import gzip
import json
import re
import sys
import zlib
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any
from urllib.parse import unquote_to_bytes

from msgspec import structs

from regulars.api.seal import Seal
from regulars.api.square.routes import routes
from tests.proof_http.client import Answer

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_SQUARE = ("/v2/", "/oauth2/")
_SHIFT4 = ("/pos/", "/api/pos/", "/marketplace/")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
_WORD = re.compile(r"[A-Z][A-Z0-9_]+")
_STATUS = {400, 401, 403, 404, 405, 408, 409, 413, 414, 415, 429, 431}
_CATEGORIES = {"INVALID_REQUEST_ERROR", "AUTHENTICATION_ERROR", "RATE_LIMIT_ERROR"}
_LINK = re.compile(r'<(/[!-;=?-~]*)>; rel="next"')  # no space, no <, no >


def dialect_of(path: bytes) -> str:
    """Whose path it is."""
    text = "/" + unquote_to_bytes(path).decode("latin-1").lstrip("/") + "/"
    if text.startswith(_SQUARE):
        return "square"
    return "shift4" if text.startswith(_SHIFT4) else "native"


def complaints(path: bytes, method: str, answer: Answer, canary: bytes) -> Iterator[str]:
    """Everything that is wrong with an answer, in words."""
    if answer.status >= 500:
        yield "a server error"
    if answer.status == 204:
        if method != "OPTIONS" or answer.body or not answer.header("allow"):
            yield "204 is for OPTIONS, with Allow and without a body"
        return
    if answer.status == 304:
        if method not in {"GET", "HEAD"} or answer.body or not answer.header("etag"):
            yield "304 is for reads, with a tag and without a body"
        yield from _silence(answer, canary)
        return
    yield from _headers(answer, method)
    if method == "HEAD":
        yield from _silence(answer, canary)
        if answer.body:
            yield "HEAD has a body"
        return
    try:
        opened = replace(answer, body=_decoded(answer))
    except (EOFError, OSError, zlib.error, zstd.ZstdError) as error:
        yield f"the body is not in the coding it names: {error!r}"
        return
    yield from _silence(opened, canary)
    yield from _body(dialect_of(path), opened)


def _decoded(answer: Answer) -> bytes:
    """The body as it was before it was compressed."""
    match answer.header("content-encoding"):
        case None:
            return answer.body
        case "gzip":
            return gzip.decompress(answer.body)
        case "zstd":
            return zstd.decompress(answer.body)
        case other:
            raise OSError(f"a coding that nobody has: {other}")


def _headers(answer: Answer, method: str) -> Iterator[str]:
    if answer.header("cache-control") != "no-store" or answer.header("x-content-type-options") != "nosniff":
        yield "no-store or nosniff is missing"
    if method != "HEAD" and answer.header("content-length") != str(len(answer.body)):
        yield "the length is wrong"
    challenge = answer.header("www-authenticate")
    if (challenge is not None) != (answer.status in {401, 403}):
        yield "WWW-Authenticate and the status disagree"
    if (answer.header("allow") is not None) != (answer.status == 405):
        yield "Allow and the status disagree"
    link = answer.header("link")
    if link is not None and (answer.status != 200 or not _LINK.fullmatch(link)):
        yield f"a link that is none: {link!r}"
    for name, value in answer.headers:
        if not (name + value).isprintable() or not (name + value).isascii():
            yield f"a header that is no text: {name}"
        if name.lower().startswith(("x-evil", "set-cookie", "access-control")):
            yield f"a header that nobody meant: {name}"


def _silence(answer: Answer, canary: bytes) -> Iterator[str]:
    if len(canary) < 8:
        return
    # The reference to the next page repeats the question, as it must.
    said = [name + value for name, value in answer.headers if name.lower() != "link"]
    if canary.lower() in (answer.body + "".join(said).encode("utf-8", "replace")).lower():
        yield "it repeats what was sent"


def _body(dialect: str, answer: Answer) -> Iterator[str]:
    is_problem = dialect == "native" and answer.status != 200
    if answer.header("content-type") != ("application/problem+json" if is_problem else "application/json"):
        yield f"content type {answer.header('content-type')}"
    try:
        value = json.loads(answer.body.decode())
    except ValueError:
        yield "the body is no JSON"
        return
    if not isinstance(value, dict):
        yield "the body is no object"
    elif answer.status != 200:
        yield from _failure(dialect, answer.status, value)
    elif dialect == "square":
        yield from _square(value)
    elif dialect == "shift4":
        yield from _shift4(value)


def _failure(dialect: str, status: int, value: dict[str, Any]) -> Iterator[str]:
    if status not in _STATUS:
        yield f"status {status}"
    match dialect:
        case "shift4":
            if list(value) != ["status", "timestamp", "message", "details"]:
                yield f"keys {list(value)}"
            elif value["status"] != status or not _TIME.fullmatch(value["timestamp"]) or not value["message"]:
                yield "status, timestamp or message"
            elif any(set(one) != {"field", "rule"} for one in value["details"]):
                yield "details"
        case "square":
            if list(value) != ["errors"] or len(value["errors"]) != 1:
                yield f"keys {list(value)}"
                return
            [error] = value["errors"]
            if not {"category", "code", "detail"} <= set(error) <= {"category", "code", "detail", "field"}:
                yield f"keys {list(error)}"
            elif (
                error["category"] not in _CATEGORIES
                or not _WORD.fullmatch(error["code"])
                or None in error.values()
            ):
                yield f"{error['category']} {error['code']}"
        case _:
            if list(value) != ["type", "title", "status", "detail"] or value["status"] != status:
                yield f"a problem with {value}"


@cache
def _square_shapes() -> list[set[str]]:
    """The keys of each answer that the routes declare."""
    return [{one.encode_name for one in structs.fields(route.answer)} for route in routes(Seal(bytes(32)))]


def _square(value: dict[str, Any]) -> Iterator[str]:
    if not any(set(value) <= shape for shape in _square_shapes()):
        yield f"keys {list(value)}"
    if _holds_null(value):
        yield "null in Square's dialect"
    if "cursor" in value and (
        not value.get("customers") or not re.fullmatch(r"[A-Za-z0-9_-]+", value["cursor"])
    ):
        yield "an empty page with a cursor, or one of strange characters"
    if value.get("customers") == [] or len(value.get("customers", [])) > 100:
        yield "a page of none, or of more than 100"


def _holds_null(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_null, value.values()))
    return any(map(_holds_null, value)) if isinstance(value, list) else value is None


def _shift4(value: dict[str, Any]) -> Iterator[str]:
    if "posRef" in value:
        customers = [value]
    elif list(value) != ["results", "meta"]:
        yield f"keys {list(value)}"
        return
    else:
        customers = [one for one in value["results"] if "posRef" in one]
        metas: tuple[list[str], ...] = (
            ["page", "pageSize", "totalCount"],
            ["offset", "limit", "count", "totalCount"],
            [],
        )
        if list(value["meta"]) not in metas or not all(
            isinstance(one, int) for one in value["meta"].values()
        ):
            yield f"meta {value['meta']}"
        if (
            value["meta"].get("totalCount", len(value["results"])) < len(value["results"])
            or len(value["results"]) > 100
        ):
            yield "more results than there are"
    arrays = ("customerEmails", "customerPhones", "customerAddresses")
    if any(not isinstance(one[name], list) for one in customers for name in arrays):
        yield "an array that is none"
    if any(
        sum(each["isPrimary"] for each in one[name]) != bool(one[name])
        for one in customers
        for name in arrays
    ):
        yield "not exactly one primary"
