"""What a person says of keys and columns of a source, in one option."""

from __future__ import annotations

from regulars import errors
from regulars.model.columns import FIELDS


def fields(text: str | None) -> dict[str, str]:
    """{column: field} of `FIELD=COLUMN; FIELD=COLUMN`; raises Fatal for what is none."""
    found = {}
    for pair in (text or "").split(";"):
        if not pair.strip():
            continue
        field, equals, column = pair.partition("=")
        if not equals or not column.strip() or field.strip() not in FIELDS:
            raise errors.Fatal(
                "The option map is FIELD=COLUMN; FIELD=COLUMN", hint=f"The fields are: {', '.join(FIELDS)}"
            )
        found[column.strip()] = field.strip()
    return found
