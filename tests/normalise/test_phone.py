"""Phones become E.164 where they can, and the short way to it never disagrees with libphonenumber."""

import random
from collections.abc import Iterator
from pathlib import Path

import phonenumbers
import pytest
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumberFormat

from regulars.normalise import phone
from regulars.normalise.countries import country_code
from regulars.wire import csv

SAMPLES = Path(__file__).parents[1] / "data" / "invented-customers.csv"
CHINOOK = Path(__file__).parents[3] / "shared" / "data" / "chinook-customers.csv"
REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
TYPES = range(11)


def libphonenumber(text: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def disturbed(digits: str, chance: random.Random) -> str:
    """A number much like the example: some digits changed, maybe one more or less."""
    made = list(digits)
    for _ in range(chance.randint(1, 4)):
        made[chance.randrange(len(made))] = chance.choice("0123456789")
    if chance.random() < 0.2:
        made.insert(chance.randrange(len(made)), chance.choice("0123456789"))
    if chance.random() < 0.2:
        made.pop()
    return "".join(made)


def written(digits: str, metadata: PhoneMetadata, chance: random.Random) -> str:
    """The number as somebody might write it: with a prefix, right or wrong, and punctuation anywhere."""
    trunk, code = metadata.national_prefix or "", f"{metadata.country_code}"
    prefixes = ["", trunk, "0", "00", "15", code, f"+{code}", f"+{code}(0)", f"+{code}{trunk}", f"00{code}"]
    signs = [" ", "-", ".", "(", ")", " (", ") ", "\u00a0"]
    return "".join(
        each + (chance.choice(signs) if chance.random() < 0.15 else "")
        for each in chance.choice(prefixes) + digits
    )


def numbers(region: str, count: int) -> Iterator[str]:
    metadata = PhoneMetadata.metadata_for_region(region, None)
    assert metadata is not None
    chance = random.Random(region)
    for kind in TYPES:
        example = phonenumbers.example_number_for_type(region, kind)
        if example is None:
            continue
        for form in (PhoneNumberFormat.E164, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.NATIONAL):
            yield phonenumbers.format_number(example, form)
        digits = phonenumbers.national_significant_number(example)
        for _ in range(count):
            yield written(disturbed(digits, chance), metadata, chance)


@pytest.mark.parametrize("count", [40, pytest.param(1_500, marks=pytest.mark.torture)])
def test_the_short_way_agrees_with_libphonenumber_everywhere(count: int) -> None:
    """Of 100,000 numbers of every country and kind, right and wrong, none is understood otherwise than there."""
    chance = random.Random(7)
    taken = asked = 0
    for region in REGIONS:
        for text in numbers(region, count):
            for at in (region, chance.choice(["US", "DE", "GB", "IT", "AR"])):
                plain = phone._plain(text, at)
                asked += 1
                if plain is not None:
                    taken += 1
                    assert plain == libphonenumber(text, at), (text, at)
    assert asked > 2_500 * count
    assert taken > asked / 6


def test_the_short_way_is_taken_for_what_people_write() -> None:
    """Nearly every example number of a region goes the short way, in each of its three usual forms."""
    texts = [
        (phonenumbers.format_number(example, form), region)
        for region in REGIONS
        for kind in (0, 1)
        if (example := phonenumbers.example_number_for_type(region, kind)) is not None
        for form in (PhoneNumberFormat.E164, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.NATIONAL)
    ]

    short = [text for text, region in texts if phone._plain(text, region) is not None]

    assert len(short) > 0.95 * len(texts)


@pytest.mark.parametrize(
    ("text", "region", "e164", "extension"),
    [
        ("+12125554240", "US", "+12125554240", None),
        ("+1-212-555-4240", "DE", "+12125554240", None),
        ("(212) 555-4240", "US", "+12125554240", None),
        ("1 212 555 4240", "CA", "+12125554240", None),
        ("212-555-4240 x12", "US", "+12125554240", "12"),
        ("212-555-4240 ext. 12", "US", "+12125554240", "12"),
        ("tel:+1-212-555-4240;ext=12", "DE", "+12125554240", "12"),
        ("1-800-FLOWERS", "US", "+18003569377", None),
        ("０３０ ２３１２５ ０１４", "DE", "+493023125014", None),
        ("+49 0711 2842222", "US", "+497112842222", None),
        ("+49 (0)711 2842222", "US", "+497112842222", None),
        ("0049 711 2842222", "DE", "+497112842222", None),
        ("0049 711 2842222", "US", "+497112842222", None),
        ("+43 01 5134505", "US", "+4315134505", None),
        ("+34 (0)914 454 454", "US", "+34914454454", None),
        ("+39 06 39733434", "US", "+390639733434", None),
        ("06 39733434", "IT", "+390639733434", None),
        ("+54 (0)11 4311 4333", "US", "+541143114333", None),
        ("011 15-2345-6789", "AR", "+5491123456789", None),
        ("+1 310-1284", "CA", "+13101284", None),
        ("+1 1 310-1284", "CA", None, None),
        ("+1234567890", "US", None, None),
        ("555-4240", "US", None, None),
        ("0711 2842222", "US", None, None),
        ("030 23125 014", "US", None, None),
        ("(212) 555-4240", "ZZ", None, None),
        ("12", "US", None, None),
        ("", "US", None, None),
        ("+", "US", None, None),
        ("call me", "US", None, None),
        ("+" + "1" * 9_999, "US", None, None),
        ("²¹²⁵⁵⁵⁴²⁴⁰", "US", None, None),
    ],
)
def test_numbers_are_understood(text: str, region: str, e164: str | None, extension: str | None) -> None:
    """Formats, extensions, letters, superfluous zeros; what no plan knows is not understood."""
    assert phone.understand(text, region=region) == (e164, extension)


def test_dialled_numbers_are_those_that_libphonenumber_writes() -> None:
    """In every country the national format's digits are the end of what we index, trunk prefix included."""
    for region in REGIONS:
        for kind in TYPES:
            example = phonenumbers.example_number_for_type(region, kind)
            if example is None:
                continue
            e164 = phonenumbers.format_number(example, PhoneNumberFormat.E164)
            national = phonenumbers.format_number(example, PhoneNumberFormat.NATIONAL)
            digits = "".join(filter(str.isdecimal, national))
            assert phone.dialled(e164).endswith(digits) or e164.endswith(digits), (region, e164, national)


def not_understood(path: Path) -> set[str]:
    header, *rows = path.read_bytes().splitlines(keepends=True)
    customers = [csv.read(header + row, {}) for row in rows]
    return {
        each.text
        for customer in customers
        for each in customer.phones
        if phone.understand(each.text, region=country_code(customer.addresses[0].country or "") or "US")[0]
        is None
    }


def test_the_samples_phones_are_understood() -> None:
    """In 24 countries' ways to write them, but for the three that docs/reference/phones.md explains."""
    assert not_understood(SAMPLES) == {"06 39 98 56 78", "07700 900123", "+56 (0)2 123 4567"}


@pytest.mark.skipif(not CHINOOK.exists(), reason="the file is not part of the repository")
def test_chinooks_phones_are_understood() -> None:
    """All but three, which no numbering plan has: docs/reference/phones.md."""
    assert not_understood(CHINOOK) == {"+453 3331 9991", "+56 (0)2 635 4444", "+91 0124 39883988"}
