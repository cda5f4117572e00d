"""JSON bodies: read strictly into a struct, or refused in words that never repeat them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, Meta, Struct, UnsetType

from regulars import errors
from regulars.api import json_body
from regulars.api.json_body import check_type, read


class Inner(Struct):
    name: Annotated[str, Meta(min_length=1, max_length=3)] | UnsetType | None = UNSET


class Outer(Struct):
    key: str
    inner: Inner | UnsetType = UNSET
    limit: Annotated[int, Meta(ge=1, le=5)] = 1
    is_on: bool = False
    items: Annotated[list[Inner], Meta(min_length=1, max_length=1)] | UnsetType = UNSET
    named: Annotated[dict[str, Inner], Meta(max_length=1)] | UnsetType = UNSET
    kind: Literal["A", "B"] = "A"
    code: Annotated[str, Meta(pattern="^a$")] = "a"
    number: float = 1.0


@pytest.mark.parametrize(
    ("body", "field", "rule"),
    [
        (b"", "key", "missing"),
        (b"[]", None, "expected_object"),
        (b"{", None, "not_json"),
        (b'{"key":"\xff"}', None, "not_json"),
        (b'{"key":"\\ud800"}', None, "not_json"),
        (b'{"key":"a","limit":NaN}', None, "not_json"),
        (b"[" * 100_000, None, "expected_object"),
        (b'{"key":"a","other":' + b"[" * 100_000, None, "not_json"),
        (b'{"key":1}', "key", "expected_string"),
        (b'{"key":"a","inner":{"name":5}}', "inner.name", "expected_string"),
        (b'{"key":"a","inner":[]}', "inner", "expected_object"),
        (b'{"key":"a","inner":{"name":""}}', "inner.name", "empty"),
        (b'{"key":"a","inner":{"name":"Zcanary"}}', "inner.name", "too_long"),
        (b'{"key":"a","limit":0}', "limit", "too_low"),
        (b'{"key":"a","limit":' + b"9" * 4_000 + b"}", "limit", "too_high"),
        (b'{"key":"a","limit":"3"}', "limit", "not_an_integer"),
        (b'{"key":"a","is_on":"true"}', "is_on", "not_a_boolean"),
        (b'{"key":"a","items":{}}', "items", "expected_array"),
        (b'{"key":"a","items":[]}', "items", "array_empty"),
        (b'{"key":"a","items":[{},{}]}', "items", "array_too_long"),
        (b'{"key":"a","items":[{"name":1}]}', "items[0].name", "expected_string"),
        (b'{"key":"a","named":{"a":{},"b":{}}}', "named", "map_too_large"),
        (b'{"key":"a","kind":"Zcanary"}', "kind", "not_a_choice"),
        (b'{"key":"a","code":"Zcanary"}', "code", "form"),
        (b'{"key":"a","number":"1"}', "number", "incorrect_type"),
    ],
)
def test_what_does_not_fit(body: bytes, field: str | None, rule: str) -> None:
    """It is refused by rule and field, without an echo."""
    with pytest.raises(errors.Invalid) as raised:
        read(body, Outer)

    assert (raised.value.field, raised.value.rule) == (field, rule)
    assert "Zcanary" not in raised.value.message


def test_what_fits() -> None:
    """Absent, null and a value are three things; unknown keys are ignored, the last of equal keys wins."""
    found = read(b'{"key":"a","key":"b","inner":{"name":null},"unknown":[1]}', Outer)

    assert found == Outer(key="b", inner=Inner(name=None))
    assert read(b'{"key":"a"}', Outer).inner is UNSET


def test_a_part_is_read_by_its_path() -> None:
    """A part that is judged later still says where in the body it stands."""
    with pytest.raises(errors.Invalid) as raised:
        json_body.convert({"key": "a", "inner": {"name": 1}}, Outer, at="customers")

    assert raised.value.field == "customers.inner.name"


@given(
    body=st.one_of(
        st.binary(max_size=200),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(Outer.__struct_fields__), inner),
        ).map(lambda value: msgspec.json.encode(value) if _encodable(value) else b"0"),
    )
)
def test_any_body_is_read_or_refused(body: bytes) -> None:
    """Whatever comes, it is the struct or Invalid."""
    try:
        found = read(body, Outer)
    except errors.Invalid:
        return
    assert isinstance(found, Outer)


def _encodable(value: Any) -> bool:
    try:
        msgspec.json.encode(value)
    except (UnicodeEncodeError, OverflowError):
        return False
    return True


@pytest.mark.parametrize(
    "content_type",
    [None, "", "application/json", "Application/JSON; charset=utf-8", "application/problem+json"],
)
def test_json_by_any_name(content_type: str | None) -> None:
    """A body without a type, or with one of JSON's, is read."""
    check_type(content_type)


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", "x"]
)
def test_another_type(content_type: str) -> None:
    """A body that says it is something else is refused."""
    with pytest.raises(errors.Invalid) as raised:
        check_type(content_type)
    assert raised.value.rule == "content_type"
