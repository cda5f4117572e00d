"""Reads one row of a table: two CSV lines in UTF-8, the header and the row (comma, RFC 4180)."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from regulars import limits
from regulars.errors import Invalid
from regulars.model import reading
from regulars.model.customer import Address, Customer, Email, Phone, PhoneType, Problem
from regulars.wire.csv import columns as table

csv.field_size_limit(limits.RECORD_BYTES_MAX)  # the library stops at 131,072 and would lose the row


def read(raw: bytes, columns: Mapping[str, str]) -> Customer:
    """One customer of a header line and a row. `columns` names the field of some columns: {column name: field}.

    The other columns are guessed. An empty cell is absent, an unknown column ignored. A row with cells that no column
    belongs to, or with too few, is read as far as it goes, with a problem. Raises Invalid when the row cannot be taken
    apart or says nothing, when no column is known, and for a reference that nobody could ask for.
    """
    header, row = _two_lines(raw)
    fields = _fields(header, tuple(sorted(columns.items())))
    cells = _cells(row)
    found = _Row()
    if len(cells) < len(fields):
        found.problems.append(Problem("row", "too_few_cells"))
    elif any(cells[len(fields) :]):
        found.problems.append(Problem("row", "too_many_cells"))
    for field, cell in zip(fields, cells, strict=False):
        if field and cell and not cell.isspace():
            found.take(field, cell)
    if not found.cells and not found.contacts:
        raise Invalid("The row is empty", rule="empty")
    return found.customer()


def guess(header: Sequence[str], overrides: Mapping[str, str]) -> Mapping[str, str]:
    """What each column is taken for: {column name: field}, in the header's order, without the unknown ones.

    `overrides` is {column name: field} too, and wins. Raises Invalid for a field or a column that does not exist.
    """
    return {
        name: field
        for name, field in zip(header, _meant(header, overrides), strict=True)
        if field is not None
    }


def _meant(header: Sequence[str], overrides: Mapping[str, str]) -> list[str | None]:
    places = {name.strip(): at for at, name in reversed(list(enumerate(header)))}
    chosen = {}
    for name, field in overrides.items():
        if field not in table.FIELDS:
            raise Invalid(
                "there is no such field", field="field", rule="unknown", hint=", ".join(table.FIELDS)
            )
        if name.strip() not in places:
            raise Invalid("The table has no such column", field="column", rule="unknown")
        chosen[places[name.strip()]] = field
    return table.guess(header, chosen)


@lru_cache(maxsize=64)
def _fields(header: str, overrides: tuple[tuple[str, str], ...]) -> tuple[str | None, ...]:
    """The field of each column, by place."""
    names = _cells(header)
    if len(names) > limits.TABLE_COLUMNS_MAX:
        raise Invalid("The table has too many columns", rule="too_many")
    fields = [None if field == "ignore" else field for field in _meant(names, dict(overrides))]
    if not any(fields):
        raise Invalid("No column is known", rule="unknown", hint="Name them: --map field=column")
    return tuple(fields)


def _two_lines(raw: bytes) -> tuple[str, str]:
    try:
        text = str(raw, "utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise Invalid("The row is not UTF-8", rule="not_utf8") from None
    start = end = quotes = 0
    while (end := text.find("\n", start)) >= 0:
        quotes += text.count('"', start, end)
        start = end + 1
        if quotes % 2 == 0:  # else the line's end stands inside a quoted name
            return text[:start], text[start:]
    raise Invalid("The row is missing", rule="empty")


def _cells(line: str) -> list[str]:
    try:
        return next(csv.reader([line], strict=True), [])
    except csv.Error:
        raise Invalid(
            "the row cannot be taken apart: look at its quotation marks", rule="malformed"
        ) from None


_PHONE_TYPES: Final[Mapping[str, PhoneType | None]] = {
    "phone": None,
    "mobile_phone": "MOBILE",
    "home_phone": "HOME",
    "work_phone": "WORK",
    "fax": "OTHER",
}


class _Row:
    """The cells of one row by their field, on the way to a customer."""

    def __init__(self) -> None:
        self.cells: dict[str, str] = {}
        self.contacts: list[tuple[str, str]] = []
        self.problems: list[Problem] = []

    def take(self, field: str, cell: str) -> None:
        text = reading.cut(cell, field, self.problems)
        if field in table.REPEATED:
            if len(self.contacts) < limits.CONTACTS_MAX:
                self.contacts.append((field, text))
            else:
                self.problems.append(Problem(field, "too_many"))
        else:
            self.cells[field] = text

    def customer(self) -> Customer:
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
    """Given and family name. A whole name is taken apart only if it is two words, or `Family, Given`."""
    whole = cells.get("full_name")
    if whole is None or "first_name" in cells or "last_name" in cells:
        return cells.get("first_name"), cells.get("last_name")
    halves = [half.strip() for half in whole.split(",")]
    if len(halves) == 2 and all(halves):
        return halves[1], halves[0]
    words = whole.split()
    if len(words) == 2 and "," not in whole:
        return words[0], words[1]
    return whole, None


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
_CREATION_SOURCES: Final = frozenset(
    (
        *(
            "OTHER",
            "APPOINTMENTS",
            "COUPON",
            "DELETION_RECOVERY",
            "DIRECTORY",
            "EGIFTING",
            "EMAIL_COLLECTION",
        ),
        *(
            "FEEDBACK",
            "IMPORT",
            "INVOICES",
            "LOYALTY",
            "MARKETING",
            "MERGE",
            "ONLINE_STORE",
            "INSTANT_PROFILE",
        ),
        *("TERMINAL", "THIRD_PARTY", "THIRD_PARTY_IMPORT", "UNMERGE_RECOVERY"),
    )
)


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
