"""Is all well? Each check says what it saw, and the cure when something is not as it must be."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import apsw

from regulars import __version__, errors, limits
from regulars.app import doctor_replicas, doctor_sources, serving_locks
from regulars.app.opening import open_as_set
from regulars.config import ACCOUNT_DEFAULT, Settings
from regulars.directory import Directory, places, subscriptions, upkeep
from regulars.directory.upkeep import Finding
from regulars.model import instant
from regulars.store import places as stored_places

SQLITE_OLDEST = (3, 51, 3)  # older ones may corrupt a write-ahead log when it is reset
CLOCK_EARLIEST = datetime(2024, 1, 1, tzinfo=UTC)
FREE_BYTES_WANTED = 64 * limits.FREE_BYTES_MIN
_NETWORK_FILE_SYSTEMS = {"9p", "afs", "ceph", "cifs", "fuse.sshfs", "nfs", "nfs4", "smb3", "smbfs"}


def examine(settings: Settings, *, full: bool) -> list[Finding]:
    """Every check, those of the store included when it can be opened; `full` also reads every index."""
    found = [Finding("regulars", True, f"{__version__}, Python {sys.version.split()[0]}"), _engine()]
    found += _clock(None)
    try:
        directory = open_as_set(settings)
    except errors.RegularsError as error:
        return [*found, *_folder(settings.data), Finding("store", False, error.message, error.hint)]
    try:
        found += _folder(settings.data)
        found.append(_key(settings))
        found += [
            finding
            for finding in upkeep.check(directory, full=full)
            if settings.database or finding.what != "engine"
        ]
        found += _clock(_last_change(directory))
        found += _webhooks(directory)
        found += doctor_sources.examine(directory)
        found += doctor_replicas.examine(settings)
    except errors.RegularsError as error:
        found.append(Finding("store", False, error.message, error.hint))
    finally:
        directory.close()
    return [*found, _server(settings.data), _port(settings)]


def _engine() -> Finding:
    version = tuple(int(part) for part in apsw.sqlite_lib_version().split("."))
    well = version >= SQLITE_OLDEST
    cure = None if well else "Install a newer apsw-sqlite3mc: this one may damage files."
    return Finding("SQLite", well, apsw.sqlite_lib_version(), cure)


def _folder(folder: Path) -> Iterator[Finding]:
    """The data folder: private, ours, on a local disk with room."""
    if not folder.is_dir():
        yield Finding("data folder", False, f"{folder} is no folder", "Choose another with --data.")
        return
    status = folder.stat()
    mode = stat.S_IMODE(status.st_mode)
    private = not mode & 0o077
    yield Finding(
        "data folder",
        private,
        f"{folder}, mode {mode:04o}",
        None if private else f"Others may look in. Run: chmod 700 {folder}",
    )
    if not os.access(folder, os.W_OK | os.X_OK):
        yield Finding(
            "owner", False, f"of user {status.st_uid}", "Run regulars as that user, or change the owner."
        )
    loose = [file.name for file in folder.iterdir() if file.is_file() and file.stat().st_mode & 0o077]
    if loose:
        yield Finding("files", False, f"{len(loose)} may be read by others", f"Run: chmod 600 {folder}/*")
    kind = _file_system(folder)
    if kind in _NETWORK_FILE_SYSTEMS:
        yield Finding(
            "file system", False, kind, "A network disk may lose locks and writes: use a local one."
        )
    free = shutil.disk_usage(folder).free
    room = free >= FREE_BYTES_WANTED
    yield Finding(
        "disk",
        room,
        f"{free / 2**30:.1f} GiB free",
        None if room else "Make room: imports and backups need it.",
    )


def _key(settings: Settings) -> Finding:
    """The store is open, so the key is right; the file itself is checked when it is read."""
    if settings.key_file is None:
        said = (
            "the store is not encrypted"
            if settings.database is None
            else "secrets are sealed by a key in the data folder"
        )
        return Finding("key", True, f"none: {said}")
    inside = settings.data.resolve() in settings.key_file.resolve().parents
    cure = "The key lies beside what it locks: keep it elsewhere, out of the backups." if inside else None
    return Finding("key", not inside, str(settings.key_file), cure)


def _clock(last_change: int | None) -> Iterator[Finding]:
    """Not before this program was written, nor before what it wrote last."""
    now = time.time_ns() // 1000
    if last_change is None:
        well = now >= CLOCK_EARLIEST.timestamp() * 1_000_000
        yield Finding(
            "clock", well, instant.text(now), None if well else "Set the clock; better, run an NTP client."
        )
    elif last_change > now:
        yield Finding(
            "last change", False, f"{instant.text(last_change)} lies ahead of the clock",
            "Set the clock. Changes stay in order in any case, but their times run ahead.",
        )  # fmt: skip


def _last_change(directory: Directory) -> int:
    account = places.account(directory, ACCOUNT_DEFAULT)
    with directory.store.read():
        return stored_places.counts(directory.store, account.account_id)[1]


def _webhooks(directory: Directory) -> Iterator[Finding]:
    """Those that nobody hears: disabled ones that failed, and those that fail now. Nothing where all is well."""
    for account in places.accounts(directory):
        for one in subscriptions.every(directory, subscriptions.everything(account)):
            if one.failing_since is None:
                continue
            since = instant.text(one.failing_since)
            state = "fails" if one.enabled else "was given up; it had failed"
            yield Finding(
                f"webhook {one.id}", False, f"{state} since {since} ({one.last_failure})",
                f"Mend the receiver, then: regulars webhook replay {one.id} --account {account.name}",
            )  # fmt: skip


def _server(data: Path) -> Finding:
    """Who serves."""
    is_served, holder = serving_locks.look(data)
    if not is_served:
        return Finding("server", True, "none runs")
    if holder is None:
        return Finding("server", True, "some process serves")
    return Finding("server", True, f"process {holder.pid} serves since {holder.since}")


def _port(settings: Settings) -> Finding:
    """Whether `serve` could begin as things stand; a port in use is no fault in itself."""
    with socket.socket() as probe:
        probe.settimeout(1)
        taken = probe.connect_ex((settings.host, settings.port)) == 0
    return Finding("port", True, f"{settings.port} is {'in use' if taken else 'free'}")


def _file_system(folder: Path) -> str:
    """The kind of file system a folder is on; empty where the system does not tell."""
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    where = str(folder.resolve())
    kinds = {line.split()[1]: line.split()[2] for line in mounts if len(line.split()) > 2}
    inside = [mount for mount in kinds if where == mount or where.startswith(mount.rstrip("/") + "/")]
    return kinds[max(inside, key=len)] if inside else ""
