"""Cases of SearchCustomers that no declaration tells of."""

from __future__ import annotations

from typing import Any

from tests.square_errors.case import Case

OPERATION = "SearchCustomers"
EARLY, LATE = "2018-01-01T00:00:00Z", "2018-02-01T00:00:00Z"
AT = "query.filter"


def _filter(parameter: str, when: str, code: str, said: dict[str, Any]) -> Case:
    field = f"{AT}.{parameter}"
    json = {"query": {"filter": said}}
    return Case(operation=OPERATION, parameter=field, when=when, code=code, field=field, json=json)


def _attribute(parameter: str, when: str, code: str, said: dict[str, Any]) -> Case:
    filters = [{"key": "size"} | said]
    name = f"custom_attribute.filters[0].{parameter}"
    return _filter(name, when, code, {"custom_attribute": {"filters": filters}})


def _range(name: str) -> tuple[Case, ...]:
    return (
        _filter(
            f"{name}.start_at", "is no RFC 3339 time", "INVALID_TIME", {name: {"start_at": "2018-01-01"}}
        ),
        _filter(f"{name}.end_at", "is no RFC 3339 time", "INVALID_TIME", {name: {"end_at": "soon"}}),
        _filter(
            name, "ends before it starts", "INVALID_TIME_RANGE", {name: {"start_at": LATE, "end_at": EARLY}}
        ),
    )


def _text(name: str) -> Case:
    both = {name: {"exact": "+12065550100", "fuzzy": "206"}}
    return _filter(name, "has both exact and fuzzy", "CONFLICTING_PARAMETERS", both)


CASES = (
    Case(operation=OPERATION, parameter="cursor", when="was not made here", code="INVALID_CURSOR", field="cursor",
         json={"cursor": "x"}),
    *_range("created_at"),
    *_range("updated_at"),
    _text("email_address"),
    _text("phone_number"),
    _text("reference_id"),
    _filter("phone_number.exact", "is no number of E.164 with its +", "INVALID_PHONE_NUMBER",
            {"phone_number": {"exact": "206 555 0100"}}),
    _filter("segment_ids", "names more than three segments", "ARRAY_LENGTH_TOO_LONG",
            {"segment_ids": {"any": ["a", "b"], "all": ["c"], "none": ["d"]}}),
    _filter("segment_ids", "names a segment that is not there", "BAD_REQUEST",
            {"segment_ids": {"none": ["{nobody}"]}}),
    _filter("custom_attribute.filters[1].key", "stands there twice", "CONFLICTING_PARAMETERS",
            {"custom_attribute": {"filters": [{"key": "a", "filter": {"boolean": True}}, {"key": "a"}]}}),
    _attribute("filter", "is missing, and so is updated_at", "MISSING_REQUIRED_PARAMETER", {}),
    _attribute("filter", "is of two types", "CONFLICTING_PARAMETERS",
               {"filter": {"boolean": True, "text": {"exact": "x"}}}),
    _attribute("filter.selection.none", "is given", "INVALID_VALUE", {"filter": {"selection": {"none": ["x"]}}}),
    _attribute("filter.address.postal_code.fuzzy", "is given", "INVALID_VALUE",
               {"filter": {"address": {"postal_code": {"fuzzy": "100"}}}}),
    _attribute("filter.address.country", "is no code of two capitals", "VALUE_REGEX_MISMATCH",
               {"filter": {"address": {"country": "usa"}}}),
    _attribute("filter.date.start_at", "is neither a date nor a time", "INVALID_TIME",
               {"filter": {"date": {"start_at": "today"}}}),
    _attribute("filter.date", "ends before it starts", "INVALID_TIME_RANGE",
               {"filter": {"date": {"start_at": "2018-01-02", "end_at": "2018-01-01"}}}),
    _attribute("filter.number.start_at", "is no number of at most five decimals", "INVALID_VALUE",
               {"filter": {"number": {"start_at": "0.000001"}}}),
    _attribute("filter.number.end_at", "is more than 92233720368547.75807", "VALUE_TOO_HIGH",
               {"filter": {"number": {"end_at": "92233720368548"}}}),
    _attribute("updated_at.start_at", "is no RFC 3339 time", "INVALID_TIME", {"updated_at": {"start_at": "2018"}}),
)  # fmt: skip
