"""`regulars serve --sandbox`: a store of its own in a temporary folder, for tests of Square clients."""

from __future__ import annotations

import ipaddress
import os
import signal
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from regulars import errors
from regulars.app import serving_ports
from regulars.app.opening import open_directory
from regulars.directory import sandbox
from regulars.directory.sandbox import Seeded
from regulars.model.fault import FAULTS

_POLL_SECONDS = 0.2


@contextmanager
def prepared(token: str | None) -> Iterator[tuple[Path, Seeded]]:
    """The folder of a new sandbox and what is in it; the folder is gone at the end."""
    with tempfile.TemporaryDirectory(prefix="regulars-sandbox-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        directory = open_directory(folder, is_sandbox=True)
        try:
            seeded = sandbox.seed(directory, token=token)
        finally:
            directory.close()
        yield folder, seeded


def check_host(host: str, port: int) -> serving_ports.Address:
    """Where to listen; raises Invalid for what other machines could reach."""
    address = serving_ports.choose(host, port)
    if not ipaddress.ip_address(address.host).is_loopback:
        raise errors.Invalid(
            "A sandbox listens on this machine alone", field="host", rule="loopback", hint="Leave --host out."
        )
    return address


def read_faults(texts: Sequence[str]) -> tuple[tuple[str, float], ...]:
    """`NAME` or `NAME=RATE` of each; raises Invalid for unknown names and for rates that are none."""
    found: dict[str, float] = {}
    for text in texts:
        name, _, rate = text.partition("=")
        if name not in FAULTS:
            raise errors.Invalid(
                "There is no such fault",
                field="fault",
                rule="unknown",
                hint=f"Faults are {', '.join(FAULTS)}.",
            )
        found[name] = _rate(rate) if rate else 1.0
    return tuple(found.items())


def check_log(file: Path) -> Path:
    """The file, from wherever one looks at it; raises Fatal when nobody can write to it."""
    try:
        with file.open("ab"):
            return file.absolute()
    except OSError as error:
        raise errors.Fatal(
            f"Cannot write to {file}: {error.strerror}", hint="Choose another --request-log."
        ) from None


def end_with(process: int) -> None:
    """Ends this process, politely, when another one has ended: whoever runs tests may be killed."""
    threading.Thread(target=_watch, args=(process,), name="end-with", daemon=True).start()


def _watch(process: int) -> None:
    while _is_there(process):
        time.sleep(_POLL_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


def _is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = -1.0
    if not 0 <= rate <= 1:
        raise errors.Invalid("A rate is a number from 0 to 1", field="fault", rule="range")
    return rate
