"""Named queries from the `.sql` files: `-- name: x`, an optional comment that says why, then one statement."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_SHARED = ("places", "tokens", "counters", "listing", "square", "customers", "quarantine")


@cache
def load(engine: str) -> dict[str, str]:
    """Every named statement for an engine (`sqlite`): the shared ones, and the engine's own shapes.

    A name that stands twice is a mistake of ours and stops the program.
    """
    found: dict[str, str] = {}
    for name in (*_SHARED, f"engine.{engine}"):
        text = (files("regulars.store") / "sql" / f"{name}.sql").read_text(encoding="utf-8")
        for query_name, statement in parse(text):
            if query_name in found:
                raise AssertionError(f"two queries are named {query_name}")
            found[query_name] = statement
    return found


def parse(text: str) -> list[tuple[str, str]]:
    """(name, statement) of each query in a file, without comments and trailing semicolons."""
    pieces = re.split(r"^-- name: (\w+)$", text, flags=re.MULTILINE)
    return [(name, _bare(body)) for name, body in zip(pieces[1::2], pieces[2::2], strict=True)]


def _bare(body: str) -> str:
    lines = (line.strip() for line in body.splitlines())
    return " ".join(line for line in lines if line and not line.startswith("--")).rstrip(";")
