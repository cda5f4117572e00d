"""What an instance shows of a customer, another instance understands, whole."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from regulars.errors import Invalid
from regulars.model.customer import Customer, Phone, Problem
from regulars.model.whole import Provenance, Whole
from regulars.wire import native_customers, regulars
from tests.wire import customers

READABLE = customers.customers.filter(lambda one: bool(one.id))


@given(READABLE, st.sampled_from(["C-1", "JDKYHBWT1D4F8MFH63DBMEN8Y4"]), customers.maybe_instant)
def test_everything_that_is_shown_is_understood(one: Customer, pos_ref: str, made_at: int | None) -> None:
    """read(write(customer)) is the customer, under its Square id; cards are never shown."""
    assert one.id is not None
    shown = Whole(
        id=one.id,
        pos_ref=pos_ref,
        location_id=12345,
        country="US",
        source="till",
        ref=pos_ref,
        version=7,
        created_at=1_000_000,
        updated_at=2_000_000,
        customer=one,
        group_ids=one.group_ids,
        segment_ids=one.segment_ids,
        record=Provenance("square", "page=1", 3_000_000, made_at, one.updated_at),
        edited=(),
    )

    assert regulars.read(native_customers.customer(shown)) == structs.replace(
        one,
        pos_ref=one.id,
        reference_id=one.reference_id or (None if pos_ref == one.id else pos_ref),
        location_id=12345,
        version=7,
        created_at=1_000_000 if made_at is None else made_at,
        updated_at=2_000_000,
        cards=(),
    )


def test_what_does_not_fit_is_a_problem() -> None:
    """A newer or broken instance loses a field, not a customer."""
    document = {
        "id": 5,
        "first_name": ["Ada"],
        "phones": [{"text": "+1 212 555 0142", "type": "PIGEON"}],
        "new": {},
    }

    assert regulars.read(json.dumps(document).encode()) == Customer(
        pos_ref="5",
        id="5",
        phones=(Phone("+1 212 555 0142"),),
        problems=(
            Problem("id", "wrong_type"),
            Problem("first_name", "wrong_type"),
            Problem("phone.type", "unknown_value", 0),
        ),
    )


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{", b"null", b'{"id":"\\u0000"}', b'{"id":"' + b"x" * 600 + b'"}']
)
def test_what_is_no_customer_is_refused(raw: bytes) -> None:
    """With a sentence."""
    with pytest.raises(Invalid):
        regulars.read(raw)
