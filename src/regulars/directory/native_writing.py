"""The native API's writing verbs on customers; a request that breaks a rule writes nothing."""

from __future__ import annotations

import msgspec

from regulars import errors, normalise
from regulars.directory import deletion, editing, idempotency
from regulars.directory.directory import Directory
from regulars.directory.idempotency import Effect
from regulars.directory.whole import Reader
from regulars.model.customer import Customer
from regulars.model.place import Grant
from regulars.normalise import email
from regulars.wire import native_customers
from regulars.wire.native_writing import CustomerChange, NewCustomer, applied, nobody

_encode = msgspec.json.Encoder().encode
_CREATE = "createCustomer"  # whose keys these are
_NO_REGION = "ZZ"


def create(directory: Directory, grant: Grant, asked: NewCustomer, *, key: str | None) -> bytes:
    """The document of a new customer, once for each idempotency key; raises Invalid, Conflict without a location."""
    draft = applied(asked, Customer())
    _check(draft, before=Customer())
    if not _is_somebody(draft):
        raise nobody()

    def make() -> Effect:
        written = editing.create(directory, grant, draft, location_id=asked.location_id)
        return Effect(native_customers.customer(Reader(directory, grant).by_rid(written.rid)), written.rid)

    with editing.edits(directory):
        return idempotency.once(directory, grant, make, operation=_CREATE, key=key, asked=_encode(asked))


def update(directory: Directory, grant: Grant, customer_id: str, asked: CustomerChange) -> bytes:
    """The document of a customer after a change; raises Invalid, NotFound, Conflict for another version."""

    def change(customer: Customer) -> Customer:
        draft = applied(asked, customer)
        _check(draft, before=customer)
        if customer.is_listed and not _is_somebody(draft):
            raise nobody()
        return draft

    with editing.edits(directory):
        found = editing.find(directory, grant, customer_id)
        editing.check_version(found, asked.version)
        written = editing.update(directory, found, change)
        return native_customers.customer(Reader(directory, grant).by_rid(written.rid))


def delete(directory: Directory, grant: Grant, customer_id: str, version: int | None) -> None:
    """Deletes a customer; raises NotFound, Conflict for another version."""
    with editing.edits(directory):
        found = editing.find(directory, grant, customer_id)
        editing.check_version(found, version)
        deletion.within(directory, grant.account_id, [found.stored.id])


def _check(draft: Customer, *, before: Customer) -> None:
    """Raises Invalid for a new e-mail that is none, and for a new phone with too few digits for one."""
    emails = {each.text for each in before.emails}
    for at, one in enumerate(draft.emails):
        if one.text not in emails and email.understand(one.text) is None:
            raise _wrong(f"emails[{at}].text", "an e-mail", "not_an_email")
    phones = {each.text for each in before.phones}
    for at, phone in enumerate(draft.phones):
        if phone.text not in phones and phone.served is None:
            raise _wrong(f"phones[{at}].text", "a phone number", "not_a_phone")


def _wrong(field: str, words: str, rule: str) -> errors.Invalid:
    return errors.Invalid(f"{field} must be {words}", field=field, rule=rule)


def _is_somebody(draft: Customer) -> bool:
    return normalise.customer(draft, region=_NO_REGION).is_listed
