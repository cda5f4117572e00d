"""A PostgreSQL of the bench's own: in a folder, on a socket, ended with us; and its CPU time."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from regulars import errors
from regulars.app.bench.processes import Tree

USER = "bench"
_WHERE = "/usr/lib/postgresql/*/bin"
_SETTINGS = {
    # A developer's machine of today; everything else as PostgreSQL brings it.
    "shared_buffers": "1GB",
    "max_wal_size": "4GB",
    "listen_addresses": "",
}
_READY_SECONDS, _END_SECONDS = 60.0, 60.0
_TRIES = 20


class Cluster:
    """A running server: where its socket is, and what it has used."""

    def __init__(self, pid: int, host: str) -> None:
        self.pid = pid
        self.host = host

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """A connection in which every statement is its own transaction."""
        return psycopg.connect(host=self.host, user=USER, dbname=database, autocommit=True)

    def create(self, database: str) -> None:
        """An empty database of this name, in place of one that is there."""
        with self.connect() as connection:
            connection.execute(f'drop database if exists "{database}"')
            connection.execute(f'create database "{database}"')

    def version(self) -> str:
        """As the server says it."""
        with self.connect() as connection:
            [said] = connection.execute("show server_version").fetchone() or [""]
        return str(said).split()[0]

    def cpu_nanoseconds(self) -> int:
        """Of all its processes so far, those that have ended included: a query's parallel workers live briefly."""
        for _ in range(_TRIES):
            with suppress(errors.Fatal):  # one of them ended between being seen and being read
                return Tree(self.pid).cpu_nanoseconds() + _of_the_ended(self.pid)
        raise errors.Fatal("PostgreSQL's processes come and go too fast to be measured")


def bin_folder() -> Path | None:
    """Where initdb and postgres are: beside the one in PATH, or where Debian puts them; None when not installed."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else sorted(Path("/").glob(_WHERE.lstrip("/")))
    return folders[-1] if folders else None


@contextmanager
def running(folder: Path) -> Iterator[Cluster]:
    """The cluster of this folder, made when it is not there; raises Fatal when there is no PostgreSQL."""
    programs = bin_folder()
    if programs is None:
        raise errors.Fatal("PostgreSQL is not installed", hint="apt install postgresql, or ask for others.")
    as_whom = _unprivileged(folder)
    data = folder / "postgres"
    if not (data / "PG_VERSION").exists():
        _init(programs, data, as_whom)
    # A socket's path may have about 100 characters.
    with tempfile.TemporaryDirectory(prefix="bench-pg-", dir="/tmp") as sockets:
        if as_whom:
            shutil.chown(sockets, *as_whom)
        log = folder / "postgres.log"
        with log.open("ab") as said:
            process = subprocess.Popen(
                _command(programs, data, sockets, as_whom),
                stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd=data,
            )  # fmt: skip
        try:
            cluster = Cluster(process.pid, sockets)
            _wait(cluster, process, log)
            yield cluster
        finally:
            _end(process)


def _unprivileged(folder: Path) -> tuple[str, str] | None:
    """As whom to run it, for it refuses to be root; its folder must then be reachable."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    name = "postgres" if "postgres" in names else "nobody"
    folder.chmod(folder.stat().st_mode | 0o011)
    return name, _group(name)


def _group(name: str) -> str:
    import grp

    return grp.getgrgid(pwd.getpwnam(name).pw_gid).gr_name


def _init(programs: Path, data: Path, as_whom: tuple[str, str] | None) -> None:
    data.mkdir(mode=0o700)
    if as_whom:
        shutil.chown(data, *as_whom)
    done = subprocess.run(
        [
            *_becoming(as_whom), str(programs / "initdb"), "--pgdata", str(data), "--username", USER,
            "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-instructions",
        ],
        cwd=data, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise errors.Fatal(f"initdb failed: {done.stderr.strip()[-500:]}")


def _command(programs: Path, data: Path, sockets: str, as_whom: tuple[str, str] | None) -> list[str]:
    options = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
    ending_with_us = ["setpriv", "--pdeathsig", "INT", "--"] if shutil.which("setpriv") else []
    return [
        *_becoming(as_whom), *ending_with_us, str(programs / "postgres"), "-D", str(data), "-k", sockets, *options,
    ]  # fmt: skip


def _becoming(as_whom: tuple[str, str] | None) -> list[str]:
    if as_whom is None:
        return []
    return ["setpriv", "--reuid", as_whom[0], "--regid", as_whom[1], "--clear-groups", "--"]


def _wait(cluster: Cluster, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _READY_SECONDS
    while process.poll() is None and time.monotonic() < until:
        with suppress(psycopg.OperationalError), cluster.connect():
            return
        time.sleep(0.05)
    raise errors.Fatal(f"PostgreSQL did not start: {log.read_text(errors='replace').strip()[-500:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(2)  # SIGINT: its fast shutdown
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.send_signal(3)  # SIGQUIT: at once
        process.wait()


def _of_the_ended(pid: int) -> int:
    """CPU time of children that ended and were waited for, in ticks of a hundredth of a second."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(after_name[13]) + int(after_name[14])  # cutime, cstime
    return ticks * 1_000_000_000 // os.sysconf("SC_CLK_TCK")
