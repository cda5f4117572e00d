"""A whole customer made clean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeVar

import msgspec

from regulars import limits
from regulars.model.customer import Address, Customer, Email, Phone, Problem
from regulars.normalise import address, email, phone, text

Contact = TypeVar("Contact", Email, Phone, Address)


def customer(draft: Customer, *, region: str, is_printable: bool = False) -> Customer:
    """The draft with understood forms beside what came, one primary contact of each kind, and its problems.

    `region` is the country of the location (ISO 3166-1 alpha-2): phones without a country code are read in it, unless
    the record has an address in another country. `is_printable`: no text of it can hold a control character. A
    problem's `at` is the place in the customer's list. Doing it twice changes nothing.
    """
    problems = list(draft.problems)
    if not is_printable and text.has_controls(_texts(draft), draft.note):
        draft = _without_controls(draft, problems)
    addresses = _addresses(draft.addresses, region, problems) if draft.addresses else ()
    made = msgspec.structs.replace(
        draft,
        first_name=text.tidy(draft.first_name) if draft.first_name is not None else None,
        last_name=text.tidy(draft.last_name) if draft.last_name is not None else None,
        company_name=text.tidy(draft.company_name) if draft.company_name is not None else None,
        nickname=text.tidy(draft.nickname) if draft.nickname is not None else None,
        emails=_emails(draft.emails, problems) if draft.emails else (),
        phones=_phones(draft.phones, _phone_region(addresses, region), problems) if draft.phones else (),
        addresses=addresses,
    )
    if len(problems) == len(draft.problems):
        return made
    return msgspec.structs.replace(made, problems=tuple(dict.fromkeys(problems))[: limits.PROBLEMS_MAX])


def _emails(emails: Sequence[Email], problems: list[Problem]) -> tuple[Email, ...]:
    read = []
    for at, each in enumerate(emails):
        understood = email.understand(each.text)
        known = Email(each.text, understood, each.is_primary, each.is_verified, each.created_at)
        if understood is None:
            problems.append(Problem("email", "not_an_email" if known.served is None else "not_valid", at))
        read.append(known)
    return _with_one_primary(read)


def _phones(phones: Sequence[Phone], region: str, problems: list[Problem]) -> tuple[Phone, ...]:
    read = []
    for at, each in enumerate(phones):
        e164, extension = phone.understand(each.text, region=region)
        known = Phone(
            each.text,
            e164,
            each.extension or extension,
            each.type,
            each.is_primary,
            each.is_verified,
            each.created_at,
        )
        if e164 is None:
            problems.append(Problem("phone", "not_a_number" if known.served is None else "not_valid", at))
        read.append(known)
    return _with_one_primary(read)


def _addresses(addresses: Sequence[Address], region: str, problems: list[Problem]) -> tuple[Address, ...]:
    return _with_one_primary(
        [
            address.understand(each, region=region, at=at, problems=problems)
            for at, each in enumerate(addresses)
        ]
    )


def _phone_region(addresses: Sequence[Address], region: str) -> str:
    """The country of the primary address, else of any, else the location's."""
    countries = {each.is_primary: each.country_code for each in reversed(addresses) if each.country_code}
    return countries.get(True) or countries.get(False) or region


def _with_one_primary(contacts: Sequence[Contact]) -> tuple[Contact, ...]:
    """The contacts with one primary: the first that says so and can be served, else the first that can be, else any."""
    chosen = 0
    if len(contacts) > 1:
        worth = [(_is_shown(each), each.is_primary) for each in contacts]
        chosen = worth.index(max(worth))
    return tuple(
        [
            each
            if each.is_primary is (at == chosen)
            else msgspec.structs.replace(each, is_primary=at == chosen)
            for at, each in enumerate(contacts)
        ]
    )


def _is_shown(contact: Email | Phone | Address) -> bool:
    return isinstance(contact, Address) or contact.served is not None


# Whatever else of a customer is text. References are never touched: they are somebody's key.
_NAMES: Final = (
    "first_name",
    "last_name",
    "company_name",
    "nickname",
    "reference_id",
    "eu_vat",
    "creation_source",
)


def _texts(draft: Customer) -> list[str | None]:
    texts = [draft.first_name, draft.last_name, draft.company_name, draft.nickname]
    texts += (draft.reference_id, draft.eu_vat, draft.creation_source)
    texts += [each.text for each in draft.emails]
    for each in draft.phones:
        texts += (each.text, each.extension)
    for place in draft.addresses:
        texts += (place.street, place.street2, place.city, place.state, place.zip_code, place.country)
        texts += (place.street3, place.sublocality, place.sublocality2, place.sublocality3)
        texts += (place.district2, place.district3, place.first_name, place.last_name)
    for card in draft.cards:
        texts += (card.id, card.card_brand, card.last_4, card.cardholder_name)
    return texts


def _without_controls(draft: Customer, problems: list[Problem]) -> Customer:
    """The draft without control characters, each text that had one a problem."""

    def clean(struct: Any, names: Sequence[str], prefix: str, at: int | None) -> Any:
        changes = {}
        for name in names:
            came = getattr(struct, name)
            if isinstance(came, str):
                cleaned = text.note_without_controls(came) if name == "note" else text.without_controls(came)
                if cleaned != came:
                    changes[name] = cleaned
                    problems.append(Problem(prefix + name, "control_characters", at))
        return msgspec.structs.replace(struct, **changes) if changes else struct

    draft = clean(draft, (*_NAMES, "note"), "", None)
    contacts = {
        name: tuple(
            [
                clean(each, each.__struct_fields__, _SINGULAR[name] + ".", at)
                for at, each in enumerate(getattr(draft, name))
            ]
        )
        for name in _SINGULAR
    }
    return msgspec.structs.replace(draft, **contacts)


_SINGULAR: Final = {"emails": "email", "phones": "phone", "addresses": "address", "cards": "card"}
