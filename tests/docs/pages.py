"""The pages: their headings, links, tables and fenced blocks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
README = ROOT / "README.md"

_FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]\[]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


class Block(NamedTuple):
    """A fenced block: the words behind its fence (`sh test`) and its text."""

    words: tuple[str, ...]
    text: str


def pages() -> list[Path]:
    """Every page of the documentation, and those at the root."""
    return [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def blocks(page: Path, *words: str) -> list[Block]:
    """The fenced blocks of a page whose fence begins with these words."""
    found = [Block(tuple(match[1].split()), match[2]) for match in _FENCE.finditer(read(page))]
    return [block for block in found if block.words[: len(words)] == words]


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return _FENCE.sub("", read(page))


def links(page: Path) -> list[str]:
    return _LINK.findall(prose(page))


def anchors(page: Path) -> set[str]:
    """The names that links may point to within a page."""
    return {_anchor(heading) for heading in _HEADING.findall(prose(page))}


def headings(page: Path) -> list[str]:
    return _HEADING.findall(prose(page))


def rows(text: str) -> Iterator[list[str]]:
    """The cells of every row of every table, headers included."""
    for line in text.splitlines():
        if line.startswith("|") and not set(line) <= set("|-: "):
            yield [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def code(text: str) -> set[str]:
    """Everything that stands between backticks."""
    return set(re.findall(r"`([^`\n]+)`", text))


def _anchor(heading: str) -> str:
    plain = re.sub(r"[`*_]|\]\([^)]*\)|\[", "", heading).lower()
    kept = [c for c in plain if c in " -" or unicodedata.category(c)[0] in "LN"]
    return "".join(kept).replace(" ", "-")
