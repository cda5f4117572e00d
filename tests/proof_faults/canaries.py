"""Customers whose every word can be found again in bytes: whoever holds one of these still knows them."""

from __future__ import annotations

import json
from pathlib import Path

NAME, LAST, COMPANY, STREET = "Zzcanary", "Xylophonian", "Quillmark", "Vexwell Row"
# In upper and lower case, as text and as the search index cuts it: six letters are its shortest whole word.
WORDS = (NAME, NAME.lower(), LAST, LAST.lower(), COMPANY, COMPANY.lower(), "Vexwell", "vexwell", "5550137")
PIECES = tuple(dict.fromkeys(word[:6].encode() for word in WORDS))


def one(number: int, *, version: int = 0) -> str:
    """The n-th, in Shift4's shape, as one line."""
    return json.dumps(
        {
            "posRef": f"canary-{number}",
            "firstName": NAME,
            "lastName": f"{LAST} {version}",
            "companyName": f"{COMPANY} Ltd",
            "customerEmails": [{"email": f"{NAME.lower()}.{number}.v{version}@{COMPANY.lower()}.example"}],
            "customerPhones": [{"phone": f"+1212555013{number % 10}"}, {"phone": "+12125550137"}],
            "customerAddresses": [{"street": f"{number} {STREET}", "city": LAST, "country": "US"}],
        }
    )


def found_in(folder: Path) -> dict[str, list[bytes]]:
    """Which of them lie in which files of a folder."""
    contents = {
        str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    found = {name: [piece for piece in PIECES if piece in content] for name, content in contents.items()}
    return {name: pieces for name, pieces in found.items() if pieces}
