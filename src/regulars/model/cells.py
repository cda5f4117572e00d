"""A customer of texts whose fields are known: what a row of a table and any flat object have in common."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from regulars import limits
from regulars.model import columns as table
from regulars.model import naming, reading
from regulars.model.customer import Address, Customer, Email, Phone, PhoneType, Problem
from regulars.model.customer_filter import CREATION_SOURCES

_PHONE_TYPES: Final[Mapping[str, PhoneType | None]] = {
    "phone": None,
    "mobile_phone": "MOBILE",
    "home_phone": "HOME",
    "work_phone": "WORK",
    "fax": "OTHER",
}


class Cells:
    """The texts of one record by their field, on the way to a customer."""

    def __init__(self) -> None:
        self.cells: dict[str, str] = {}
        self.contacts: list[tuple[str, str]] = []
        self.problems: list[Problem] = []

    @property
    def is_empty(self) -> bool:
        """Whether no field was said."""
        return not self.cells and not self.contacts

    def take(self, field: str, cell: str) -> None:
        """One field of it, not blank; of fields that may come again, each is kept."""
        text = reading.cut(cell, field, self.problems)
        if field in table.REPEATED:
            if len(self.contacts) < limits.CONTACTS_MAX:
                self.contacts.append((field, text))
            else:
                self.problems.append(Problem(field, "too_many"))
        else:
            self.cells[field] = text

    def customer(self) -> Customer:
        """The customer; what cannot be used is a problem. Raises Invalid for a reference that nobody could ask for."""
        cells, problems = self.cells, self.problems
        first_name, last_name = _name(cells)
        created_at, updated_at = self._instant("created_at"), self._instant("updated_at")
        id_ = reading.ref(cells.get("id", "").strip())
        return Customer(
            pos_ref=reading.ref(cells.get("pos_ref", "").strip()) or id_,
            id=id_,
            reference_id=cells.get("reference_id", "").strip() or None,
            first_name=first_name,
            last_name=last_name,
            company_name=cells.get("company_name"),
            nickname=cells.get("nickname"),
            note=cells.get("note"),
            birthday=_birthday(cells.get("birthday"), problems),
            created_at=created_at,
            updated_at=updated_at,
            emails=tuple([Email(text) for field, text in self.contacts if field == "email"]),
            phones=self._phones(),
            addresses=_address(cells),
            eu_vat=cells.get("eu_vat"),
            creation_source=_creation_source(cells.get("creation_source"), problems),
            email_unsubscribed=_unsubscribed(cells.get("email_subscription"), problems),
            problems=tuple(problems),
        )

    def _phones(self) -> tuple[Phone, ...]:
        """Faxes last: nobody's first phone is a fax."""
        phones = [(field == "fax", field, text) for field, text in self.contacts if field in _PHONE_TYPES]
        phones.sort(key=lambda phone: phone[0])
        return tuple([Phone(text, type=_PHONE_TYPES[field]) for _, field, text in phones])

    def _instant(self, field: str) -> int | None:
        """RFC 3339 or a date; or the two parts with a space between them and no offset, taken as UTC."""
        text = self.cells.get(field, "").strip()
        if _LOCAL_TIME.fullmatch(text):
            text = text.replace(" ", "T") + "Z"
        return reading.instant(text, field, self.problems)


_LOCAL_TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{1,9})?", re.ASCII)


def _name(cells: Mapping[str, str]) -> tuple[str | None, str | None]:
    whole = cells.get("full_name")
    if whole is None or "first_name" in cells or "last_name" in cells:
        return cells.get("first_name"), cells.get("last_name")
    return naming.halves(whole)


def _address(cells: Mapping[str, str]) -> tuple[Address, ...]:
    names = ("street", "street2", "street3", "city", "state", "zip_code", "country")
    values: dict[str, Any] = {name: cells[name] for name in names if name in cells}
    return (Address(**values),) if values else ()


_DAY_WITH_YEAR = re.compile(r"(\d{1,2})([./])(\d{1,2})\2(\d{4})", re.ASCII)


def _birthday(cell: str | None, problems: list[Problem]) -> str | None:
    """As Square writes it; else `31.12.1980`, and `12/31/1980` or `31/12/1980` where only one of them can be meant."""
    match = _DAY_WITH_YEAR.fullmatch(cell.strip()) if cell else None
    if match is None:
        return reading.birthday(cell, problems)
    first, mark, second, year = match.groups()
    days = {reading.calendar_day(year, second, first)}
    if mark == "/":
        days.add(reading.calendar_day(year, first, second))
    days.discard(None)
    if len(days) == 1:
        return days.pop()
    problems.append(Problem("birthday", "ambiguous" if days else "not_a_date"))
    return None


# contracts/square.md section 2.3; a Dashboard export writes them as words.
_CREATION_SOURCES: Final = frozenset(CREATION_SOURCES)


def _creation_source(cell: str | None, problems: list[Problem]) -> str | None:
    if cell is None:
        return None
    name = "_".join(re.split(r"[\W_]+", cell.strip())).upper()
    if name in _CREATION_SOURCES:
        return name
    problems.append(Problem("creation_source", "unknown_value"))
    return None


def _unsubscribed(cell: str | None, problems: list[Problem]) -> bool | None:
    status = cell.strip().casefold() if cell else None
    if status in {"unsubscribed", "subscribed"}:
        return status == "unsubscribed"
    if status and status != "unknown":
        problems.append(Problem("email_subscription", "unknown_value"))
    return None
