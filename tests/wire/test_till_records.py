"""Records of Stripe, Clover and Lightspeed X-Series: what each says is read, what is wrong with it is a problem."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from msgspec import structs

from regulars import errors
from regulars.model.customer import Address, Customer, Email, Phone, Problem
from regulars.wire import clover, lightspeed_x, odoo, shopify, stripe, tryton, woocommerce

READERS = (
    clover.read,
    lightspeed_x.read,
    odoo.read,
    shopify.read,
    stripe.read,
    tryton.read,
    woocommerce.read,
)

NUMBERED = (odoo.read, tryton.read, woocommerce.read)


def read(reader: Callable[[bytes], Customer], **fields: Any) -> Customer:
    return reader(json.dumps(fields).encode())


def test_stripe_says() -> None:
    """One name taken apart where that is safe, the second address and phone only if they are others."""
    home = {
        "line1": "1 Elm St",
        "line2": None,
        "city": "Springfield",
        "state": "IL",
        "postal_code": "62701",
        "country": "US",
    }
    found = read(
        stripe.read,
        id="cus_1",
        name="Ada Example",
        email="ada@example.com",
        phone="+12125550100",
        created=1_700_000_000,
        address=home,
        shipping={"phone": "+12125550101", "address": home | {"line1": "2 Oak St"}},
        metadata={"a": 1},
    )
    assert found == Customer(
        pos_ref="cus_1",
        first_name="Ada",
        last_name="Example",
        created_at=1_700_000_000_000_000,
        emails=(Email("ada@example.com"),),
        phones=(Phone("+12125550100"), Phone("+12125550101")),
        addresses=(
            Address("1 Elm St", None, None, "Springfield", "IL", "62701", "US", type="BILLING"),
            Address("2 Oak St", None, None, "Springfield", "IL", "62701", "US", type="OTHER"),
        ),
    )
    alike = read(stripe.read, id="c", name="Ada de la Cruz", address=home, shipping={"address": home})
    assert (alike.first_name, alike.last_name, len(alike.addresses)) == ("Ada de la Cruz", None, 1)


def test_clover_says() -> None:
    """What is expanded is wrapped in elements; times are milliseconds; a birthday may lack its year."""
    found = read(
        clover.read,
        id="C1",
        firstName="Ada",
        lastName="Example",
        marketingAllowed=True,
        customerSince=1_700_000_000_000,
        emailAddresses={
            "elements": [
                {"id": "E", "emailAddress": "ada@example.com", "verifiedTime": 0, "primaryEmail": False},
                {"id": "F", "emailAddress": "a@example.org", "verifiedTime": 5, "primaryEmail": True},
                {"id": "G"},
            ]
        },
        phoneNumbers={"elements": [{"id": "P", "phoneNumber": "212-555-0100"}]},
        addresses={
            "elements": [{"address1": "1 Elm St", "address2": "", "city": "Springfield", "zip": "62701"}]
        },
        metadata={
            "businessName": "Example Ltd",
            "note": "likes tea",
            "dobMonth": 2,
            "dobDay": 29,
            "modifiedTime": 9,
        },
    )
    assert found == Customer(
        pos_ref="C1",
        first_name="Ada",
        last_name="Example",
        company_name="Example Ltd",
        note="likes tea",
        birthday="0000-02-29",
        created_at=1_700_000_000_000_000,
        updated_at=9_000,
        email_unsubscribed=False,
        emails=(
            Email("ada@example.com", is_verified=False),
            Email("a@example.org", is_primary=True, is_verified=True),
        ),
        phones=(Phone("212-555-0100"),),
        addresses=(Address("1 Elm St", "", None, "Springfield", None, "62701"),),
    )


@pytest.mark.parametrize(
    "born", [{"dobYear": 2001, "dobMonth": 2, "dobDay": 29}, {"dobMonth": 13, "dobDay": 1}]
)
def test_a_day_that_no_calendar_has_is_a_problem(born: dict[str, int]) -> None:
    """And no birthday."""
    found = read(clover.read, id="C1", metadata=born)
    assert (found.birthday, found.problems) == (None, (Problem("birthday", "not_a_date"),))


def test_lightspeed_says() -> None:
    """Three phones by what they are, two addresses, the customer's code."""
    found = read(
        lightspeed_x.read,
        id="0af7",
        customer_code="CODE-1",
        first_name="Ada",
        last_name=None,
        company_name="Example Ltd",
        note="",
        date_of_birth="1990-05-01",
        email="ada@example.com",
        phone="020 7946 0000",
        mobile="07700 900000",
        fax=None,
        do_not_email=True,
        created_at="2024-01-15T10:30:00+00:00",
        updated_at="2024-01-16T10:30:00+00:00",
        version=7,
        physical_address_1="1 Elm St",
        physical_suburb="Soho",
        physical_city="London",
        physical_country_id="GB",
        postal_address_1="",
        postal_country_id="GB",
        custom_field_1="kept in the record",
    )
    assert found == Customer(
        pos_ref="0af7",
        reference_id="CODE-1",
        first_name="Ada",
        company_name="Example Ltd",
        note="",
        birthday="1990-05-01",
        created_at=1_705_314_600_000_000,
        updated_at=1_705_401_000_000_000,
        email_unsubscribed=True,
        emails=(Email("ada@example.com"),),
        phones=(Phone("07700 900000", type="MOBILE"), Phone("020 7946 0000", type="HOME")),
        addresses=(Address("1 Elm St", None, city="London", country="GB", type="HOME", sublocality="Soho"),),
    )


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("raw", [b"[]", b"null", b'"Ada"', b"{", b'{"id": "\xff"}', b"[" * 100_000, b""])
def test_what_is_no_object_is_refused(reader: Callable[[bytes], Customer], raw: bytes) -> None:
    """In a sentence without a word of it."""
    with pytest.raises(errors.Invalid) as refused:
        reader(raw)
    assert "Ada" not in refused.value.message


@pytest.mark.parametrize("reader", READERS)
def test_wrong_types_are_problems(reader: Callable[[bytes], Customer]) -> None:
    """Whatever stands in a field, the customer is read with what can be used of it."""
    names = [field.encode_name for field in structs.fields(_shape(reader))]
    wrongs: list[Any] = [
        {"a": 1},
        [1, 2],
        True,
        12345678901234567890,
        "x" * 20_000,
        -1.5,
        [[]],
        [{"elements": 3}],
    ]
    for wrong in wrongs:
        for name in names:
            found = read(reader, **{name: wrong} | {"id": 7 if reader in NUMBERED else "7"})
            assert found.pos_ref == "7"


def _shape(reader: Callable[[bytes], Customer]) -> Any:
    modules = (clover, lightspeed_x, odoo, shopify, stripe, tryton, woocommerce)
    [module] = [each for each in modules if each.read is reader]
    return (
        getattr(module, "_Customer", None)
        or getattr(module, "_Partner", None)
        or getattr(module, "_Party", None)
    )


@pytest.mark.parametrize("reader", [reader for reader in READERS if reader not in NUMBERED])
@pytest.mark.parametrize("id", ["x" * 513, "a\0b"])
def test_a_ref_that_nobody_could_ask_for_is_refused(reader: Callable[[bytes], Customer], id: str) -> None:
    """The record waits in quarantine."""
    with pytest.raises(errors.Invalid):
        read(reader, id=id)


def test_a_time_that_is_none_is_a_problem() -> None:
    """Seconds where a count of them is too large."""
    found = read(stripe.read, id="c", created=2**62)
    assert (found.created_at, found.problems) == (None, (Problem("created_at", "not_an_instant"),))


def test_woocommerce_says() -> None:
    """The account's e-mail and the bill's, two addresses, times that are UTC without saying so."""
    place = {"first_name": "Ada", "company": "Example Ltd", "address_1": "1 Elm St", "city": "Springfield"}
    found = read(
        woocommerce.read,
        id=7,
        date_created_gmt="2024-01-15T10:30:00",
        email="ada@example.com",
        first_name="Ada",
        last_name="Example",
        billing=place | {"email": "bill@example.com", "phone": "212-555-0100", "country": "US"},
        shipping={"address_1": "", "city": ""},
    )
    assert found == Customer(
        pos_ref="7",
        first_name="Ada",
        last_name="Example",
        company_name="Example Ltd",
        created_at=1_705_314_600_000_000,
        emails=(Email("ada@example.com"), Email("bill@example.com")),
        phones=(Phone("212-555-0100"),),
        addresses=(Address("1 Elm St", city="Springfield", country="US", type="BILLING", first_name="Ada"),),
    )


def test_odoo_says() -> None:
    """False is nothing, a reference is its label, a company's name is the company's."""
    found = read(
        odoo.read,
        id=7,
        name="Ada Example",
        is_company=False,
        parent_id=[3, "Example Ltd"],
        email=False,
        phone="212-555-0100",
        mobile="212-555-0101",
        street="1 Elm St",
        street2=False,
        city="Springfield",
        zip="62701",
        state_id=[14, "Illinois (US)"],
        country_id=[233, "United States"],
        comment="<p>likes tea</p>",
        ref="R-7",
        create_date="2024-01-15 10:30:00",
        write_date="2024-01-16 10:30:00",
    )
    assert found == Customer(
        pos_ref="7",
        reference_id="R-7",
        first_name="Ada",
        last_name="Example",
        company_name="Example Ltd",
        note="likes tea",
        created_at=1_705_314_600_000_000,
        updated_at=1_705_401_000_000_000,
        phones=(Phone("212-555-0100"), Phone("212-555-0101", type="MOBILE")),
        addresses=(Address("1 Elm St", None, None, "Springfield", "Illinois", "62701", "United States"),),
    )
    company = read(odoo.read, id=8, name="Example Ltd", is_company=True)
    assert (company.company_name, company.first_name) == ("Example Ltd", None)


def test_shopify_says() -> None:
    """The number behind the gid, the wish not to hear of offers, every phone once."""
    found = read(
        shopify.read,
        id="gid://shopify/Customer/7",
        firstName="Ada",
        lastName="Example",
        note="likes tea",
        createdAt="2024-01-15T10:30:00Z",
        updatedAt="2024-01-16T10:30:00Z",
        tags=["vip"],
        defaultEmailAddress={"emailAddress": "ada@example.com", "marketingState": "UNSUBSCRIBED"},
        defaultPhoneNumber={"phoneNumber": "+12125550100"},
        addresses=[
            {
                "address1": "1 Elm St",
                "city": "Springfield",
                "provinceCode": "IL",
                "zip": "62701",
                "countryCodeV2": "US",
                "phone": "+12125550100",
                "company": "Example Ltd",
            }
        ],
    )
    assert found == Customer(
        pos_ref="7",
        first_name="Ada",
        last_name="Example",
        company_name="Example Ltd",
        note="likes tea",
        created_at=1_705_314_600_000_000,
        updated_at=1_705_401_000_000_000,
        email_unsubscribed=True,
        emails=(Email("ada@example.com"),),
        phones=(Phone("+12125550100"),),
        addresses=(Address("1 Elm St", None, None, "Springfield", "IL", "62701", "US"),),
    )


def test_tryton_says() -> None:
    """A name stays one text, truths are 1 and 0, what is archived of its children is not taken."""
    at = {"__class__": "datetime", "year": 2024, "month": 1, "day": 15, "hour": 10, "minute": 30, "second": 0}
    found = read(
        tryton.read,
        id=7,
        name="Ada de la Cruz",
        code="00007",
        active=1,
        create_date=at,
        write_date=at | {"microsecond": 9},
        contact_mechanisms=[
            {"type": "email", "value": "ada@example.com", "active": 1},
            {"type": "mobile", "value": "+12125550100"},
            {"type": "phone", "value": "call me", "active": True},
            {"type": "phone", "value": "+12125550199", "active": 0},
            {"type": "website", "value": "example.com"},
        ],
        addresses=[
            {
                "street": "1 Elm St\nBack door",
                "city": "Springfield",
                "postal_code": "62701",
                "country": {"code": "US"},
                "subdivision": {"code": "US-IL"},
            },
            {"street": "Old St", "active": 0},
            {"street": None, "country": {"code": "US"}},
        ],
    )
    assert found == Customer(
        pos_ref="7",
        reference_id="00007",
        first_name="Ada de la Cruz",
        created_at=1_705_314_600_000_000,
        updated_at=1_705_314_600_000_009,
        emails=(Email("ada@example.com"),),
        phones=(Phone("+12125550100", type="MOBILE"), Phone("call me", type="HOME")),
        addresses=(Address("1 Elm St", "Back door", None, "Springfield", "IL", "62701", "US"),),
    )
