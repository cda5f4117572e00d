"""Values of custom attributes: the index that finds them never misses one that fits."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars import errors
from regulars.model import customer_filter as asking
from regulars.model.attribute import KINDS, Kind, Schema, Sought
from regulars.model.customer_filter import Text
from regulars.normalise import attributes

OPTIONS = Schema(kind="Selection", names=("S", "M", "L"), ids=("1", "2", "3"), items_max=3)
WORDS = st.text(st.sampled_from("abAB é-'.ßİ1"), max_size=12) | st.text(max_size=80)
DAYS = st.dates().map(str)
NUMBERS = st.integers(-(10**17), 10**17)
CODES = st.sampled_from(["10003", "1000", "x" * 90, "é"])
COUNTRIES = st.sampled_from(["US", "CA", "ZZ"])
PHONES = st.integers(10**8, 10**15 - 1).map(lambda number: f"+{number}")
MAILS = st.sampled_from(
    ["ada@example.com", "Steven.Jones@gmail.com", "a_b-c@example.org", "x" * 60 + "@example.com"]
)


def decimal(number: int) -> str:
    sign, size = "-" if number < 0 else "", abs(number)
    return f"{sign}{size // 10**5}.{size % 10**5:05d}"


def texts(words: st.SearchStrategy[str]) -> st.SearchStrategy[Text]:
    return words.map(lambda word: Text(exact=word)) | words.map(lambda word: Text(fuzzy=word))


def ranges(kind: type[Any], ends: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(kind, st.none() | ends, st.none() | ends)


def parts(text: str) -> str:
    return text[2:7]


# For each name of a filter: the type, values of it, and what may be asked.
CASES: dict[str, tuple[Kind, st.SearchStrategy[Any], st.SearchStrategy[Any]]] = {
    "text": ("String", WORDS, texts(WORDS)),
    "email": ("Email", MAILS, texts(MAILS | MAILS.map(parts) | WORDS)),
    "phone": ("PhoneNumber", PHONES, texts(PHONES | PHONES.map(parts))),
    "date": ("Date", DAYS, ranges(asking.Dates, DAYS)),
    "number": ("Number", NUMBERS.map(decimal), ranges(asking.Numbers, NUMBERS)),
    "boolean": ("Boolean", st.booleans(), st.booleans()),
    "selection": (
        "Selection",
        st.lists(st.sampled_from(OPTIONS.ids), unique=True),
        st.builds(
            asking.Sets,
            st.lists(st.sampled_from("SMLX")).map(tuple),
            st.lists(st.sampled_from("SML")).map(tuple),
        ),
    ),
    "address": (
        "Address",
        st.fixed_dictionaries({}, optional={"postal_code": CODES, "country": COUNTRIES}),
        st.builds(asking.Place, st.none() | CODES, st.none() | COUNTRIES).filter(
            lambda asked: asked != asking.Place()
        ),
    ),
}


def is_found(sought: Sought, terms: frozenset[str]) -> bool:
    if sought.every:
        return terms.issuperset(sought.every)
    if sought.any:
        return not terms.isdisjoint(sought.any)
    if sought.first is not None and sought.end is not None:
        return any(sought.first <= term < sought.end for term in terms)
    return True


@pytest.mark.parametrize("name", CASES)
@given(st.data())
def test_the_index_misses_nobody(name: str, data: st.DataObject) -> None:
    """Whatever fits a filter is among what the index is asked for; of ranges and flags, nothing else is."""
    kind, values, filters = CASES[name]
    schema = OPTIONS if kind == "Selection" else Schema(kind=kind)
    value, wanted = data.draw(values), data.draw(filters)
    if isinstance(wanted, Text) and data.draw(st.booleans()) and isinstance(value, str) and value.strip():
        wanted = Text(exact=value) if data.draw(st.booleans()) else Text(fuzzy=value)
    asked = asking.Attribute(key="it", **{name: wanted})

    sought = attributes.sought(asked, schema)
    found = sought is not None and is_found(sought, attributes.terms(value, schema))

    if attributes.matches(asked, value, schema):
        assert found
    elif name in {"date", "number", "boolean"}:
        assert not found


def refusal(value: Any, schema: Schema) -> errors.Invalid | None:
    try:
        attributes.check(value, schema, field="at")
    except errors.Invalid as error:
        return error
    return None


@pytest.mark.parametrize("kind", KINDS)
@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | DAYS | MAILS | PHONES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=5,
))  # fmt: skip
def test_any_json_is_judged(kind: Kind, value: Any) -> None:
    """It is of its type, and then has terms, or it is refused at the field that was named, without an echo."""
    schema = OPTIONS if kind == "Selection" else Schema(kind=kind)
    error = refusal(value, schema)
    if error is None:
        assert all(attributes.terms(value, schema))
        return
    assert error.field is not None
    assert error.field.startswith("at")
    if isinstance(value, str) and len(value) > 3:
        assert value not in error.message


def test_a_filter_of_another_type_fits_nothing() -> None:
    """It asks the index for nothing, too."""
    asked = asking.Attribute(key="it", boolean=True)

    assert attributes.sought(asked, Schema(kind="String")) is None
    assert not attributes.matches(asked, "true", Schema(kind="String"))
