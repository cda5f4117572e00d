"""Rows of tables are understood by the names of their columns, in the languages of our tills."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars import limits
from regulars.errors import Invalid
from regulars.model.customer import Address, Customer, Email, Phone, Problem
from regulars.wire.csv import FIELDS, guess, read

SAMPLES = Path(__file__).parents[1] / "data" / "invented-customers.csv"
CHINOOK = Path(__file__).parents[3] / "shared" / "data" / "chinook-customers.csv"
SQUARE = (
    "Reference ID,First Name,Last Name,Email Address,Phone Number,Nickname,Company Name,Street Address 1,"
    "Street Address 2,City,State,Postal Code,Birthday,Memo,Square Customer ID,Creation Source,First Visit,Last Visit,"
    "Transaction Count,Lifetime Spend,Email Subscription Status,Instant Profile"
)


def lines(**cells: str) -> bytes:
    """A header and a row of these columns; `_` in a name stands for a space."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerows([[name.replace("_", " ") for name in cells], list(cells.values())])
    return table.getvalue().encode()


def rows(path: Path) -> list[Customer]:
    header, *others = path.read_bytes().splitlines(keepends=True)
    return [read(header + other, {}) for other in others]


def test_squares_export_is_understood() -> None:
    """Every column of Square's Dashboard export that says something of the customer."""
    row = (
        "REF-7,Ada,Invented,ada@example.com,+1 212 555 0142,Addie,Fiction Ltd,1 A St,Apt 2,New York,NY,10001,12-10,"
        '"likes\ntea",JDKYHBWT1D4F8MFH63DBMEN8Y4,Third Party,2024-01-01,2024-02-01,3,$12.00,unsubscribed,No'
    )

    assert read(f"{SQUARE}\r\n{row}\r\n".encode(), {}) == Customer(
        pos_ref="JDKYHBWT1D4F8MFH63DBMEN8Y4",
        id="JDKYHBWT1D4F8MFH63DBMEN8Y4",
        reference_id="REF-7",
        first_name="Ada",
        last_name="Invented",
        company_name="Fiction Ltd",
        nickname="Addie",
        note="likes\ntea",
        birthday="0000-12-10",
        emails=(Email("ada@example.com"),),
        phones=(Phone("+1 212 555 0142"),),
        addresses=(Address(street="1 A St", street2="Apt 2", city="New York", state="NY", zip_code="10001"),),
        creation_source="THIRD_PARTY",
        email_unsubscribed=True,
    )


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            "CustomerId,FirstName,LastName,Company,Address,City,State,Country,PostalCode,Phone,Fax,Email,SupportRepId",
            "pos_ref first_name last_name company_name street city state country zip_code phone fax email -",
        ),
        ("id,name,e-mail,mobile", "pos_ref full_name email mobile_phone"),
        (
            "CUSTOMER_ID,givenName,surname,organisation,cell,tel.",
            "pos_ref first_name last_name company_name mobile_phone phone",
        ),
        ("Customer ID,Reference ID", "pos_ref reference_id"),
        ("Reference ID,Customer ID", "reference_id pos_ref"),
        ("Reference ID,First Name", "pos_ref first_name"),
        ("Square Customer ID,Customer ID", "id -"),
        ("First Name,Name", "first_name last_name"),
        ("Name,Last Name", "first_name last_name"),
        ("Customer Name,First Name,Last Name", "- first_name last_name"),
        ("Full Name,Company Name", "full_name company_name"),
        ("Email 1,Email 2,E-mail 3 - Value", "email email email"),
        (
            "Home Phone,Work Phone,Phone (Mobile),Phone 2,Business Phone",
            "home_phone work_phone mobile_phone phone work_phone",
        ),
        ("Region,State,County", "- state -"),
        ("Billing Street,Shipping Street,Billing City,Billing Zip", "street - city zip_code"),
        (
            "Address Line 1,Address Line 2,Address Line 3,Town,Post Code",
            "street street2 street3 city zip_code",
        ),
        ("D.O.B.,Comments,Created,Last Modified", "birthday note created_at updated_at"),
        (
            "Kundennummer,Vorname,Name,Firma,Straße,PLZ,Ort,Land",
            "pos_ref first_name last_name company_name street zip_code city country",
        ),
        (
            "Telefon,Handy,E-Mail-Adresse,Geburtsdatum,Bemerkung,USt-IdNr.",
            "phone mobile_phone email birthday note eu_vat",
        ),
        (
            "nombre,apellidos,empresa,correo electrónico,teléfono,móvil",
            "first_name last_name company_name email phone mobile_phone",
        ),
        ("dirección,ciudad,provincia,código postal,país", "street city state zip_code country"),
        (
            "nom,prénom,société,courriel,téléphone,portable",
            "last_name first_name company_name email phone mobile_phone",
        ),
        ("adresse,ville,code postal,pays,date de naissance", "street city zip_code country birthday"),
        ("shoe size,favourite colour", "- -"),
    ],
)
def test_columns_are_guessed(header: str, expected: str) -> None:
    """Case, blanks, punctuation and accents do not count; the better name wins; every field goes to one column."""
    names = header.split(",")
    fields = expected.split()

    assert guess(names, {}) == {
        name: field for name, field in zip(names, fields, strict=True) if field != "-"
    }


def test_every_field_can_be_guessed_or_named() -> None:
    """The fields that `--map` knows are those that guessing knows, and `ignore`."""
    columns = "Square Customer ID,POS Ref,Reference ID,First,Last,Company,Nick,Email,Phone,Mobile,Home Phone"
    more = "Work Phone,Fax,Street,Street 2,Street 3,City,State,Zip,Country,Birthday,Note,Created,Updated"
    names = f"{columns},{more},Email Subscription,Creation Source,VAT".split(",")

    guessed = set(guess(names[1:], {}).values()) | {"id"} | set(guess(["Full name"], {}).values())

    assert guessed == set(FIELDS) - {"ignore"}
    assert all(help_ and "\n" not in help_ for help_ in FIELDS.values())


def test_a_mapping_wins_over_guessing() -> None:
    """A named column is what it is named; a guess that would double it gives way; `ignore` silences a column."""
    raw = lines(id="7", Code="X-1", Phone="12345", Nickname="Z", Shout="Ada")

    customer = read(raw, {"Code": "pos_ref", "Phone": "ignore", "Shout": "first_name"})

    assert customer == Customer(pos_ref="X-1", first_name="Ada", nickname="Z")


@pytest.mark.parametrize("columns", [{"Code": "shoe_size"}, {"Size": "note"}])
def test_a_mapping_to_nowhere_is_refused(columns: Mapping[str, str]) -> None:
    """An unknown field or column is said at once."""
    with pytest.raises(Invalid) as caught:
        read(lines(Code="1"), columns)

    assert caught.value.rule == "unknown"


@pytest.mark.parametrize(
    ("whole", "first", "last"),
    [
        ("Ada Lovelace", "Ada", "Lovelace"),
        ("Lovelace, Ada", "Ada", "Lovelace"),
        ("Lovelace , Ada King", "Ada King", "Lovelace"),
        ("Ada", "Ada", None),
        ("Ada King Lovelace", "Ada King Lovelace", None),
        ("Lovelace, Ada, Countess", "Lovelace, Ada, Countess", None),
        ("Ada,", "Ada,", None),
        ("Fiction Ltd Retail", "Fiction Ltd Retail", None),
    ],
)
def test_a_whole_name_is_taken_apart_only_where_safe(whole: str, first: str, last: str | None) -> None:
    """Two words, or family name and given names around one comma; anything else stays whole."""
    customer = read(lines(Name=whole), {})

    assert (customer.first_name, customer.last_name) == (first, last)


def test_contacts_keep_their_order_and_kind() -> None:
    """Several e-mails and phones; faxes are phones of type OTHER and stand last."""
    raw = lines(Fax="99999", Phone="11111", Email="a@b.c", Cell="22222", Work_Phone="33333", Email_2="d@e.f")

    customer = read(raw, {})

    assert customer.emails == (Email("a@b.c"), Email("d@e.f"))
    assert customer.phones == (
        Phone("11111"),
        Phone("22222", type="MOBILE"),
        Phone("33333", type="WORK"),
        Phone("99999", type="OTHER"),
    )


@pytest.mark.parametrize(
    ("cell", "birthday", "rule"),
    [
        ("1990-12-31", "1990-12-31", None),
        ("12-31", "0000-12-31", None),
        ("31.12.1990", "1990-12-31", None),
        ("1.2.1990", "1990-02-01", None),
        ("12/31/1990", "1990-12-31", None),
        ("31/12/1990", "1990-12-31", None),
        ("5/5/1990", "1990-05-05", None),
        ("1/2/1990", None, "ambiguous"),
        ("32/13/1990", None, "not_a_date"),
        ("spring", None, "not_a_date"),
    ],
)
def test_birthdays_are_read_where_only_one_day_can_be_meant(
    cell: str, birthday: str | None, rule: str | None
) -> None:
    """A date that two countries read differently is a problem, not a guess."""
    customer = read(lines(Birthday=cell), {})

    assert customer.birthday == birthday
    assert [problem.rule for problem in customer.problems] == ([rule] if rule else [])


@pytest.mark.parametrize(
    ("cell", "micros"),
    [
        ("1970-01-01T00:00:01Z", 1_000_000),
        ("1970-01-01 00:00:01", 1_000_000),
        ("1970-01-01T00:00:01.5", 1_500_000),
        ("1970-01-02", 86_400_000_000),
        ("01/02/1970", None),
    ],
)
def test_times_without_an_offset_are_utc(cell: str, micros: int | None) -> None:
    """Tables write a space and no offset; what is no time is a problem."""
    customer = read(lines(Created=cell), {})

    assert customer.created_at == micros
    assert [problem.rule for problem in customer.problems] == ([] if micros else ["not_an_instant"])


def test_words_of_squares_export_are_its_own() -> None:
    """Creation source and subscription are read as Square writes them; other words are problems."""
    row = read(lines(Creation_Source="Telepathy", Email_Subscription_Status="maybe", id="1"), {})
    plain = read(lines(Creation_Source="Instant Profile", Email_Subscription_Status="Subscribed"), {})

    assert (row.creation_source, row.email_unsubscribed) == (None, None)
    assert row.problems == (
        Problem("creation_source", "unknown_value"),
        Problem("email_subscription", "unknown_value"),
    )
    assert (plain.creation_source, plain.email_unsubscribed) == ("INSTANT_PROFILE", False)


def test_cells_that_do_not_fit_the_header_are_noted() -> None:
    """Too many or too few: the rest is read."""
    header = b"id,First Name,Last Name\n"

    assert read(header + b"1,Ada,L,extra\n", {}).problems == (Problem("row", "too_many_cells"),)
    assert read(header + b"1,Ada,L,,\n", {}).problems == ()
    assert read(header + b"1,Ada\n", {}) == Customer(
        pos_ref="1", first_name="Ada", problems=(Problem("row", "too_few_cells"),)
    )


def test_quoting_is_rfc_4180() -> None:
    """Commas, quotation marks and line ends inside quotes, in the header too; a BOM before it is none of it."""
    raw = '\ufeff"First\nName","Company"\n"Ada ""A.""","Fiction,\r\nLtd"\n'.encode()

    customer = read(raw, {})

    assert (customer.first_name, customer.company_name) == ('Ada "A."', "Fiction,\r\nLtd")


def test_long_cells_are_cut() -> None:
    """At the limit of any text; the row is not lost, however long the cell."""
    customer = read(lines(id="1", note="x" * 200_000), {})

    assert customer.note == "x" * limits.TEXT_LENGTH_MAX
    assert customer.problems == (Problem("note", "too_long"),)


@pytest.mark.parametrize(
    ("raw", "rule"),
    [
        (b"", "empty"),
        (b"id,Name", "empty"),
        (b"id,Name\n", "empty"),
        (b"id,Name\n,  \n", "empty"),
        (b"id,Name\n1,\xff\n", "not_utf8"),
        (b'id,Name\n1,"Ada\n', "malformed"),
        (b'id,Name\n1,"Ada"x\n', "malformed"),
        (b"id,Name\n1,Ada\n2,Bob\n", "malformed"),
        (b'"id,Name\n1,Ada\n', "empty"),
        (b"shoe size\n44\n", "unknown"),
        (b"id" + b",x" * 500 + b"\n1\n", "too_many"),
        (b"id\na\x00b\n", "control_characters"),
        (b"id\n" + b"x" * 513 + b"\n", "too_long"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused(raw: bytes, rule: str) -> None:
    """Said in words that repeat nothing of it, fit for quarantine."""
    with pytest.raises(Invalid) as caught:
        read(raw, {})

    assert caught.value.rule == rule
    assert "Ada" not in caught.value.message


@given(st.binary(max_size=200) | st.text(alphabet='id,"\n\r \u00e9\0', max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    """No bytes raise anything but Invalid, with a header of ours before them or not."""
    for whole in (raw, b"id,First Name,Phone,Birthday\n" + raw):
        try:
            assert isinstance(read(whole, {}), Customer)
        except Invalid:
            continue


@given(
    st.dictionaries(st.text(max_size=8), st.sampled_from(sorted(FIELDS)), max_size=3),
    st.lists(st.text(max_size=8)),
)
def test_any_header_can_be_guessed(overrides: Mapping[str, str], header: list[str]) -> None:
    """Every answer names columns of the header and fields that exist, single ones once."""
    try:
        fields = guess(header, overrides)
    except Invalid:
        return
    assert set(fields) <= set(header)
    assert set(fields.values()) <= set(FIELDS)


@pytest.mark.parametrize(
    "path", [SAMPLES, *([CHINOOK] if CHINOOK.exists() else [])], ids=lambda path: path.stem
)
def test_whole_tables_are_read(path: Path) -> None:
    """Every row of the samples is a customer with a reference, a name, an e-mail and a place, and without a problem."""
    customers = rows(path)

    assert len({customer.pos_ref for customer in customers}) == len(customers) >= 25
    for customer in customers:
        assert customer.first_name
        assert customer.last_name
        assert customer.emails
        assert customer.addresses[0].country
        assert customer.problems == ()
