"""Square's SearchCustomers: the shape of its body, and what its filter asks for (contracts/square.md 2.6).

null, an empty object and an empty list ask for nothing, as if they were not there.
"""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from regulars import limits
from regulars.errors import Invalid
from regulars.model import customer_filter as model
from regulars.model import instant
from regulars.model.reading import calendar_day

_Text = Annotated[str, Meta(min_length=1, max_length=limits.FILTER_TEXT_LENGTH_MAX)]
_Id = Annotated[str, Meta(min_length=1, max_length=limits.REF_LENGTH_MAX)]
_Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
_Day = Annotated[str, Meta(extra_json_schema={"anyOf": [{"format": "date"}, {"format": "date-time"}]})]
_Decimal = Annotated[str, Meta(extra_json_schema={"pattern": r"^[-+]?[0-9]{1,13}(\.[0-9]{1,5})?$"})]
_Ids = Annotated[list[_Id], Meta(max_length=limits.FILTER_IDS_MAX)]


class TextData(Struct, omit_defaults=True):
    """`exact` or `fuzzy`, not both."""

    exact: _Text | None = None
    fuzzy: _Text | None = None


class TimeRangeData(Struct, omit_defaults=True):
    """RFC 3339 times."""

    start_at: _Time | None = None
    end_at: _Time | None = None


class DateRangeData(Struct, omit_defaults=True):
    """Dates, or RFC 3339 times; both are included."""

    start_at: _Day | None = None
    end_at: _Day | None = None


class NumberRangeData(Struct, omit_defaults=True):
    """Decimal numbers as text; both are included."""

    start_at: _Decimal | None = None
    end_at: _Decimal | None = None


class CreationSourceData(Struct, omit_defaults=True):
    """How customers came in."""

    values: Annotated[list[model.CreationSource], Meta(max_length=limits.FILTER_IDS_MAX)] | None = None
    rule: model.Rule | None = None


class IdsData(Struct, omit_defaults=True):
    """In one of `any`, in each of `all`, in none of `none`."""

    any: _Ids | None = None
    all: _Ids | None = None
    none: _Ids | None = None


class SelectionData(Struct, omit_defaults=True):
    """Display names of a selection."""

    any: _Ids | None = None
    all: _Ids | None = None
    none: _Ids | None = None


class AddressFilterData(Struct, omit_defaults=True):
    """Of an address-type attribute."""

    postal_code: TextData | None = None
    country: Annotated[str, Meta(pattern="^[A-Z]{2}$")] | None = None


class AttributeValueData(Struct, omit_defaults=True):
    """One of these, by the type of the attribute."""

    email: TextData | None = None
    phone: TextData | None = None
    text: TextData | None = None
    selection: SelectionData | None = None
    date: DateRangeData | None = None
    number: NumberRangeData | None = None
    boolean: bool | None = None
    address: AddressFilterData | None = None


class AttributeData(Struct, omit_defaults=True):
    """A custom attribute by its key, with `filter`, `updated_at` or both."""

    key: _Id
    filter: AttributeValueData | None = None
    updated_at: TimeRangeData | None = None


class AttributesData(Struct, omit_defaults=True):
    """Custom attributes, each key once; all must fit."""

    filters: Annotated[list[AttributeData], Meta(max_length=limits.FILTER_ATTRIBUTES_MAX)] | None = None


class OwnFilterData(Struct, omit_defaults=True, kw_only=True):
    """What is asked of a customer's own fields: all that a segment may be defined by."""

    creation_source: CreationSourceData | None = None
    created_at: TimeRangeData | None = None
    updated_at: TimeRangeData | None = None
    email_address: TextData | None = None
    phone_number: TextData | None = None
    reference_id: TextData | None = None


class CustomerFilterData(OwnFilterData, omit_defaults=True, kw_only=True):
    """All that is given must hold."""

    group_ids: IdsData | None = None
    segment_ids: IdsData | None = None
    custom_attribute: AttributesData | None = None


class SortData(Struct, omit_defaults=True):
    """DEFAULT: by name, else company, e-mail, phone."""

    field: Literal["DEFAULT", "CREATED_AT"] | None = None
    order: Literal["ASC", "DESC"] | None = None


class QueryData(Struct, omit_defaults=True):
    """What is looked for, and in which order it comes."""

    filter: CustomerFilterData | None = None
    sort: SortData | None = None


def read(given: CustomerFilterData, *, at: str) -> model.CustomerFilter:
    """What a whole filter asks for; `at` is its path in the body. Raises Invalid with the path of what is wrong."""
    attributes = given.custom_attribute.filters or () if given.custom_attribute else ()
    seen: set[str] = set()
    for place, each in enumerate(attributes):
        if each.key in seen:
            raise _wrong(
                f"{at}.custom_attribute.filters[{place}].key", "stands in the list already", "repeated"
            )
        seen.add(each.key)
    return model.CustomerFilter(
        own=read_own(given, at=at),
        groups=_ids(given.group_ids),
        segments=_segments(given.segment_ids, f"{at}.segment_ids"),
        attributes=tuple(
            [
                _attribute(each, f"{at}.custom_attribute.filters[{place}]")
                for place, each in enumerate(attributes)
            ]
        ),
    )


def read_own(given: OwnFilterData, *, at: str) -> model.Own:
    """What is asked of a customer's own fields; raises Invalid."""
    phone = _text(given.phone_number, f"{at}.phone_number")
    if phone is not None and phone.exact is not None:
        _check_phone(phone.exact, f"{at}.phone_number.exact")
    sources = given.creation_source
    return model.Own(
        creation_source=None
        if sources is None or not sources.values
        else model.Sources(tuple(dict.fromkeys(sources.values)), sources.rule or "INCLUDE"),
        created_at=_times(given.created_at, f"{at}.created_at"),
        updated_at=_times(given.updated_at, f"{at}.updated_at"),
        email_address=_text(given.email_address, f"{at}.email_address"),
        phone_number=phone,
        reference_id=_text(given.reference_id, f"{at}.reference_id"),
    )


def _text(given: TextData | None, at: str) -> model.Text | None:
    if given is None or given == _NO_TEXT:
        return None
    if given.exact is not None and given.fuzzy is not None:
        raise _wrong(at, "must have exact or fuzzy, not both", "conflicting")
    return model.Text(given.exact, given.fuzzy)


_NO_TEXT: Final = TextData()
# E.164 (contracts/square.md 2.6): a plus, punctuation where people put it, at most 15 digits.
_PHONE: Final = re.compile(r"\s*\(?\+[0-9 ().\-/]*", re.ASCII)
_PHONE_DIGITS: Final = range(limits.PHONE_DIGITS_MIN, 16)


def _check_phone(text: str, at: str) -> None:
    if not _PHONE.fullmatch(text) or sum(map(str.isdigit, text)) not in _PHONE_DIGITS:
        raise _wrong(at, "must be a number of E.164, with a + and a country code", "not_a_phone")


def _times(given: TimeRangeData | None, at: str) -> model.Times | None:
    if given is None or (given.start_at is None and given.end_at is None):
        return None
    start_at, end_at = _time(given.start_at, f"{at}.start_at"), _time(given.end_at, f"{at}.end_at")
    if start_at is not None and end_at is not None and start_at > end_at:
        raise _backwards(at)
    return model.Times(start_at, end_at)


_DATE_LENGTH: Final = len("2018-01-01")


def _time(text: str | None, at: str) -> int | None:
    if text is None:
        return None
    micros = instant.parse(text) if len(text) > _DATE_LENGTH else None
    if micros is None:
        raise _wrong(at, "must be an RFC 3339 time", "not_a_time")
    return micros


def _backwards(at: str) -> Invalid:
    return _wrong(at, "ends before it starts", "not_a_time_range")


def _ids(given: IdsData | SelectionData | None) -> model.Sets:
    if given is None:
        return model.Sets()
    return model.Sets(*(tuple(dict.fromkeys(each or ())) for each in (given.any, given.all, given.none)))


def _segments(given: IdsData | None, at: str) -> model.Sets:
    found = _ids(given)
    if len({*found.any, *found.all, *found.none}) > limits.FILTER_SEGMENTS_MAX:
        raise _wrong(at, f"must name at most {limits.FILTER_SEGMENTS_MAX} segments", "array_too_long")
    return found


def _attribute(given: AttributeData, at: str) -> model.Attribute:
    value = given.filter or AttributeValueData()
    kinds = [name for name in value.__struct_fields__ if getattr(value, name) is not None]
    if len(kinds) > 1:
        raise _wrong(f"{at}.filter", "must be of one type", "conflicting")
    phone = _text(value.phone, f"{at}.filter.phone")
    if phone is not None and phone.exact is not None:
        _check_phone(phone.exact, f"{at}.filter.phone.exact")
    if value.selection is not None and value.selection.none:
        raise _wrong(f"{at}.filter.selection.none", "cannot be asked of a selection", "not_supported")
    made = model.Attribute(
        key=given.key,
        email=_text(value.email, f"{at}.filter.email"),
        phone=phone,
        text=_text(value.text, f"{at}.filter.text"),
        selection=_selection(value.selection),
        date=_dates(value.date, f"{at}.filter.date"),
        number=_numbers(value.number, f"{at}.filter.number"),
        boolean=value.boolean,
        address=_address(value.address, f"{at}.filter.address"),
        updated_at=_closed(_times(given.updated_at, f"{at}.updated_at")),
    )
    if made == model.Attribute(key=given.key):
        raise _wrong(f"{at}.filter", "is required, or updated_at", "missing")
    return made


def _closed(times: model.Times | None) -> model.Times | None:
    """A range that includes its end: times are shown in milliseconds, so the next one ends it."""
    if times is None or times.end_at is None:
        return times
    return model.Times(times.start_at, times.end_at // 1000 * 1000 + 1000)


def _selection(given: SelectionData | None) -> model.Sets | None:
    found = _ids(given)
    return None if found == model.Sets() else found


_DATE: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)


def _dates(given: DateRangeData | None, at: str) -> model.Dates | None:
    if given is None or (given.start_at is None and given.end_at is None):
        return None
    start_at, end_at = _date(given.start_at, f"{at}.start_at"), _date(given.end_at, f"{at}.end_at")
    if start_at is not None and end_at is not None and start_at > end_at:
        raise _backwards(at)
    return model.Dates(start_at, end_at)


def _date(text: str | None, at: str) -> str | None:
    if text is None:
        return None
    if (match := _DATE.fullmatch(text)) and (day := calendar_day(*match.groups())):
        return day
    micros = instant.parse(text) if len(text) > _DATE_LENGTH else None
    if micros is None:
        raise _wrong(at, "must be a date or an RFC 3339 time", "not_a_time")
    return instant.text(micros)[:_DATE_LENGTH]


_DECIMAL: Final = re.compile(r"([-+]?)(\d{1,20})(?:\.(\d{1,5}))?", re.ASCII)
_NUMBER_MAX: Final = 2**63 - 1  # hundred-thousandths: Square says |x| <= (2^63-1)/10^5


def _numbers(given: NumberRangeData | None, at: str) -> model.Numbers | None:
    if given is None or (given.start_at is None and given.end_at is None):
        return None
    start_at, end_at = _number(given.start_at, f"{at}.start_at"), _number(given.end_at, f"{at}.end_at")
    if start_at is not None and end_at is not None and start_at > end_at:
        raise _wrong(at, "ends before it starts", "range")
    return model.Numbers(start_at, end_at)


def _number(text: str | None, at: str) -> int | None:
    if text is None:
        return None
    match = _DECIMAL.fullmatch(text)
    if match is None:
        raise _wrong(at, "must be a decimal number with at most five decimals", "not_a_number")
    value = int(match[2] + (match[3] or "").ljust(5, "0"))
    if value > _NUMBER_MAX:
        raise _wrong(at, "must lie within (2^63-1)/10^5 of 0", "too_low" if match[1] == "-" else "too_high")
    return -value if match[1] == "-" else value


def _address(given: AddressFilterData | None, at: str) -> model.Place | None:
    if given is None:
        return None
    code = _text(given.postal_code, f"{at}.postal_code")
    if code is not None and code.exact is None:
        raise _wrong(f"{at}.postal_code.fuzzy", "cannot be asked of a postal code", "not_supported")
    found = model.Place(code.exact if code else None, given.country)
    return None if found == model.Place() else found


def _wrong(field: str, words: str, rule: str) -> Invalid:
    return Invalid(f"{field} {words}", field=field, rule=rule)
