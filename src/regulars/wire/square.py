"""Square's customers: read and written as ListCustomers shows them (contracts/square.md, section 2.3).

The structs below are the documents, field by field in the order of the seed's example: alphabetical, `cards` last.
A key without a value is absent, never null.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec
from msgspec import Raw, Struct, field

from regulars.errors import Invalid
from regulars.model import reading
from regulars.model.customer import Address, Card, Customer, Email, Phone, Problem
from regulars.model.instant import text_milliseconds
from regulars.model.reading import Text, Whole
from regulars.model.sets import REACHABLE_END


class Error(Struct, frozen=True, omit_defaults=True):
    """What went wrong with a request, in Square's words."""

    category: str
    code: str
    detail: str | None = None
    field: str | None = None


class ReadPage(Struct, frozen=True):
    """A page as it was read: one record after the other, byte for byte."""

    customers: list[bytes]
    errors: list[Error]
    cursor: str | None
    count: int | None


def read(raw: bytes) -> Customer:
    """One customer of a JSON object; every field is optional, null is absent. The Square id is the posRef.

    What cannot be used is left out and listed in `problems`; so is whatever of a card could be its number. Raises
    Invalid for what is no JSON object, and for an id that nobody could ask for.
    """
    found, problems = reading.record(raw, _DECODER)
    ref = reading.ref(found.id)
    return Customer(
        pos_ref=ref,
        id=ref,
        reference_id=found.reference_id or None,
        first_name=found.first_name,
        last_name=found.last_name,
        company_name=found.company_name,
        nickname=found.nickname,
        note=found.note,
        birthday=reading.birthday(found.birthday, problems),
        created_at=reading.instant(found.created_at, "created_at", problems),
        updated_at=reading.instant(found.updated_at, "updated_at", problems),
        emails=(Email(found.email),) if found.email and not found.email.isspace() else (),
        phones=(Phone(found.phone),) if found.phone and not found.phone.isspace() else (),
        addresses=_read_address(found.address) if found.address else (),
        eu_vat=found.tax_ids.eu_vat or None if found.tax_ids else None,
        creation_source=found.creation_source or None,
        email_unsubscribed=found.preferences.email_unsubscribed if found.preferences else None,
        version=found.version,
        group_ids=found.group_ids or (),
        segment_ids=found.segment_ids or (),
        cards=_read_cards(found.cards, problems) if found.cards else (),
        problems=tuple(problems),
    )


def write(customer: Customer) -> bytes:
    """The customer as one JSON object with the seed's keys in the seed's order. Times have milliseconds.

    The phone, e-mail and address are the primary ones (else the first), verbatim.
    """
    document = _document(customer)
    document.group_ids = customer.group_ids or None
    document.segment_ids = customer.segment_ids or None
    document.cards = tuple([card for each in customer.cards if (card := _card(each)) != _NO_CARD]) or None
    return _encode(document)


def write_core(customer: Customer, *, segment: str | None = None) -> bytes:
    """The same without `group_ids`, `segment_ids` and `cards`, which `splice` adds when it is served.

    `segment`: that of everybody who shows an e-mail or a phone.
    """
    document = _document(customer)
    if segment is not None and (document.email is not None or document.phone is not None):
        document.segment_ids = (segment,)
    return _encode(document)


def splice(core: bytes, *, group_ids: bytes | None, segment_ids: bytes | None, cards: bytes | None) -> bytes:
    """The core with finished JSON arrays at their places; None or an empty array: none.

    A key such as `,"id":` cannot be taken for text: inside a text its first quotation mark stands behind a backslash,
    and if that mark ends a text no name follows it. No struct inside the core has a key of that name.
    """
    if group_ids is not None and group_ids != b"[]":
        core = _insert(core, b'"group_ids":' + group_ids, _AFTER_GROUP_IDS)
    if segment_ids is not None and segment_ids != b"[]":
        core = _with_more_segments(core, segment_ids)
    if cards is not None and cards != b"[]":
        core = _insert(core, b'"cards":' + cards, ())
    return core


def is_reachable(core: bytes) -> bool:
    """Whether a core shows an e-mail or a phone."""
    return b'"email_address":' in core or b'"phone_number":' in core


def with_segment(core: bytes, id: str) -> bytes:
    """A core that was written without its segment, with it."""
    return _insert(core, b'"segment_ids":[' + _encode(id) + b"]", _AFTER_SEGMENT_IDS)


def without_segment(core: bytes) -> bytes:
    """The same core without it."""
    at = core.find(_SEGMENTS)
    return core if at < 0 else core[:at] + core[core.index(b"]", at) + 1 :]


def read_page(raw: bytes) -> ReadPage:
    """A whole ListCustomers answer taken apart. Raises Invalid for what is none."""
    try:
        page = msgspec.json.decode(raw, type=_Page)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Invalid("The page is no answer of ListCustomers", rule="not_a_page") from None
    return ReadPage(
        [bytes(each) for each in page.customers or ()], page.errors or [], page.cursor or None, page.count
    )


def write_page(
    documents: Sequence[bytes],
    cursor: str | None = None,
    count: int | None = None,
    errors: Sequence[Error] = (),
) -> bytes:
    """A whole ListCustomers answer of finished customers; `{}` when there is nothing to say."""
    parts = []
    if documents:
        parts.append(b'"customers":[' + b",".join(documents) + b"]")
    if errors:
        parts.append(b'"errors":' + _encode(errors))
    if cursor is not None:
        parts.append(b'"cursor":' + _encode(cursor))
    if count is not None:
        parts.append(b'"count":%d' % count)
    return b"{" + b",".join(parts) + b"}"


class _Address(Struct, omit_defaults=True):
    street: Text | None = field(default=None, name="address_line_1")
    street2: Text | None = field(default=None, name="address_line_2")
    street3: Text | None = field(default=None, name="address_line_3")
    state: Text | None = field(default=None, name="administrative_district_level_1")
    district2: Text | None = field(default=None, name="administrative_district_level_2")
    district3: Text | None = field(default=None, name="administrative_district_level_3")
    country: Text | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    city: Text | None = field(default=None, name="locality")
    zip_code: Text | None = field(default=None, name="postal_code")
    sublocality: Text | None = None
    sublocality2: Text | None = field(default=None, name="sublocality_2")
    sublocality3: Text | None = field(default=None, name="sublocality_3")


class _Preferences(Struct, omit_defaults=True):
    email_unsubscribed: bool | None = None


class _TaxIds(Struct, omit_defaults=True):
    eu_vat: Text | None = None


_CardNumber = Annotated[int, msgspec.Meta(ge=0, le=9999)]  # a year at the most: never part of a card's number


class _Card(Struct, omit_defaults=True):
    id: Text | None = None
    card_brand: Text | None = None
    last_4: Text | None = None
    exp_month: _CardNumber | None = None
    exp_year: _CardNumber | None = None
    cardholder_name: Text | None = None


class _Customer(Struct, omit_defaults=True):
    address: _Address | None = None
    birthday: Text | None = None
    company_name: Text | None = None
    created_at: Text | None = None
    creation_source: Text | None = None
    email: Text | None = field(default=None, name="email_address")
    last_name: Text | None = field(default=None, name="family_name")
    first_name: Text | None = field(default=None, name="given_name")
    group_ids: tuple[Text, ...] | None = None
    id: Text | None = None
    nickname: Text | None = None
    note: Text | None = None
    phone: Text | None = field(default=None, name="phone_number")
    preferences: _Preferences | None = None
    reference_id: Text | None = None
    segment_ids: tuple[Text, ...] | None = None
    tax_ids: _TaxIds | None = None
    updated_at: Text | None = None
    version: Whole | None = None
    cards: reading.Contacts[_Card] | None = None


class _Page(Struct):
    customers: list[Raw] | None = None
    errors: list[Error] | None = None
    cursor: str | None = None
    count: int | None = None


_DECODER = msgspec.json.Decoder(_Customer)
_encode = msgspec.json.Encoder().encode

# The keys of the core that stand behind a spliced one; the first that is there marks its place.
_KEYS = [each.encode_name for each in msgspec.structs.fields(_Customer)]
_AFTER_GROUP_IDS: Final = tuple(key.encode() for key in _KEYS[_KEYS.index("id") : -1] if key != "segment_ids")
_AFTER_SEGMENT_IDS: Final = tuple(key.encode() for key in _KEYS[_KEYS.index("tax_ids") : -1])


_SEGMENTS: Final = b',"segment_ids":['
_REACHABLE: Final = REACHABLE_END.encode() + b'"'


def _with_more_segments(core: bytes, ids: bytes) -> bytes:
    """The core with these segments behind its own one, or instead of it if they name another merchant's of that kind.

    Who comes from Square is reachable there already, and shows that as it came.
    """
    at = core.find(_SEGMENTS)
    if at < 0:
        return _insert(core, b'"segment_ids":' + ids, _AFTER_SEGMENT_IDS)
    start, end = at + len(_SEGMENTS), core.index(b"]", at)
    own = b"" if _REACHABLE in ids else core[start:end] + b","
    return core[:start] + own + ids[1:-1] + core[end:]


def _insert(core: bytes, pair: bytes, followers: Sequence[bytes]) -> bytes:
    for key in followers:
        at = core.find(b',"' + key + b'":')
        if at > 0:
            return core[:at] + b"," + pair + core[at:]
        if core.startswith(b'{"' + key + b'":'):
            return b"{" + pair + b"," + core[1:]
    return b"{" + pair + b"}" if core == b"{}" else core[:-1] + b"," + pair + b"}"


def _document(customer: Customer) -> _Customer:
    created_at, updated_at = customer.created_at, customer.updated_at
    unsubscribed = customer.email_unsubscribed
    return _Customer(
        address=_address(_primary(customer.addresses)) if customer.addresses else None,
        birthday=customer.birthday or None,
        company_name=customer.company_name or None,
        created_at=None if created_at is None else text_milliseconds(created_at),
        creation_source=customer.creation_source or None,
        email=_text(customer.emails) if customer.emails else None,
        last_name=customer.last_name or None,
        first_name=customer.first_name or None,
        id=customer.id or None,
        nickname=customer.nickname or None,
        note=customer.note or None,
        phone=_text(customer.phones) if customer.phones else None,
        preferences=None if unsubscribed is None else _Preferences(unsubscribed),
        reference_id=customer.reference_id or None,
        tax_ids=_TaxIds(customer.eu_vat) if customer.eu_vat else None,
        updated_at=None if updated_at is None else text_milliseconds(updated_at),
        version=customer.version,
    )


def _primary(contacts: Sequence[Any]) -> Any:
    for contact in contacts:
        if contact.is_primary:
            return contact
    return contacts[0]


def _text(contacts: Sequence[Email] | Sequence[Phone]) -> str | None:
    text: str = _primary(contacts).text
    return text if text and not text.isspace() else None


def _card(card: Card) -> _Card:
    return _Card(
        card.id or None,
        card.card_brand or None,
        card.last_4 or None,
        card.exp_month,
        card.exp_year,
        card.cardholder_name or None,
    )


def _address(address: Address) -> _Address | None:
    written = _Address(
        street=address.street or None,
        street2=address.street2 or None,
        street3=address.street3 or None,
        state=address.state or None,
        district2=address.district2 or None,
        district3=address.district3 or None,
        country=address.country_code or _country(address.country),
        first_name=address.first_name or None,
        last_name=address.last_name or None,
        city=address.city or None,
        zip_code=address.zip_code or None,
        sublocality=address.sublocality or None,
        sublocality2=address.sublocality2 or None,
        sublocality3=address.sublocality3 or None,
    )
    return None if written == _NOWHERE else written


_NOWHERE: Final = _Address()
_NO_CARD: Final = _Card()
_TWO_CAPITALS = re.compile("[A-Z]{2}")


def _country(text: str | None) -> str | None:
    """The text only if it can be one of Square's, which are two capital letters; `ZZ` is its word for unknown."""
    return text if text and _TWO_CAPITALS.fullmatch(text) else None


def _read_address(found: _Address) -> tuple[Address, ...]:
    values = {name: text for name in _Address.__struct_fields__ if (text := getattr(found, name))}
    return (Address(**values),) if values else ()


def _read_cards(found: Sequence[_Card], problems: list[Problem]) -> tuple[Card, ...]:
    cards = [_read_card(each, problems, at) for at, each in enumerate(found)]
    return tuple([card for card in cards if card != Card()])


def _read_card(found: _Card, problems: list[Problem], at: int) -> Card:
    def safe(text: str | None, name: str) -> str | None:
        if text and (_LONG_NUMBER.search(text) if name == "id" else _has_many_digits(text)):
            problems.append(Problem("card." + name, "card_number", at))
            return None
        return text or None

    return Card(
        id=safe(found.id, "id"),
        card_brand=safe(found.card_brand, "card_brand"),
        last_4=safe(found.last_4, "last_4"),
        exp_month=found.exp_month,
        exp_year=found.exp_year,
        cardholder_name=safe(found.cardholder_name, "cardholder_name"),
    )


# The shortest card numbers have twelve digits. An id may hold as many, mixed with letters, but not in a row.
_CARD_DIGITS_MIN = 12
_LONG_NUMBER = re.compile(rf"\d{{{_CARD_DIGITS_MIN}}}")


def _has_many_digits(text: str) -> bool:
    return sum(character.isdecimal() for character in text) >= _CARD_DIGITS_MIN
