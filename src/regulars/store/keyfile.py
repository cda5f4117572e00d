"""The key of an encrypted store: 32 random bytes in a file of its own, used as they are.

Beside the store lies a key id (a keyed hash of a fixed word): it tells a wrong key from a damaged file, and says
nothing of the key.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import stat
from pathlib import Path

from regulars import errors

KEY_BYTES = 32


def create(path: Path) -> None:
    """Writes a new random key, mode 0600; never over an existing file."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise errors.Conflict(
            f"{path} exists already", hint="A key is never overwritten: choose another file."
        ) from None
    except OSError as error:
        raise errors.Fatal(f"{path} cannot be written: {error.strerror}") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.urandom(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:  # a full disk
        path.unlink(missing_ok=True)
        raise errors.Fatal(f"{path} cannot be written: {error.strerror}", hint="Make room.") from None


def read(path: Path) -> bytes:
    """The key; refused when the file is not exactly a key or others may read it."""
    try:
        key = path.read_bytes()
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as error:
        raise errors.Fatal(
            f"The key file {path} cannot be read: {error.strerror}", hint="Make one with: regulars key create"
        ) from None
    if len(key) != KEY_BYTES:
        raise errors.Fatal(
            f"{path} is not a key file: it must hold {KEY_BYTES} bytes",
            hint="Make one with: regulars key create",
        )
    if mode & 0o077:
        raise errors.Fatal(f"Others may read the key file {path}", hint=f"Run: chmod 600 {path}")
    return key


def key_id(key: bytes) -> str:
    """32 hexadecimal characters that name a key without telling it."""
    return hmac.new(key, b"regulars key id", hashlib.sha256).hexdigest()[:32]
