"""Programs started to be measured: our own `serve`, and nginx. Each is ended by its own process id."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from regulars import errors
from regulars.app.bench import client

_READY_SECONDS = 60.0
_END_SECONDS = 10.0
_POLL_SECONDS = 0.002
_NGINX_FOLDERS = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"

_NGINX_CONFIG = """\
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr crit;
{user}
events {{ worker_connections 64; }}
http {{
    access_log off;
    sendfile on;
    keepalive_timeout 600s;
    keepalive_requests 1000000000;
    default_type application/json;
    types {{ }}
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{ listen 127.0.0.1:{port}; root {folder}/files; }}
}}
"""


class Child:
    """A running server: its process id, its port, and how long it took to its first answer."""

    def __init__(self, pid: int, port: int, ready_seconds: float) -> None:
        self.pid = pid
        self.port = port
        self.ready_seconds = ready_seconds


@contextmanager
def serving(data: Path, *, database: str | None = None) -> Iterator[Child]:
    """`regulars serve` on this folder, or this database, with one worker, from its first 200 of /readyz on."""
    port = client.free_port()
    command = [sys.executable, "-m", "regulars", "--data", str(data)]
    command += ["--database", database] if database else []
    command += ["serve"]
    command += ["--host", client.HOST, "--port", str(port), "--workers", "1"]
    with running(command, port, "/readyz") as child:
        yield child


def nginx_path() -> str | None:
    """Where nginx is, which the distribution may keep outside of PATH; None when it is not installed."""
    return shutil.which("nginx", path=os.environ.get("PATH", "") + ":" + _NGINX_FOLDERS)


def nginx_version(path: str) -> str:
    """What nginx says of itself."""
    done = subprocess.run([path, "-v"], capture_output=True, text=True, check=False, timeout=_END_SECONDS)
    return done.stderr.strip().rpartition("/")[2]


@contextmanager
def nginx(path: str, folder: Path, files: dict[str, bytes]) -> Iterator[Child]:
    """Runs nginx with one worker and no access log, serving these files by name out of a folder of its own."""
    port = client.free_port()
    (folder / "files").mkdir()
    for name, content in files.items():
        (folder / "files" / name).write_bytes(content)
    # Started by root its worker would be nobody, who may not read the folder.
    user = "user root;" if os.geteuid() == 0 else ""
    config = folder / "nginx.conf"
    config.write_text(_NGINX_CONFIG.format(folder=folder, port=port, user=user))
    with running([path, "-p", str(folder), "-c", str(config)], port, "/" + next(iter(files))) as child:
        yield child


@contextmanager
def running(
    command: Sequence[str], port: int, ready_path: str, *, folder: Path | None = None
) -> Iterator[Child]:
    """The command while it runs, in this folder; it is told to end when we do, also when we are killed."""
    setpriv = shutil.which("setpriv")
    ending_with_us = [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []
    # An installed program has its bytecode beside it; a start that compiles it anew is not what is promised.
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("REGULARS_") and name != "PYTHONDONTWRITEBYTECODE"
    }
    request = client.get(ready_path)
    with tempfile.TemporaryFile() as said:
        started = time.monotonic()
        process = subprocess.Popen(
            [*ending_with_us, *command],
            stdin=subprocess.DEVNULL, stdout=said, stderr=said, env=environment, cwd=folder,
        )  # fmt: skip
        try:
            _wait(lambda: client.answers(port, request), process, said)
            yield Child(process.pid, port, time.monotonic() - started)
        finally:
            _end(process)


def _wait(is_ready: Callable[[], bool], process: subprocess.Popen[bytes], said: IO[bytes]) -> None:
    until = time.monotonic() + _READY_SECONDS
    while not is_ready():
        if process.poll() is not None:
            raise errors.Fatal(f"A server to be measured did not start: {_last_words(said)}")
        if time.monotonic() > until:
            raise errors.Fatal(f"A server to be measured was not ready after {_READY_SECONDS:.0f} s")
        time.sleep(_POLL_SECONDS)


def _last_words(said: IO[bytes]) -> str:
    said.seek(0)
    return said.read().decode(errors="replace").strip()[-500:] or "it said nothing"


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
