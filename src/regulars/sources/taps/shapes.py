"""In whose shape a tap's record is, told by its keys."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from regulars import errors

ANY: Final = "fields"
# Keys that one format alone has; in this order.
_TELLING: Final = {
    "square": re.compile(rb'"(?:creation_source|given_name|family_name)"\s*:'),
    "shift4": re.compile(rb'"(?:posRef|customerEmails|customerPhones)"\s*:'),
    "stripe": re.compile(rb'"object"\s*:\s*"customer"'),
    "clover": re.compile(rb'"customerSince"\s*:'),
    "woocommerce": re.compile(rb'"is_paying_customer"\s*:'),
    "lightspeed-x": re.compile(rb'"customer_group_id"\s*:'),
}
SHAPES: Final = (*_TELLING, ANY)


def chosen(name: str | None) -> str | None:
    """The format that a person named; raises Fatal when it is none."""
    if name is not None and name not in SHAPES:
        raise errors.Fatal("The option shape is none that is known", hint=f"Known are {', '.join(SHAPES)}.")
    return name


def guess(raw: bytes) -> str:
    """The format that reads a record best; its keys are guessed one by one where none is known."""
    return next((name for name, telling in _TELLING.items() if telling.search(raw)), ANY)


def is_marked(raw: bytes, key: str) -> bool:
    """Whether the record has a value under a key."""
    return key.encode() in raw and bool(_decoded(raw).get(key))


def ref(raw: bytes, keys: tuple[str, ...]) -> str | None:
    """What tells the record from others, as its reader makes it of the same keys; None when one is missing."""
    found = _decoded(raw)
    texts = [_text(found.get(key)) for key in keys]
    return ":".join(text for text in texts if text) if texts and all(texts) else None


def _decoded(raw: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
