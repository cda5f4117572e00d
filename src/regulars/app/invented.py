"""Invented customers, as many as you like: seeded, skewed as real ones are, and nobody's.

A few names are frequent and a long tail is rare, half of all mail goes to one provider, some people have several
phones and some have none. The same seed, region and number always give the same person.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Final, Literal, NamedTuple, TypeVar

from regulars.app.invented_words import COUNTRIES, DOMAINS, Country

Shape = Literal["shift4", "square"]
_T = TypeVar("_T")

_TABLE_BITS: Final = 12
_TABLE: Final = 1 << _TABLE_BITS
_MASK: Final = _TABLE - 1
_BITS: Final = 352  # of randomness a person takes


class Place(NamedTuple):
    """A postal address."""

    street: str
    city: str
    state: str
    zip_code: str
    country: str


class Person(NamedTuple):
    """One invented customer, before anybody writes them down."""

    number: int
    given: str
    family: str
    company: str
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    places: tuple[Place, ...]
    created_at: str


class _Word(NamedTuple):
    text: str
    plain: str  # for an e-mail address


class _Tables(NamedTuple):
    """Lookup tables of 2^12 entries, so that twelve random bits pick a word as often as it is used."""

    code: str
    given: Sequence[_Word]
    family: Sequence[_Word | None]  # None: one of the long tail
    tail: Sequence[Sequence[str]]
    domains: Sequence[str]
    trades: Sequence[str]
    numbers: Sequence[str]
    place: Callable[[int, int], Place]


def customers(
    seed: int, count: int, region: str = "US", *, shape: Shape = "shift4", first: int = 1
) -> Iterator[bytes]:
    """`count` customers of a region as JSON objects in the shape of either API, posRef or id from `first` on."""
    return map(shift4 if shape == "shift4" else square, people(seed, count, region, first=first))


def people(seed: int, count: int, region: str = "US", *, first: int = 1) -> Iterator[Person]:
    """`count` people of a region; one in thirty-two has come from elsewhere."""
    random_bits = Random(f"{seed} {region}").getrandbits
    home = _tables(region)
    abroad = [_tables(code) for code in COUNTRIES if code != region]
    for number in range(first, first + count):
        bits = random_bits(_BITS)
        tables = home if bits & 31 else abroad[(bits >> 5) % len(abroad)]
        yield _person(number, bits >> 16, tables)


def shift4(person: Person) -> bytes:
    """The customer as Shift4 would send them."""
    emails = ",".join(
        f'{{"email":"{email}","isPrimary":{"false" if at else "true"}}}'
        for at, email in enumerate(person.emails)
    )
    phones = ",".join(
        f'{{"phone":"{phone}","isPrimary":{"false" if at else "true"},"type":"{"WORK" if at else "MOBILE"}"}}'
        for at, phone in enumerate(person.phones)
    )
    places = ",".join(
        f'{{"street":"{place.street}","city":"{place.city}","state":"{place.state}","zipCode":"{place.zip_code}",'
        f'"country":"{place.country}","isPrimary":{"false" if at else "true"},"type":"{"WORK" if at else "HOME"}"}}'
        for at, place in enumerate(person.places)
    )
    company = f'"{person.company}"' if person.company else "null"
    return (
        f'{{"posRef":"C-{person.number}","firstName":"{person.given}","lastName":"{person.family}",'
        f'"companyName":{company},"createdAt":"{person.created_at}","updatedAt":"{person.created_at}",'
        f'"customerEmails":[{emails}],"customerPhones":[{phones}],"customerAddresses":[{places}]}}'
    ).encode()


def square(person: Person) -> bytes:
    """The customer as Square would send them: one of everything, nothing empty."""
    parts = [
        f'"id":"INVENTED{person.number:018d}","created_at":"{person.created_at}","updated_at":"{person.created_at}"'
    ]
    if person.given:
        parts.append(f'"given_name":"{person.given}"')
    if person.family:
        parts.append(f'"family_name":"{person.family}"')
    if person.company:
        parts.append(f'"company_name":"{person.company}"')
    if person.emails:
        parts.append(f'"email_address":"{person.emails[0]}"')
    if person.phones:
        parts.append(f'"phone_number":"{person.phones[0]}"')
    if person.places:
        place = person.places[0]
        parts.append(
            f'"address":{{"address_line_1":"{place.street}","locality":"{place.city}",'
            f'"administrative_district_level_1":"{place.state}","postal_code":"{place.zip_code}",'
            f'"country":"{place.country}"}}'
        )
    parts.append('"preferences":{"email_unsubscribed":false},"creation_source":"THIRD_PARTY","version":0')
    return ("{" + ",".join(parts) + "}").encode()


def _person(number: int, bits: int, tables: _Tables) -> Person:
    given = tables.given[bits & _MASK]
    bits >>= _TABLE_BITS
    family = tables.family[bits & _MASK]
    bits >>= _TABLE_BITS
    if family is None:
        family = _tail(bits, tables.tail)
    bits >>= 24
    kinds = bits & 0xFFFF  # four dice of sixteen sides: e-mails, phones, places, company
    bits >>= 16
    emails, phones, places = kinds & 15, kinds >> 4 & 15, kinds >> 8 & 15
    company = f"{family.text} {tables.trades[bits & 63]}" if not kinds >> 12 else ""
    bits >>= 6
    return Person(
        number,
        given.text,
        family.text,
        company,
        () if emails < 3 else _emails(given, family, bits, tables.domains, 2 if emails > 13 else 1),
        () if phones < 2 else _phones(bits >> 64, tables.numbers, 2 if phones > 13 else 1),
        () if places < 6 else _places(bits >> 128, tables.place, 2 if places > 14 else 1),
        _instant(number, bits >> 192),
    )


def _tail(bits: int, syllables: Sequence[Sequence[str]]) -> _Word:
    """One of some hundred thousand names that few people have."""
    first, middle, last = syllables
    text = (
        first[(bits & 255) % len(first)]
        + middle[(bits >> 8 & 255) % len(middle)]
        + last[(bits >> 16 & 255) % len(last)]
    )
    return _Word(text, _plain(text))


def _emails(given: _Word, family: _Word, bits: int, domains: Sequence[str], count: int) -> tuple[str, ...]:
    domain = domains[bits & _MASK] or f"{family.plain}.example"
    form = bits >> 12 & 7
    digits = bits >> 15 & 0xFFF
    if form < 3:
        local = f"{given.plain}.{family.plain}{digits}" if form else f"{given.plain}.{family.plain}"
    elif form < 5:
        local = f"{given.plain[0]}{family.plain}{digits & 127}"
    elif form < 7:
        local = f"{given.plain}{digits}"
    else:
        local = f"{family.plain}_{given.plain}{digits & 63}"
    first = f"{local}@{domain}"
    return (first,) if count == 1 else (first, f"{given.plain}@{family.plain}.example")


def _phones(bits: int, numbers: Sequence[str], count: int) -> tuple[str, ...]:
    found = []
    for _ in range(count):
        number, hashes, _ = numbers[bits & _MASK].partition("#")
        width = numbers[bits & _MASK].count("#") if hashes else 0
        digits = (bits >> 12 & 0xFFFF) % 10**width
        found.append(_written(f"{number}{digits:0{width}d}" if width else number, bits >> 28 & 15))
        bits >>= 32
    return tuple(found)


def _written(e164: str, form: int) -> str:
    """As somebody would write it: mostly E.164, sometimes as it is said in the US."""
    if form < 11 or not e164.startswith("+1"):
        return e164
    area, exchange, line = e164[2:5], e164[5:8], e164[8:]
    return f"({area}) {exchange}-{line}" if form < 14 else f"{area}-{exchange}-{line}"


def _places(bits: int, place: Callable[[int, int], Place], count: int) -> tuple[Place, ...]:
    first = place(bits & 0xFFFF, bits >> 16 & 0xFFFF)
    return (first,) if count == 1 else (first, place(bits >> 32 & 0xFFFF, bits >> 48 & 0xFFFF))


_OPENED = datetime(2015, 1, 1)  # noqa: DTZ001  written as UTC below
_SECONDS_APART = 30


def _instant(number: int, bits: int) -> str:
    """Some second within the half minute of this customer: a till numbers people in the order it meets them."""
    seconds = number * _SECONDS_APART + (bits & 0xFF) % _SECONDS_APART
    return (_OPENED + timedelta(seconds=seconds)).isoformat() + "Z"


@cache
def _tables(region: str) -> _Tables:
    country = COUNTRIES[region]
    names: list[_Word | None] = [_Word(name, _plain(name)) for name in country.family]
    known = _skewed(names, _TABLE * 5 // 8, flat=25)
    given = [_Word(name, _plain(name)) for name in country.given]
    return _Tables(
        region,
        _skewed(given, _TABLE, flat=12),
        [*known, *[None] * (_TABLE - len(known))],
        country.syllables,
        _shared(DOMAINS),
        [country.trades[at % len(country.trades)] for at in range(64)],
        [country.numbers[at % len(country.numbers)] for at in range(_TABLE)],
        lambda where, number: _place(country, where, number),
    )


def _place(country: Country, where: int, number: int) -> Place:
    town = country.towns[where % len(country.towns)]
    street = country.streets[(where >> 5) % len(country.streets)]
    digits = f"{number % 10**country.zip_digits:0{country.zip_digits}d}"
    return Place(
        country.street_form.format(n=1 + number % 299, s=street),
        town.name,
        town.state,
        country.zip_form.format(start=town.zip_start, digits=digits),
        country.code,
    )


def _skewed(words: Sequence[_T], size: int, *, flat: int) -> list[_T]:
    """`size` entries, the n-th word in proportion to 1/(n + flat) (Zipf and Mandelbrot), each at least once."""
    weights = [1 / (rank + flat) for rank in range(len(words))]
    times = [max(1, int(size * weight / sum(weights))) for weight in weights]
    table = [word for word, often in zip(words, times, strict=True) for _ in range(often)]
    return (table + list(words[: max(0, size - len(table))]))[:size]


def _shared(shares: Sequence[tuple[str, int]]) -> list[str]:
    """2^12 entries, each as often as its share of a hundred says."""
    table = [word for word, share in shares for _ in range(share * _TABLE // 100)]
    return table + [shares[0][0]] * (_TABLE - len(table))


def _plain(name: str) -> str:
    """The letters of a name that an e-mail address may hold."""
    apart = unicodedata.normalize("NFKD", name.replace("ß", "ss").replace("ø", "o")).lower()
    return "".join(letter for letter in apart if letter.isascii() and letter.isalnum())
