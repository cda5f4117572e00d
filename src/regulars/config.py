"""Settings: where the data lies and how it is served. A flag wins over the environment, that over the default."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

DATA = "REGULARS_DATA"
KEY_FILE = "REGULARS_KEY_FILE"
TRACEBACK = "REGULARS_TRACEBACK"  # `1` shows where an unexpected error came from

DATA_DEFAULT = Path("regulars-data")
ACCOUNT_DEFAULT = "default"
HOST_DEFAULT = "127.0.0.1"
PORT_DEFAULT = 8080
WORKERS_MAX = 64  # more processes than that is a slip of the finger


class Settings(Struct, frozen=True, kw_only=True):
    """What every command needs to know before it opens the data folder."""

    data: Path = DATA_DEFAULT
    account: str = ACCOUNT_DEFAULT
    key_file: Path | None = None
    host: str = HOST_DEFAULT
    port: int = PORT_DEFAULT
    workers: int = 1


def read(
    environment: Mapping[str, str],
    *,
    data: Path | None = None,
    account: str | None = None,
    key_file: Path | None = None,
) -> Settings:
    """The settings of one run: what was given, else what the environment says, else the default."""
    return Settings(
        data=data or _path(environment, DATA) or DATA_DEFAULT,
        account=account or ACCOUNT_DEFAULT,
        key_file=key_file or _path(environment, KEY_FILE),
        workers=workers_default(),
    )


def workers_default() -> int:
    """One worker for each core this process may use; four serve far more than any shop asks."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, 4)


def _path(environment: Mapping[str, str], name: str) -> Path | None:
    """An empty variable is no variable."""
    text = environment.get(name)
    return Path(text) if text else None
