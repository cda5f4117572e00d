"""Parameters: each is declared once, and the declaration reads the request and writes the document.

`read` takes the decoded text and gives the value, or raises Invalid with the parameter's name and a rule; the
rules are what the dialects' error tables know: `not_an_integer`, `too_low`, `too_high`, `not_a_boolean`,
`not_a_choice`, `not_a_time`, `too_long`, `not_utf8`, `repeated`. A message never repeats the input.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, Literal, TypeVar

import msgspec
from msgspec import UNSET, Struct, UnsetType

from regulars import errors, limits
from regulars.model import instant

Given = Mapping[str, Any]
Value = TypeVar("Value")


class Parameter(Struct, Generic[Value], frozen=True, kw_only=True):
    """A parameter of a query, a path or a header; `default` is its value when it is not given."""

    name: str
    description: str
    default: Value
    place: Literal["query", "path", "header"] = "query"
    rest: bool = False  # of a path: takes the rest of it

    def read(self, text: str) -> Value | UnsetType:
        """The value of a text; UNSET when the text counts as not given."""
        raise NotImplementedError

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the texts that `read` accepts."""
        raise NotImplementedError

    def of(self, given: Given) -> Value:
        """Its value in what a request gave."""
        value: Value = given.get(self.name, self.default)
        return value

    def wrong(self, rule: str, words: str) -> errors.Invalid:
        """The error that says what is wrong with it."""
        return errors.Invalid(f"{self.name} {words}", field=self.name, rule=rule)


class Integer(Parameter[int], frozen=True, kw_only=True):
    """A whole number in ASCII digits from `least` to `most`; above `clamp` it counts as `clamp`.

    With `checked_later`, `read` takes any integer, and whoever knows whether the range matters calls `check`.
    """

    least: int = 0
    most: int = 10**limits.INTEGER_DIGITS_MAX - 1
    clamp: int | None = None
    checked_later: bool = False

    def read(self, text: str) -> int:
        """The number; a sign, spaces, a fraction or digits of other scripts are no integer."""
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdigit()):
            raise self.wrong("not_an_integer", "must be an integer")
        # Python would read 4,300 digits, in quadratic time. All bounds lie within the digits that are read.
        if len(digits) > limits.INTEGER_DIGITS_MAX:
            digits = "1" + "0" * limits.INTEGER_DIGITS_MAX
        number = -int(digits) if text[0] == "-" else int(digits)
        return number if self.checked_later else self.check(number)

    def check(self, number: int) -> int:
        """The number, clamped; raises Invalid (`too_low`, `too_high`)."""
        if number < self.least:
            raise self.wrong("too_low", f"must be at least {self.least}")
        if number > self.most:
            raise self.wrong("too_high", f"must be at most {self.most}")
        return number if self.clamp is None else min(number, self.clamp)

    def schema(self) -> dict[str, Any]:
        """An integer with its bounds."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


class Wanted(Parameter[int | None], frozen=True, kw_only=True):
    """A whole number from 0 that need not be given, as a version that is wanted."""

    default: int | None = None
    most: int

    def read(self, text: str) -> int:
        """The number."""
        return Integer(name=self.name, description="", default=0, most=self.most).read(text)

    def schema(self) -> dict[str, Any]:
        """An integer with its bounds."""
        return {"type": "integer", "minimum": 0, "maximum": self.most}


class Flag(Parameter[bool], frozen=True, kw_only=True):
    """`true` or `false`, in any case: Python's `requests` sends `True`."""

    def read(self, text: str) -> bool:
        """The boolean."""
        word = text.lower()
        if word not in {"true", "false"}:
            raise self.wrong("not_a_boolean", "must be true or false")
        return word == "true"

    def schema(self) -> dict[str, Any]:
        """A boolean."""
        return {"type": "boolean"}


class Choice(Parameter[Value], Generic[Value], frozen=True, kw_only=True):
    """One of a few words, spelt exactly."""

    choices: tuple[str, ...]
    rule: str = "not_a_choice"

    def read(self, text: str) -> Value:
        """The word."""
        if text not in self.choices:
            raise self.wrong(self.rule, "must be one of " + ", ".join(self.choices))
        return text  # type: ignore[return-value]  # `choices` are the words of the Literal that Value is

    def schema(self) -> dict[str, Any]:
        """An enum."""
        return {"type": "string", "enum": list(self.choices)}


class Text(Parameter[str | None], frozen=True, kw_only=True):
    """Any text up to a length in characters; blank counts as not given."""

    default: str | None = None
    length_max: int
    rule: str = "too_long"

    def read(self, text: str) -> str | UnsetType:
        """The text as it came."""
        if len(text) > self.length_max:
            raise self.wrong(self.rule, f"must have at most {self.length_max} characters")
        return text if text.strip() else UNSET

    def schema(self) -> dict[str, Any]:
        """A string with its length."""
        return {"type": "string", "maxLength": self.length_max}


class Instant(Parameter[int | None], frozen=True, kw_only=True):
    """A time as `model.instant` reads it; its value is whole microseconds since 1970, UTC."""

    default: int | None = None

    def read(self, text: str) -> int:
        """Microseconds since 1970."""
        micros = instant.parse(text)
        if micros is None:
            raise self.wrong("not_a_time", "must be an RFC 3339 time or a date")
        return micros

    def schema(self) -> dict[str, Any]:
        """A time, or a date alone."""
        return {"anyOf": [{"type": "string", "format": form} for form in ("date-time", "date")]}


class PathText(Parameter[str], frozen=True, kw_only=True):
    """A part of the path: any characters. What cannot be an id is simply not there, so the handler looks it up."""

    default: str = ""
    place: Literal["query", "path", "header"] = "path"
    kind: Literal["string", "integer"] = "string"
    most: int = 0

    def schema(self) -> dict[str, Any]:
        """A string that is not empty, or an integer from 1."""
        if self.kind == "integer":
            return {"type": "integer", "minimum": 1, "maximum": self.most}
        return {"type": "string", "minLength": 1}


def required(parameter: Parameter[Any]) -> bool:
    """Whether a request cannot do without it: parts of the path only."""
    return parameter.place == "path"


def default_of(parameter: Parameter[Any]) -> Any:
    """Its default as the document shows it; UNSET when there is none to show."""
    if parameter.place == "path" or parameter.default is None:
        return UNSET
    return msgspec.to_builtins(parameter.default)
