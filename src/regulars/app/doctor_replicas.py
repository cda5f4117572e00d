"""What `regulars doctor` looks at beside a database: whether each replica follows it, and how far behind it is."""

from __future__ import annotations

from collections.abc import Iterator

from regulars import errors
from regulars.config import Settings
from regulars.directory.upkeep import Finding


def examine(settings: Settings) -> Iterator[Finding]:
    """Each replica that the environment names, in its order."""
    if settings.database is None or not settings.replicas:
        return
    from regulars.store import standby  # an extra

    try:
        with standby.connect(standby.address(settings.database)) as primary:
            length = standby.flushed(primary)
    except errors.RegularsError:  # what is wrong with the database itself was said
        return
    for number, url in enumerate(settings.replicas, 1):
        try:
            with standby.connect(standby.address(url)) as replica:
                behind = max(0, length - standby.replayed(replica))
        except errors.RegularsError as error:
            cure = "Until it is mended the primary answers in its place: docs/guides/replicas.md"
            yield Finding(f"replica {number}", False, error.message, cure)
        else:
            yield Finding(
                f"replica {number}", True, f"follows the database, {behind:,} bytes of its log behind"
            )
