"""A request's JSON body, read into the struct that its route declares.

What does not fit is Invalid with the field's path (`customer.address.country`) and a rule that every dialect's error
table knows: `not_json`, `expected_string`, `expected_object`, `expected_array`, `not_an_integer`, `not_a_boolean`,
`incorrect_type`, `missing`, `not_a_choice`, `form`, `empty`, `too_short`, `too_long`, `too_low`, `too_high`,
`array_empty`, `array_too_long`, `map_empty`, `map_too_large`. A message never repeats the input.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct

from regulars import errors

Shape = TypeVar("Shape", bound=Struct)

_JSON_TYPE = re.compile(r"application/(?:[\w.+-]+\+)?json", re.ASCII | re.IGNORECASE)


def check_type(content_type: str | None) -> None:
    """Raises Invalid (`content_type`) for a body that says it is something else than JSON."""
    if content_type and not _JSON_TYPE.fullmatch(content_type.partition(";")[0].strip()):
        raise errors.Invalid("The body must be application/json", rule="content_type")


def read(body: bytes, shape: type[Shape]) -> Shape:
    """The body in this shape; an empty one counts as `{}`, unknown keys are ignored, the last of equal keys wins.

    Raises Invalid for what is no JSON, and for the first thing that does not fit the shape.
    """
    try:
        found: Shape = _decoder(shape).decode(str(body, "utf-8") if body else "{}")
    except msgspec.ValidationError as error:
        raise wrong(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise errors.Invalid("The body must be JSON in UTF-8", rule="not_json") from None
    return found


def convert(value: Any, shape: type[Shape], *, at: str) -> Shape:
    """A part of a body that was read before, in this shape; `at` is its path for errors. Raises Invalid."""
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise wrong(str(error), at=at) from None


def wrong(words: str, *, at: str = "") -> errors.Invalid:
    """What msgspec says of a misfit, as an error of ours: its words may hold the input, ours never do."""
    said, _, place = words.partition(" - at ")
    field = _field(place.strip("`").removeprefix("key in `"), at)
    if missing := _MISSING.match(said):
        field = f"{field}.{missing[1]}" if field else missing[1]
        return errors.Invalid(f"{field} is required", field=field, rule="missing")
    rule, needs = _misfit(said)
    return errors.Invalid(f"{field or 'The body'} {needs}", field=field or None, rule=rule)


@cache
def _decoder(shape: type[Shape]) -> msgspec.json.Decoder[Shape]:
    return msgspec.json.Decoder(shape)


# msgspec's sentences (its documentation, "Type Validation" and "Constraints").
_MISSING = re.compile(r"Object missing required field `([^`]+)`")
_EXPECTED = re.compile(r"Expected `([^`]+)`")
_BOUND = re.compile(r"Expected `(\w+)`(?: \| null)?( of length)? (<=|>=|<|>) (\S+)")
_REGEX = re.compile(r"Expected `str` matching regex")

_OF_TYPE: Final = {
    "str": ("expected_string", "must be a text"),
    "int": ("not_an_integer", "must be an integer"),
    "bool": ("not_a_boolean", "must be true or false"),
    "object": ("expected_object", "must be an object"),
    "array": ("expected_array", "must be an array"),
}


def _misfit(said: str) -> tuple[str, str]:
    if bound := _BOUND.match(said):
        kind, is_length, sign, number = bound.groups()
        most = sign.startswith("<")
        if not is_length:
            return (
                ("too_high", f"must be at most {number}")
                if most
                else ("too_low", f"must be at least {number}")
            )
        return _length(kind, number, most=most)
    if _REGEX.match(said):
        return "form", "has not the form it must have"
    if said.startswith("Invalid enum value"):
        return "not_a_choice", "is none of the values it may have"
    if expected := _EXPECTED.match(said):
        first = expected[1].split(" | ")[0]
        return _OF_TYPE.get(first, ("incorrect_type", "is of a wrong type"))
    return "invalid", "cannot be used"


def _length(kind: str, number: str, *, most: bool) -> tuple[str, str]:
    match kind, most, number:
        case "array", True, _:
            return "array_too_long", f"must have at most {number} items"
        case "array", False, _:
            return "array_empty", f"must have at least {number} items"
        case "object", True, _:
            return "map_too_large", f"must have at most {number} entries"
        case "object", False, _:
            return "map_empty", f"must have at least {number} entries"
        case _, True, _:
            return "too_long", f"must have at most {number} characters"
        case _, False, "1":
            return "empty", "must not be empty"
    return "too_short", f"must have at least {number} characters"


def _field(place: str, at: str) -> str:
    """`$.a.b[0]` as `a.b[0]`, behind the path of the part it stands in."""
    inner = place.removeprefix("$").removeprefix(".")
    if not at or not inner:
        return at or inner
    return f"{at}{inner}" if inner.startswith("[") else f"{at}.{inner}"
