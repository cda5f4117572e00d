"""Keys for encrypted stores."""

from __future__ import annotations

from pathlib import Path

from regulars.store import keyfile


def create(path: Path) -> None:
    """A new random key in a file of its own, mode 0600; raises Conflict rather than write over one."""
    keyfile.create(path)
