"""A client that sends its body slowly, or never, hurts only itself (trust.md, P11)."""

from __future__ import annotations

from contextlib import ExitStack

from regulars import limits
from tests.proof_http.house import House
from tests.proof_http.malformed import ENDLESS
from tests.proof_http.sockets import Line, line

SECONDS_MAX = 1.0
SLOW = {
    "sized": b"Content-Length: 10\r\n\r\nab",
    "chunked": b"Transfer-Encoding: chunked\r\n\r\n5\r\nab",
    "endless": b"Transfer-Encoding: chunked\r\n\r\n" + ENDLESS,
}


def test_a_slow_body_holds_up_nobody(house: House) -> None:
    """While clients with a good token keep their bodies back, the one worker answers all others; then they get 408."""
    with house.serving(workers=1) as served, ExitStack() as stack:
        head = b"POST /v2/customers HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n" % (
            house.token("--scope", "customers:write").encode()
        )
        slow = {name: stack.enter_context(line(served.port)) for name in SLOW}
        for name, connection in slow.items():
            connection.send(head + SLOW[name])

        for _ in range(20):
            assert _health(served.port) == 200

        for connection in slow.values():
            connection.patience(limits.BODY_SECONDS_MAX + 5)
            assert _status(connection) in {400, 408, 413}
        assert _health(served.port) == 200


def test_many_slow_bodies_of_one_token(house: House) -> None:
    """Beyond its share it is refused at once; another token's bodies are still awaited."""
    greedy, other = (
        house.token("--scope", "customers:write").encode(),
        house.token("--scope", "customers:write").encode(),
    )
    house.run("location", "add", 1, "--name", "Shop", "--country", "US")
    head = b"POST /v2/customers HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n"
    with house.serving(workers=1) as served, ExitStack() as stack:
        for _ in range(limits.BODIES_AWAITED_TOKEN_MAX):
            stack.enter_context(line(served.port)).send(head % (greedy, 100) + b"{")
        refused = stack.enter_context(line(served.port))
        refused.send(head % (greedy, 100) + b"{")
        assert _status(refused) == 503

        body = b'{"given_name":"Ada"}'
        served_one = stack.enter_context(line(served.port))
        served_one.send(head % (other, len(body)) + body[:5])
        served_one.send(body[5:])
        assert _status(served_one) == 200


def _health(port: int) -> int:
    with line(port) as connection:
        connection.patience(SECONDS_MAX)
        connection.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        return _status(connection)


def _status(connection: Line) -> int:
    answer = connection.answer()
    assert answer is not None
    return answer.status
