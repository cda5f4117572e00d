"""One delivery: a POST over a connection of its own, to an address that was looked up once and judged.

No redirect is followed, no proxy asked, and of the answer no more is read than its head.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import socket
import ssl
import time
from functools import cache
from typing import Any

import regulars
from regulars import limits
from regulars.model import event as model
from regulars.model import instant
from regulars.model.event import Keys, Message, Sent, Subscription, Target
from regulars.webhooks import network, signing
from regulars.webhooks.network import Policy, Resolve

# Square's words for why a delivery failed (`square-retry-reason`).
TIMEOUT, STATUS, TLS, OTHER = "http_timeout", "http_error", "ssl_error", "other_error"
_ADDRESSES_TRIED = 3


class Sender:
    """Sends deliveries; `resolve` looks up a host, `trust` is the TLS context (None: the system's authorities)."""

    def __init__(
        self,
        policy: Policy,
        *,
        resolve: Resolve = network.resolve,
        trust: ssl.SSLContext | None = None,
        environment: str = "Production",
    ) -> None:
        self.policy = policy
        self._resolve = resolve
        self._trust = trust
        self._environment = environment

    def send(
        self,
        subscription: Subscription,
        keys: Keys,
        message: Message,
        *,
        now: int,
        seconds: float = limits.DELIVERY_SECONDS_MAX,
    ) -> Sent:
        """Delivers one message, signed now; never raises for what the network or the receiver does."""
        target = model.target(subscription.notification_url)
        headers = self._headers(subscription, keys, message, target, now)
        try:
            addresses = [
                address
                for address in self._resolve(target.host, target.port)
                if self.policy.permits(address, scheme=target.scheme)
            ]
            if not addresses:
                return Sent(None, "address_refused")
            deadline = time.monotonic() + seconds
            with _connected(addresses[:_ADDRESSES_TRIED], target, deadline, self._trust or _system()) as open:
                return _post(open, target, headers, message.body, deadline)
        except TimeoutError:
            return Sent(None, TIMEOUT)
        except ssl.SSLError:
            return Sent(None, TLS)
        except (OSError, http.client.HTTPException, UnicodeError, ValueError):
            return Sent(None, OTHER)

    def _headers(
        self, subscription: Subscription, keys: Keys, message: Message, target: Target, now: int
    ) -> dict[str, str]:
        """Square's, or Conecto's, and Standard Webhooks' beside them."""
        seconds = now // 1_000_000
        url, body = subscription.notification_url, message.body
        headers = {
            "host": target.authority,
            "content-type": "application/json",
            "user-agent": f"regulars/{regulars.__version__}",
            "connection": "close",
            "webhook-id": message.event_id,
            "webhook-timestamp": str(seconds),
            "webhook-signature": signing.standard(keys, message.event_id, seconds, body),
        }
        if subscription.format == "conecto":
            return headers | {
                "x-access-key": subscription.id,
                "x-timestamp": str(seconds),
                "x-signature": signing.conecto(keys.current, subscription.id, target.path, seconds, body),
            }
        headers |= {
            "x-square-hmacsha256-signature": signing.square(keys.current, url, body),
            "x-square-signature": signing.square_older(keys.current, url, body),
            "square-version": subscription.api_version,
            "square-environment": self._environment,
            "square-initial-delivery-timestamp": instant.text_milliseconds(message.first_tried_at or now),
        }
        if message.attempts:
            headers["square-retry-number"] = str(message.attempts)
            known = message.last_failure in {TIMEOUT, STATUS, TLS}
            headers["square-retry-reason"] = str(message.last_failure) if known else OTHER
        return headers


class _Patient(io.RawIOBase):
    """What a socket brings, until a deadline and up to a number of bytes."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        super().__init__()
        self._connection = connection
        self._deadline = deadline
        self._left = limits.DELIVERY_ANSWER_BYTES_MAX

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._left <= 0:
            raise http.client.HTTPException("The answer is too long")
        self._connection.settimeout(_left(self._deadline))
        got = self._connection.recv_into(memoryview(buffer)[: self._left])
        self._left -= got
        return got

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What http.client asks of a socket."""
        return io.BufferedReader(self)


@contextlib.contextmanager
def _connected(addresses: list[str], target: Target, deadline: float, trust: ssl.SSLContext) -> Any:
    """A connection to the first of these addresses that takes one; TLS asks for the name, not the address."""
    failure: OSError | None = None
    for address in addresses:
        try:
            plain = socket.create_connection((address, target.port), timeout=_left(deadline))
        except OSError as error:
            failure = error
            continue
        with plain:
            if target.scheme == "http":
                yield plain
            else:
                plain.settimeout(_left(deadline))
                with trust.wrap_socket(plain, server_hostname=target.host) as secured:
                    yield secured
        return
    raise failure or OSError("There is no address")


def _post(
    connection: socket.socket, target: Target, headers: dict[str, str], body: bytes, deadline: float
) -> Sent:
    head = [f"POST {target.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    request = "\r\n".join([*head, f"content-length: {len(body)}", "", ""]).encode("ascii") + body
    connection.settimeout(_left(deadline))
    connection.sendall(request)
    answer = http.client.HTTPResponse(_Patient(connection, deadline), method="POST")  # type: ignore[arg-type]
    try:
        answer.begin()
        status, asked = answer.status, answer.getheader("retry-after", "")
    finally:
        answer.close()
    retry_after = int(asked[:9]) if asked.isascii() and asked.isdigit() else None
    well = 200 <= status < 300
    return Sent(status, None if well else STATUS, None if well else retry_after)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


@cache
def _system() -> ssl.SSLContext:
    return ssl.create_default_context()
