"""Square's customers come in whatever is wrong with them, and go out in the seed's shape, whole or in two steps."""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.errors import Invalid
from regulars.model.customer import Address, Card, Customer, Email, Phone, Problem
from regulars.wire import square
from tests.wire.customers import HOSTILE, customers, only_square
from tests.wire.documents import NO_OBJECTS, damaged, objects

GOLDEN = (Path(__file__).parent / "golden" / "square-page.json").read_bytes()
SEED = json.dumps(json.loads(GOLDEN)["customers"][0]).encode()
KEYS = [
    "id",
    "given_name",
    "birthday",
    "created_at",
    "version",
    "preferences",
    "tax_ids",
    "group_ids",
    "address",
]
INNER = {"cards": ["id", "card_brand", "last_4", "exp_month", "exp_year", "cardholder_name"]}


def ordered(document: bytes) -> list[tuple[str, object]]:
    """A JSON object with the order of its keys, at every depth."""
    found: list[tuple[str, object]] = json.loads(document, object_pairs_hook=list)
    return found


def test_the_seeds_customer_is_written_as_it_was_read() -> None:
    """Every key and value of the example comes back, in its order, `cards` included."""
    assert ordered(square.write(square.read(SEED))) == ordered(SEED)


def test_the_seeds_page_is_written_as_it_was_read() -> None:
    """The whole answer too; that it shows errors and customers together is the example's own way."""
    page = square.read_page(GOLDEN)

    documents = [square.write(square.read(raw)) for raw in page.customers]
    written = square.write_page(documents, page.cursor, page.count, page.errors)

    assert ordered(written) == ordered(GOLDEN)


def test_the_seed_is_understood_in_full() -> None:
    """Nothing of the example is lost on the way in."""
    card = Card(id="id8", card_brand="DISCOVER", last_4="last_40", exp_month=152, exp_year=144)

    assert square.read(SEED) == Customer(
        pos_ref="JDKYHBWT1D4F8MFH63DBMEN8Y4",
        id="JDKYHBWT1D4F8MFH63DBMEN8Y4",
        reference_id="YOUR_REFERENCE_ID",
        first_name="Amelia",
        last_name="Earhart",
        note="a customer",
        created_at=1_458_764_514_859_000,
        updated_at=1_458_764_515_000_000,
        emails=(Email("Amelia.Earhart@example.com"),),
        phones=(Phone("+1-212-555-4240"),),
        addresses=(
            Address(
                street="500 Electric Ave",
                street2="Suite 600",
                city="New York",
                state="NY",
                zip_code="10003",
                country="US",
            ),
        ),
        creation_source="THIRD_PARTY",
        email_unsubscribed=False,
        version=1,
        group_ids=("545AXB44B4XXWMVQ4W8SBT3HHF",),
        segment_ids=("1KB9JE5EGJXCW.REACHABLE",),
        cards=(card, card),
    )


@given(customers)
def test_what_is_written_is_read_again(customer: Customer) -> None:
    """read(write(c)) == only(c, square)."""
    assert square.read(square.write(customer)) == only_square(customer)


@given(customers)
def test_writing_what_was_read_changes_nothing(customer: Customer) -> None:
    """write(read(write(c))) == write(c), byte for byte."""
    written = square.write(customer)

    assert square.write(square.read(written)) == written


@given(customers)
def test_a_core_spliced_is_the_whole(customer: Customer) -> None:
    """splice(write_core(c), …) == write(c), whatever the texts look like."""
    whole = square.write(customer)
    parts = msgspec.json.decode(whole, type=dict[str, msgspec.Raw])

    def array(key: str) -> bytes | None:
        return bytes(parts[key]) if key in parts else None

    spliced = square.splice(
        square.write_core(customer),
        group_ids=array("group_ids"),
        segment_ids=array("segment_ids"),
        cards=array("cards"),
    )

    assert spliced == whole


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_taken_for_a_place_to_splice(text: str) -> None:
    """Names that look like keys stay names, in every field."""
    customer = Customer(
        id="1",
        first_name=text,
        last_name=text,
        note=text,
        reference_id=text,
        eu_vat=text,
        phones=(Phone(text),),
        addresses=(Address(street=text, last_name=text),),
        group_ids=(text, "id"),
        segment_ids=(text, "updated_at"),
    )

    core = square.write_core(customer)
    groups, segments = msgspec.json.encode(customer.group_ids), msgspec.json.encode(customer.segment_ids)

    assert square.splice(core, group_ids=groups, segment_ids=segments, cards=None) == square.write(customer)


def test_empty_parts_are_not_spliced() -> None:
    """No key without a value, and an empty array is none."""
    core = square.write_core(Customer(id="1"))

    assert square.splice(core, group_ids=b"[]", segment_ids=None, cards=b"[]") == b'{"id":"1"}'
    assert square.splice(b"{}", group_ids=b'["a"]', segment_ids=b'["b"]', cards=b"[{}]") == (
        b'{"group_ids":["a"],"segment_ids":["b"],"cards":[{}]}'
    )


@given(customers)
def test_no_key_is_ever_null_or_empty(customer: Customer) -> None:
    """Older SDKs throw at a null."""
    document = json.loads(square.write(customer))

    cards = document.pop("cards", [])
    for part in (document, document.get("address", {}), *cards):
        assert all(value not in (None, "", [], {}) for value in part.values())


def test_the_primary_contact_is_served_verbatim() -> None:
    """Phones, e-mails and addresses as they came; of a country its code, or a text that can be one."""
    customer = Customer(
        emails=(Email("a@example.com"), Email(" B@EXAMPLE.com", "B@example.com", is_primary=True)),
        phones=(Phone("1-917-500-1000", "+19175001000"), Phone("x")),
        addresses=(Address(country="Germany", country_code="DE", state="Bayern", state_code=None),),
    )

    assert json.loads(square.write(customer)) == {
        "address": {"administrative_district_level_1": "Bayern", "country": "DE"},
        "email_address": " B@EXAMPLE.com",
        "phone_number": "1-917-500-1000",
    }


@pytest.mark.parametrize(
    ("country", "served"), [("ZZ", "ZZ"), ("Atlantis", None), ("us", None), ("U1", None)]
)
def test_a_country_that_is_no_code_is_left_out(country: str, served: str | None) -> None:
    """Square's country is an enum of two capital letters."""
    document = json.loads(square.write(Customer(addresses=(Address(street="1", country=country),))))

    assert document["address"].get("country") == served


def test_times_have_milliseconds() -> None:
    """Rounded down; a whole second has none."""
    document = json.loads(square.write(Customer(created_at=1_999_999, updated_at=-1)))

    assert document == {"created_at": "1970-01-01T00:00:01.999Z", "updated_at": "1969-12-31T23:59:59.999Z"}
    assert json.loads(square.write(Customer(created_at=5_000_999)))["created_at"] == "1970-01-01T00:00:05Z"


@pytest.mark.parametrize(
    ("text", "birthday"),
    [
        ("1998-09-21", "1998-09-21"),
        ("09-21", "0000-09-21"),
        ("0000-09-01T00:00:00-00:00", "0000-09-01"),
        ("0000-02-29", "0000-02-29"),
        ("1900-02-29", None),
        ("1999-02-29", None),
        ("13-01", None),
        ("00-10", None),
        ("1998-9-21", None),
        ("soon", None),
    ],
)
def test_birthdays_of_every_version_are_read(text: str, birthday: str | None) -> None:
    """With a year, without, and in the old RFC 3339 form; what is no day of the calendar is a problem."""
    customer = square.read(json.dumps({"birthday": text}).encode())

    assert customer.birthday == birthday
    assert customer.problems == (() if birthday else (Problem("birthday", "not_a_date"),))


@pytest.mark.parametrize(
    ("card", "kept", "field"),
    [
        ({"last_4": "4111111111111111"}, (), "card.last_4"),
        ({"last_4": "4111 1111 1111"}, (), "card.last_4"),
        ({"last_4": 4111111111111111}, (), "card.last_4"),
        (
            {"last_4": "1111", "cardholder_name": "A 4111-1111-1111-1111"},
            (Card(last_4="1111"),),
            "card.cardholder_name",
        ),
        (
            {"last_4": "1111", "card_brand": "４１１１１１１１１１１１"},
            (Card(last_4="1111"),),
            "card.card_brand",
        ),
        ({"last_4": "1111", "id": "x411111111111"}, (Card(last_4="1111"),), "card.id"),
        ({"last_4": "1111", "exp_month": 4111111111111111}, (Card(last_4="1111"),), "card.exp_month"),
    ],
)
def test_no_card_number_gets_in(card: object, kept: tuple[Card, ...], field: str) -> None:
    """Twelve digits in a field of a card are never kept."""
    customer = square.read(json.dumps({"cards": [card]}).encode())

    assert customer.cards == kept
    assert any(problem.field == field and problem.at == 0 for problem in customer.problems)


def test_a_cards_id_may_hold_many_digits() -> None:
    """An id of letters and digits is none of the card's number."""
    card = Card(id="icard-1a23b4c5-67d8-90e1-2f34-567890ab1c2d", exp_month=12, exp_year=2030)

    assert square.read(square.write(Customer(cards=(card,)))).cards == (card,)


def test_other_fields_of_a_card_are_not_kept() -> None:
    """Billing address, fingerprint and the first digits stay outside."""
    raw = b'{"cards":[{"id":"a","fingerprint":"f","bin":"411111","billing_address":{"locality":"X"}},{"bin":"411111"}]}'

    assert square.read(raw).cards == (Card(id="a"),)


def test_null_is_absent_and_unknown_values_are_kept() -> None:
    """A creation source or a country that Square makes up tomorrow is still the customer's."""
    raw = (
        b'{"id":"1","given_name":null,"address":null,"cards":null,"preferences":null,"tax_ids":{"eu_vat":null},'
        b'"group_ids":null,"creation_source":"TELEPATHY","version":0}'
    )

    assert square.read(raw) == Customer(pos_ref="1", id="1", creation_source="TELEPATHY", version=0)


@pytest.mark.parametrize(
    ("raw", "expected", "problem"),
    [
        (b'{"id":7}', Customer(pos_ref="7", id="7"), Problem("id", "wrong_type")),
        (
            b'{"phone_number":2125550142}',
            Customer(phones=(Phone("2125550142"),)),
            Problem("phone", "wrong_type"),
        ),
        (b'{"version":-1}', Customer(), Problem("version", "out_of_range")),
        (b'{"preferences":{"email_unsubscribed":1}}', Customer(email_unsubscribed=True), None),
        (
            b'{"group_ids":["a",5,null,{}]}',
            Customer(group_ids=("a", "5")),
            Problem("group_id", "wrong_type", 1),
        ),
        (
            b'{"address":{"locality":5}}',
            Customer(addresses=(Address(city="5"),)),
            Problem("address.city", "wrong_type"),
        ),
        (b'{"address":"here"}', Customer(), Problem("address", "wrong_type")),
    ],
)
def test_a_wrong_field_costs_only_itself(raw: bytes, expected: Customer, problem: Problem | None) -> None:
    """What can be read of it is, the rest is left out, and a problem says so."""
    customer = square.read(raw)

    assert msgspec.structs.replace(customer, problems=()) == expected
    assert customer.problems
    assert problem is None or problem in customer.problems


@pytest.mark.parametrize("raw", NO_OBJECTS, ids=range(len(NO_OBJECTS)))
def test_what_is_no_json_object_is_refused(raw: bytes) -> None:
    """In words that repeat nothing of it."""
    with pytest.raises(Invalid, match=r"^The record is no JSON object$"):
        square.read(raw)


def survives(raw: bytes, refused: str | None = None) -> None:
    """Reads it or refuses it, for `refused` if that is named; what was read can be written."""
    try:
        customer = square.read(raw)
    except Invalid as caught:
        if refused is not None and caught.field != refused:
            raise
        return
    assert square.read(square.write(customer)) == only_square(customer)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    """No bytes raise anything but Invalid."""
    survives(raw)


@given(damaged(SEED))
def test_a_damaged_record_is_read_or_refused(raw: bytes) -> None:
    """One stretch of the seed's customer replaced by anything."""
    survives(raw)


@given(objects(KEYS, INNER))
def test_any_object_is_read(raw: bytes) -> None:
    """Whatever stands in the fields, the customer is kept, unless its id cannot be."""
    survives(raw, refused="pos_ref")


def test_pages_say_only_what_there_is() -> None:
    """`{}` when there is nothing; no key without a value; the cursor is JSON."""
    assert square.write_page([]) == b"{}"
    assert square.write_page([], count=0) == b'{"count":0}'
    assert square.write_page([b"{}", b"{}"], 'a"b', 2) == b'{"customers":[{},{}],"cursor":"a\\"b","count":2}'
    assert square.read_page(b"{}") == square.ReadPage([], [], None, None)


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b'{"customers":{}}', b'{"errors":[{}]}', b'{"count":"2"}', b"\xff"]
)
def test_what_is_no_page_is_refused(raw: bytes) -> None:
    """In words that repeat nothing of it."""
    with pytest.raises(Invalid, match=r"^The page is no answer of ListCustomers$"):
        square.read_page(raw)
