"""Secrets of connected sources, encrypted before they reach the store, under a key that is not in it.

AES-256-GCM with a random nonce; what is sealed opens for its own source alone. The key hangs on the key file of an
encrypted store, else on `sources.key` in the data folder, made with the first secret: a copy or a backup of the
database alone opens nothing (docs/concepts/privacy.md).
"""

from __future__ import annotations

import hashlib
import hmac
import os
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from regulars import errors
from regulars.directory.directory import Directory
from regulars.store import keyfile

KEY_NAME = "sources.key"

_NONCE_BYTES = 12
_FORM = b"\x01"  # of what is kept, so that another may follow


def seal(directory: Directory, account_id: int, source: str, secret: str) -> bytes:
    """The secret of the source of this name, as it is kept."""
    if directory.store.key is None:
        _make_key(_key_path(directory))
    nonce = os.urandom(_NONCE_BYTES)
    sealed = _cipher(directory).encrypt(nonce, secret.encode(), _bound_to(account_id, source))
    return _FORM + nonce + sealed


def unseal(directory: Directory, account_id: int, source: str, sealed: bytes) -> str:
    """The secret; raises Fatal when it was sealed under another key, or for another source."""
    nonce, content = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    if directory.store.key is None and not _key_path(directory).exists():
        raise _lost()
    cipher = _cipher(directory)
    try:
        if sealed[:1] != _FORM:
            raise InvalidTag
        return cipher.decrypt(nonce, content, _bound_to(account_id, source)).decode()
    except (InvalidTag, ValueError):
        raise _lost() from None


def _lost() -> errors.Fatal:
    return errors.Fatal(
        "A source's secret cannot be opened: its key file is lost or another",
        hint="Bring the key file back, or give the credentials again: regulars source secret NAME --token-file …",
    )


def _cipher(directory: Directory) -> AESGCM:
    key = directory.store.key or keyfile.read(_key_path(directory))
    return AESGCM(hmac.new(directory.key("source secrets"), key, hashlib.sha256).digest())


def _key_path(directory: Directory) -> Path:
    return directory.store.folder / KEY_NAME


def _make_key(path: Path) -> None:
    """It appears whole or not at all, and never over one that is there: what that sealed would be lost."""
    if path.exists():
        return
    unfinished = path.with_name(f"{KEY_NAME}.{os.getpid()}.{os.urandom(4).hex()}")
    keyfile.create(unfinished)
    try:
        with suppress(FileExistsError):  # another process was quicker
            os.link(unfinished, path)
    except OSError as error:
        raise errors.Fatal(f"{path} cannot be written: {error.strerror}") from None
    finally:
        unfinished.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _bound_to(account_id: int, source: str) -> bytes:
    return f"source secret {account_id} {source}".encode()
