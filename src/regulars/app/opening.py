"""Opening the directory of a data folder: where the rooms are put together."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from regulars.directory import Directory
from regulars.directory.directory import microseconds
from regulars.store.opening import open_store


def open_directory(
    data: Path, *, key_file: Path | None = None, role: Literal["server", "tool"] = "tool"
) -> Directory:
    """The directory in this folder; folder (0700) and store are made when missing.

    Raises errors.Fatal with a cure for a file that is foreign, damaged, newer, or under another key.
    """
    return Directory(open_store(data, key_file=key_file, role=role, now=microseconds()))
