"""Square's writing verbs on customers: create, update, delete, one or many at a time.

What can be judged without the store is judged before it is locked. A request that breaks a rule writes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import msgspec
from msgspec import UNSET, Struct, structs

from regulars import errors, limits, normalise
from regulars.directory import deletion, editing, idempotency
from regulars.directory.directory import Directory
from regulars.directory.idempotency import Effect
from regulars.model.customer import Customer
from regulars.model.place import Grant
from regulars.normalise import email
from regulars.wire.square_writing import (
    CreateCustomerRequest,
    CustomerData,
    UpdateCustomerRequest,
    applied,
    nobody,
)

_encode = msgspec.json.Encoder().encode
_CREATE = "CreateCustomer"  # whose keys these are; a bulk call's are the same ones
_BULK_SECONDS = limits.WRITE_SECONDS_MAX * 0.75  # as ingest: one more item may still fit
_UNKNOWN_COUNTRY = "ZZ"  # Square's word
_NOT_SQUARES = frozenset({"XK"})  # understood here, but not in Square's list of countries

Outcome = bytes | errors.RegularsError


class Manner(Struct, frozen=True):
    """What a client's version of Square's API changes about an update: whether `{}` clears, whether cards show."""

    empty_clears: bool = False
    cards: bool = True


def create(directory: Directory, grant: Grant, asked: CreateCustomerRequest) -> bytes:
    """The document of a new customer at the token's only location, else the main one; once for each idempotency key.

    Raises Invalid for what breaks a rule, Conflict when the account has no location.
    """
    do = creation(directory, grant, asked)
    with editing.edits(directory):
        return do()


def creation(directory: Directory, grant: Grant, asked: CreateCustomerRequest) -> Callable[[], bytes]:
    """A creation that breaks no rule, to be done inside a transaction; raises Invalid."""
    draft = applied(asked, Customer())
    _check(asked, draft)
    if not _is_somebody(draft):
        raise nobody()
    key = asked.idempotency_key or None
    said = _encode(structs.replace(asked, idempotency_key=UNSET))

    def make() -> Effect:
        written = editing.create(directory, grant, draft)
        return Effect(written.square(cards=True), written.rid)

    return lambda: idempotency.once(directory, grant, make, operation=_CREATE, key=key, asked=said)


def update(
    directory: Directory, grant: Grant, customer_id: str, asked: UpdateCustomerRequest, manner: Manner
) -> bytes:
    """The document of a customer after an update; raises Invalid, NotFound, Conflict for another version."""
    do = updating(directory, grant, customer_id, asked, manner)
    with editing.edits(directory):
        return do()


def updating(
    directory: Directory, grant: Grant, customer_id: str, asked: UpdateCustomerRequest, manner: Manner
) -> Callable[[], bytes]:
    """An update that breaks no rule of its own, to be done inside a transaction; raises Invalid."""
    _check(asked, applied(asked, Customer()))
    version = asked.version if isinstance(asked.version, int) else None

    def change(customer: Customer) -> Customer:
        draft = applied(asked, customer, empty_clears=manner.empty_clears)
        if customer.is_listed and not _is_somebody(draft):
            raise nobody()
        return draft

    def do() -> bytes:
        found = editing.find(directory, grant, customer_id)
        editing.check_version(found, version)
        return editing.update(directory, found, change).square(cards=manner.cards)

    return do


def delete(directory: Directory, grant: Grant, customer_id: str, version: int | None = None) -> None:
    """Deletes a customer; raises NotFound, Conflict for another version."""
    do = deleting(directory, grant, customer_id, version)
    with editing.edits(directory):
        do()


def deleting(
    directory: Directory, grant: Grant, customer_id: str, version: int | None = None
) -> Callable[[], bytes]:
    """A deletion, to be done inside a transaction; its answer is `{}`."""

    def do() -> bytes:
        found = editing.find(directory, grant, customer_id)
        editing.check_version(found, version)
        deletion.within(directory, grant.account_id, [found.stored.id])
        return b"{}"

    return do


def each(
    directory: Directory, work: Mapping[str, Callable[[], bytes] | errors.RegularsError]
) -> dict[str, Outcome]:
    """What became of each piece of work: one that fails writes nothing and holds up no other.

    As many in one transaction as may hold the store locked; errors that are not an item's own end the whole.
    """
    done: dict[str, Outcome] = {}
    waiting = iter(work.items())
    one = next(waiting, None)
    while one is not None:
        with editing.edits(directory):
            began = time.perf_counter()
            while one is not None and time.perf_counter() - began < _BULK_SECONDS:
                done[one[0]] = _outcome(one[1])
                one = next(waiting, None)
    return done


def _outcome(do: Callable[[], bytes] | errors.RegularsError) -> Outcome:
    if isinstance(do, errors.RegularsError):
        return do
    try:
        return do()
    except (errors.Invalid, errors.NotFound, errors.Conflict) as error:
        return error


def _check(asked: CustomerData, draft: Customer) -> None:
    """Raises Invalid for an e-mail or a country that is none; the rest was judged when the request was read."""
    if asked.email_address and draft.emails and email.understand(draft.emails[0].text) is None:
        raise errors.Invalid(
            "Expected email_address to be a valid email address", field="email_address", rule="not_an_email"
        )
    country = draft.addresses[0].country if draft.addresses else None
    if country is not None and not _is_country(country):
        raise errors.Invalid(
            "address.country must be a code of ISO 3166-1 alpha-2",
            field="address.country",
            rule="not_a_choice",
        )


def _is_country(code: str) -> bool:
    return code == _UNKNOWN_COUNTRY or (normalise.country_code(code) == code and code not in _NOT_SQUARES)


def _is_somebody(draft: Customer) -> bool:
    """Whether one of the five fields that Square asks for holds anything once it is clean."""
    return normalise.customer(draft, region=_UNKNOWN_COUNTRY).is_listed
