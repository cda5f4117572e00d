"""Reading a query string: strictly, once, and only what the route declares.

WSGI hands over the raw bytes as latin-1. Falcon's own reading is lenient (bytes that are no UTF-8 become U+FFFD),
and a search for U+FFFD is not what was asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from msgspec import UNSET

from regulars import errors
from regulars.api.parameters import Parameter

# Characters of a query string: a search of 200 four-byte characters, percent-encoded, takes 2,400.
LENGTH_MAX = 8_192


def read(raw: str, declared: Mapping[str, Parameter[Any]]) -> dict[str, Any]:
    """The values of the declared parameters that were given; others, and empty pairs, are ignored.

    A parameter given twice is Invalid: whichever one were taken, somebody would have meant the other.
    """
    given: dict[str, Any] = {}
    if not raw:
        return given
    if len(raw) > LENGTH_MAX:
        raise errors.Invalid(f"The query string has more than {LENGTH_MAX} characters", rule="too_long")
    for pair in raw.split("&"):
        name, _, text = pair.partition("=")
        parameter = declared.get(name) or declared.get(_name(name))
        if parameter is None:
            continue
        if parameter.name in given:
            raise parameter.wrong("repeated", "is given more than once")
        given[parameter.name] = parameter.read(_text(text, parameter))
    return {name: value for name, value in given.items() if value is not UNSET}


def pairs(raw: str) -> list[tuple[str, str]]:
    """(decoded name, raw pair) of every pair, in order; empty ones left out."""
    return [(_name(pair.partition("=")[0]), pair) for pair in raw.split("&") if pair]


def _name(raw: str) -> str:
    if raw.isascii() and "%" not in raw and "+" not in raw:
        return raw
    # No declared name has a U+FFFD in it, so a broken one is simply unknown.
    return _bytes(raw).decode("utf-8", "replace")


def _text(raw: str, parameter: Parameter[Any]) -> str:
    if raw.isascii() and "%" not in raw:
        return raw.replace("+", " ")
    try:
        return _bytes(raw).decode("utf-8")
    except UnicodeDecodeError:
        raise parameter.wrong("not_utf8", "is not UTF-8") from None


def _bytes(raw: str) -> bytes:
    return unquote_to_bytes(raw.replace("+", " ").encode("latin-1", "replace"))
