"""A sandbox in a process of its own, as `regulars serve --sandbox` starts it. Needs nothing but Python."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from square import Square

_FAULT = "X-Regulars-Fault"
_STOP_SECONDS = 15
_ASK_SECONDS = 30


class SandboxFailed(Exception):
    """The sandbox did not start; the message is what it said."""


class SquareSandbox:
    """One account of a sandbox: where it answers, and with which token. It knows no customer until you create one."""

    def __init__(self, url: str, token: str, *, merchant_id: str, location_id: str) -> None:
        self.url = url
        self.token = token
        self.merchant_id = merchant_id
        self.location_id = location_id
        self._opened: list[Any] = []

    def client(self, *, fault: str | None = None, **options: Any) -> Square:
        """Square's client from PyPI's `squareup`; `fault` goes wrong with each of its requests.

        `options` are those of `square.Square`. Its connections are closed with the sandbox.
        """
        import httpx
        from square import Square

        connections = httpx.Client(timeout=_ASK_SECONDS, trust_env=False)
        self._opened.append(connections)
        headers: dict[str, str] = (options.pop("headers", None) or {}) | ({_FAULT: fault} if fault else {})
        return Square(
            base_url=self.url, token=self.token, headers=headers, httpx_client=connections, **options
        )

    def headers(self, *, fault: str | None = None) -> dict[str, str]:
        """What any other HTTP client sends."""
        return {"Authorization": f"Bearer {self.token}"} | ({_FAULT: fault} if fault else {})

    def close(self) -> None:
        """Closes the connections of its clients."""
        while self._opened:
            self._opened.pop().close()


class Server:
    """A running sandbox; `account` is its own, `new_account()` one that shares nothing with it."""

    def __init__(self, process: subprocess.Popen[bytes], told: dict[str, Any]) -> None:
        self.url: str = told["url"]
        self.data = Path(told["data"])
        self.account = _account(self.url, told)
        self._process = process

    def new_account(self) -> SquareSandbox:
        """An account with a location and a token, and nobody in it."""
        request = urllib.request.Request(
            f"{self.url}/sandbox/accounts",
            method="POST",
            headers=self.account.headers(fault="none"),
        )
        with _OPENER.open(request, timeout=_ASK_SECONDS) as answer:
            return _account(self.url, json.load(answer))

    def stop(self) -> None:
        """Ends it; its data is gone."""
        self.account.close()
        self._process.terminate()
        try:
            self._process.wait(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        _output(self._process).close()


@contextmanager
def running(options: Sequence[str] = ()) -> Iterator[Server]:
    """A sandbox on a free port that ends with the block, and also when this process is killed.

    `options` are those of `regulars serve --sandbox`. Raises SandboxFailed with its words.
    """
    server = start(options)
    try:
        yield server
    finally:
        server.stop()


def start(options: Sequence[str] = ()) -> Server:
    """A sandbox that answers; whoever starts it calls `stop`."""
    command = [sys.executable, "-m", "regulars", "--json", "serve", "--sandbox", "--port", "0"]
    command += ["--end-with", str(os.getpid()), *options]
    # A folder named by the environment is somebody's real one: the sandbox is not even told of it.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("REGULARS_")}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, env=environment)
    line = _output(process).readline()
    if not line:
        process.wait()
        _output(process).close()
        raise SandboxFailed(f"The sandbox ended with {process.returncode}; its words are on stderr")
    return Server(process, json.loads(line))


# A proxy of the environment has no business between a test and its own machine.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _account(url: str, told: dict[str, Any]) -> SquareSandbox:
    return SquareSandbox(
        url, told["token"], merchant_id=told["merchant_id"], location_id=str(told["location_id"])
    )


def _output(process: subprocess.Popen[bytes]) -> IO[bytes]:
    assert process.stdout is not None  # noqa: S101  # it was asked for
    return process.stdout
