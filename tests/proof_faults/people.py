"""Invented customers by the number, in files as large as a test needs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_FIRST = ("Ada", "Björn", "Chloé", "Dmitri", "Eun-ji", "Fatima", "Guðrún", "Håkon", "Inés", "José")
_LAST = ("Smith", "Müller", "O'Brien", "Gonçalves", "Nakamura", "van der Berg", "Łukasz", "Abramowitz")


def one(number: int, *, version: int = 0) -> dict[str, Any]:
    """The n-th customer in Shift4's shape; a new version of it is a changed customer."""
    first, last = _FIRST[number % len(_FIRST)], _LAST[number // 3 % len(_LAST)]
    return {
        "posRef": f"R{number}",
        "firstName": first,
        "lastName": last,
        "companyName": f"Version {version}",
        "customerEmails": [{"email": f"guest{number}.v{version}@mail.example"}],
        "customerPhones": [{"phone": f"+1415{2_000_000 + number % 7_000_000}"}],
    }


def lines(count: int, *, version: int = 0, broken_every: int = 0) -> Iterator[bytes]:
    """JSON lines; behind each `broken_every`-th stands one more, cut short, that says of which version it is."""
    for number in range(count):
        yield json.dumps(one(number, version=version)).encode() + b"\n"
        if broken_every and number % broken_every == broken_every - 1:
            yield b'{"posRef":"broken-%d-%d","firstName":\n' % (number, version)


def file(path: Path, count: int, *, version: int = 0, broken_every: int = 0) -> Path:
    """A file of them."""
    with path.open("wb") as out:
        out.writelines(lines(count, version=version, broken_every=broken_every))
    return path


def version_of(document: dict[str, Any]) -> int:
    """Which version of a customer a Shift4 document shows; its e-mail must be of the same."""
    version = int(document["companyName"].removeprefix("Version "))
    assert f".v{version}@" in document["customerEmails"][0]["email"]
    return version
