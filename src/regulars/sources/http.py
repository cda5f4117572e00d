"""Requests of one source: bounded, within its budget, never redirected, and judged the same way for every kind."""

from __future__ import annotations

import email.utils
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode, urljoin, urlsplit

import msgspec
from msgspec import Struct

from regulars import errors, limits

T = TypeVar("T")


class Request(Struct, frozen=True):
    """One request; `url` is whole."""

    method: str
    url: str
    headers: Mapping[str, str] = {}
    body: bytes | None = None


class Response(Struct, frozen=True):
    """A whole answer; `headers` have names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport(Protocol):
    """Sends a request; raises Retriable for what the network does, and for an answer that breaks off or is too long."""

    def send(self, request: Request) -> Response:
        """The whole answer."""


class Http:
    """What a source asks its point of sale through.

    `spend` is called before each request: it waits, or raises Wait when there is no budget for some time.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        base: str | None = None,
        headers: Mapping[str, str] | None = None,
        spend: Callable[[], None] = lambda: None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._transport = transport
        self._base = base
        self._headers = dict(headers or {})
        self._spend = spend
        self.now = now

    def at(self, base: str, headers: Mapping[str, str] | None = None) -> Http:
        """The same with this address before every path, and these headers on every request."""
        return Http(
            self._transport,
            base=base.rstrip("/"),
            headers=self._headers | dict(headers or {}),
            spend=self._spend,
            now=self.now,
        )

    def get(self, path: str, query: Mapping[str, object] | None = None) -> Response:
        """A GET of a path below the base; parameters that are None are left out. Raises as `ask` does."""
        return self.ask("GET", path, query=query)

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Response:
        """A good answer (2xx).

        Raises NotFound (404, 410), Unauthorised (401), Retriable (408, 425, 429, 5xx, the network), Fatal (403,
        redirects), Invalid (any other 4xx: a cursor that no longer holds, say; the source knows what it asked).
        """
        return judged(self.send(method, path, query=query, headers=headers, body=body), self.now())

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Response:
        """The answer whatever its status; for what a source must judge itself."""
        self._spend()
        url = self._url(path, query)
        return self._transport.send(Request(method, url, self._headers | dict(headers or {}), body))

    def _url(self, path: str, query: Mapping[str, object] | None) -> str:
        """Only ever on the host of the base: a `next` link of another host would get the credentials."""
        base = self._base or ""
        url = urljoin(base + "/", path) if "://" in path else base + path
        if base and urlsplit(url)[:2] != urlsplit(base)[:2]:
            raise errors.Fatal(
                "The source points to another host", hint="Nothing was sent there. Look at its --url."
            )
        given = {name: value for name, value in (query or {}).items() if value is not None}
        if not given:
            return url
        return f"{url}{'&' if '?' in url else '?'}{urlencode(given, doseq=True)}"


def json_of(response: Response) -> Any:
    """The answer as JSON; raises Retriable when it is none (a cut answer, a page of a proxy)."""
    body = response.body.removeprefix(b"\xef\xbb\xbf")
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise errors.Retriable("The source answered something that is no JSON") from None


def shaped(response: Response, shape: type[T]) -> T:
    """The answer in the shape of a struct; raises Retriable for anything else, as `json_of` does."""
    try:
        return msgspec.json.decode(response.body.removeprefix(b"\xef\xbb\xbf"), type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise errors.Retriable("The source answered something else than what was asked") from None


def shown_time(response: Response) -> float | None:
    """The clock of the source, seconds since 1970, where its answer shows it."""
    return _date(response.headers.get("date", ""))


def judged(response: Response, now: float) -> Response:
    """The answer when its status is good; raises what to do next otherwise."""
    status = response.status
    if 200 <= status < 300:
        return response
    if status in {404, 410}:
        raise errors.NotFound(f"The source answered {status}")
    if status == 401:
        raise errors.Unauthorised("The source refuses the credentials", reason="unknown")
    if status == 403:
        raise errors.Fatal(
            "The source does not let these credentials read customers", hint="Look at their scopes."
        )
    if status in {408, 425, 429} or status >= 500:
        wait = retry_after(response.headers.get("retry-after"), now)
        raise errors.Retriable(f"The source answered {status}", retry_after=wait)
    if 300 <= status < 400:
        raise errors.Fatal(
            "The source answers with a redirect", hint="Give the address that it redirects to as --url."
        )
    raise errors.Invalid(f"The source answered {status}", rule="source_refused")


def retry_after(text: str | None, now: float) -> int:
    """Whole seconds of a Retry-After: seconds or an HTTP date, bounded; 0 when it says nothing that can be used."""
    if text is None:
        return 0
    text = text.strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), limits.SOURCE_WAIT_SECONDS_MAX)
    then = _date(text)
    return 0 if then is None else min(max(0, round(then - now)), limits.SOURCE_WAIT_SECONDS_MAX)


def _date(text: str) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError, TypeError):
        return None
