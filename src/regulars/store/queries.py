"""Named queries from the `.sql` files: `-- name: x`, an optional comment that says why, then one statement."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_SHARED = (
    "places",
    "tokens",
    "counters",
    "listing",
    "square",
    "customers",
    "editing",
    "merging",
    "quarantine",
    "events",
    "searching",
    "attributes",
    "sets",
    "pulls",
    "hooks",
)


# What the engines spell differently. `$each_…`: the values of a JSON array, one a row, in the column `value`.
# $by_rid: SQLite would else take an index that begins with account_id, and sort the account. $row: the key of a table
# whose key is a rid.
_WORDS: Mapping[str, Mapping[str, str]] = {
    "sqlite": {
        r"\$each_(?:text|integer)\((:\w+)\)": r"SELECT value FROM json_each(\1)",
        r"\$each_bytes\((:\w+)\)": r"SELECT unhex(value) AS value FROM json_each(\1)",
        r"\$by_rid": "NOT INDEXED",
        r"\$row": "rid",
    },
    "postgres": {
        r"IN \(\$each_text\((:\w+)\)\)": r"= ANY(ARRAY(SELECT json_array_elements_text(CAST(\1 AS json))))",
        r"IN \(\$each_integer\((:\w+)\)\)": (
            r"= ANY(ARRAY(SELECT CAST(json_array_elements_text(CAST(\1 AS json)) AS bigint)))"
        ),
        r"\$each_integer\((:\w+)\)": (
            r"SELECT CAST(value AS bigint) AS value FROM json_array_elements_text(CAST(\1 AS json))"
        ),
        r"\$each_bytes\((:\w+)\)": (
            r"SELECT decode(value, 'hex') AS value FROM json_array_elements_text(CAST(\1 AS json))"
        ),
        r" \$by_rid": "",
        r"\$row": "account_id, rid",
    },
}


@cache
def load(engine: str) -> dict[str, str]:
    """Every named statement for an engine (`sqlite`, `postgres`): the shared ones, and the engine's own shapes.

    A name that stands twice is a mistake of ours and stops the program.
    """
    found: dict[str, str] = {}
    for name in (*_SHARED, f"engine.{engine}"):
        text = (files("regulars.store") / "sql" / f"{name}.sql").read_text(encoding="utf-8")
        for query_name, statement in parse(text):
            if query_name in found:
                raise AssertionError(f"two queries are named {query_name}")
            found[query_name] = _spelt(statement, engine)
    return found


def _spelt(statement: str, engine: str) -> str:
    for word, meaning in _WORDS[engine].items():
        statement = re.sub(word, meaning, statement)
    return statement


def parse(text: str) -> list[tuple[str, str]]:
    """(name, statement) of each query in a file, without comments and trailing semicolons."""
    pieces = re.split(r"^-- name: (\w+)$", text, flags=re.MULTILINE)
    return [(name, _bare(body)) for name, body in zip(pieces[1::2], pieces[2::2], strict=True)]


def _bare(body: str) -> str:
    lines = (line.strip() for line in body.splitlines())
    return " ".join(line for line in lines if line and not line.startswith("--")).rstrip(";")
