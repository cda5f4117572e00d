"""Objects that nobody described are understood by the names of their keys, nested ones too."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars import limits
from regulars.errors import Invalid
from regulars.model.customer import Address, Customer, Email, Phone
from regulars.wire.fields import read


def understood(document: Any, **columns: str) -> Customer:
    return read(json.dumps(document).encode(), columns)


def test_a_flat_object_is_read_like_a_row() -> None:
    """The same names that a table's columns may have."""
    document = {
        "customer_id": 17,
        "firstName": "Ada",
        "last_name": "Invented",
        "E-Mail": "ada@example.com",
        "mobile": "+1 212 555 0142",
        "dob": "1815-12-10",
        "company": None,
        "loyalty_points": 12,
    }

    assert understood(document) == Customer(
        pos_ref="17",
        first_name="Ada",
        last_name="Invented",
        emails=(Email("ada@example.com"),),
        phones=(Phone("+1 212 555 0142", type="MOBILE"),),
        birthday="1815-12-10",
    )


def test_nested_objects_and_lists_are_read() -> None:
    """Every e-mail and phone of a list, the first address, the parts of a name; nothing of somebody else's."""
    document = {
        "id": "C-1",
        "name": {"first": "Ada", "last": "Invented"},
        "emails": [{"value": "ada@example.com", "type": "home"}, {"value": "a@example.org", "type": "work"}],
        "phone_numbers": ["+1 212 555 0142", "+1 212 555 0143"],
        "addresses": [{"line1": "1 A St", "city": "New York"}, {"city": "Boston", "postal_code": "02101"}],
        "company": {"id": 5, "name": "Fiction Ltd"},
        "owner": {"email": "seller@example.com", "phone": "+1 212 555 0199", "name": "Somebody Else"},
        "orders": [{"id": 9, "billing_address": {"city": "Nowhere"}}],
    }

    assert understood(document) == Customer(
        pos_ref="C-1",
        first_name="Ada",
        last_name="Invented",
        company_name="Fiction Ltd",
        emails=(Email("ada@example.com"), Email("a@example.org")),
        phones=(Phone("+1 212 555 0142"), Phone("+1 212 555 0143")),
        addresses=(Address(street="1 A St", city="New York"),),
    )


def test_the_customers_own_address_wins() -> None:
    """Two addresses are never mixed into one."""
    document = {
        "id": 1,
        "shipping": {"address_1": "2 B St", "city": "Boston", "postcode": "02101"},
        "billing": {"city": "New York", "country": "US"},
    }

    assert understood(document).addresses == (Address(city="New York", country="US"),)


def test_wrappers_say_nothing() -> None:
    """`properties`, `customer`, `attributes` around the fields are looked through."""
    document = {
        "id": "7",
        "properties": {"firstname": "Ada", "email": "ada@example.com", "address": {"zip": "10001"}},
    }

    assert understood(document) == Customer(
        pos_ref="7",
        first_name="Ada",
        emails=(Email("ada@example.com"),),
        addresses=(Address(zip_code="10001"),),
    )


def test_named_keys_win() -> None:
    """What somebody named is taken so, and several keys make one reference."""
    document = {
        "shop": 3,
        "no": 12,
        "id": "x",
        "contact": {"chat": "ada@example.com"},
        "email": "old@example.com",
    }

    found = understood(
        document, **{"shop": "pos_ref", "no": "pos_ref", "contact.chat": "email", "email": "ignore"}
    )

    assert found.pos_ref == "3:12"
    assert found.emails == (Email("ada@example.com"),)


def test_a_named_key_may_be_absent() -> None:
    """Objects leave out what they do not know."""
    assert understood({"id": 1}, nick="nickname") == Customer(pos_ref="1")


@pytest.mark.parametrize(
    ("value", "micros"),
    [
        (1_700_000_000, 1_700_000_000_000_000),
        (1_700_000_000_123, 1_700_000_000_123_000),
        ("2023-11-14 22:13:20", 1_700_000_000_000_000),
        ("2023-11-14T22:13:20Z", 1_700_000_000_000_000),
    ],
)
def test_times_may_be_numbers(value: object, micros: int) -> None:
    """Seconds or thousandths of them, since 1970."""
    assert understood({"id": 1, "created": value}).created_at == micros


def test_numbers_of_any_length_are_text() -> None:
    """A number that no machine holds spoils nothing; a float that is whole is written as one."""
    found = read(b'{"id": 1.0, "phone": 2125550142, "first_name": "Ada", "note": ' + b"9" * 5_000 + b"}", {})

    assert (found.pos_ref, found.first_name, found.note) == ("1", "Ada", "9" * 5_000)
    assert found.phones == (Phone("2125550142"),)


@pytest.mark.parametrize(
    "raw",
    [b"", b"null", b"[]", b"{", b'{"id":"\xff"}', b"{}", b'{"a":1}', b'{"id":null}', b'{"a":' * 50_000],
)
def test_what_is_no_customer_is_refused(raw: bytes) -> None:
    """With a sentence, not with a crash."""
    with pytest.raises(Invalid):
        read(raw, {})


def test_a_field_must_exist() -> None:
    """A mapping to a field that no customer has is told."""
    with pytest.raises(Invalid, match="no such field"):
        read(b'{"id":1}', {"id": "shoe_size"})


def test_a_flood_of_values_is_bounded() -> None:
    """What is too much is left out, and said."""
    document = {"id": 1, **{f"x{at}": {"a": [{"b": 1}] * 90} for at in range(400)}}

    found = understood(document)

    assert found.pos_ref == "1"
    assert [each.rule for each in found.problems] == ["too_many"]


def test_contacts_are_bounded() -> None:
    """The first hundred of a list."""
    found = understood({"id": 1, "emails": [f"a{at}@example.com" for at in range(200)]})

    assert len(found.emails) == limits.CONTACTS_MAX


_keys = st.sampled_from(
    ["id", "name", "emails", "phone", "address", "city", "first", "value", "created_at", "é"]
)
_plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
_values = st.recursive(
    _plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=4)
)


@given(st.dictionaries(_keys, _values, max_size=6))
def test_any_object_is_read_or_refused(document: dict[str, Any]) -> None:
    """Whatever stands under the keys."""
    try:
        found = read(json.dumps(document).encode(), {})
    except Invalid:
        return
    assert found != Customer()


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    """Nothing but Invalid comes out."""
    with contextlib.suppress(Invalid):
        read(raw, {})
