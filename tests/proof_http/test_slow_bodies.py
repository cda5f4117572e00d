"""A client that sends its body slowly, or never, hurts only itself (trust.md, P11)."""

from __future__ import annotations

import time

import pytest

from regulars.api import body
from tests.proof_http.house import House
from tests.proof_http.malformed import ENDLESS
from tests.proof_http.sockets import line

SECONDS_MAX = 1.0


@pytest.mark.xfail(
    strict=True,
    raises=TimeoutError,
    reason="granian 2.8 keeps the interpreter's lock when an application answers while one of its threads still "
    "waits for that request's body: the worker stands still until the client goes away",
)
@pytest.mark.parametrize(
    "length",
    [
        pytest.param(b"Content-Length: 10\r\n\r\nab", id="sized"),
        pytest.param(b"Transfer-Encoding: chunked\r\n\r\n5\r\nab", id="chunked"),
        pytest.param(b"Transfer-Encoding: chunked\r\n\r\n" + ENDLESS, id="endless"),
    ],
)
def test_a_slow_body_holds_up_nobody(house: House, length: bytes) -> None:
    """While a client with a good token keeps its connection and its body back, all others are answered at once."""
    with house.serving(workers=1) as served:
        bearer = house.token().encode()
        with line(served.port) as slow:
            slow.send(
                b"GET /v2/customers HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + bearer + b"\r\n" + length
            )
            time.sleep(body.SECONDS_MAX + 0.5)  # by now it has its answer

            with line(served.port) as other:
                other.patience(SECONDS_MAX)
                other.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                answer = other.answer()
    assert answer is not None
    assert answer.status == 200
