"""A customer's own fields as Square's search asks for them, while it is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from regulars.directory import documents
from regulars.model.customer import Customer, Email, Phone
from regulars.model.customer_filter import Fields

Contact = TypeVar("Contact", Email, Phone)


def of(customer: Customer, *, pos_ref: str, creation_source: str, created_at: int, updated_at: int) -> Fields:
    """The fields of a clean customer served under this posRef; `creation_source` when it says none of its own."""
    email, phone = primary(customer.emails), primary(customer.phones)
    return Fields(
        email_address=_shown(email.text) if email else None,
        phone_number=_shown(phone.text) if phone else None,
        e164=phone.e164 if phone else None,
        reference_id=documents.reference_id(customer, pos_ref),
        creation_source=customer.creation_source or creation_source,
        created_at=created_at,
        updated_at=updated_at,
    )


def primary(contacts: Sequence[Contact]) -> Contact | None:
    """The one that Square's dialect shows."""
    for each in contacts:
        if each.is_primary:
            return each
    return contacts[0] if contacts else None


def _shown(text: str) -> str | None:
    return text if text and not text.isspace() else None
