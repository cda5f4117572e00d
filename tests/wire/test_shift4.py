"""Shift4's customers come in both of its shapes, whatever is wrong with them, and go out in the seed's."""

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from regulars import limits
from regulars.errors import Invalid
from regulars.model.customer import Address, Customer, Email, Phone, Problem
from regulars.wire import shift4
from tests.wire.customers import customers, only_shift4
from tests.wire.documents import NO_OBJECTS, damaged, objects

GOLDEN = (Path(__file__).parent / "golden" / "shift4-page.json").read_bytes()
SEED = json.dumps(json.loads(GOLDEN)["results"][0]).encode()
KEYS = ["posRef", "firstName", "companyName", "locationId", "createdAt"]
INNER = {
    "customerEmails": ["email", "isPrimary", "isVerified", "createdAt"],
    "customerPhones": ["phone", "type", "isPrimary", "extension"],
    "customerAddresses": [
        "street",
        "streetAddress1",
        "postalCode",
        "country",
        "latitude",
        "longitude",
        "type",
    ],
}


def ordered(document: bytes) -> list[tuple[str, object]]:
    """A JSON object with the order of its keys, at every depth."""
    found: list[tuple[str, object]] = json.loads(document, object_pairs_hook=list)
    return found


def test_the_seeds_customer_is_written_as_it_was_read() -> None:
    """Every key and value of the portal's example comes back, in its order."""
    assert ordered(shift4.write(shift4.read(SEED))) == ordered(SEED)


def test_the_seeds_page_is_written_as_it_was_read() -> None:
    """The whole answer too, `meta` included."""
    page = shift4.read_page(GOLDEN)

    written = shift4.write_page([shift4.write(shift4.read(raw)) for raw in page.results], page.meta or b"{}")

    assert ordered(written) == ordered(GOLDEN)


def test_the_seed_is_understood_in_full() -> None:
    """Nothing of the example is lost on the way in."""
    assert shift4.read(SEED) == Customer(
        pos_ref="CUST-12345",
        first_name="John",
        last_name="Doe",
        location_id=12345,
        created_at=1_705_314_600_000_000,
        updated_at=1_705_314_600_000_000,
        emails=(Email("john.doe@example.com", is_primary=True),),
        phones=(Phone("+1234567890", type="MOBILE", is_primary=True),),
        addresses=(
            Address(
                street="123 Main St",
                city="New York",
                state="NY",
                zip_code="10001",
                country="US",
                type="HOME",
                is_primary=True,
            ),
        ),
    )


@given(customers)
def test_what_is_written_is_read_again(customer: Customer) -> None:
    """read(write(c)) == only(c, shift4)."""
    assert shift4.read(shift4.write(customer)) == only_shift4(customer)


@given(customers)
def test_writing_what_was_read_changes_nothing(customer: Customer) -> None:
    """write(read(write(c))) == write(c), byte for byte."""
    written = shift4.write(customer)

    assert shift4.write(shift4.read(written)) == written


@given(customers)
def test_scalars_are_null_and_unknown_parts_absent(customer: Customer) -> None:
    """The customer's own keys are always the seed's; inside the arrays no key is null."""
    document = json.loads(shift4.write(customer))

    assert list(document) == list(json.loads(SEED))
    contacts = [
        each for key in ("customerEmails", "customerPhones", "customerAddresses") for each in document[key]
    ]
    assert all("isPrimary" in each and None not in each.values() for each in contacts)


def test_every_field_of_the_contract_has_its_place() -> None:
    """All keys of e-mails, phones and addresses, in the seed's order."""
    full = Customer(
        emails=(Email("a@example.com", is_verified=True, created_at=0),),
        phones=(Phone("+12125550142", "+12125550142", "7", "HOME", False, False, 500_000),),
        addresses=(
            Address(
                street="1 A St",
                street2="Apt 2",
                city=" Springfield",
                state=" Illinois ",
                state_code="IL",
                zip_code="62701",
                country="USA",
                country_code="US",
                type="WORK",
                is_primary=True,
                latitude=39.8,
                longitude=-89.6,
                created_at=0,
            ),
        ),
    )

    document = json.loads(shift4.write(full))

    assert ordered(json.dumps(document["customerEmails"][0]).encode()) == [
        ("email", "a@example.com"),
        ("isPrimary", False),
        ("isVerified", True),
        ("createdAt", "1970-01-01T00:00:00Z"),
    ]
    assert ordered(json.dumps(document["customerPhones"][0]).encode()) == [
        ("phone", "+12125550142"),
        ("isPrimary", False),
        ("type", "HOME"),
        ("isVerified", False),
        ("extension", "7"),
        ("createdAt", "1970-01-01T00:00:00.5Z"),
    ]
    assert ordered(json.dumps(document["customerAddresses"][0]).encode()) == [
        ("street", "1 A St"),
        ("street2", "Apt 2"),
        ("city", " Springfield"),
        ("state", "IL"),
        ("zipCode", "62701"),
        ("country", "US"),
        ("isPrimary", True),
        ("type", "WORK"),
        ("latitude", 39.8),
        ("longitude", -89.6),
        ("createdAt", "1970-01-01T00:00:00Z"),
    ]


def test_the_vendor_hosts_names_are_read() -> None:
    """Its addresses, phones without types and customers without times are the same customers."""
    raw = (
        b'{"posRef":"7","firstName":"Ada","customerPhones":[{"phone":"212 555 0142"}],"customerAddresses":['
        b'{"posRef":"a1","streetAddress1":"1 A St","streetAddress2":"Apt 2","city":"X","state":"NY","postalCode":"1"}]}'
    )

    customer = shift4.read(raw)

    assert customer.phones == (Phone("212 555 0142"),)
    assert customer.addresses == (
        Address(street="1 A St", street2="Apt 2", city="X", state="NY", zip_code="1"),
    )
    assert customer.problems == ()


@pytest.mark.parametrize(
    ("raw", "expected", "problem"),
    [
        (b'{"posRef":12}', Customer(pos_ref="12"), Problem("pos_ref", "wrong_type")),
        (b'{"firstName":1.50}', Customer(first_name="1.50"), Problem("first_name", "wrong_type")),
        (b'{"firstName":1e999}', Customer(first_name="1e999"), Problem("first_name", "wrong_type")),
        (b'{"firstName":true}', Customer(), Problem("first_name", "wrong_type")),
        (b'{"firstName":["Ada"]}', Customer(), Problem("first_name", "wrong_type")),
        (b'{"locationId":"12"}', Customer(location_id=12), Problem("location_id", "wrong_type")),
        (b'{"locationId":0}', Customer(), Problem("location_id", "out_of_range")),
        (b'{"locationId":%s}' % (b"9" * 5_000), Customer(), Problem("location_id", "wrong_type")),
        (b'{"createdAt":"yesterday"}', Customer(), Problem("created_at", "not_an_instant")),
        (b'{"createdAt":1705314600}', Customer(), Problem("created_at", "wrong_type")),
        (b'{"customerEmails":{}}', Customer(), Problem("emails", "wrong_type")),
        (b'{"customerEmails":[{},"a@b.c"]}', Customer(), Problem("email", "wrong_type", 1)),
        (
            b'{"customerEmails":[{"email":"a@b.c","isPrimary":"yes"}]}',
            Customer(emails=(Email("a@b.c"),)),
            Problem("email.is_primary", "wrong_type", 0),
        ),
        (
            b'{"customerEmails":[{"email":"a@b.c","isPrimary":"true"}]}',
            Customer(emails=(Email("a@b.c", is_primary=True),)),
            Problem("email.is_primary", "wrong_type", 0),
        ),
        (
            b'{"customerPhones":[{"phone":2125550142}]}',
            Customer(phones=(Phone("2125550142"),)),
            Problem("phone.text", "wrong_type", 0),
        ),
        (
            b'{"customerPhones":[{"phone":"12345","type":"PAGER"}]}',
            Customer(phones=(Phone("12345"),)),
            Problem("phone.type", "unknown_value", 0),
        ),
        (
            b'{"customerAddresses":[{"zipCode":2113,"latitude":91}]}',
            Customer(addresses=(Address(zip_code="2113"),)),
            Problem("address.zip_code", "wrong_type", 0),
        ),
        (
            b'{"customerAddresses":[{"city":"X","longitude":"nan"}]}',
            Customer(addresses=(Address(city="X"),)),
            Problem("address.longitude", "out_of_range", 0),
        ),
    ],
)
def test_a_wrong_field_costs_only_itself(raw: bytes, expected: Customer, problem: Problem) -> None:
    """What can be read of it is, the rest is left out, and a problem says so."""
    customer = shift4.read(raw)

    assert problem in customer.problems
    assert only_shift4(customer) == expected


def test_small_liberties_are_no_problem() -> None:
    """Lower-case types, empty contacts, unknown keys, the last of equal keys."""
    raw = (
        b'{"firstName":"A","firstName":"B","x":{"y":[1]},"customerEmails":[{"email":""},{"email":" "},{}],'
        b'"customerPhones":[{"phone":"12345","type":"mobile"}],"customerAddresses":[{"street":""},{}]}'
    )

    assert shift4.read(raw) == Customer(first_name="B", phones=(Phone("12345", type="MOBILE"),))


def test_texts_and_lists_have_an_end() -> None:
    """What is over a limit is cut and noted; a text of just the limit is not."""
    long, many = "x" * limits.TEXT_LENGTH_MAX, limits.CONTACTS_MAX
    emails = [{"email": f"{number}@example.com"} for number in range(many + 1)]

    customer = shift4.read(
        json.dumps({"firstName": long + "y", "lastName": long, "customerEmails": emails}).encode()
    )

    assert customer.first_name == customer.last_name == long
    assert len(customer.emails) == many
    assert customer.problems == (Problem("first_name", "too_long"), Problem("email", "too_many", many))


@pytest.mark.parametrize("raw", [b'{"posRef":"a\\u0000b"}', b'{"posRef":"%s"}' % (b"x" * 513)])
def test_a_reference_nobody_can_ask_for_is_refused(raw: bytes) -> None:
    """The record goes to quarantine, for it could never be found again."""
    with pytest.raises(Invalid) as caught:
        shift4.read(raw)

    assert caught.value.field == "pos_ref"


@pytest.mark.parametrize("raw", NO_OBJECTS, ids=range(len(NO_OBJECTS)))
def test_what_is_no_json_object_is_refused(raw: bytes) -> None:
    """In words that repeat nothing of it."""
    with pytest.raises(Invalid, match=r"^The record is no JSON object$"):
        shift4.read(raw)
    with pytest.raises(Invalid, match=r"^The page is no JSON object"):
        shift4.read_page(raw)


def survives(raw: bytes, refused: str | None = None) -> None:
    """Reads it or refuses it, for `refused` if that is named; what was read can be written."""
    try:
        customer = shift4.read(raw)
    except Invalid as caught:
        if refused is not None and caught.field != refused:
            raise
        return
    assert shift4.read(shift4.write(customer)) == only_shift4(customer)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    """No bytes raise anything but Invalid."""
    survives(raw)


@given(damaged(SEED))
@example(SEED.replace(b"10001", b"\\udfff"))
def test_a_damaged_record_is_read_or_refused(raw: bytes) -> None:
    """One stretch of the seed's customer replaced by anything."""
    survives(raw)


@given(objects(KEYS, INNER))
def test_any_object_is_read(raw: bytes) -> None:
    """Whatever stands in the fields, the customer is kept, unless its reference cannot be."""
    survives(raw, refused="pos_ref")


def test_both_kinds_of_meta_are_read_and_written() -> None:
    """Pages say where they stand in either manner; one that says nothing known has no meta."""
    page = shift4.PageMeta(page=2, page_size=50, total_count=150)
    offset = shift4.OffsetMeta(offset=10, limit=5, count=5, total_count=150)

    assert shift4.write_page([b"{}", b"{}"], page) == (
        b'{"results":[{},{}],"meta":{"page":2,"pageSize":50,"totalCount":150}}'
    )
    assert shift4.read_page(shift4.write_page([], page)).meta == page
    assert shift4.read_page(shift4.write_page([], offset)).meta == offset
    assert [shift4.read_page(raw).meta for raw in (b'{"results":[]}', b'{"results":[],"meta":{}}')] == [
        None,
        None,
    ]


def test_a_page_keeps_its_records_byte_for_byte() -> None:
    """Blanks inside a record stay, those around it go."""
    assert shift4.read_page(b'{"results": [ { "posRef" : 1 } , null ]}').results == [
        b'{ "posRef" : 1 }',
        b"null",
    ]


def test_a_tombstone_has_every_key_and_nothing_personal() -> None:
    """Scalars null, arrays empty, and when it was deleted."""
    written = shift4.tombstone(pos_ref="7", location_id=12, deleted_at=1_000_001)

    assert ordered(written) == [
        ("posRef", "7"),
        ("firstName", None),
        ("lastName", None),
        ("companyName", None),
        ("locationId", 12),
        ("createdAt", None),
        ("updatedAt", "1970-01-01T00:00:01.000001Z"),
        ("customerEmails", []),
        ("customerPhones", []),
        ("customerAddresses", []),
        ("deletedAt", "1970-01-01T00:00:01.000001Z"),
    ]
