"""Reads one row of a table: two CSV lines in UTF-8, the header and the row (comma, RFC 4180)."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import lru_cache

from regulars import limits
from regulars.errors import Invalid
from regulars.model import columns as table
from regulars.model.cells import Cells
from regulars.model.customer import Customer, Problem

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
    found = Cells()
    if len(cells) < len(fields):
        found.problems.append(Problem("row", "too_few_cells"))
    elif any(cells[len(fields) :]):
        found.problems.append(Problem("row", "too_many_cells"))
    for field, cell in zip(fields, cells, strict=False):
        if field and cell and not cell.isspace():
            found.take(field, cell)
    if found.is_empty:
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
