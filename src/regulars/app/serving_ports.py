"""Where to listen. granian shares a port silently with whoever listens there already, so it is asked before."""

from __future__ import annotations

import socket
from errno import EADDRINUSE

from msgspec import Struct

from regulars import errors

_TRIES = 100


class Address(Struct, frozen=True):
    """An address to listen at: a numeric host and a port that was free."""

    host: str
    port: int

    @property
    def reachable(self) -> str:
        """The host as this machine reaches it: every address is also its own."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104  # nothing is bound

    @property
    def url(self) -> str:
        """Where a browser on this machine finds it."""
        host = f"[{self.reachable}]" if ":" in self.reachable else self.reachable
        return f"http://{host}:{self.port}"


def choose(host: str, port: int) -> Address:
    """The address to listen at; port 0: any free one. Raises Fatal when the port is taken or the host is not ours."""
    numeric = _numeric(host)
    try:
        return Address(numeric, _bind(numeric, port))
    except OSError as error:
        if error.errno == EADDRINUSE:
            raise errors.Fatal(
                f"Port {port} at {host} is taken",
                hint="Stop what listens there, or choose another with --port.",
            ) from None
        raise errors.Fatal(
            f"Cannot listen at {host}, port {port}: {error.strerror}",
            hint="Choose others with --host and --port.",
        ) from None


def next_free(host: str, port: int) -> Address:
    """The first free port from this one on; raises Fatal when there is none among the next hundred."""
    numeric = _numeric(host)
    for candidate in range(port, port + _TRIES):
        try:
            return Address(numeric, _bind(numeric, candidate))
        except (OSError, OverflowError):
            continue
    raise errors.Fatal(
        f"No port from {port} to {port + _TRIES - 1} is free at {host}", hint="Choose another one."
    )


def _numeric(host: str) -> str:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise errors.Fatal(
            f"The host {host} is not known", hint="Give an address of this machine, as --host."
        ) from None
    return str(found[0][4][0])


def _bind(host: str, port: int) -> int:
    """Binds, without sharing, and lets go; the port."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        # A port whose last connections are still fading is free; one that somebody listens at is not.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        bound: int = probe.getsockname()[1]
        return bound
