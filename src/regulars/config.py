"""Settings: where the data lies and how it is served. A flag wins over the environment, that over the default."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from regulars import errors

DATA = "REGULARS_DATA"
KEY_FILE = "REGULARS_KEY_FILE"
DATABASE = "REGULARS_DATABASE"  # a PostgreSQL database instead of a file in the data folder: its URL
REPLICAS = "REGULARS_REPLICAS"  # its replicas: URLs, parted by blanks
WEBHOOK_ALLOW = (
    "REGULARS_WEBHOOK_ALLOW"  # networks beside the public internet that webhooks may go to: CIDR,…
)
PUBLIC_URL = "REGULARS_PUBLIC_URL"  # the address that others reach this server at
SOURCE_TOKEN = "REGULARS_SOURCE_TOKEN"  # noqa: S105  # the credentials of a source that is being added
TRACEBACK = "REGULARS_TRACEBACK"  # `1` shows where an unexpected error came from

# A password in a URL, and in the other spelling of libpq.
_PASSWORD = re.compile(r"^\w+://[^/@?]*:[^/@]*@|[?&\s]password\s*=|^password\s*=")
_ADDRESS = re.compile(r"https?://[^/?#\s]+(?:/[^?#\s]*)?", re.ASCII)

DATA_DEFAULT = Path("regulars-data")
ACCOUNT_DEFAULT = "default"
HOST_DEFAULT = "127.0.0.1"
PORT_DEFAULT = 8080
REPLICA_LAG_SECONDS_DEFAULT = 5.0
WORKERS_MAX = 64  # more processes than that is a slip of the finger


class SandboxSettings(Struct, frozen=True, kw_only=True):
    """How the workers of `regulars serve --sandbox` are to fail, and where they log requests."""

    faults: tuple[tuple[str, float], ...] = ()
    fault_seed: int = 0
    request_log: Path | None = None


class Settings(Struct, frozen=True, kw_only=True):
    """What every command needs to know before it opens the data folder."""

    data: Path = DATA_DEFAULT
    account: str = ACCOUNT_DEFAULT
    key_file: Path | None = None
    database: str | None = None  # None: a file in the data folder
    replicas: tuple[str, ...] = ()  # of the database
    replica_lag_seconds: float = REPLICA_LAG_SECONDS_DEFAULT
    host: str = HOST_DEFAULT
    port: int = PORT_DEFAULT
    workers: int = 1
    sandbox: SandboxSettings | None = None  # None: this is no sandbox
    worker: bool = True  # whether `serve` runs the background process too
    webhook_allow: str = ""
    public_url: str | None = None


def read(
    environment: Mapping[str, str],
    *,
    data: Path | None = None,
    account: str | None = None,
    key_file: Path | None = None,
    database: str | None = None,
) -> Settings:
    """The settings of one run: what was given, else what the environment says, else the default.

    Raises Fatal for a password on the command line, which everybody on the machine can read.
    """
    return Settings(
        data=data or _path(environment, DATA) or DATA_DEFAULT,
        account=account or ACCOUNT_DEFAULT,
        key_file=key_file or _path(environment, KEY_FILE),
        database=address(database) if database else environment.get(DATABASE) or None,
        replicas=tuple(environment.get(REPLICAS, "").split()),
        workers=workers_default(),
        webhook_allow=environment.get(WEBHOOK_ALLOW, ""),
        public_url=_url(environment, PUBLIC_URL),
    )


def address(url: str, *, variable: str = DATABASE) -> str:
    """The address of a database as it stands on the command line; raises Fatal when a password is in it."""
    if _PASSWORD.search(url):
        raise errors.Fatal(
            "A password on the command line can be read by everybody on this machine",
            hint=f"Put it into {variable}, or into ~/.pgpass.",
        )
    return url


def workers_default() -> int:
    """One worker for each core this process may use; four serve far more than any shop asks."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, 4)


def _path(environment: Mapping[str, str], name: str) -> Path | None:
    """An empty variable is no variable."""
    text = environment.get(name)
    return Path(text) if text else None


def _url(environment: Mapping[str, str], name: str) -> str | None:
    """An address without a slash at its end; raises Fatal for what is none."""
    text = environment.get(name, "").strip().rstrip("/")
    if not text:
        return None
    if not _ADDRESS.fullmatch(text):
        raise errors.Fatal(f"{name} is no address", hint="Such as https://shop.example.com")
    return text
