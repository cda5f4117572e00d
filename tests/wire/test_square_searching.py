"""What a search filter of Square's asks for, and what is wrong with one."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from regulars.errors import Invalid
from regulars.model.customer_filter import (
    EVERYBODY,
    Attribute,
    CustomerFilter,
    Dates,
    Numbers,
    Own,
    Place,
    Sets,
    Sources,
    Text,
    Times,
)
from regulars.wire import square_searching
from regulars.wire.square_searching import CustomerFilterData


def read(given: dict[str, Any]) -> CustomerFilter:
    return square_searching.read(msgspec.convert(given, CustomerFilterData), at="query.filter")


def attribute(**filter: Any) -> Attribute:
    return read({"custom_attribute": {"filters": [{"key": "size", "filter": filter}]}}).attributes[0]


def test_the_example_of_the_contract_is_read() -> None:
    """Every kind of filter at once; a list names each id once."""
    found = read(
        {
            "created_at": {"start_at": "2018-01-01T00:00:00-00:00", "end_at": "2018-02-01T00:00:00-00:00"},
            "creation_source": {"rule": "EXCLUDE", "values": ["THIRD_PARTY", "THIRD_PARTY"]},
            "email_address": {"fuzzy": "example.com"},
            "phone_number": {"exact": "+1 (206) 222-3333"},
            "group_ids": {"all": ["A", "A"], "none": ["B"]},
            "segment_ids": {"any": ["M.REACHABLE"]},
        }
    )

    assert found == CustomerFilter(
        own=Own(
            created_at=Times(1_514_764_800_000_000, 1_517_443_200_000_000),
            creation_source=Sources(("THIRD_PARTY",), "EXCLUDE"),
            email_address=Text(fuzzy="example.com"),
            phone_number=Text(exact="+1 (206) 222-3333"),
        ),
        groups=Sets(all=("A",), none=("B",)),
        segments=Sets(any=("M.REACHABLE",)),
    )


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"created_at": {}, "email_address": {"exact": None}, "group_ids": {"any": []}},
        {"creation_source": {"values": None}, "segment_ids": None, "custom_attribute": {"filters": []}},
    ],
)
def test_nothing_asked_is_no_filter(given: dict[str, Any]) -> None:
    """null, an empty object and an empty list are not there."""
    assert read(given) == EVERYBODY


def test_custom_attributes_are_read_by_type() -> None:
    """Numbers in hundred-thousandths, dates as days, ranges that include their end."""
    assert attribute(number={"start_at": "-1.5", "end_at": "10"}).number == Numbers(-150_000, 1_000_000)
    assert attribute(date={"start_at": "2024-02-29", "end_at": "2024-03-01T23:00:00-02:00"}).date == Dates(
        "2024-02-29", "2024-03-02"
    )
    assert attribute(selection={"any": ["Blue"]}).selection == Sets(any=("Blue",))
    assert attribute(boolean=False).boolean is False
    assert attribute(address={"postal_code": {"exact": "10003"}, "country": "US"}).address == Place(
        "10003", "US"
    )
    when = {"key": "size", "updated_at": {"end_at": "1970-01-01T00:00:00.5Z"}}
    assert read({"custom_attribute": {"filters": [when]}}).attributes[0].updated_at == Times(None, 501_000)


TIME = "2018-01-01T00:00:00Z"
FIRST = "custom_attribute.filters[0]"


@pytest.mark.parametrize(
    ("field", "rule", "given"),
    [
        ("email_address", "conflicting", {"email_address": {"exact": "a", "fuzzy": "b"}}),
        ("phone_number.exact", "not_a_phone", {"phone_number": {"exact": "206 222 3333"}}),
        ("phone_number.exact", "not_a_phone", {"phone_number": {"exact": "+1 206 CALL"}}),
        ("phone_number.exact", "not_a_phone", {"phone_number": {"exact": "+" + "1" * 16}}),
        ("created_at.start_at", "not_a_time", {"created_at": {"start_at": "2018-01-01"}}),
        ("updated_at.end_at", "not_a_time", {"updated_at": {"end_at": "yesterday"}}),
        ("created_at", "not_a_time_range", {"created_at": {"start_at": TIME, "end_at": "2017-01-01T00:00:00Z"}}),
        ("segment_ids", "array_too_long", {"segment_ids": {"any": ["a", "b"], "none": ["c", "d"]}}),
        ("custom_attribute.filters[1].key", "repeated",
         {"custom_attribute": {"filters": [{"key": "a", "filter": {"boolean": True}}, {"key": "a"}]}}),
        (f"{FIRST}.filter", "missing", {"custom_attribute": {"filters": [{"key": "a"}]}}),
        (f"{FIRST}.filter", "conflicting",
         {"custom_attribute": {"filters": [{"key": "a", "filter": {"boolean": True, "text": {"exact": "x"}}}]}}),
        (f"{FIRST}.filter.number.start_at", "not_a_number",
         {"custom_attribute": {"filters": [{"key": "a", "filter": {"number": {"start_at": "1.123456"}}}]}}),
        (f"{FIRST}.filter.number.end_at", "too_high",
         {"custom_attribute": {"filters": [{"key": "a", "filter": {"number": {"end_at": "92233720368548"}}}]}}),
        (f"{FIRST}.filter.selection.none", "not_supported",
         {"custom_attribute": {"filters": [{"key": "a", "filter": {"selection": {"none": ["x"]}}}]}}),
        (f"{FIRST}.filter.address.postal_code.fuzzy", "not_supported",
         {"custom_attribute": {"filters": [{"key": "a", "filter": {"address": {"postal_code": {"fuzzy": "1"}}}}]}}),
        (f"{FIRST}.filter.date", "not_a_time_range",
         {"custom_attribute": {"filters": [
             {"key": "a", "filter": {"date": {"start_at": "2024-01-02", "end_at": "2024-01-01"}}}]}}),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(field: str, rule: str, given: dict[str, Any]) -> None:
    """By its path in the body and a rule."""
    with pytest.raises(Invalid) as caught:
        read(given)
    assert (caught.value.field, caught.value.rule) == (f"query.filter.{field}", rule)
