"""What only a real server shows: paths, bodies and slow clients, byte for byte through granian."""

from __future__ import annotations

import json
import socket
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from regulars import limits
from regulars.app import serving as serving_module
from tests.api.shop import HERE, Shop
from tests.directory.world import opened
from tests.serve.conftest import STRANGE, Open
from tests.serve.tree import drain, parsed, serving, stop

LIST = f"/pos/v2/{HERE}/customers"


def head(method: str, target: str, token: str, *lines: str) -> bytes:
    parts = [f"{method} {target} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {token}", *lines]
    return ("\r\n".join(parts) + "\r\n\r\n").encode()


def chunks(data: bytes, size: int) -> bytes:
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


@pytest.mark.parametrize("ref", STRANGE)
def test_any_pos_ref(shop: Open, ref: str) -> None:
    """As a client spells it, encoded whole."""
    status, body = shop.server.get(f"{LIST}/{quote(ref, safe='')}", token=shop.token)

    assert status == 200
    assert json.loads(body)["posRef"] == ref


@pytest.mark.parametrize(
    "target", ["%FF", "%00", "%2", "%zz", ";", "a%0d%0ab", "%2e%2e%2f", "/", "x" * 4_000]
)
def test_a_pos_ref_that_nobody_has(shop: Open, target: str) -> None:
    """404, in Shift4's shape."""
    status, body = shop.server.get(f"{LIST}/{target}", token=shop.token)

    assert (status, json.loads(body)["status"]) == (404, 404)


@pytest.mark.parametrize(
    "request_line",
    [
        "GET http://other.example/v2/locations HTTP/1.1", "OPTIONS * HTTP/1.1", "CONNECT localhost:80 HTTP/1.1",
        "TRACE /v2/customers HTTP/1.1", "FOO /v2/customers HTTP/1.1", "GET //v2/locations HTTP/1.1",
        "GET /v2/../v2/locations HTTP/1.1", "GET /v2/locations?%FF HTTP/1.1", "GET /v2/locations#x HTTP/1.1",
        "GET /v2/locations HTTP/1.0", "GET /v2/locations HTTP/9.9", "GET /v2/loc ations HTTP/1.1", "nonsense",
        "",
    ],
)  # fmt: skip
def test_request_lines(shop: Open, request_line: str) -> None:
    """Odd or broken, none is an error of ours."""
    data = f"{request_line}\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {shop.token}\r\n\r\n"

    answer = shop.server.ask(data.encode())

    assert answer == b"" or parsed(answer)[0] < 500


def test_raw_bytes_in_a_search(shop: Open) -> None:
    """Unencoded UTF-8 is read; unencoded anything else is 400."""
    good = shop.server.ask(head("GET", f"{LIST}?search=é", shop.token, "Connection: close"))
    bad = head("GET", f"{LIST}?search=%C3", shop.token, "Connection: close")

    assert parsed(good)[0] == 200
    assert parsed(shop.server.ask(bad))[0] == 400
    assert parsed(shop.server.ask(bad.replace(b"%C3", b"\xc3")))[0] == 400


@pytest.mark.parametrize("size", [1, 10_000, limits.BODY_BYTES_MAX])
@pytest.mark.parametrize("chunk", [None, 7_000])
def test_a_body_does_no_harm(shop: Open, size: int, chunk: int | None) -> None:
    """Where none is wanted it is not read: the request is answered, and the connection ends."""
    data = bytes(size)
    length = f"Content-Length: {size}" if chunk is None else "Transfer-Encoding: chunked"
    first = head("GET", f"{LIST}/C-1", shop.token, length) + (data if chunk is None else chunks(data, chunk))

    answer = shop.server.ask(first)

    assert answer.count(b"HTTP/1.1 200 OK") == 1
    assert b"connection: close" in answer


@pytest.mark.parametrize("size", [2, 10_000, limits.BODY_BYTES_MAX])
@pytest.mark.parametrize("chunk", [None, 7_000])
def test_a_wanted_body_is_read_whole(shop: Open, size: int, chunk: int | None) -> None:
    """Sized or chunked: the next request on the same connection is answered."""
    data = b"{}" + b" " * (size - 2)
    length = f"Content-Length: {size}" if chunk is None else "Transfer-Encoding: chunked"
    first = head("POST", "/v2/customers/search", shop.token, length) + (
        data if chunk is None else chunks(data, chunk)
    )
    second = head("GET", f"{LIST}/C-2", shop.token, "Connection: close")

    answer = shop.server.ask(first + second)

    assert answer.count(b"HTTP/1.1 200 OK") == 2
    assert answer.index(b'"customers"') < answer.index(b'"C-2"')


@pytest.mark.parametrize("chunk", [None, 60_000])
def test_a_body_that_is_too_large(shop: Open, chunk: int | None) -> None:
    """413 in the dialect's shape; the server goes on."""
    data = bytes(limits.BODY_BYTES_MAX + 1)
    length = f"Content-Length: {len(data)}" if chunk is None else "Transfer-Encoding: chunked"
    request = head("POST", "/v2/customers/search", shop.token, length, "Connection: close")

    # Of a sized one the head is enough.
    status, body = parsed(shop.server.ask(request if chunk is None else request + chunks(data, chunk)))

    assert status == 413
    assert json.loads(body)["errors"][0]["code"] == "REQUEST_ENTITY_TOO_LARGE"
    assert shop.server.get("/healthz")[0] == 200


def test_both_lengths_at_once(shop: Open) -> None:
    """Content-Length beside chunked: no second request can be hidden in the body."""
    hidden = head("GET", "/version", shop.token)
    request = head(
        "GET",
        f"{LIST}/C-1",
        shop.token,
        "Content-Length: 5",
        "Transfer-Encoding: chunked",
        "Connection: close",
    )

    answer = shop.server.ask(request + b"0\r\n\r\n" + hidden)

    assert answer.count(b"HTTP/1.1 ") == 1


def test_a_body_that_breaks_off(shop: Open) -> None:
    """408 at once when the client says that no more will come."""
    with shop.server.connection() as connection:
        connection.sendall(head("POST", "/v2/customers/search", shop.token, "Content-Length: 10") + b"{}")
        connection.shutdown(socket.SHUT_WR)
        assert parsed(connection.recv(4_096))[0] == 408

    assert shop.server.get("/healthz")[0] == 200


@pytest.mark.parametrize(
    "rest",
    [
        pytest.param(b"", id="no last chunk"),
        pytest.param(b"zz\r\n", id="no size"),
        pytest.param(b"5\r\n", id="half a chunk"),
        pytest.param(b"0\r\n", id="no end"),
    ],
)
def test_a_chunked_body_that_breaks_off(shop: Open, rest: bytes) -> None:
    """It is not taken for whole, though what came is good JSON."""
    request = head("POST", "/v2/customers/search", shop.token, "Transfer-Encoding: chunked")
    with shop.server.connection() as connection:
        connection.sendall(request + b"2\r\n{}\r\n" + rest)
        connection.shutdown(socket.SHUT_WR)
        answer = drain(connection)

    assert answer == b"" or parsed(answer)[0] in {400, 408}
    assert b'"customers"' not in answer


def test_strangers_with_slow_bodies_hold_nobody_up(shop: Open) -> None:
    """Without a token nothing of a body is waited for."""
    slow = [shop.server.connection() for _ in range(20)]
    for connection in slow:
        connection.sendall(
            b"POST /v2/customers HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nabc"
        )
    began = time.monotonic()

    assert shop.server.get(LIST, token=shop.token)[0] == 200

    assert time.monotonic() - began < 1
    for connection in slow:
        assert parsed(drain(connection))[0] == 401
        connection.close()


def test_slow_clients_are_let_go(shop: Open) -> None:
    """Who says nothing, half a head, or a byte now and then is gone in ten seconds; the others notice nothing."""
    ended: dict[str, float] = {}

    def wait(name: str, first: bytes, *, drips: bool) -> None:
        began = time.monotonic()
        with shop.server.connection(15) as connection:
            connection.sendall(first)
            if drips:
                _drip(connection, until=began + 14)
            drain(connection)
        ended[name] = time.monotonic() - began

    half = b"GET /healthz HTTP/1.1\r\nHost: local"
    cases: list[tuple[str, bytes, bool]] = [
        ("silent", b"", False),
        ("half", half, False),
        ("dripping", half, True),
    ]
    threads = [threading.Thread(target=wait, args=case[:2], kwargs={"drips": case[2]}) for case in cases]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert shop.server.get("/healthz")[0] == 200
        time.sleep(0.5)

    assert set(ended) == {"silent", "half", "dripping"}
    assert max(ended.values()) < 10
    assert min(ended.values()) > serving_module.HEADER_MILLISECONDS / 1000 - 1


def _drip(connection: Any, until: float) -> None:
    connection.settimeout(0.3)
    while time.monotonic() < until:
        try:
            connection.sendall(b"x")
            if not connection.recv(1):
                return
        except TimeoutError:
            continue
        except OSError:
            return


def test_a_head_has_a_bound(shop: Open) -> None:
    """More than twice the buffer is refused; what is within it is read."""
    kept = "X-Long: " + "x" * (serving_module.HEAD_BYTES_MAX - 1_000)
    assert parsed(shop.server.ask(head("GET", "/healthz", shop.token, kept, "Connection: close")))[0] == 200

    answer = shop.server.ask(head("GET", "/healthz", shop.token, "X-Long: " + "x" * 200_000))

    assert answer == b"" or parsed(answer)[0] == 431


def test_a_rate_counts_over_all_workers(shop: Open) -> None:
    """Forty connections, shared out among two workers by the kernel: ten requests are let in."""
    statuses = [shop.server.get("/v2/locations", token=shop.rated)[0] for _ in range(40)]

    assert (statuses.count(200), statuses.count(429)) == (10, 30)


def test_the_environment_speaks_for_nobody(tmp_path: Path) -> None:
    """A variable of the shell that started the server is no header of a request."""
    with opened(tmp_path) as directory:
        token = Shop(directory, tmp_path).reader
    environment = {"HTTP_AUTHORIZATION": f"Bearer {token}", "CONTENT_LENGTH": "5"}
    with serving(tmp_path, workers=1, environment=environment) as server:
        assert server.get("/v2/locations")[0] == 401
        assert server.get("/v2/locations", token=token)[0] == 200


def test_nothing_is_said_about_requests(tmp_path: Path) -> None:
    """Neither on stdout nor on stderr: paths and queries hold names and numbers."""
    with serving(tmp_path, workers=1) as server:
        for target in (f"{LIST}?search=Zcanary", "/Zcanary", f"{LIST}?page=Zcanary", f"{LIST}/Zcanary"):
            server.get(target, token="Zcanary")
        stop(server)
        said = "".join(server.process.communicate(timeout=10))

    assert "Zcanary" not in said
