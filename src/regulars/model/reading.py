"""Reads JSON that strangers wrote: at full speed what fits its shape, field by field what does not.

A shape is a msgspec struct whose fields are all optional and called as the house calls them; the names on the wire
are its encoded names. The wire formats share this page and the few rules that hold in all of them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Raw, Struct, inspect

from regulars import limits
from regulars.errors import Invalid
from regulars.model import instant as instants
from regulars.model.customer import Problem

Text = Annotated[str, Meta(max_length=limits.TEXT_LENGTH_MAX)]
Whole = Annotated[int, Meta(ge=0, le=2**63 - 1)]  # what Square calls int64, and no database refuses
LocationId = Annotated[int, Meta(ge=1, le=limits.LOCATION_ID_MAX)]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]

T = TypeVar("T", bound=Struct)
Contacts = Annotated[tuple[T, ...], Meta(max_length=limits.CONTACTS_MAX)]

_OBJECT = msgspec.json.Decoder(dict[str, Raw])
_LIST = msgspec.json.Decoder(list[Raw])
_PLAIN: dict[type[inspect.Type], Any] = {
    inspect.IntType: int,
    inspect.FloatType: float,
    inspect.BoolType: bool,
}


def record(raw: bytes, decoder: msgspec.json.Decoder[T]) -> tuple[T, list[Problem]]:
    """One JSON object in the decoder's shape, and what was wrong with it.

    Unknown keys are ignored, the last of equal keys wins. A number where a text is wanted becomes its own digits,
    a text that spells a number or a truth becomes that, a text or a list over its limit is cut; anything else that
    does not fit is left out. Each of these is a problem; its `at` is the place in the record's list.

    Raises Invalid for what is no JSON object in UTF-8.
    """
    try:
        # The whole must be UTF-8, also the parts that nobody reads.
        return decoder.decode(str(raw, "utf-8")), []
    except msgspec.ValidationError:
        return _Mender(decoder.type).record(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _no_object() from None


def ref(text: str | None) -> str | None:
    """A record's own reference; None when it is empty. Raises Invalid when nobody could ask for it."""
    if not text:
        return None
    if len(text) > limits.REF_LENGTH_MAX:
        raise Invalid("The reference is too long", field="pos_ref", rule="too_long")
    if "\0" in text:
        raise Invalid("The reference holds a NUL character", field="pos_ref", rule="control_characters")
    return text


def instant(text: str | None, field: str, problems: list[Problem], at: int | None = None) -> int | None:
    """Microseconds of an RFC 3339 text; a problem when it is none."""
    if not text:
        return None
    micros = instants.parse(text)
    if micros is None:
        problems.append(Problem(field, "not_an_instant", at))
    return micros


def epoch(
    number: int | None, field: str, problems: list[Problem], at: int | None = None, *, per_second: int = 1
) -> int | None:
    """Microseconds of a count since 1970, of seconds or (`per_second`) of parts of one; 0 is none."""
    if not number:
        return None
    micros = number * (1_000_000 // per_second)
    if not 0 < micros <= instants.LATEST:
        problems.append(Problem(field, "not_an_instant", at))
        return None
    return micros


def choice(
    text: str | None, choices: Mapping[str, Any], field: str, problems: list[Problem], at: int | None = None
) -> Any:
    """The choice of that name, in any case; a problem when there is none."""
    if not text:
        return None
    found = choices.get(text) or choices.get(text.strip().upper())
    if found is None:
        problems.append(Problem(field, "unknown_value", at))
    return found


_BIRTHDAY = re.compile(r"(?:(\d{4})-|--)?(\d\d)-(\d\d)(?:[Tt ].*)?", re.ASCII)
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def birthday(text: str | None, problems: list[Problem]) -> str | None:
    """`YYYY-MM-DD` of a date, a date without its year (year 0000) or an RFC 3339 text; a problem when it is none.

    All three are Square's: contracts/square.md, "Version history" and section 2.3.
    """
    if not text:
        return None
    match = _BIRTHDAY.fullmatch(text.strip())
    if match and (day := calendar_day(match[1] or "0000", match[2], match[3])):
        return day
    problems.append(Problem("birthday", "not_a_date"))
    return None


def calendar_day(year: str, month: str, day: str) -> str | None:
    """`YYYY-MM-DD` if the calendar has that day. Year 0000 stands for an unknown one, so it has a 29 February."""
    years, months, days = int(year), int(month), int(day)
    if not (1 <= months <= 12 and 1 <= days <= _DAYS[months - 1]):
        return None
    if months == 2 and days == 29 and (years % 4 or (years % 100 == 0 and years % 400)):
        return None
    return f"{years:04d}-{months:02d}-{days:02d}"


def cut(text: str, field: str, problems: list[Problem], at: int | None = None) -> str:
    """The text, at most as long as any text may be; a problem when it was longer."""
    if len(text) <= limits.TEXT_LENGTH_MAX:
        return text
    problems.append(Problem(field, "too_long", at))
    return text[: limits.TEXT_LENGTH_MAX]


def _no_object() -> Invalid:
    return Invalid("The record is no JSON object", rule="not_an_object")


class _Mender:
    """Reads one record field by field, keeps what can be used and notes what cannot."""

    def __init__(self, shape: Any) -> None:
        self._shape = shape
        self._problems: list[Problem] = []

    def record(self, raw: bytes) -> tuple[Any, list[Problem]]:
        try:
            return self._object(raw, self._shape, "", None), self._problems
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise _no_object() from None

    def _object(self, raw: bytes, shape: Any, path: str, at: int | None) -> Any:
        parts = _OBJECT.decode(raw)
        found = {}
        for name, key, kind in _fields(shape):
            if key in parts:
                found[name] = self._value(bytes(parts[key]), kind, path + name, at)
        return shape(**{name: value for name, value in found.items() if value is not None})

    def _value(self, raw: bytes, kind: inspect.Type, path: str, at: int | None) -> Any:
        match kind, raw[:1]:
            case _, b"n":
                return None
            case inspect.StrType(), b'"':
                return cut(msgspec.json.decode(raw, type=str), path, self._problems, at)
            case inspect.StrType(), sign if sign not in b"{[tf":
                self._note(path, "wrong_type", at)
                return raw.decode()[: limits.TEXT_LENGTH_MAX]
            case inspect.StructType(cls=shape), b"{":
                return self._object(raw, shape, path + ".", at)
            case inspect.VarTupleType(), b"[":
                return tuple(self._items(raw, kind, _singular(path)))
            case ((inspect.IntType() | inspect.FloatType() | inspect.BoolType()), sign) if sign not in b"{[":
                return self._plain(raw, kind, path, at)
        return self._note(path, "wrong_type", at)

    def _items(self, raw: bytes, kind: inspect.VarTupleType, path: str) -> Iterator[Any]:
        items = _LIST.decode(raw)
        if kind.max_length is not None and len(items) > kind.max_length:
            self._note(path, "too_many", kind.max_length)
        for at, each in enumerate(items[: kind.max_length]):
            value = self._value(bytes(each), kind.item_type, path, at)
            if value is not None:
                yield value

    def _plain(self, raw: bytes, kind: inspect.Type, path: str, at: int | None) -> Any:
        wanted = _PLAIN[type(kind)]
        try:
            found = msgspec.json.decode(raw, type=wanted)
        except msgspec.ValidationError:
            self._note(path, "wrong_type", at)
            try:
                found = msgspec.json.decode(raw, type=wanted, strict=False)
            except msgspec.ValidationError:
                return None
        if isinstance(kind, inspect.IntType | inspect.FloatType) and not _within(found, kind):
            return self._note(path, "out_of_range", at)
        return found

    def _note(self, path: str, rule: str, at: int | None) -> None:
        self._problems.append(Problem(path, rule, at))


@cache
def _fields(shape: Any) -> Sequence[tuple[str, str, inspect.Type]]:
    """Name, key on the wire and kind of each field of a shape, without its `None`."""
    info = inspect.type_info(shape)
    assert isinstance(info, inspect.StructType)  # noqa: S101 a shape is a struct
    return [(each.name, each.encode_name, _present(each.type)) for each in info.fields]


def _present(kind: inspect.Type) -> inspect.Type:
    if isinstance(kind, inspect.UnionType):
        return next(each for each in kind.types if not isinstance(each, inspect.NoneType))
    return kind


def _singular(name: str) -> str:
    return name.removesuffix("es") if name.endswith("sses") else name.removesuffix("s")


def _within(number: float, kind: inspect.IntType | inspect.FloatType) -> bool:
    """Whether the number is in the kind's bounds; not a number is in none."""
    low = number >= kind.ge if kind.ge is not None else not math.isnan(number)
    return low and (kind.le is None or number <= kind.le)
