"""Values of custom attributes: whether they are of their type, what they are found by, whether a filter fits them.

`terms` are what an index keeps of a value, `sought` what a filter asks of it: the index may find too many, never too
few, and `matches` decides (contracts/square.md 2.6). A term starts with a sign of what it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from regulars import limits
from regulars.errors import Invalid
from regulars.model import customer_filter as asking
from regulars.model import instant
from regulars.model.attribute import Kind, Schema, Sought
from regulars.model.customer_filter import Text
from regulars.model.reading import calendar_day
from regulars.normalise import email, filtering
from regulars.normalise.countries import country_code

_EXACT, _WORD, _PIECE, _DAY, _NUMBER, _FLAG, _COUNTRY, _CODE = "=w3dnbcz"
_TERM_LENGTH = 64  # characters of a term; of a longer text its beginning finds it
_PIECE_LENGTH = 3
_LOWEST = 2**63  # what makes the lowest number 0
_DIGITS = 20
_DATE_LENGTH = len("2018-01-01")


def check(value: Any, schema: Schema, *, field: str) -> None:
    """Raises Invalid, at this field, for a value that is not of its type."""
    _CHECKS[schema.kind](value, schema, field)


def terms(value: Any, schema: Schema) -> frozenset[str]:
    """What a value is found by."""
    return frozenset(_TERMS[schema.kind](value))


def sought(asked: asking.Attribute, schema: Schema) -> Sought | None:
    """What to ask the index for; None when no value of this type can be what is asked."""
    for name, kinds in _KINDS.items():
        wanted = getattr(asked, name)
        if wanted is not None:
            return _SOUGHT[name](wanted, schema) if schema.kind in kinds else None
    return Sought()


def matches(asked: asking.Attribute, value: Any, schema: Schema) -> bool:
    """Whether a value of this type is what is asked; when it was changed is judged elsewhere."""
    for name, kinds in _KINDS.items():
        wanted = getattr(asked, name)
        if wanted is not None:
            return schema.kind in kinds and _FITS[name](wanted, value, schema)
    return True


# --- of its type -------------------------------------------------------------------------------------------------


def _string(value: Any, _: Schema, field: str) -> None:
    _text(value, field, length_max=limits.ATTRIBUTE_TEXT_LENGTH_MAX)


def _email(value: Any, _: Schema, field: str) -> None:
    text = _text(value, field, length_max=limits.EMAIL_LENGTH_MAX)
    if email.understand(text) is None:
        raise _wrong(field, "must be an e-mail address", "not_an_email")


_E164: Final = re.compile(r"\+[1-9]\d{7,14}", re.ASCII)


def _phone(value: Any, _: Schema, field: str) -> None:
    if not _E164.fullmatch(_text(value, field, length_max=limits.PHONE_LENGTH_MAX)):
        raise _wrong(field, "must be a number of E.164, with a + and a country code", "not_a_phone")


_PARTS: Final = frozenset(
    {
        "address_line_1", "address_line_2", "address_line_3", "administrative_district_level_1",
        "administrative_district_level_2", "administrative_district_level_3", "country", "first_name", "last_name",
        "locality", "postal_code", "sublocality", "sublocality_2", "sublocality_3",
    }
)  # fmt: skip
_UNKNOWN_COUNTRY: Final = "ZZ"  # Square's word


def _address(value: Any, _: Schema, field: str) -> None:
    if not isinstance(value, Mapping):
        raise _wrong(field, "must be an object", "expected_object")
    if not value.keys() <= _PARTS:
        raise _wrong(field, "must have the fields of an address only", "invalid")
    for name in sorted(value):
        _text(value[name], f"{field}.{name}", length_max=limits.ADDRESS_TEXT_LENGTH_MAX)
    country = value.get("country")
    if country is not None and country != _UNKNOWN_COUNTRY and country_code(country) != country:
        raise _wrong(f"{field}.country", "must be a code of ISO 3166-1 alpha-2", "not_a_choice")


_DATE: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)


def _date(value: Any, _: Schema, field: str) -> None:
    match = _DATE.fullmatch(_text(value, field, length_max=limits.ATTRIBUTE_TEXT_LENGTH_MAX))
    if match is None or match[1] == "0000" or calendar_day(*match.groups()) is None:
        raise _wrong(field, "must be a date, YYYY-MM-DD", "not_a_time")


def _moment(value: Any, _: Schema, field: str) -> None:
    text = _text(value, field, length_max=limits.ATTRIBUTE_TEXT_LENGTH_MAX)
    if len(text) <= _DATE_LENGTH or instant.parse(text) is None:
        raise _wrong(field, "must be an RFC 3339 time", "not_a_time")


def _boolean(value: Any, _: Schema, field: str) -> None:
    if not isinstance(value, bool):
        raise _wrong(field, "must be true or false", "not_a_boolean")


_DECIMAL: Final = re.compile(r"(-?)(\d{1,14})(?:\.(\d{1,5}))?", re.ASCII)


def _number(value: Any, _: Schema, field: str) -> None:
    text = _text(value, field, length_max=limits.ATTRIBUTE_TEXT_LENGTH_MAX)
    if not _DECIMAL.fullmatch(text):
        raise _wrong(field, "must be the text of a number with at most five decimals", "invalid")
    if abs(_hundred_thousandths(text)) > limits.ATTRIBUTE_NUMBER_MAX * 10**5:
        rule = "too_low" if text[0] == "-" else "too_high"
        raise _wrong(field, f"must lie within {limits.ATTRIBUTE_NUMBER_MAX} of 0", rule)


def _selection(value: Any, schema: Schema, field: str) -> None:
    if not isinstance(value, list):
        raise _wrong(field, "must be an array of the ids of options", "expected_array")
    if len(value) > schema.items_max:
        raise _wrong(field, f"must have at most {schema.items_max} items", "array_too_long")
    for place, one in enumerate(value):
        if not isinstance(one, str):
            raise _wrong(f"{field}[{place}]", "must be the id of an option", "expected_string")
        if one not in schema.ids:
            raise _wrong(f"{field}[{place}]", "must be the id of an option", "not_a_choice")
    if len(set(value)) != len(value):
        raise _wrong(field, "must have each option once", "repeated")


def _text(value: Any, field: str, *, length_max: int) -> str:
    if not isinstance(value, str):
        raise _wrong(field, "must be a text", "expected_string")
    if len(value) > length_max:
        raise _wrong(field, f"must have at most {length_max} characters", "too_long")
    return value


def _hundred_thousandths(text: str) -> int:
    """The number of a text that was checked, times 100,000."""
    whole, _, decimals = text.removeprefix("-").partition(".")
    size = int(whole + decimals.ljust(5, "0"))
    return -size if text[0] == "-" else size


def _wrong(field: str, words: str, rule: str) -> Invalid:
    return Invalid(f"{field} {words}", field=field, rule=rule)


_CHECKS: Final[Mapping[Kind, Callable[[Any, Schema, str], None]]] = {
    "Address": _address,
    "Boolean": _boolean,
    "Date": _date,
    "DateTime": _moment,
    "Email": _email,
    "Number": _number,
    "PhoneNumber": _phone,
    "Selection": _selection,
    "String": _string,
}


# --- found by ----------------------------------------------------------------------------------------------------


def _exact(text: str) -> str:
    return _EXACT + filtering.caseless(text)[:_TERM_LENGTH]


def _runs(text: str) -> list[str]:
    """The whole words of a text, without case."""
    return "".join([each if each.isalnum() else " " for each in filtering.caseless(text)]).split()


def _words(text: str) -> list[str]:
    return [_WORD + word[:_TERM_LENGTH] for word in dict.fromkeys(_runs(text))]


def _pieces(text: str) -> list[str]:
    last = len(text) - _PIECE_LENGTH
    return [_PIECE + text[at : at + _PIECE_LENGTH] for at in range(last + 1)]


def _ordered(number: int) -> str:
    """A number whose order is that of its text."""
    return f"{_NUMBER}{number + _LOWEST:0{_DIGITS}d}"


def _email_terms(text: str) -> list[str]:
    return [_exact(text), *_pieces(filtering.stripped(text))]


def _phone_terms(text: str) -> list[str]:
    return [_EXACT + filtering.digits(text), *_pieces(filtering.digits(text))]


def _address_terms(parts: Mapping[str, str]) -> list[str]:
    signs = ((_COUNTRY, "country"), (_CODE, "postal_code"))
    return [sign + parts[name][:_TERM_LENGTH] for sign, name in signs if parts.get(name)]


def _day(text: str) -> str:
    """The day of a date, or of a time in UTC."""
    micros = instant.parse(text) if len(text) > _DATE_LENGTH else None
    return text if micros is None else instant.text(micros)[:_DATE_LENGTH]


_TERMS: Final[Mapping[Kind, Callable[[Any], Iterable[str]]]] = {
    "Address": _address_terms,
    "Boolean": lambda value: [_FLAG + str(int(value))],
    "Date": lambda value: [_DAY + _day(value)],
    "DateTime": lambda value: [_DAY + _day(value)],
    "Email": _email_terms,
    "Number": lambda value: [_ordered(_hundred_thousandths(value))],
    "PhoneNumber": _phone_terms,
    "Selection": lambda value: [_EXACT + one for one in value],
    "String": lambda value: [_exact(value), *_words(value)],
}


# --- asked for ---------------------------------------------------------------------------------------------------

# The filter's names of types, and the types that they ask for.
_KINDS: Final[Mapping[str, tuple[Kind, ...]]] = {
    "email": ("Email",),
    "phone": ("PhoneNumber",),
    "text": ("String",),
    "selection": ("Selection",),
    "date": ("Date", "DateTime"),
    "number": ("Number",),
    "boolean": ("Boolean",),
    "address": ("Address",),
}


def _all_pieces(words: Iterable[str]) -> Sought:
    return Sought(every=tuple(dict.fromkeys(piece for word in words for piece in _pieces(word))))


def _sought_email(asked: Text, _: Schema) -> Sought | None:
    if asked.exact is not None:
        return Sought(every=(_exact(asked.exact),))
    words = filtering.email_words(asked.fuzzy or "")
    return _all_pieces(words) if words else None


def _sought_phone(asked: Text, _: Schema) -> Sought | None:
    if asked.exact is not None:
        return Sought(every=(_EXACT + filtering.digits(asked.exact),))
    words = filtering.phone_words(asked.fuzzy or "")
    return _all_pieces(words) if words else None


def _sought_text(asked: Text, _: Schema) -> Sought | None:
    if asked.exact is not None:
        return Sought(every=(_exact(asked.exact),))
    words = _words(asked.fuzzy or "")
    return Sought(every=tuple(words)) if words else None


def _sought_selection(asked: asking.Sets, schema: Schema) -> Sought | None:
    every, one_of = _ids(asked.all, schema), _ids(asked.any, schema)
    if len(every) < len(asked.all) or (asked.any and not one_of):
        return None
    return Sought(
        every=tuple(_EXACT + id for id in every), any=() if every else tuple(_EXACT + id for id in one_of)
    )


def _sought_date(asked: asking.Dates, _: Schema) -> Sought:
    return _range(_DAY, asked.start_at or "", asked.end_at)


def _sought_number(asked: asking.Numbers, _: Schema) -> Sought:
    first = "" if asked.start_at is None else _ordered(asked.start_at)[1:]
    return _range(_NUMBER, first, None if asked.end_at is None else _ordered(asked.end_at)[1:])


def _sought_address(asked: asking.Place, _: Schema) -> Sought:
    if asked.postal_code is not None:
        return Sought(every=(_CODE + asked.postal_code[:_TERM_LENGTH],))
    return Sought(every=(_COUNTRY + (asked.country or ""),))


def _range(sign: str, first: str, last: str | None) -> Sought:
    """From the first to the last, which is included: no term is longer than another that it starts like."""
    return Sought(first=sign + first, end=chr(ord(sign) + 1) if last is None else f"{sign}{last}!")


def _ids(names: Iterable[str], schema: Schema) -> list[str]:
    """The ids of the options of these names; a name that is none has none."""
    known = dict(zip(schema.names, schema.ids, strict=True))
    return [known[name] for name in names if name in known]


_SOUGHT: Final[Mapping[str, Callable[[Any, Schema], Sought | None]]] = {
    "email": _sought_email,
    "phone": _sought_phone,
    "text": _sought_text,
    "selection": _sought_selection,
    "date": _sought_date,
    "number": _sought_number,
    "boolean": lambda asked, _: Sought(every=(_FLAG + str(int(asked)),)),
    "address": _sought_address,
}


def _fits_email(asked: Text, value: str, _: Schema) -> bool:
    if asked.exact is not None:
        return filtering.caseless(value) == filtering.caseless(asked.exact)
    words, text = filtering.email_words(asked.fuzzy or ""), filtering.stripped(value)
    return bool(words) and all(word in text for word in words)


def _fits_phone(asked: Text, value: str, _: Schema) -> bool:
    digits = filtering.digits(value)
    if asked.exact is not None:
        return filtering.digits(asked.exact) == digits
    words = filtering.phone_words(asked.fuzzy or "")
    return bool(words) and all(word in digits for word in words)


def _fits_text(asked: Text, value: str, _: Schema) -> bool:
    if asked.exact is not None:
        return filtering.caseless(value) == filtering.caseless(asked.exact)
    words = _runs(asked.fuzzy or "")
    return bool(words) and set(words) <= set(_runs(value))


def _fits_selection(asked: asking.Sets, value: list[str], schema: Schema) -> bool:
    every = _ids(asked.all, schema)
    if len(every) < len(asked.all) or not set(every) <= set(value):
        return False
    return not asked.any or not set(_ids(asked.any, schema)).isdisjoint(value)


def _fits_date(asked: asking.Dates, value: str, _: Schema) -> bool:
    day = _day(value)
    return (asked.start_at or "") <= day and (asked.end_at is None or day <= asked.end_at)


def _fits_number(asked: asking.Numbers, value: str, _: Schema) -> bool:
    number = _hundred_thousandths(value)
    return (asked.start_at is None or asked.start_at <= number) and (
        asked.end_at is None or number <= asked.end_at
    )


def _fits_address(asked: asking.Place, value: Mapping[str, str], _: Schema) -> bool:
    wanted = {"postal_code": asked.postal_code, "country": asked.country}
    return all(text is None or value.get(name) == text for name, text in wanted.items())


_FITS: Final[Mapping[str, Callable[[Any, Any, Schema], bool]]] = {
    "email": _fits_email,
    "phone": _fits_phone,
    "text": _fits_text,
    "selection": _fits_selection,
    "date": _fits_date,
    "number": _fits_number,
    "boolean": lambda asked, value, _: asked is value,
    "address": _fits_address,
}
