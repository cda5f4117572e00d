"""Customers as a table or an array, one after the other."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any, Literal

from msgspec import json

_CONTACTS = 3  # of each kind have columns; a table has an end, JSON Lines hold all
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet may take for a formula (OWASP)
_E164 = re.compile(r"\+\d{5,15}", re.ASCII)  # a number whatever a spreadsheet makes of it, and no formula
_SPACE_AND_QUOTES = " \t\r\n\"'\u00a0"

_SHIFT4_SCALARS = ("posRef", "firstName", "lastName", "companyName", "locationId", "createdAt", "updatedAt")
_SHIFT4_LISTS = {
    "customerEmails": ("email",),
    "customerPhones": ("phone", "type"),
    "customerAddresses": ("street", "street2", "city", "state", "zipCode", "country", "type"),
}
_SQUARE = (
    "id", "reference_id", "given_name", "family_name", "nickname", "company_name", "email_address", "phone_number",
    "address.address_line_1", "address.address_line_2", "address.address_line_3", "address.locality",
    "address.administrative_district_level_1", "address.postal_code", "address.country", "birthday", "note",
    "preferences.email_unsubscribed", "tax_ids.eu_vat", "creation_source", "created_at", "updated_at", "version",
)  # fmt: skip


def array(documents: Iterator[bytes]) -> Iterator[bytes]:
    """One JSON array of all documents."""
    before = b"["
    for document in documents:
        yield before + document
        before = b","
    yield b"[]\n" if before == b"[" else b"]\n"


def table(
    documents: Iterator[bytes], shape: Literal["shift4", "square"], *, guarded: bool
) -> Iterator[bytes]:
    """CSV with a header line. `guarded`: a cell that begins like a formula gets a ' in front, but for a plain E.164."""
    yield _line(_shift4_header() if shape == "shift4" else list(_SQUARE))
    row = _shift4_row if shape == "shift4" else _square_row
    for document in documents:
        cells = [_text(cell) for cell in row(json.decode(document))]
        yield _line([_guarded(cell) for cell in cells] if guarded else cells)


def _shift4_header() -> list[str]:
    header = list(_SHIFT4_SCALARS)
    for kind, keys in _SHIFT4_LISTS.items():
        one = kind.removeprefix("customer").removesuffix("es" if kind.endswith("sses") else "s").lower()
        for number in range(1, _CONTACTS + 1):
            header += [f"{one} {number}" if key == one else f"{one} {number} {key}" for key in keys]
    return header


def _shift4_row(customer: dict[str, Any]) -> list[Any]:
    row = [customer.get(key) for key in _SHIFT4_SCALARS]
    for kind, keys in _SHIFT4_LISTS.items():
        # The primary one first, so that it is there however many there are.
        contacts = sorted(customer.get(kind) or [], key=lambda contact: not contact.get("isPrimary"))
        for number in range(_CONTACTS):
            contact = contacts[number] if number < len(contacts) else {}
            row += [contact.get(key) for key in keys]
    return row


def _square_row(customer: dict[str, Any]) -> list[Any]:
    return [_at(customer, path) for path in _SQUARE]


def _at(document: Any, path: str) -> Any:
    for key in path.split("."):
        document = document.get(key) if isinstance(document, dict) else None
    return document


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def _guarded(cell: str) -> str:
    risky = cell.startswith(_FORMULA) or cell.lstrip(_SPACE_AND_QUOTES).startswith(_FORMULA)
    return "'" + cell if risky and not _E164.fullmatch(cell) else cell


def _line(cells: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().encode("utf-8", "backslashreplace")
