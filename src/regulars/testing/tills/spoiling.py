"""Spoils the JSON of an answer: rows that drift, repeat or are none; the envelope around them stays plausible."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from regulars import limits

_DIGITS, _DEEP, _BYTES = "\ue000digits", "\ue000deep", "\ue000bytes"  # stand for what no encoder writes
_ENVELOPE_DEPTH = 4
_TOTALS = frozenset({"total", "count", "totalcount", "total_count", "size", "pages", "total_pages"})

OTHER_SHAPES = (b"null", b"[]", b"{}", b'""', b"7", b"true", b'{"data": null}', b"[[]]", b"[null]")
"""JSON, all of it."""


def encoded(value: Any) -> bytes:
    """As bytes, with what no encoder writes put in its place."""
    body = msgspec.json.encode(value)
    for stand_in, bytes_ in (
        (_DIGITS, b"9" * 5_000),
        (_DEEP, b"[" * 5_000 + b"]" * 5_000),
        (_BYTES, b'"\xff\xfe\x00"'),
    ):
        body = body.replace(msgspec.json.encode(stand_in), bytes_)
    return body


def _totals(value: Any, chance: random.Random) -> Any:
    """Every number of the envelope that sounds like a total."""
    if isinstance(value, dict):
        return {
            name: chance.choice((0, -1, 1, 10**12))
            if name.lower() in _TOTALS and isinstance(inner, int)
            else _totals(inner, chance)
            for name, inner in value.items()
        }
    return value


def _no_rows(rows: list[Any], _chance: random.Random) -> None:
    rows.clear()


def _twice(rows: list[Any], chance: random.Random) -> None:
    rows.insert(chance.randrange(len(rows)), chance.choice(rows))  # the last one stays the last


def _shuffled(rows: list[Any], chance: random.Random) -> None:
    chance.shuffle(rows)


def _new_fields(rows: list[Any], chance: random.Random) -> None:
    for row in rows:
        row["x_new_field"] = {"of": ["next", chance.randrange(100), None]}


def _missing_fields(rows: list[Any], chance: random.Random) -> None:
    row = chance.choice(rows)
    del row[chance.choice(list(row))]


def _no_row(rows: list[Any], chance: random.Random) -> None:
    rows[chance.randrange(len(rows))] = chance.choice((None, 7, "text", [], [[]], True, {}))


def _drift(rows: list[Any], chance: random.Random) -> None:
    row = chance.choice(rows)
    other: tuple[Any, ...] = (None, 7, -0.5, "", "text", [], [7], {}, {"value": "text"}, True, 1e300)
    row[chance.choice(list(row))] = chance.choice(other)


def _child_drift(rows: list[Any], chance: random.Random) -> None:
    """The same, somewhere inside."""
    inside = _inside(chance.choice(rows))
    if inside:
        holder, key = chance.choice(inside)
        holder[key] = chance.choice((None, 7, "text", [], {}, False, ["text"], {"id": None}))


def _huge(rows: list[Any], chance: random.Random) -> None:
    chance.choice(rows)["x_huge"] = "x" * limits.RECORD_BYTES_MAX


def _unwritable(stand_in: str) -> Callable[[list[Any], random.Random], None]:
    def spoil(rows: list[Any], chance: random.Random) -> None:
        row = chance.choice(rows)
        row[chance.choice(list(row))] = stand_in

    return spoil


def _inside(value: Any) -> list[tuple[Any, Any]]:
    """Every place below a row's own fields."""
    places: list[tuple[Any, Any]] = []
    for child in value.values() if isinstance(value, dict) else value:
        if isinstance(child, dict):
            places += [(child, key) for key in child]
        elif isinstance(child, list):
            places += [(child, at) for at in range(len(child))]
        else:
            continue
        places += _inside(child)
    return places


def _rows(value: Any, depth: int = 0) -> list[Any]:
    """The longest list of objects in an answer that is in none itself: its records, whatever the envelope."""
    if isinstance(value, list):
        return value if all(isinstance(row, dict) for row in value) else []
    if depth > _ENVELOPE_DEPTH or not isinstance(value, dict):
        return []
    return max((_rows(each, depth + 1) for each in value.values()), key=len, default=[])


def _of_rows(
    spoil: Callable[[list[Any], random.Random], None],
) -> Callable[[Any, random.Random], Any]:
    def spoiled(value: Any, chance: random.Random) -> Any:
        rows = _rows(value)
        if rows and all(rows):
            spoil(rows, chance)
        return value

    return spoiled


SPOILERS: Mapping[str, Callable[[Any, random.Random], Any]] = {
    "totals": _totals,
    "no rows": _of_rows(_no_rows),
    "twice": _of_rows(_twice),
    "shuffled": _of_rows(_shuffled),
    "new fields": _of_rows(_new_fields),
    "missing fields": _of_rows(_missing_fields),
    "no row": _of_rows(_no_row),
    "drift": _of_rows(_drift),
    "child drift": _of_rows(_child_drift),
    "huge": _of_rows(_huge),
    "digits": _of_rows(_unwritable(_DIGITS)),
    "deep": _of_rows(_unwritable(_DEEP)),
    "bytes": _of_rows(_unwritable(_BYTES)),
}
