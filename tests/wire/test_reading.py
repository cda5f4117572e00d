"""Reading field by field gives what reading at full speed gives, wherever both can."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.model import instant, reading
from regulars.model.customer import Customer
from regulars.wire import shift4, square
from tests.wire.customers import customers


@pytest.mark.parametrize("wire", [shift4, square])
@given(customer=customers)
def test_both_ways_to_read_agree(wire: Any, customer: Customer) -> None:
    """The slow path is only ever taken for its leniency: of a right record it makes the same, without a problem."""
    raw = wire.write(customer)
    fast, problems = reading.record(raw, wire._DECODER)

    assert reading._Mender(wire._DECODER.type).record(raw) == (fast, [])
    assert problems == []


@given(
    st.from_regex(
        r"(?:19|20)\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-6]\d:[0-6]\d",
        fullmatch=True,
        alphabet=st.characters(codec="ascii"),
    )
)
def test_both_ways_to_read_an_instant_agree(text: str) -> None:
    """What most tills write is read by a shorter way; an offset of nothing takes the longer one."""
    assert instant.parse(text + "Z") == instant.parse(text + "+00:00")


def test_the_calendar_knows_leap_years() -> None:
    """29 February exists every fourth year, not in 1900, in 2000, and in the year that nobody knows."""
    years = ["1999", "1996", "1900", "2000", "0000"]

    assert [reading.calendar_day(year, "2", "29") is not None for year in years] == [
        False,
        True,
        False,
        True,
        True,
    ]
