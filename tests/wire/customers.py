"""Invented customers of every shape, and what each format can say of one."""

from typing import Any

import msgspec
from hypothesis import strategies as st

from regulars.model import instant
from regulars.model.customer import Address, Card, Customer, Email, Phone

HOSTILE = [
    '","id":"x',
    '"}',
    ',"updated_at":"',
    "\\",
    '\\",\\"id\\":',
    "\u2028",
    "\0",
    "'; --",
    "👩‍👧",
    "null",
    "  ",
]
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(HOSTILE)
maybe_text = st.none() | texts
instants = st.integers(instant.EARLIEST, instant.LATEST)
maybe_instant = st.none() | instants
maybe_bool = st.none() | st.booleans()
refs = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
birthdays = st.sampled_from([None, "1815-12-10", "0000-02-29", "2000-02-29", "1999-12-31"])
countries = st.none() | st.sampled_from(["US", "DE", "XK"])
int64 = st.integers(0, 2**63 - 1)

emails = st.builds(
    Email,
    text=texts | st.sampled_from(["a@example.com", " b@example.org "]),
    address=st.none() | st.just("a@example.com"),
    is_primary=st.booleans(),
    is_verified=maybe_bool,
    created_at=maybe_instant,
)
phones = st.builds(
    Phone,
    text=texts | st.sampled_from(["+1 212 555 0142", " 12345 ", "1234"]),
    e164=st.none() | st.just("+12125550142"),
    extension=maybe_text,
    type=st.sampled_from([None, "MOBILE", "HOME", "WORK", "OTHER"]),
    is_primary=st.booleans(),
    is_verified=maybe_bool,
    created_at=maybe_instant,
)
_address_texts = (
    *("street", "street2", "street3", "city", "state", "zip_code", "country"),
    *("sublocality", "sublocality2", "sublocality3", "district2", "district3", "first_name", "last_name"),
)
_address_parts: dict[str, Any] = dict.fromkeys(_address_texts, maybe_text)
addresses = st.builds(
    Address,
    **_address_parts,
    state_code=st.none() | st.just("NY"),
    country_code=countries,
    type=st.sampled_from([None, "HOME", "WORK", "BILLING", "OTHER"]),
    is_primary=st.booleans(),
    latitude=st.none() | st.floats(-90, 90),
    longitude=st.none() | st.floats(-180, 180),
    created_at=maybe_instant,
)
_card_text = st.none() | st.sampled_from(["", "ccof:uIbfJXhX", "VISA", "1111", "Amelia Earhart", '"'])
cards = st.builds(
    Card,
    id=_card_text,
    card_brand=_card_text,
    last_4=_card_text,
    exp_month=st.none() | st.integers(0, 9999),
    exp_year=st.none() | st.integers(0, 9999),
    cardholder_name=_card_text,
)


def _several(items: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(items, max_size=3).map(tuple)


customers = st.builds(
    Customer,
    pos_ref=st.none() | refs,
    id=st.none() | refs,
    reference_id=maybe_text,
    location_id=st.none() | st.integers(1, 2**53 - 1),
    first_name=maybe_text,
    last_name=maybe_text,
    company_name=maybe_text,
    nickname=maybe_text,
    note=maybe_text,
    birthday=birthdays,
    created_at=maybe_instant,
    updated_at=maybe_instant,
    emails=_several(emails),
    phones=_several(phones),
    addresses=_several(addresses),
    eu_vat=maybe_text,
    creation_source=maybe_text,
    email_unsubscribed=maybe_bool,
    version=st.none() | int64,
    group_ids=_several(texts),
    segment_ids=_several(texts),
    cards=_several(cards),
)


def only_shift4(customer: Customer) -> Customer:
    """What Shift4's format can say of a customer, as its reader would understand it."""
    return Customer(
        pos_ref=customer.pos_ref or None,
        location_id=customer.location_id,
        first_name=customer.first_name,
        last_name=customer.last_name,
        company_name=customer.company_name,
        created_at=customer.created_at,
        updated_at=customer.updated_at,
        emails=tuple(
            msgspec.structs.replace(each, text=each.served, address=None)
            for each in customer.emails
            if each.served is not None
        ),
        phones=tuple(
            msgspec.structs.replace(each, text=each.served, e164=None)
            for each in customer.phones
            if each.served is not None
        ),
        addresses=tuple(_only_shift4_address(each) for each in customer.addresses if _is_somewhere(each)),
    )


def only_square(customer: Customer) -> Customer:
    """What Square's format can say of a customer, as its reader would understand it."""
    email = _primary_text(customer.emails)
    phone = _primary_text(customer.phones)
    address = _only_square_address(_primary(customer.addresses)) if customer.addresses else Address()
    words = ("reference_id", "first_name", "last_name", "company_name", "nickname", "note")
    said: dict[str, Any] = {name: getattr(customer, name) or None for name in words}
    return Customer(
        **said,
        pos_ref=customer.id or None,
        id=customer.id or None,
        birthday=customer.birthday,
        created_at=_floored(customer.created_at),
        updated_at=_floored(customer.updated_at),
        emails=(Email(email),) if email else (),
        phones=(Phone(phone),) if phone else (),
        addresses=(address,) if address != Address() else (),
        eu_vat=customer.eu_vat or None,
        creation_source=customer.creation_source or None,
        email_unsubscribed=customer.email_unsubscribed,
        version=customer.version,
        group_ids=customer.group_ids,
        segment_ids=customer.segment_ids,
        cards=tuple(card for each in customer.cards if (card := _only_card(each)) != Card()),
    )


def _only_shift4_address(address: Address) -> Address:
    return Address(
        street=address.street,
        street2=address.street2,
        city=address.city,
        state=address.state_code or (address.state or "").strip() or None,
        zip_code=address.zip_code,
        country=address.country_code or (address.country or "").strip() or None,
        type=address.type,
        is_primary=address.is_primary,
        latitude=address.latitude,
        longitude=address.longitude,
        created_at=address.created_at,
    )


def _is_somewhere(address: Address) -> bool:
    named = (address.street, address.street2, address.city, address.state, address.zip_code, address.country)
    told = (address.state_code, address.country_code, address.latitude, address.longitude)
    return any(text and text.strip() for text in named) or any(each is not None for each in told)


def _only_square_address(address: Address) -> Address:
    said: dict[str, Any] = {name: getattr(address, name) or None for name in _address_texts}
    country = address.country or ""
    is_code = len(country) == 2 and country.isascii() and country.isalpha() and country.isupper()
    said["country"] = address.country_code or (country if is_code else None)
    return Address(**said)


def _only_card(card: Card) -> Card:
    said: dict[str, Any] = {name: getattr(card, name) for name in card.__struct_fields__}
    return Card(**{name: None if value == "" else value for name, value in said.items()})


def _primary(contacts: Any) -> Any:
    return next((each for each in contacts if each.is_primary), contacts[0])


def _primary_text(contacts: Any) -> str | None:
    text: str = _primary(contacts).text if contacts else ""
    return text if text.strip() else None


def _floored(micros: int | None) -> int | None:
    return None if micros is None else micros - micros % 1000
