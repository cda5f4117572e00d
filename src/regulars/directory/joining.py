"""How a survivor looks with what those merged into it have, and how it looks once a merge is undone. Pure.

What the survivor says of itself stands. It gains the e-mails, phones and addresses that it lacks, by what is understood
of them, and those fields of which it says nothing.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Final, NamedTuple, TypeVar

from msgspec import structs

from regulars import limits, normalise
from regulars.directory import three_way
from regulars.model.customer import Address, Customer, Email, Phone

Item = TypeVar("Item")

_FIELDS: Final = ("first_name", "last_name", "company_name", "nickname", "note", "birthday", "eu_vat")
_CONTACTS: Final = ("emails", "phones", "addresses")
# Of an address: what tells one from another. A code says the same as what was written for it.
_PLACE: Final = (
    "street", "street2", "street3", "city", "zip_code", "sublocality", "sublocality2", "sublocality3",
    "district2", "district3",
)  # fmt: skip


class Other(NamedTuple):
    """One of those merged into a survivor; `region`: the country of its location."""

    customer: Customer
    region: str


def joined(survivor: Customer, those: Sequence[Other], *, region: str) -> Customer:
    """The survivor with what it gains of the others, the first first; `region`: the country of its location."""
    others = [_abroad(other) if other.region != region else other.customer for other in those]
    changes: dict[str, Any] = {
        name: next((said for other in others if (said := getattr(other, name))), None)
        for name in _FIELDS
        if not getattr(survivor, name)
    }
    changes |= {name: _gaining(survivor, others, name) for name in _CONTACTS}
    # Nobody who asked to be left alone is written to because of a merge.
    if any(other.email_unsubscribed for other in others):
        changes["email_unsubscribed"] = True
    draft = structs.replace(survivor, **changes)
    draft = structs.replace(draft, problems=three_way.still_true(survivor.problems, of=survivor, now=draft))
    made = normalise.customer(draft, region=region)
    if [each.e164 for each in made.phones] == [each.e164 for each in draft.phones]:
        return made
    # Read in another country a national number is another one: then it is written out.
    phones = tuple(structs.replace(each, text=each.e164 or each.text) for each in draft.phones)
    return normalise.customer(structs.replace(draft, phones=phones), region=region)


def parted(*, before: Customer, after: Customer, now: Customer, region: str) -> Customer:
    """The survivor without what a merge made of it, as far as nobody has changed that since."""
    changes: dict[str, Any] = {}
    for name in three_way.MERGED:
        was, gave, there = (getattr(each, name) for each in (before, after, now))
        if was == gave:
            continue
        if there == gave:
            changes[name] = was
        elif name in _CONTACTS:
            known = set(map(_form, was))
            gained = [each for each in gave if _form(each) not in known]
            changes[name] = tuple(each for each in there if each not in gained)
    draft = structs.replace(now, **changes)
    if not three_way.is_edited(draft, before):
        return structs.replace(before, updated_at=now.updated_at, version=now.version)
    draft = structs.replace(draft, problems=three_way.still_true(now.problems, of=now, now=draft))
    return normalise.customer(draft, region=region)


def with_items(own: Sequence[Item], others: Sequence[Sequence[Item]]) -> list[Item]:
    """A set of things with those of the others that are not in it."""
    return list(dict.fromkeys([*own, *(item for each in others for item in each)]))


def without_items(*, before: Sequence[Item], after: Sequence[Item], now: Sequence[Item]) -> list[Item]:
    """The set without what a merge has put into it."""
    return [each for each in now if each in before or each not in after]


def _gaining(survivor: Customer, others: Sequence[Customer], name: str) -> tuple[Any, ...]:
    contacts = list(getattr(survivor, name))
    known = set(map(_form, contacts))
    for other in others:
        for each in getattr(other, name):
            form = _form(each)
            if form in known or len(contacts) >= limits.CONTACTS_MAX:
                continue
            known.add(form)
            is_primary = each.is_primary and not getattr(survivor, name)
            contacts.append(structs.replace(each, is_primary=is_primary))
    return tuple(contacts)


def _abroad(other: Other) -> Customer:
    """An address without a country was meant in its own location's."""
    addresses = tuple(
        structs.replace(each, country=each.country or each.country_code or other.region)
        for each in other.customer.addresses
    )
    return structs.replace(other.customer, addresses=addresses)


def _form(contact: Email | Phone | Address) -> Hashable:
    """What is the same contact has the same form."""
    match contact:
        case Email():
            return _folded(contact.address or contact.text)
        case Phone():
            return contact.e164 or _folded(contact.text), contact.extension
        case Address():
            return (
                *(_folded(getattr(contact, name)) for name in _PLACE),
                _folded(contact.state_code or contact.state),
                _folded(contact.country_code or contact.country),
            )


def _folded(text: str | None) -> str:
    return " ".join((text or "").casefold().split())
