"""Messages that are hardly HTTP: torn, doubled, smuggled, endless, of another protocol (trust.md, D6)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

Write = Callable[..., bytes]

ENDLESS = b"F" * 16 + b"\r\nabcd"
PATH = b"/pos/v2/12345/customers?pageSize=1"


def messages(token: str) -> Iterator[tuple[str, bytes]]:
    """Each with a name that says what is wrong with it."""
    authorised = b"Host: x\r\nAuthorization: Bearer " + token.encode() + b"\r\n"

    def get(
        first: bytes = b"GET " + PATH + b" HTTP/1.1",
        headers: bytes = b"",
        body: bytes = b"",
        end: bytes = b"\r\n",
    ) -> bytes:
        return first + end + (authorised + headers).replace(b"\r\n", end) + end + body

    def post(headers: bytes, body: bytes = b"") -> bytes:
        return get(b"POST " + PATH + b" HTTP/1.1", headers, body)

    yield from _lengths(get, post)
    yield from _chunks(get, post)
    yield from _heads(get)
    yield from _targets(get)
    yield from _strangers(get)


def _lengths(get: Write, post: Write) -> Iterator[tuple[str, bytes]]:
    smuggled = get(b"GET /healthz?smuggled HTTP/1.1")
    chunked = b"Transfer-Encoding: chunked\r\n"
    for name, message in (("GET", get), ("POST", post)):
        yield (
            f"{name} CL and TE",
            message(headers=b"Content-Length: 4\r\n" + chunked, body=b"0\r\n\r\n" + smuggled),
        )
        yield (
            f"{name} TE and CL",
            message(headers=chunked + b"Content-Length: 5\r\n", body=b"0\r\n\r\n" + smuggled),
        )
    for length in (
        b"-1", b"+4", b"0x4", b"4, 4", b"4,5", b"4 4", b"", b" ", b"4.0", b"1e1", b"18446744073709551616",
        b"9" * 400, b"\xd9\xa4",
    ):  # fmt: skip
        yield f"CL {length[:20]!r}", post(headers=b"Content-Length: " + length + b"\r\n", body=b"abcd")
    yield "CL twice, alike", post(headers=b"Content-Length: 4\r\nContent-Length: 4\r\n", body=b"abcd")
    yield "CL twice, not alike", post(headers=b"Content-Length: 4\r\nContent-Length: 0\r\n", body=b"abcd")
    yield "CL too long", post(headers=b"Content-Length: 400\r\n", body=b"abcd")
    yield "CL of a terabyte", post(headers=b"Content-Length: 1099511627776\r\n", body=b"abcd")
    yield "body of a GET", get(headers=b"Content-Length: 4\r\n", body=b"abcd")
    yield "Expect", post(headers=b"Content-Length: 4\r\nExpect: 100-continue\r\n", body=b"abcd")
    yield "Expect the unexpected", post(headers=b"Content-Length: 4\r\nExpect: 999-wonders\r\n", body=b"abcd")


def _chunks(get: Write, post: Write) -> Iterator[tuple[str, bytes]]:
    smuggled = get(b"GET /healthz?smuggled HTTP/1.1")
    for coding in (
        b"chunked", b"xchunked", b"chunked, chunked", b"gzip, chunked", b"chunked, gzip", b"identity",
        b"chunked\x0b", b" chunked ", b"CHUNKED", b"chunked\r\nTransfer-Encoding: identity", b"",
    ):  # fmt: skip
        yield (
            f"TE {coding!r}",
            get(headers=b"Transfer-Encoding: " + coding + b"\r\n", body=b"0\r\n\r\n" + smuggled),
        )
    yield (
        "TE with a space before the colon",
        post(headers=b"Transfer-Encoding : chunked\r\n", body=b"0\r\n\r\n"),
    )
    yield "TE on a folded line", post(headers=b"X: y\r\n Transfer-Encoding: chunked\r\n", body=b"0\r\n\r\n")
    for chunk in (
        b"4\r\nabcd\r\n0\r\n\r\n", b"zz\r\nabcd\r\n0\r\n\r\n", b"-4\r\nabcd\r\n0\r\n\r\n",
        b"0x4\r\nabcd\r\n0\r\n\r\n", b"4 \r\nabcd\r\n0\r\n\r\n", b"\r\n", b"4\nabcd\n0\n\n",
        b"4\r\nabcdXX0\r\n\r\n", b"4\r\nab", ENDLESS, b"F" * 17 + b"\r\nabcd",
        b"0" * 10_000 + b"4\r\nabcd\r\n0\r\n\r\n", b"4;" + b"x" * 70_000 + b"\r\nabcd\r\n0\r\n\r\n",
        b"4;a=\"b\r\nabcd\r\n0\r\n\r\n", b"4\r\nabcd\r\n", b"0\r\n" + b"T: x\r\n" * 5_000 + b"\r\n",
        b"0\r\nContent-Length: 9\r\nAuthorization: Bearer x\r\n\r\n", b"1\r\na\r\n" * 5_000 + b"0\r\n\r\n",
        b"10000\r\n" + b"x" * 65_536 + b"\r\n0\r\n\r\n",
        (b"10000\r\n" + b"x" * 65_536 + b"\r\n") * 20 + b"0\r\n\r\n",
    ):  # fmt: skip
        yield (
            f"chunks {chunk[:24]!r} of {len(chunk)}",
            post(headers=b"Transfer-Encoding: chunked\r\n", body=chunk),
        )
        if chunk != ENDLESS:  # its body is waited for: test_slow_bodies.py
            yield (
                f"GET with chunks {chunk[:24]!r} of {len(chunk)}",
                get(headers=b"Transfer-Encoding: chunked\r\n", body=chunk),
            )


def _heads(get: Write) -> Iterator[tuple[str, bytes]]:
    for name, header in (
        ("a header of 100 kB", b"X: " + b"x" * 100_000 + b"\r\n"),
        ("a name of 100 kB", b"x" * 100_000 + b": x\r\n"), ("1,000 headers", b"X: x\r\n" * 1_000),
        ("20,000 headers", b"X: x\r\n" * 20_000), ("no colon", b"CANARY\r\n"), ("no name", b": x\r\n"),
        ("a space in a name", b"X y: x\r\n"), ("NUL in a value", b"X: a\x00b\r\n"),
        ("NUL in a name", b"X\x00: a\r\n"), ("bytes in a value", b"X: \xff\xfe\x80\r\n"),
        ("bytes in a name", b"X\xff: a\r\n"), ("a bare CR", b"X: a\rb\r\n"), ("a bare LF", b"X: a\nY: b\r\n"),
        ("a folded line", b"X: a\r\n b\r\n"), ("a tab", b"X:\ta\t\r\n"), ("controls", b"X: \x01\x02\x7f\r\n"),
        ("two hosts", b"Host: y\r\n"), ("two tokens", b"Authorization: Bearer x\r\n"),
        ("a strange host", b"Host: a@b:99999/\r\n"),
        ("an upgrade", b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n"),
        ("h2c", b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"),
        ("an underscore", b"Content_Length: 4\r\nX_Y: CANARY\r\n"),
        ("connection names a header", b"Connection: close, Authorization\r\n"),
        ("Range", b"Range: bytes=0-0,-1,5-2\r\n"),
        ("CGI's own", b"Proxy: http://x\r\nScript-Name: /x\r\nPath-Info: /x\r\nRequest-Method: POST\r\n"),
    ):  # fmt: skip
        yield name, get(headers=header)
    yield "lines end with LF", get(end=b"\n")
    yield "lines end with CR", get(end=b"\r")
    yield "no host", get().replace(b"Host: x\r\n", b"")
    yield "an empty line first", b"\r\n\r\n" + get()
    yield "a space first", b" " + get()
    yield "a NUL first", b"\x00" + get()
    for end in range(1, 60, 6):
        yield f"broken off after {end} bytes", get()[:end]
    yield "broken off before its end", get()[:-2]


def _targets(get: Write) -> Iterator[tuple[str, bytes]]:
    for first in (
        b"GET " + PATH, b"GET " + PATH + b" HTTP/0.9", b"GET " + PATH + b" HTTP/1.0",
        b"GET " + PATH + b" HTTP/1.2", b"GET " + PATH + b" HTTP/2.0", b"GET " + PATH + b" HTTP/3",
        b"GET " + PATH + b" HTTP/9.9", b"GET " + PATH + b" http/1.1", b"GET " + PATH + b" HTTP/1.1.1",
        b"GET " + PATH + b" HTTP/11", b"GET " + PATH + b" HTTQ/1.1", b"GET  " + PATH + b" HTTP/1.1",
        b"GET\t" + PATH + b"\tHTTP/1.1", b"GET " + PATH + b"  HTTP/1.1", b"GET " + PATH + b" HTTP/1.1 x",
        b"GET", b"GET HTTP/1.1", b" ", b"get " + PATH + b" HTTP/1.1", b"G\x00T " + PATH + b" HTTP/1.1",
        b"G(T " + PATH + b" HTTP/1.1", b"X" * 10_000 + b" " + PATH + b" HTTP/1.1",
        b"TRACE " + PATH + b" HTTP/1.1", b"TRACE * HTTP/1.1", b"CONNECT 127.0.0.1:22 HTTP/1.1",
        b"CONNECT " + PATH + b" HTTP/1.1", b"CONNECT CANARY.example:443 HTTP/1.1", b"OPTIONS * HTTP/1.1",
        b"GET * HTTP/1.1", b"DEBUG " + PATH + b" HTTP/1.1", b"GET http://x" + PATH + b" HTTP/1.1",
        b"GET https://x" + PATH + b" HTTP/1.1", b"GET ftp://x" + PATH + b" HTTP/1.1",
        b"GET http://CANARY:p@x:99999" + PATH + b" HTTP/1.1", b"GET http:///x HTTP/1.1",
        b"GET http:// HTTP/1.1", b"GET file:///etc/passwd HTTP/1.1", b"GET //x" + PATH + b" HTTP/1.1",
        b"GET " + b"/" * 10_000 + PATH + b" HTTP/1.1", b"GET /./pos/v2/12345/./customers HTTP/1.1",
        b"GET /a/../pos/v2/12345/customers HTTP/1.1", b"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1",
        b"GET /pos/v2/12345;x=CANARY/customers;y HTTP/1.1", b"GET \\pos\\v2\\12345\\customers HTTP/1.1",
        b"GET /pos/v2/12345/customers\x00 HTTP/1.1", b"GET /pos/v2/12345/customers?search=\x00 HTTP/1.1",
        b"GET /pos/v2/12345/customers?search=\xff HTTP/1.1",
        b"GET /pos/v2/12345/customers?search=\xc3\xad HTTP/1.1",
        b"GET /pos/v2/12345/customers/\xc3\xad HTTP/1.1", b"GET /pos/v2/12345/customers/\xff HTTP/1.1",
        b"GET /pos/v2/12345/customers?search=a b HTTP/1.1",
        b'GET /pos/v2/12345/customers?search="<>`{}|^ HTTP/1.1', b"GET /pos/v2/12345/customers#CANARY HTTP/1.1",
        b"GET /pos/v2/12345/customers?a#b?search=CANARY HTTP/1.1", b"GET pos/v2/12345/customers HTTP/1.1",
        b"GET ?search=x HTTP/1.1", b"GET /" + b"x" * 100_000 + b" HTTP/1.1",
        b"GET /?" + b"x" * 100_000 + b" HTTP/1.1", b"GET /?" + b"x=1&" * 15_000 + b" HTTP/1.1",
        b"GET /pos/v2/" + b"9" * 30_000 + b"/customers HTTP/1.1",
    ):  # fmt: skip
        yield f"line {first[:50]!r} of {len(first)}", get(first)


def _strangers(get: Write) -> Iterator[tuple[str, bytes]]:
    yield "TLS", bytes.fromhex("16030100c8010000c40303") + b"\x11" * 190
    yield "HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"
    yield "SSH", b"SSH-2.0-OpenSSH_9.6\r\n"
    yield "SMTP", b"EHLO CANARY\r\nMAIL FROM:<>\r\n"
    yield "Redis", b"*1\r\n$4\r\nPING\r\n"
    yield "PROXY", b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n" + get()
    yield "PROXY 2", b"\r\n\r\n\x00\r\nQUIT\n" + b"\x21\x11\x00\x0c" + b"\x01" * 12 + get()
    yield "empty lines", b"\r\n" * 5_000
    yield "nothing", b""
    yield "a byte", b"G"
    yield "noise", os.urandom(5_000)
    yield "nulls", b"\x00" * 100_000
    yield "one line without end", b"GET /" + b"a" * 200_000
    yield "50 at once", get() * 50
    yield "one good and one torn", get() + get()[:40]
    yield "one good and noise", get() + b"\xff" * 100
