"""A customer made clean keeps what came, and is the same when it is made clean again."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars import limits, normalise
from regulars.model.customer import Address, Customer, Email, Phone, Problem
from regulars.wire import csv, shift4, square
from tests.wire.customers import customers

SAMPLES = Path(__file__).parents[1] / "data" / "invented-customers.csv"
CHINOOK = Path(__file__).parents[3] / "shared" / "data" / "chinook-customers.csv"
regions = st.sampled_from(["US", "DE", "GB", "AQ"])


@given(customers, regions)
def test_normalising_twice_changes_nothing(draft: Customer, region: str) -> None:
    """normalise(normalise(c)) == normalise(c), problems included."""
    once = normalise.customer(draft, region=region)

    assert normalise.customer(once, region=region) == once


@given(customers, regions)
def test_there_is_exactly_one_primary_where_there_is_any(draft: Customer, region: str) -> None:
    """Of each kind; and it is one that can be served, if any can."""
    made = normalise.customer(draft, region=region)

    for contacts in (made.emails, made.phones, made.addresses):
        assert sum(each.is_primary for each in contacts) == bool(contacts)
    for kind in (made.emails, made.phones):
        served = [each for each in kind if each.served is not None]
        assert not served or any(each.is_primary for each in served)


@given(customers, regions)
def test_what_came_stays(draft: Customer, region: str) -> None:
    """Names but for blanks around them, contacts, addresses: everything but control characters."""
    made = normalise.customer(draft, region=region)

    def lasting(text: str | None) -> str:
        return "".join(each for each in text or "" if each.isprintable() and not each.isspace())

    assert [lasting(each.text) for each in made.emails] == [lasting(each.text) for each in draft.emails]
    assert [lasting(each.text) for each in made.phones] == [lasting(each.text) for each in draft.phones]
    assert [lasting(each.city) for each in made.addresses] == [lasting(each.city) for each in draft.addresses]
    assert made.problems[: len(draft.problems)] == draft.problems
    assert (made.pos_ref, made.id, made.birthday) == (draft.pos_ref, draft.id, draft.birthday)


@given(customers, regions)
def test_clean_customers_can_be_written_and_read(draft: Customer, region: str) -> None:
    """What both formats say of a clean customer is clean."""
    made = normalise.customer(draft, region=region)

    for wire in (shift4, square):
        again = normalise.customer(wire.read(wire.write(made)), region=region)
        assert (again.first_name, again.last_name) == (made.first_name, made.last_name)
        assert wire.write(again) == wire.write(made)


def test_a_clean_customer_needs_no_problem() -> None:
    """Understood forms stand beside what came; the first of each kind becomes the primary."""
    draft = Customer(
        first_name=" Zoe\u0308 ",
        last_name="  ",
        emails=(Email("Zoe@EXAMPLE.com"), Email("b@example.com")),
        phones=(Phone("(030) 23125 014 ext 7"),),
        addresses=(Address(city="Berlin ", country="Deutschland"), Address(state="Nevada", country="USA")),
    )

    assert normalise.customer(draft, region="US") == Customer(
        first_name="Zoë",
        emails=(
            Email("Zoe@EXAMPLE.com", "Zoe@example.com", is_primary=True),
            Email("b@example.com", "b@example.com"),
        ),
        phones=(Phone("(030) 23125 014 ext 7", "+493023125014", "7", is_primary=True),),
        addresses=(
            Address(city="Berlin ", country="Deutschland", country_code="DE", is_primary=True),
            Address(state="Nevada", country="USA", state_code="NV", country_code="US"),
        ),
    )


@pytest.mark.parametrize(
    ("draft", "problems"),
    [
        (Customer(emails=(Email("nobody"),)), [Problem("email", "not_an_email", 0)]),
        (Customer(emails=(Email("a@b.c"), Email("a b@example.com"))), [Problem("email", "not_valid", 1)]),
        (Customer(phones=(Phone("+1234567890"),)), [Problem("phone", "not_valid", 0)]),
        (Customer(phones=(Phone("1234"),)), [Problem("phone", "not_a_number", 0)]),
        (
            Customer(addresses=(Address(country="Atlantis"),)),
            [Problem("address.country", "unknown_country", 0)],
        ),
        (Customer(first_name="A\0da"), [Problem("first_name", "control_characters")]),
        (Customer(note="a\nb\0"), [Problem("note", "control_characters")]),
        (Customer(note="a\r\n\tb"), []),
        (Customer(first_name="A\u00a0B\u200d"), []),
        (Customer(addresses=(Address(city="X\x07"),)), [Problem("address.city", "control_characters", 0)]),
        (Customer(phones=(Phone("212 555 0142\ud800"),)), [Problem("phone.text", "control_characters", 0)]),
    ],
)
def test_problems_are_named(draft: Customer, problems: list[Problem]) -> None:
    """Field, rule and place of what is wrong."""
    assert list(normalise.customer(draft, region="US").problems) == problems


def test_the_seeds_own_phone_is_served() -> None:
    """+1234567890 is no valid number and is served all the same."""
    [phone] = normalise.customer(Customer(phones=(Phone(" +1234567890 "),)), region="US").phones

    assert (phone.e164, phone.served, phone.text) == (None, "+1234567890", " +1234567890 ")


def test_control_characters_part_words_where_blanks_did() -> None:
    """A tab in a name becomes a blank, a NUL nothing; lone halves of characters go."""
    draft = Customer(first_name="Ada\tMaria\0", company_name="\x01", reference_id="a\nb", nickname="\ud83d")

    made = normalise.customer(draft, region="US")

    assert (made.first_name, made.company_name, made.reference_id, made.nickname) == (
        "Ada Maria",
        None,
        "a b",
        None,
    )


def test_a_phone_is_read_in_the_country_of_the_address() -> None:
    """Of the primary one, else of any that is known, else of the location."""
    phones = (Phone("030 23125 014"),)
    germany, atlantis, france = (
        Address(country="Germany"),
        Address(country="Atlantis"),
        Address(country="France"),
    )
    main = msgspec.structs.replace(germany, is_primary=True)

    def e164(*addresses: Address, region: str = "US") -> str | None:
        return normalise.customer(Customer(phones=phones, addresses=addresses), region=region).phones[0].e164

    assert (
        e164(germany) == e164(atlantis, germany) == e164(france, main) == e164(region="DE") == "+493023125014"
    )
    assert e164(germany, france) == "+493023125014"
    assert e164() is None


def test_an_extension_of_its_own_is_kept() -> None:
    """What the record says of the extension wins over what stands in the text."""
    draft = Customer(phones=(Phone("212 555 0142 x7", extension="9"),))

    assert normalise.customer(draft, region="US").phones[0].extension == "9"


def test_the_primary_is_one_that_can_be_served() -> None:
    """A marked one that cannot be gives way; of two marked ones the first stays."""
    emails = (
        Email("nobody", is_primary=True),
        Email("a@example.com"),
        Email("b@example.com", is_primary=True),
    )
    marked = (Phone("111", is_primary=True), Phone("222"))

    made = normalise.customer(Customer(emails=emails, phones=marked), region="US")

    assert [each.is_primary for each in made.emails] == [False, False, True]
    assert [each.is_primary for each in made.phones] == [True, False]


def test_problems_have_an_end() -> None:
    """No customer carries more than a hundred."""
    draft = Customer(
        problems=(Problem("x", "y"),) * 3, phones=tuple(Phone("1") for _ in range(limits.PROBLEMS_MAX))
    )

    made = normalise.customer(draft, region="US")

    assert len(made.problems) == limits.PROBLEMS_MAX
    assert made.problems[0] == Problem("x", "y")


@pytest.mark.parametrize(
    "path", [SAMPLES, *([CHINOOK] if CHINOOK.exists() else [])], ids=lambda path: path.stem
)
def test_real_tables_come_clean(path: Path) -> None:
    """Every country is understood, every e-mail, and every phone but the three of docs/reference/phones.md."""
    header, *rows = path.read_bytes().splitlines(keepends=True)

    made = [normalise.customer(csv.read(header + row, {}), region="US") for row in rows]

    assert all(customer.addresses[0].country_code for customer in made)
    assert all(customer.emails[0].address for customer in made)
    assert [problem for customer in made for problem in customer.problems if problem.field != "phone"] == []
    assert sum(len(customer.problems) for customer in made) == 3
