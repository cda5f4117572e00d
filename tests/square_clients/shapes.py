"""The shape of a JSON value: its keys and the kinds of its values, without the values."""

from __future__ import annotations

import json
import re
from typing import Any

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
# Objects that map ids or keys of somebody's choice: what they are called says nothing.
_MAPS = {"responses", "values"}


def shape(value: Any, under: str = "") -> Any:
    """Two values of one shape are equal here; a list is the set of the shapes in it."""
    match value:
        case dict():
            shapes = {key: shape(one, key) for key, one in sorted(value.items())}
            return _set(shapes.values()) if under in _MAPS else shapes
        case list():
            return _set(map(shape, value))
        case str() if _TIME.fullmatch(value):
            return "time"
        case str() if _DAY.fullmatch(value):
            return "day"
        case _:
            return type(value).__name__


def _set(shapes: Any) -> list[Any]:
    return [json.loads(text) for text in sorted({json.dumps(one, sort_keys=True) for one in shapes})]


def without(value: Any, *names: str) -> Any:
    """The value, without some keys at any depth."""
    if isinstance(value, dict):
        return {key: without(one, *names) for key, one in value.items() if key not in names}
    return [without(one, *names) for one in value] if isinstance(value, list) else value
