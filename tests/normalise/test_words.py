"""What is indexed of a customer and what is asked for by a search text fit together."""

import re
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat

from regulars import limits, normalise
from regulars.model.customer import Customer, Email, Phone
from regulars.model.search import Query, Term, Words
from regulars.normalise import fold, index_words, latin, matches, query
from regulars.wire import csv
from tests.wire.customers import customers

CHINOOK = Path(__file__).parents[3] / "shared" / "data" / "chinook-customers.csv"
HEADER = b"CustomerId,FirstName,LastName,Company,Country,Phone,Email\n"
LUIS = "CUST-1,Luís,Gonçalves,Empresa Fictícia S.A.,Brazil,+55 (12) 3923-5555,luisg@ficticia.com.br\n"


def made(row: str) -> Customer:
    return normalise.customer(csv.read(HEADER + row.encode(), {}), region="US")


def finds(text: str, customer: Customer) -> bool:
    """What the contract means: the first reading that finds something decides; with one customer, any."""
    asked = query(text)
    words = index_words(customer)
    return asked is not None and any(matches(reading, words) for reading in asked.readings)


def test_what_is_indexed() -> None:
    """Names in runs and joined, the reference, each rest of an e-mail, each rest of a number."""
    found = index_words(made(LUIS.replace("Luís", "Jean-Luís")))

    assert found.words == (
        *(
            "jean",
            "luis",
            "jeanluis",
            "goncalves",
            "empresa",
            "ficticia",
            "s",
            "a",
            "sa",
            "cust-1",
            "cust",
            "1",
        ),
        *("luisg@ficticia.com.br", "@ficticia.com.br", "ficticia.com.br", "com.br", "br"),
    )
    assert found.numbers == (
        *("551239235555", "51239235555", "1239235555", "239235555", "39235555", "9235555", "235555", "35555"),
        *("5555", "555", "01239235555"),
    )


@pytest.mark.parametrize(
    "text",
    [
        *(
            "luis",
            "Luís",
            "LUI\u0301S",
            "lu",
            "gon luis",
            "luis  gonçalves",
            "Gonçalves, Luís",
            "ficticia s.a.",
            "SA",
        ),
        *(
            "luisg@ficticia.com.br",
            "luisg",
            "luisg@fic",
            "@ficticia",
            "ficticia.com",
            "com.br",
            "LUISG@FICTICIA.COM.BR",
        ),
        *(
            "3923-5555",
            "39235555",
            "55123923",
            "+55 12 3923 5555",
            "(12) 3923-5555",
            "012 3923 5555",
            "5555",
            "239",
        ),
        *(
            "0055 12 3923-5555",
            "+55 (0)12 3923-5555",
            "+55 012 3923-5555",
            "luis 3923",
            "5555 luis",
            "12 3923",
        ),
        *(
            "cust-1",
            "CUST",
            "cust 1",
            "CUST-1 luis",
            '"luis"',
            "(luis)",
            "luis*",
            "luis\0gonçalves",
            "５５５５",
        ),
    ],
)
def test_what_finds_a_customer(text: str) -> None:
    """Every way the contract names: names, e-mail at a word's start, any run of digits, the reference."""
    assert finds(text, made(LUIS))


@pytest.mark.parametrize(
    "text",
    [
        "uis",
        "luisa",
        "luis smith",
        "icia.com",
        "@com",
        "392355556",
        "99",
        "4240",
        "cust-2",
        "55 5 9",
        "--",
        "",
        "\0",
        "*",
    ],
)
def test_what_does_not(text: str) -> None:
    """No middle of a word, no other digits; every word must match; nothing is found by nothing."""
    assert not finds(text, made(LUIS))


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("Luís", [[Term("luis")]]),
        ("O'Reilly", [[Term("o'reilly", ("o", "reilly"))]]),
        ("@gmail", [[Term("@gmail")]]),
        ("a@gmail.com,", [[Term("a@gmail.com", ("a", "gmail", "com"))]]),
        ("4240", [[Term("4240", (), "4240")]]),
        ("42", [[Term("42")]]),
        ("(415)", [[Term("415", (), "415")]]),
        ("415-42", [[Term("415-42", ("415", "42"), "41542")]]),
        (
            "smith 415 42",
            [[Term("smith"), Term(number="41542")], [Term("smith"), Term("415", (), "415"), Term("42")]],
        ),
        ("4 2", [[Term("4"), Term("2")]]),
        ("212 - 555", [[Term(number="212555")], [Term("212", (), "212"), Term("555", (), "555")]]),
        (
            "+44 (0)20 7946",
            [
                [Term(number="44207946")],
                [Term("44"), Term("0)20", ("0", "20"), "020"), Term("7946", (), "7946")],
            ],
        ),
        ("0044207946", [[Term("0044207946", (), "44207946")]]),
        ("0055", [[Term("0055", (), "0055")]]),
        ("a\x00b\ud800c\td", [[Term("a"), Term("b"), Term("c"), Term("d")]]),
        ("- a *", [[Term("a")]]),
    ],
)
def test_what_a_text_asks_for(text: str, readings: list[list[Term]]) -> None:
    """Literal, parts and number of each word; adjacent numbers first as one."""
    assert query(text) == Query(tuple(tuple(reading) for reading in readings))


@pytest.mark.parametrize("text", ["", " ", "\t\n\0", "-", "@ ! '", "\ud800", "\u200b"])
def test_nothing_searchable_asks_for_nothing(text: str) -> None:
    """No letter or digit, no query."""
    assert query(text) is None


def test_a_search_has_an_end() -> None:
    """Words beyond the limit are not looked at."""
    asked = query(" ".join(f"w{number}" for number in range(100)))

    assert asked is not None
    assert [len(reading) for reading in asked.readings] == [limits.SEARCH_WORDS_MAX]


names = st.text(st.characters(categories=["L", "Nd", "Mn"]), min_size=1, max_size=10).filter(
    lambda text: any(character.isalnum() for character in latin(text))
)


@given(names, st.data())
def test_any_start_of_a_name_finds_it(name: str, data: st.DataObject) -> None:
    """In any script, folded or not, alone or with others."""
    words = fold(name).split()
    word = data.draw(st.sampled_from(words))
    start = word[: data.draw(st.integers(1, len(word)))]
    customer = Customer(first_name=name, last_name="Invented", company_name=name)

    assert finds(name, customer)
    assert not any(character.isalnum() for character in latin(start)) or finds(start, customer)
    assert finds(f"{name.upper()} inv", customer)


@given(customers)
def test_tokens_are_fit_for_any_engine(draft: Customer) -> None:
    """Each once, folded, never empty, without white space or control characters, bounded; digits are digits."""
    customer = normalise.customer(draft, region="US")
    found = index_words(customer)

    assert len(set(found.words)) == len(found.words)
    assert len(set(found.numbers)) == len(found.numbers)
    for word in found.words:
        assert word == fold(word)
        assert any(character.isalnum() or character == "@" for character in word)
        assert not any(character.isspace() or ord(character) < 32 for character in word)
        assert len(word) <= limits.SEARCH_LENGTH_MAX
    assert all(number.isascii() and number.isdigit() and len(number) >= 3 for number in found.numbers)


@given(st.text(max_size=220))
def test_any_text_can_be_asked(text: str) -> None:
    """Every term of every reading says something, folded and without white space."""
    asked = query(text)

    for reading in asked.readings if asked else ():
        assert 0 < len(reading) <= limits.SEARCH_WORDS_MAX
        for term in reading:
            assert term.literal or term.number
            sides = [term.literal or "x", *term.parts, term.number or "0"]
            assert all(side and side == fold(side) and len(side.split()) == 1 for side in sides)


@given(customers)
def test_what_a_customer_shows_finds_it(draft: Customer) -> None:
    """Its names, its e-mails, its phones as served, its reference: each typed as it stands."""
    customer = normalise.customer(draft, region="US")
    shown = [
        customer.first_name,
        customer.last_name,
        customer.company_name,
        customer.nickname,
        customer.pos_ref,
    ]
    shown += [each.served for each in customer.emails]
    shown += [each.e164 for each in customer.phones]

    for text in shown:
        asked = query(text) if text else None
        if text and asked and len(asked.readings[-1]) < limits.SEARCH_WORDS_MAX:
            assert finds(text, customer), text


@given(st.from_regex(r"[a-z0-9._@+-]{1,120}@[a-z0-9._@-]{1,120}", fullmatch=True))
def test_an_email_is_found_by_every_rest_of_it(text: str) -> None:
    """From every run of letters and digits on, and from every @ that something follows."""
    rests = [
        text[part.start() :][: limits.SEARCH_LENGTH_MAX] for part in re.finditer("[a-z0-9]+|@(?=.)", text)
    ]

    found = index_words(Customer(emails=(Email(text, text),)))

    assert found.words == tuple(dict.fromkeys(rests))


def test_any_three_digits_of_any_phone_find_it() -> None:
    """In every country, international and as dialled at home, from any digit on."""
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        example = phonenumbers.example_number_for_type(region, 1) or phonenumbers.example_number(region)
        assert example is not None
        e164 = phonenumbers.format_number(example, PhoneNumberFormat.E164)
        found = index_words(Customer(phones=(Phone(e164, e164),)))
        for form in (PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.NATIONAL):
            text = phonenumbers.format_number(example, form)
            asked = query(text)
            assert asked is not None
            assert matches(asked.readings[0], found), (region, text)
            digits = "".join(filter(str.isdecimal, text))
            assert all(matches((Term(number=digits[at : at + 3]),), found) for at in range(len(digits) - 2))


def test_a_customer_of_many_words_keeps_both_kinds() -> None:
    """Neither words nor numbers push the other out; the total is bounded."""
    emails = tuple(Email(f"a{number}.b.c@d{number}.example.com") for number in range(100))
    phones = tuple(Phone(f"+1212555{number:04d}", f"+1212555{number:04d}") for number in range(100))

    both = index_words(Customer(emails=emails, phones=phones))
    words_only = index_words(Customer(emails=emails))

    assert len(both.words) == len(both.numbers) == limits.SEARCH_TOKENS_MAX // 2
    assert (len(words_only.words), words_only.numbers) == (limits.SEARCH_TOKENS_MAX, ())


def test_giant_fields_stay_cheap() -> None:
    """Ten thousand characters of punctuation, digits or letters make no giant index."""
    length = limits.TEXT_LENGTH_MAX
    customer = Customer(
        first_name="x" * length,
        last_name="a-" * (length // 2),
        emails=(Email("a." * (length // 2) + "@b.example"),),
        phones=(Phone("12345" * (length // 5)),),
    )

    found = index_words(customer)

    assert len(found.words) + len(found.numbers) <= limits.SEARCH_TOKENS_MAX
    assert max(map(len, found.words + found.numbers)) <= limits.SEARCH_LENGTH_MAX


def test_the_oracle_reads_terms_as_documented() -> None:
    """A literal, or all parts, or the number; each a prefix; every term must match."""
    words = Words(("oreilly", "o", "reilly"), ("5551234", "1234"))

    assert matches((Term("orei"),), words)
    assert matches((Term("o'reilly", ("o", "rei")),), words)
    assert matches((Term("123", (), "123"), Term("o")), words)
    assert not matches((Term("o'reilly", ("o", "x")),), words)
    assert not matches((Term("o"), Term("x")), words)
    assert matches((), words)


@pytest.mark.skipif(not CHINOOK.exists(), reason="the file is not part of the repository")
@pytest.mark.parametrize("text", ["luis", "Luís", "3923-5555", "55123923", "embraer"])
def test_chinooks_first_customer_is_found(text: str) -> None:
    """The searches that the first issue names."""
    header, first, *_ = CHINOOK.read_bytes().splitlines(keepends=True)

    assert finds(text, normalise.customer(csv.read(header + first, {}), region="US"))
