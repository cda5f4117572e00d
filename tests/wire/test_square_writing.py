"""What Square's writing requests make of a customer: sparse, verbatim, and in bounds."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from msgspec import structs

from regulars import limits
from regulars.errors import Invalid
from regulars.model.customer import Address, Customer, Email, Phone
from regulars.wire import square
from regulars.wire.square_writing import CreateCustomerRequest, UpdateCustomerRequest, applied
from tests.wire.customers import customers

ADDRESS = {
    "address_line_1": "500 Electric Ave",
    "address_line_2": "Suite 600",
    "administrative_district_level_1": "NY",
    "country": "US",
    "locality": "New York",
    "postal_code": "10003",
}
ADA = Customer(
    first_name="Ada",
    emails=(Email("work@example.com"), Email("ada@example.com", is_primary=True, is_verified=True)),
    phones=(Phone("+1 212 555 4240", is_primary=True, type="MOBILE", extension="12"), Phone("+1 212 555 4241")),
    addresses=(
        Address(street="1 Main St", city="Springfield", country="US", latitude=1.0, longitude=2.0, is_primary=True),
        Address(street="2 Side St"),
    ),
    birthday="1990-02-28",
    eu_vat="IE3426675K",
)  # fmt: skip


def updated(customer: Customer, *, empty_clears: bool = False, **asked: Any) -> Customer:
    """The customer after an update with these fields, as JSON says them."""
    return applied(msgspec.convert(asked, UpdateCustomerRequest), customer, empty_clears=empty_clears)


def refused(**asked: Any) -> tuple[str | None, str]:
    with pytest.raises(Invalid) as raised:
        updated(ADA, **asked)
    assert not any(str(text) in raised.value.message for text in asked.values() if len(str(text)) > 4)
    return raised.value.field, raised.value.rule


def test_everything_that_may_be_written() -> None:
    """A new customer has each field as it was given."""
    asked = {
        "given_name": "Amelia", "family_name": "Earhart", "company_name": "Example Air", "nickname": "Meeley",
        "email_address": "Amelia.Earhart@example.com", "phone_number": "1-917-500-1000", "note": "a\ncustomer",
        "reference_id": "YOUR_REFERENCE_ID", "birthday": "1897-07-24", "address": ADDRESS,
        "tax_ids": {"eu_vat": "IE3426675K"},
    }  # fmt: skip

    made = applied(msgspec.convert(asked, CreateCustomerRequest), Customer())

    assert msgspec.json.decode(square.write(made)) == asked


@given(customers)
def test_what_is_absent_stays(customer: Customer) -> None:
    """An empty request changes nothing of any customer."""
    assert updated(customer) == customer


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_null_and_an_empty_text_remove(nothing: str | None) -> None:
    """The field is gone, and only that."""
    assert updated(ADA, given_name=nothing) == structs.replace(ADA, first_name=None)
    assert updated(ADA, email_address=nothing) == structs.replace(ADA, emails=ADA.emails[:1])


def test_null_removes_the_rest() -> None:
    """Phone, birthday, tax number and address too; of several the one that is shown, so another moves up."""
    assert updated(ADA, phone_number=None) == structs.replace(ADA, phones=ADA.phones[1:])
    assert updated(ADA, birthday=None).birthday is None
    assert updated(ADA, tax_ids=None).eu_vat is updated(ADA, tax_ids={"eu_vat": None}).eu_vat is None
    assert updated(ADA, address=None) == structs.replace(ADA, addresses=ADA.addresses[1:])


def test_one_of_several_is_edited() -> None:
    """The one that Square shows is replaced in its place; what belonged to the old text goes with it."""
    made = updated(ADA, email_address="new@example.com", phone_number="+1 212 555 4299")

    assert made.emails == (ADA.emails[0], Email("new@example.com", is_primary=True))
    assert made.phones == (Phone("+1 212 555 4299", is_primary=True), ADA.phones[1])


def test_the_same_again_changes_nothing() -> None:
    """Whoever writes back what was read keeps all that Square does not show."""
    shown = msgspec.json.decode(square.write(ADA))

    assert updated(ADA, **shown) == ADA


def test_an_address_is_sparse() -> None:
    """Only its named fields change; null removes one; it is no longer where the map had it."""
    [made, other] = updated(ADA, address={"address_line_1": "9 New St", "locality": None}).addresses

    assert made == Address(street="9 New St", country="US", is_primary=True)
    assert other == ADA.addresses[1]
    assert updated(ADA, address={"first_name": "Ignored", "last_name": "Ignored"}) == ADA


def test_an_address_without_anything_left_is_gone() -> None:
    """So is one that an empty object replaces, where the client's version says so."""
    nothing = {"address_line_1": None, "locality": "", "country": None}

    assert updated(ADA, address=nothing).addresses == ADA.addresses[1:]
    assert updated(ADA, address={}) == ADA
    assert updated(ADA, address={}, empty_clears=True).addresses == ADA.addresses[1:]
    assert updated(ADA, tax_ids={}) == ADA
    assert updated(ADA, tax_ids={}, empty_clears=True).eu_vat is None


@pytest.mark.parametrize(
    "text",
    ["123456789", "+1234567890123456", "1-917-500-1000", "+1 (551) 234-1567", "001.212/555 4240"],
)
def test_phones_stay_verbatim(text: str) -> None:
    """Nine to sixteen digits with any punctuation come back as they were."""
    assert updated(ADA, phone_number=text).phones[0].text == text


@pytest.mark.parametrize(
    "text",
    ["12345678", "12345678901234567", "212-555-FUEL-42", "+1 212 555 4240 x12", "1+2125554240", " ", "\u0661" * 9,
     "1234567890\0", "1234567890\n", "(" * 100 + "1234567890"],
)  # fmt: skip
def test_no_phones(text: str) -> None:
    """Other counts of digits, letters, controls, digits of other scripts, endless punctuation."""
    assert refused(phone_number=text) == ("phone_number", "not_a_phone")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("1998-09-21", "1998-09-21"),
        ("09-21", "0000-09-21"),
        ("02-29", "0000-02-29"),
        ("0000-02-29", "0000-02-29"),
        ("2000-02-29", "2000-02-29"),
        ("0000-09-01T00:00:00-00:00", "0000-09-01"),
        ("1998-09-01T00:00:00Z", "1998-09-01"),
    ],
)
def test_birthdays(text: str, kept: str) -> None:
    """With a year, without one, and as versions before 2021-04-21 wrote them."""
    assert updated(ADA, birthday=text).birthday == kept


@pytest.mark.parametrize(
    "text",
    ["1999-02-29", "1900-02-29", "13-01", "00-10", "04-31", "1998-9-1", "98-09-01", "yesterday", " 09-21", "09-21\n",
     "1998-09-01T12:00:00Z", "1998-09-01Tgarbage", "٠٩-٢١"],
)  # fmt: skip
def test_no_birthdays(text: str) -> None:
    """Days that no calendar has, and texts that are no date."""
    assert refused(birthday=text) == ("birthday", "not_a_time")


def test_no_tax_number() -> None:
    """Letters and digits only."""
    assert refused(tax_ids={"eu_vat": "IE-3426675K"}) == ("tax_ids.eu_vat", "form")


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("given_name", limits.GIVEN_NAME_LENGTH_MAX),
        ("family_name", limits.FAMILY_NAME_LENGTH_MAX),
        ("company_name", limits.COMPANY_NAME_LENGTH_MAX),
        ("nickname", limits.NICKNAME_LENGTH_MAX),
        ("reference_id", limits.REFERENCE_ID_LENGTH_MAX),
        ("note", limits.TEXT_LENGTH_MAX),
    ],
)
def test_lengths_are_of_characters(name: str, most: int) -> None:
    """As many characters as Square allows fit, whatever their bytes; one more does not."""
    ours = {"given_name": "first_name", "family_name": "last_name"}.get(name, name)

    fitting: dict[str, Any] = {name: "\U0001f600" * most}
    longer: dict[str, Any] = {name: "x" * (most + 1)}

    assert getattr(updated(ADA, **fitting), ours) == fitting[name]
    with pytest.raises(msgspec.ValidationError):
        updated(ADA, **longer)
