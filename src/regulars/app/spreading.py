"""Spreading a database over the machines of a Citus cluster: `regulars store distribute`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from regulars.app.opening import open_bare
from regulars.store import tables

if TYPE_CHECKING:
    from regulars.store.citus import Spread


def distribute(
    database: str, folder: Path, *, key_file: Path | None, shards: int, show: Callable[[str, int, int], None]
) -> Spread:
    """Brings the database up to date, then spreads whatever of it is not spread yet; errors: store/citus.py."""
    from regulars.store import citus  # needs an extra

    open_bare(folder, key_file=key_file, role="tool", database=database).close()
    total, done = len((*tables.TENANT, *tables.SEARCH, *tables.SHARED)), 0

    def told(table: str) -> None:
        nonlocal done
        done += 1
        show(f"spreading {table}", done, total)

    return citus.distribute(database, shards, told)
