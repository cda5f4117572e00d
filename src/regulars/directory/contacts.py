"""Whether a customer has a name, an e-mail or a phone that somebody looks for."""

from __future__ import annotations

from collections.abc import Callable

from regulars import normalise
from regulars.model.customer import Customer
from regulars.model.whole import Whole
from regulars.normalise import email, filtering, phone


def named(text: str) -> Callable[[Whole], bool]:
    """Every word begins one of the customer's names, as Shift4's search reads words."""
    query = normalise.query(text)

    def test(one: Whole) -> bool:
        its = one.customer
        names = Customer(
            first_name=its.first_name,
            last_name=its.last_name,
            company_name=its.company_name,
            nickname=its.nickname,
        )
        words = normalise.index_words(names)
        return query is not None and any(normalise.matches(terms, words) for terms in query.readings)

    return test


def with_email(text: str) -> Callable[[Whole], bool]:
    """One of its e-mails is this one, whatever the case."""
    asked = _caseless(text)
    return lambda one: any(
        asked in (_caseless(each.text), each.address and _caseless(each.address))
        for each in one.customer.emails
    )


def with_phone(text: str) -> Callable[[Whole], bool]:
    """One of its phones is this one, as dialled at its location or where it has an address; or has the same digits."""
    digits = filtering.digits(text)

    def test(one: Whole) -> bool:
        regions = {one.country, *(each.country_code for each in one.customer.addresses if each.country_code)}
        meant = {phone.understand(text, region=region)[0] for region in regions} - {None}
        return any(
            each.e164 in meant or (digits and filtering.digits(each.text) == digits)
            for each in one.customer.phones
        )

    return test


def _caseless(text: str) -> str:
    return (email.understand(text) or text.strip()).casefold()
