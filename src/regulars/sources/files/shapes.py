"""Which file is of which format, and which JSON object is in whose shape, told by the keys alone."""

from __future__ import annotations

import re
from typing import Literal, get_args

from regulars.sources.files import splitter

FileFormat = Literal["auto", "square-csv", "square-json", "shift4-json", "csv", "jsonl"]
FORMATS: tuple[FileFormat, ...] = get_args(FileFormat)
Shape = Literal["shift4", "square"]

_SHIFT4 = (
    b"posRef|firstName|lastName|companyName|locationId|createdAt|updatedAt"
    b"|customerEmails|customerPhones|customerAddresses"
)
_SQUARE = (
    b"given_name|family_name|email_address|phone_number|company_name|reference_id|created_at|updated_at"
    b"|creation_source|birthday|nickname|note|preferences|tax_ids|group_ids|segment_ids|address|cards|version"
)
_TELLING = re.compile(rb'"(?:(' + _SHIFT4 + rb")|(?:" + _SQUARE + rb'))"\s*:')
_ID = re.compile(rb'"id"\s*:')


def shape(document: bytes) -> Shape | None:
    """Whose customer an object is, by its first telling key; None when no key tells."""
    match = _TELLING.search(document)
    if match is not None:
        return "shift4" if match[1] else "square"
    return "square" if _ID.search(document) else None


def guess(name: str, sample: bytes) -> FileFormat:
    """The format of a file that begins so, in UTF-8."""
    start = sample.lstrip()
    if name.lower().endswith((".jsonl", ".ndjson")):
        return "jsonl"
    if start.startswith(b"{") and _is_json_lines(start):
        return "jsonl"
    if start.startswith((b"{", b"[")):
        return "square-json" if shape(start) == "square" else "shift4-json"
    return "csv"


def _is_json_lines(start: bytes) -> bool:
    """One object a line: most lines are whole objects, the first is no page, and there are more of them."""
    found = [line for line in start.splitlines()[:-1] or [start] if line.strip()]
    whole = sum(splitter.is_whole_object(line) for line in found)
    return (
        not splitter.is_page(found[0])
        and whole * 2 >= len(found)
        and (len(found) > 1 or b"\n" in start.strip())
    )
