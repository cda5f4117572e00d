"""Hostile requests, generated from the served OpenAPI document: every route, every parameter, every value."""

from __future__ import annotations

import itertools
import json
import random
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from tests.proof_http import hostile_bodies, hostile_values
from tests.proof_http.hostile_values import CANARY, NUMBER_CANARY

Headers = tuple[tuple[bytes, bytes], ...]
Pair = tuple[bytes, bytes]

METHODS = [
    "GET",
    "HEAD",
    "OPTIONS",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "TRACE",
    "CONNECT",
    "PROPFIND",
    "get",
    "X" * 40,
]
FORMS = (
    "application/json",
    "text/plain",
    "multipart/form-data",
    "application/x-www-form-urlencoded",
    "",
    "CANARY/x",
    "x",
)


@dataclass(frozen=True)
class Known:
    """What really is there, for a token; and what is there for somebody else."""

    token: str
    path: dict[str, str]  # a value that exists, for each parameter of a path
    cursors: tuple[str, ...]
    foreign_token: str
    foreign_cursor: str


@dataclass(frozen=True)
class Request:
    """One request, as bytes; `canary` is what the answer must not hold."""

    target: bytes
    canary: bytes
    method: str = "GET"
    headers: Headers = ()
    body: bytes | None = None

    @property
    def path(self) -> bytes:
        return self.target.partition(b"?")[0]

    @property
    def query(self) -> bytes:
        return self.target.partition(b"?")[2]


@dataclass
class Generator:
    """Requests against the operations of a document."""

    document: dict[str, Any]
    known: Known
    dice: random.Random
    made: int = 0
    operations: list[tuple[str, str, list[dict[str, Any]]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for template, item in self.document["paths"].items():
            for method, operation in item.items():
                self.operations.append((method.upper(), template, operation["parameters"]))

    def every(self) -> Iterator[Request]:
        """Everything that is not left to the dice."""
        yield from self.sweep()
        yield from self.structures()
        yield from self.cursors()
        yield from self.strange_paths()
        yield from self.methods()
        yield from self.strange_headers()

    def sweep(self) -> Iterator[Request]:
        """Every value in every parameter, alone, in one spelling after the other."""
        turn = itertools.cycle(SPELLINGS)
        for method, template, parameters in self.operations:
            for parameter in parameters:
                for value in hostile_values.everything():
                    yield self._with(method, template, [(parameter, value)], next(turn))

    def random(self, count: int) -> Iterator[Request]:
        """Several parameters at once, at random, on any method, with headers of any kind."""
        dice, values = self.dice, list(hostile_values.everything())
        spellings = list(SPELLINGS)
        for _ in range(count):
            method, template, parameters = dice.choice(self.operations)
            chosen = dice.sample(parameters, dice.randint(0, len(parameters)))
            given = [(one, dice.choice(values)) for one in chosen]
            extra = [
                (spelt(name.encode()), spelt(dice.choice(values)))
                for name in dice.sample(
                    ["page[]", "q", "", "search ", "limit%00", "Page", "cursor"], dice.randint(0, 3)
                )
                for spelt in [dice.choice(spellings)]
            ]
            if dice.random() < 0.1:
                method = dice.choice(METHODS)
            yield self._with(method, template, given, dice.choice(spellings), extra)

    def structures(self) -> Iterator[Request]:
        """Repeated, bracketed, nested, unnamed, endless parameters."""
        for method, template, parameters in self.operations:
            for name in [one["name"].encode() for one in parameters if one["in"] == "query"] + [b"unknown"]:
                value = b"CANARY"
                for query in (
                    b"%b=%b&%b=%b" % (name, value, name, value), b"%b=1&%b=2" % (name, name),
                    b"%b=1&%b=1" % (name, name), b"%b[]=%b" % (name, value), b"%b[0]=1&%b[1]=2" % (name, name),
                    b"%b[a][b]=%b" % (name, value), b"%b" % name, b"%b=" % name, b"%b==%b" % (name, value),
                    b"=%b" % value, b"&&&&", b"&=&=&", b"?%b=%b" % (name, value),
                    b"%b=%b;%b=1" % (name, value, name), b"%b=1#%b" % (name, value),
                    b"%b=%b&" % (name, value) * 300, b"a=%b&" % value * 1_000, b"&" * 8_000,
                    b"%b%%00=%b" % (name, value), b"%b=%b&amp;%b=1" % (name, value, name),
                    b"%%20%b=%b" % (name, value), b"+%b=%b" % (name, value), b"%b=1,2" % name,
                    b"%b=1&%b=%%FF" % (name, name), b"{%%22%b%%22:1}" % name, b"%b:%b" % (name, value),
                    b"x" * 60_000,
                ):  # fmt: skip
                    yield self._finished(method, self._path(template, {}), query)

    def bodies(self) -> Iterator[Request]:
        """Every hostile value in every field of every body."""
        for method, template, schema in hostile_bodies.operations(self.document):
            for body in hostile_bodies.bodies(self.document, schema):
                headers = ((b"Content-Type", b"application/json"),)
                yield self._finished(method, self._path(template, {}), headers=headers, body=body)

    def cursors(self) -> Iterator[Request]:
        """Tampered, cut, joined, foreign and invented cursors."""
        dice, alphabet = self.dice, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        found = [
            self.known.foreign_cursor,
            self.known.foreign_cursor[::-1],
            "A",
            "AA",
            "AAA",
            "AAAA",
            "=",
            "A=",
            "-",
            "_" * 64,
        ]
        for cursor in self.known.cursors:
            for at in dice.sample(range(len(cursor)), 60):
                found.append(cursor[:at] + dice.choice(alphabet.replace(cursor[at], "")) + cursor[at + 1 :])
            found += [cursor[:length] for length in dice.sample(range(1, len(cursor)), 20)]
            found += [
                cursor + "A",
                cursor + "=",
                cursor + "==",
                cursor * 2,
                cursor[::-1],
                cursor.swapcase(),
                " " + cursor,
                cursor + "\n",
                cursor.replace("-", "+").replace("_", "/") + "+",
            ]
        found += [
            "".join(dice.choices(alphabet, k=dice.choice([4, 32, 64, 86, 128, 300, 2_000, 4_096, 4_100])))
            for _ in range(100)
        ]
        for cursor in found:
            if cursor in self.known.cursors:
                continue
            # Its own text is what must not come back.
            yield self._finished(
                "GET",
                b"/v2/customers",
                b"cursor=" + quote(cursor, safe="").encode(),
                canary=cursor.strip().encode(),
            )
        for cursor in self.known.cursors:
            for more in (
                "sort_field=CREATED_AT",
                "sort_field=DEFAULT",
                "sort_order=DESC",
                "sort_order=ASC",
                "limit=1",
                "limit=101",
                "count=true",
                "count=x",
            ):
                yield self._finished("GET", b"/v2/customers", f"cursor={cursor}&{more}".encode())

    def strange_paths(self) -> Iterator[Request]:
        """Slashes, dots, semicolons and what else a path may hold, before, in and behind every route."""
        pieces = (
            b"/", b"//", b"/./", b"/../", b"/%2e%2e/", b"/%2E/", b"/..;/", b";a=CANARY", b"/%00", b"%00",
            b"/%ff", b"%2f", b"%5c", b"\\", b"/CANARY", b".json", b"~", b"%20", b"+", b"%0d%0aX-Evil:1",
            b"/..%2f..%2fetc%2fpasswd", b"%3f", b"%3fpage=1", b"%23", b"/%c0%ae%c0%ae/", b"%EF%BC%8F", b"/*",
            b"'", b"/" * 2_000, b"/a" * 4_000, b"%25", b"%252e%252e", b"%", b"%zz", b"@", b":80",
            b"!$&'()*+,;=CANARY",
        )  # fmt: skip
        for method, template, _ in self.operations:
            path = self._path(template, {})
            for piece in pieces:
                yield self._finished(method, path + piece)
                yield self._finished(method, piece + path if piece.startswith(b"/") else b"/" + piece + path)
                at = path.find(b"/", 1)
                if at > 0:
                    yield self._finished(method, path[:at] + piece + path[at:])
            yield self._finished(method, path.upper())
            yield self._finished(method, path.replace(b"/", b"%2F"))
            yield self._finished(method, path[:-1])

    def methods(self) -> Iterator[Request]:
        """Every method on every route, with bodies that nobody asked for."""
        bodies = (
            None, b"", b"{}", b'{"customer":{"id":"CANARY"}}', b"[" * 20_000, b'{"a":' * 20_000, b"9" * 5_000,
            b"1e999", b'{"a":1,"a":2}', b"\x00\xff\xfe", b"\x1f\x8b\x08CANARY", b"CANARY" * 50_000,
            b"x" * 1_048_576, b"x" * 1_048_577,
        )  # fmt: skip
        for _, template, _ in self.operations:
            path = self._path(template, {})
            for method in METHODS:
                yield self._finished(
                    method,
                    path,
                    headers=((b"Content-Type", self.dice.choice(FORMS).encode()),),
                    body=self.dice.choice(bodies),
                )
        for body in bodies:
            yield self._finished(
                "POST", b"/v2/customers", headers=((b"Content-Type", b"application/json"),), body=body
            )

    def strange_headers(self) -> Iterator[Request]:
        """Tokens that are none, and headers that some server somewhere believes."""
        token, foreign = self.known.token.encode(), self.known.foreign_token.encode()
        authorisations = (
            b"", b"Bearer", b"Bearer ", b"Bearer  ", b"bearer " + token, b"BEARER " + token,
            b"Bearer " + token + b" ", b"Bearer " + token + b"x", b"Bearer " + token[:-1],
            b"Bearer " + token[::-1], b"Bearer " + token.swapcase(), b"Bearer " + token + b"," + token,
            b"Bearer " + token + b" CANARY", b"Bearer\t" + token, b"Bearer:" + token, b"Token " + token, token,
            b"Basic " + token, b"Basic Q0FOQVJZOkNBTkFSWQ==", b"Digest CANARY", b"Bearer CANARY",
            b"Bearer rg_" + b"A" * 43, b"Bearer rg_" + b"-" * 43, b"Bearer " + b"A" * 8_000, b"Bearer \xff\xfe",
            b"Bearer ' OR 1=1 --CANARY", b"Bearer null", b"Bearer undefined", b"Bearer " + foreign,
            b"Bearer " + foreign + b"=",
        )  # fmt: skip
        others: tuple[Headers, ...] = (
            ((b"X-HTTP-Method-Override", b"DELETE"),),
            ((b"X-Original-URL", b"/healthz"), (b"X-Rewrite-URL", b"/healthz")),
            ((b"X-Forwarded-For", b"127.0.0.1, CANARY"), (b"X-Forwarded-Host", b"CANARY.example")),
            ((b"X-Forwarded-Proto", b"https"),),
            ((b"Forwarded", b"for=CANARY;host=CANARY"),), ((b"X-Forwarded-Prefix", b"/CANARY"),),
            ((b"Script-Name", b"/CANARY"),), ((b"Proxy", b"http://CANARY"),),
            ((b"Accept", b"text/html, CANARY/*;q=0.9"),), ((b"Accept", b""),),
            ((b"Accept-Encoding", b"gzip, br, CANARY"),), ((b"Accept-Language", b"x" * 5_000),),
            ((b"Accept-Charset", b"utf-7"),), ((b"Range", b"bytes=0-1,2-3,-5"),), ((b"If-None-Match", b"*"),),
            ((b"If-Match", b'"CANARY"'),), ((b"If-Modified-Since", b"CANARY"),),
            ((b"Cookie", b"token=" + token),), ((b"X-Access-Key", b"CANARY"), (b"X-Signature", b"CANARY")),
            ((b"Origin", b"https://CANARY.example"), (b"Access-Control-Request-Method", b"DELETE")),
            ((b"Content-Length", b"0"),), ((b"Content-Encoding", b"gzip"),),
            ((b"Square-Version", b"\xff\xfe"),),
            ((b"Square-Version", b"2025-01-23"), (b"Square-Version", b"CANARY")),
            ((b"Square_Version", b"CANARY"),), tuple((b"X-%d" % at, b"CANARY") for at in range(90)),
        )  # fmt: skip
        for method, template, _ in self.operations:
            path = self._path(template, {})
            for authorisation in authorisations:
                yield self._finished(method, path, headers=((b"Authorization", authorisation),))
            yield self._finished(
                method, path, b"access_token=%b&token=%b" % (token, token), headers=((b"Authorization", b""),)
            )
            for headers in others:
                yield self._finished(method, path, headers=headers)

    def _with(
        self,
        method: str,
        template: str,
        given: Iterable[tuple[dict[str, Any], bytes]],
        spelt: Callable[[bytes], bytes],
        extra: Iterable[Pair] = (),
    ) -> Request:
        path: dict[str, bytes] = {}
        query: list[bytes] = []
        headers: list[tuple[bytes, bytes]] = []
        for parameter, value in given:
            name = parameter["name"]
            match parameter["in"]:
                case "path":
                    path[name] = spelt(self._marked(value))
                case "query":
                    query.append(name.encode() + b"=" + spelt(self._marked(value)))
                case _:
                    headers.append((name.encode(), value))
        query += [name + b"=" + value for name, value in extra]
        return self._finished(method, self._path(template, path), b"&".join(query), headers=tuple(headers))

    def _path(self, template: str, values: dict[str, bytes]) -> bytes:
        path = template.encode()
        for name in re.findall(r"{(\w+)}", template):
            filled = values.get(name, quote(self.known.path.get(name, "NOBODY"), safe="").encode())
            path = path.replace(b"{%b}" % name.encode(), filled)
        return path

    def _finished(
        self,
        method: str,
        path: bytes,
        query: bytes = b"",
        *,
        headers: Headers = (),
        body: bytes | None = None,
        canary: bytes | None = None,
    ) -> Request:
        sent = tuple((name, _one_line(self._marked(value))) for name, value in headers)
        if not any(name.lower() == b"authorization" for name, _ in sent):
            sent = ((b"Authorization", b"Bearer " + self.known.token.encode()), *sent)
        target = self._marked(path) + (b"?" + self._marked(query) if query else b"")
        kept = None if body is None else self._marked(body)
        canary = canary or (self._number if self._number in target + (kept or b"") else self._text)
        self.made += 1
        return Request(target, canary, method, sent, kept)

    # Each request has a canary of its own: a text, and a number.

    @property
    def _text(self) -> bytes:
        return b"zq%dqz" % (self.made + 10**6)

    @property
    def _number(self) -> bytes:
        return b"%d" % (73_000_000 + self.made)

    def _marked(self, value: bytes) -> bytes:
        return value.replace(CANARY, self._text).replace(NUMBER_CANARY, self._number)


def _one_line(value: bytes) -> bytes:
    """What may stand in a header at all; anything else is a malformed message, and no parameter."""
    return bytes(byte for byte in value if byte >= 0x20 and byte != 0x7F).strip()


def _percent(value: bytes) -> bytes:
    return quote(value, safe="").encode()


def _each_percent(value: bytes) -> bytes:
    return b"".join(b"%%%02x" % byte for byte in value)


def _as_browsers_do(value: bytes) -> bytes:
    return quote(value, safe="!$'()*,:@/?-._~ ").replace(" ", "+").encode()


def _twice(value: bytes) -> bytes:
    return quote(quote(value, safe=""), safe="").encode()


def _torn(value: bytes) -> bytes:
    return quote(value, safe="").encode() + (b"%", b"%f", b"%zz", b"%u0041", b"%%")[len(value) % 5]


# A spelling of a value in a URL; whatever it makes is legal in a request line.
SPELLINGS: tuple[Callable[[bytes], bytes], ...] = (
    _percent,
    _each_percent,
    _as_browsers_do,
    _percent,
    _twice,
    _percent,
    _torn,
)


def known(get: Callable[..., Any], token: str, location_id: int, foreign_token: str) -> Known:
    """What a token sees, asked over whatever `get(target, token)` asks: JSON answers."""
    first = get("/v2/customers?limit=2&count=true", token)
    created = get("/v2/customers?limit=2&sort_field=CREATED_AT&sort_order=DESC", token)
    listed = get(f"/pos/v2/{location_id}/customers?pageSize=1", token)["results"][0]
    [merchant] = get("/v2/merchants", token)["merchant"]
    path = {
        "locationId": str(location_id),
        "location_id": str(location_id),
        "posRef": str(listed["posRef"]),
        "customer_id": str(first["customers"][0]["id"]),
        "merchant_id": str(merchant["id"]),
    }
    foreign = get("/v2/customers?limit=2", foreign_token)
    return Known(token, path, (first["cursor"], created["cursor"]), foreign_token, foreign["cursor"])


def document_of(body: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(body)
    return found
