"""Bodies on their way to a real server: slow ones arrive, polite ones are asked for, stalled ones hold up no page."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.api.shop import Shop
from tests.directory.world import opened
from tests.serve.tree import Server, parsed, serving

CHUNKED = "Transfer-Encoding: chunked"


@pytest.fixture(scope="module")
def till(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """A server with one worker, and a token that reads and writes."""
    data = tmp_path_factory.mktemp("bodies")
    with opened(data) as directory:
        token = Shop(directory, data).token(scopes=("customers:read", "customers:write"))
    with serving(data, workers=1) as server:
        yield server, token


def post(token: str, *lines: str) -> bytes:
    head = ("POST /v2/customers HTTP/1.1", "Host: x", f"Authorization: Bearer {token}", *lines)
    return ("\r\n".join(head) + "\r\n\r\n").encode()


def test_a_body_that_comes_slowly_arrives(till: tuple[Server, str]) -> None:
    """A piece every now and then, sized or chunked: it is read whole, and others are answered meanwhile."""
    server, token = till
    with server.connection() as sized, server.connection() as chunked:
        sized.sendall(post(token, "Content-Length: 29"))
        chunked.sendall(post(token, CHUNKED))
        for piece in (b'{"given_', b'name":"', b"Sized12", b'34567"}'):
            sized.sendall(piece)
            chunked.sendall(b"%x\r\n%b\r\n" % (len(piece), piece.replace(b"Sized", b"Chunk")))
            time.sleep(0.3)
            assert server.get("/healthz")[0] == 200
        chunked.sendall(b"0\r\n\r\n")
        assert parsed(sized.recv(65_536))[0] == 200
        assert parsed(chunked.recv(65_536))[0] == 200

    listed = json.loads(server.get("/v2/customers", token=token)[1])["customers"]
    assert {"Sized1234567", "Chunk1234567"} <= {one["given_name"] for one in listed}


def test_a_client_may_wait_to_be_asked_for_its_body(till: tuple[Server, str]) -> None:
    """Expect: 100-continue is answered when the body is wanted, and never to a stranger."""
    server, token = till
    with server.connection() as connection:
        connection.sendall(post(token, "Content-Length: 23", "Expect: 100-continue"))
        assert connection.recv(4_096).startswith(b"HTTP/1.1 100 ")
        connection.sendall(b'{"given_name":"Polite"}')
        assert parsed(connection.recv(65_536))[0] == 200
    with server.connection() as connection:
        connection.sendall(post("rg_nobody", "Content-Length: 23", "Expect: 100-continue"))
        assert parsed(connection.recv(4_096))[0] == 401


def test_a_hundred_stalled_bodies_hold_up_no_page(till: tuple[Server, str]) -> None:
    """The one worker answers everybody else as before, and each of them in the end."""
    server, token = till
    with ExitStack() as stack:
        stalled = [stack.enter_context(server.connection(20)) for _ in range(100)]
        for connection in stalled:
            connection.sendall(post(token, "Content-Length: 1000") + b"half")
        began = time.monotonic()
        for _ in range(20):
            assert server.get("/v2/customers", token=token)[0] == 200
        assert time.monotonic() - began < 2
        assert {parsed(connection.recv(65_536))[0] for connection in stalled} == {408}
