"""Sending over TLS, to strange receivers, and tests that a request waits for."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from regulars import errors
from regulars.model.event import Keys, Message, Sent, Subscription
from regulars.webhooks import trying
from regulars.webhooks.network import Policy
from regulars.webhooks.sending import Sender
from tests.webhooks.world import LOOPBACK

KEYS = Keys("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
NAME = "hooks.example.com"


def subscription(url: str) -> Subscription:
    return Subscription(
        1, "wbhk_1", "Test", "square", True, ("customer.created",), url, "2025-08-20", None, 0, 0, 0, 0, None, None, 0
    )  # fmt: skip


def send(sender: Sender, url: str, *, seconds: float = 3.0) -> Sent:
    return sender.send(subscription(url), KEYS, Message("id", b'{"a":1}'), now=0, seconds=seconds)


@contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port where one connection after the other is served by a function."""
    ending = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)

        def loop() -> None:
            while not ending.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection:
                    connection.settimeout(5)
                    try:
                        serve(connection)
                    except OSError:
                        continue

        thread = threading.Thread(target=loop, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        ending.set()
        thread.join()


def answering(*pieces: bytes, pause: float = 0.0) -> Callable[[socket.socket], None]:
    def serve(connection: socket.socket) -> None:
        connection.recv(65_536)
        for piece in pieces:
            threading.Event().wait(pause)
            connection.sendall(piece)

    return serve


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of hooks.example.com, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@contextmanager
def tls_sink(certificate: Path, asked: list[str | None], heads: list[bytes]) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda _socket, name, _context: asked.append(name)

    def serve(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            heads.append(secured.recv(65_536))
            secured.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    with listening(serve) as port:
        yield port


def test_tls_asks_for_the_name_at_the_address_that_was_judged(certificate: Path) -> None:
    """The name is in SNI, in the certificate's check and in Host; the address only in the connection."""
    asked: list[str | None] = []
    heads: list[bytes] = []
    trust = ssl.create_default_context(cafile=certificate)
    sender = Sender(LOOPBACK, resolve=lambda _host, _port: ["127.0.0.1"], trust=trust)
    with tls_sink(certificate, asked, heads) as port:
        sent = send(sender, f"https://{NAME}:{port}/x?y=1")

    assert sent == Sent(204)
    assert asked == [NAME]
    assert heads[0].startswith(b"POST /x?y=1 HTTP/1.1\r\n")
    assert f"host: {NAME}:{port}\r\n".encode() in heads[0]


@pytest.mark.parametrize("host", ["other.example.com", "127.0.0.1"])
def test_a_certificate_of_another_name_is_refused(certificate: Path, host: str) -> None:
    """And so is one that nobody vouches for."""
    trust = ssl.create_default_context(cafile=certificate)
    sender = Sender(LOOPBACK, resolve=lambda _host, _port: ["127.0.0.1"], trust=trust)
    with tls_sink(certificate, [], []) as port:
        assert send(sender, f"https://{host}:{port}/") == Sent(None, "ssl_error")
        untrusting = Sender(LOOPBACK, resolve=lambda _host, _port: ["127.0.0.1"])
        assert send(untrusting, f"https://{NAME}:{port}/") == Sent(None, "ssl_error")


def test_only_addresses_that_may_be_reached_are_tried() -> None:
    """A name with addresses of both kinds leads to the permitted one, never to the other."""
    reached: list[bytes] = []
    with listening(lambda connection: reached.append(connection.recv(10))) as port:
        sender = Sender(Policy(["192.0.2.0/24"]), resolve=lambda _host, _port: ["127.0.0.1", "10.0.0.1"])
        assert send(sender, f"http://{NAME}:{port}/") == Sent(None, "address_refused")
    assert reached == []


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([b"HTTP/1.1 200 OK\r\n\r\n"], Sent(200)),
        ([b"HTTP/1.0 299 Fine\r\n\r\n"], Sent(299)),
        ([b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 202 Accepted\r\n\r\n"], Sent(202)),
        ([b"HTTP/1.1 200 OK\r\ncontent-length: 9999999999\r\n\r\n"], Sent(200)),
        ([b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffff"], Sent(200)),
        ([b"HTTP/1.1 503 No\r\nRetry-After: 7\r\n\r\n"], Sent(503, "http_error", 7)),
        ([b"HTTP/1.1 503 No\r\nRetry-After: Wed, 21 Oct 2015 07:28:00 GMT\r\n\r\n"], Sent(503, "http_error")),
        ([b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n"], Sent(302, "http_error")),
        ([b"no http at all\r\n\r\n"], Sent(None, "other_error")),
        ([b"HTTP/1.1 abc\r\n\r\n"], Sent(None, "other_error")),
        ([b""], Sent(None, "other_error")),
        ([b"HTTP/1.1 200 " + b"x" * 70_000], Sent(None, "other_error")),
        ([b"HTTP/1.1 200 OK\r\n" + b"x-a: b\r\n" * 20_000], Sent(None, "other_error")),
        ([b"\xff\xfe" * 100], Sent(None, "other_error")),
    ],
)
def test_whatever_a_receiver_answers(pieces: list[bytes], expected: Sent) -> None:
    """A status is found or it is not; the body is never read, the head only to its bound."""
    with listening(answering(*pieces)) as port:
        assert send(Sender(LOOPBACK), f"http://127.0.0.1:{port}/") == expected


def test_an_answer_drop_by_drop_ends_at_the_deadline() -> None:
    """Each byte in time is not the answer in time."""
    with listening(answering(*(bytes([byte]) for byte in b"HTTP/1.1 200 OK\r\n\r\n"), pause=0.1)) as port:
        assert send(Sender(LOOPBACK), f"http://127.0.0.1:{port}/", seconds=0.5) == Sent(None, "http_timeout")


def test_nobody_there() -> None:
    """A port where nobody listens, a name that nobody knows."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    def unknown(_host: str, _port: int) -> list[str]:
        raise socket.gaierror

    assert send(Sender(LOOPBACK), f"http://127.0.0.1:{port}/") == Sent(None, "other_error")
    assert send(Sender(LOOPBACK, resolve=unknown), "https://nobody.example.com/") == Sent(None, "other_error")


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would look up the name again, and reach what we would not."""
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with listening(answering(b"HTTP/1.1 200 OK\r\n\r\n")) as port:
        assert send(Sender(LOOPBACK), f"http://127.0.0.1:{port}/") == Sent(200)


def test_a_test_waits_two_seconds_and_no_more() -> None:
    """However long the look-up of the host takes; after one that took long the next has to wait."""
    hold = threading.Event()

    def stuck(_host: str, _port: int) -> list[str]:
        hold.wait(10)
        return [str(ipaddress.ip_address("127.0.0.1"))]

    clock = iter([0.0, 2.0, 3.0])
    tester = trying.Tester(Sender(LOOPBACK, resolve=stuck), now=lambda: 0, clock=lambda: next(clock))

    assert tester.send(subscription(f"https://{NAME}/"), KEYS, Message("id", b"{}")) == Sent(
        None, "http_timeout"
    )
    with pytest.raises(errors.Retriable) as refused:
        tester.send(subscription(f"https://{NAME}/"), KEYS, Message("id", b"{}"))
    hold.set()

    assert refused.value.retry_after == 10
