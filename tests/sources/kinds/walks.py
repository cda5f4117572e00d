"""Walks through a source as the engine does: page by page, each state through JSON, as it is kept between two pages."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from regulars import limits
from regulars.model.pull import Item, Page, State
from regulars.model.record import Record, Unreadable
from regulars.sources.contract import Given, Kind, Source
from regulars.sources.http import Http, Request, Response, Transport

PAGES_MAX = 2_000
_OPEN: list[Source] = []


class NoNetwork:
    """What asks nobody."""

    def send(self, request: Request) -> Response:
        raise AssertionError("this kind asks nobody")


def opened(
    kind: Kind,
    options: Mapping[str, str] | None = None,
    *,
    transport: Transport | None = None,
    url: str | None = None,
    secret: str | None = None,
    later: float = 0.0,
) -> Source:
    """A source of the kind; `later`: seconds that its clock is ahead."""
    given = Given(url=url, secret=secret, options=dict(options or {}), location_id=12345, country="US")
    source = kind.open(given, Http(transport or NoNetwork(), now=lambda: time.time() + later))
    _OPEN.append(source)
    return source


def close() -> None:
    """Closes every source that was opened."""
    while _OPEN:
        _OPEN.pop().close()


def pages(source: Source, bookmark: State | None = None, *, full: bool = False) -> Iterator[Page]:
    """Every page of a walk."""
    return rest(source, source.begin(bookmark, full=full))


def rest(source: Source, state: State) -> Iterator[Page]:
    """Every page of a walk that stands there."""
    state = kept(state)
    for _ in range(PAGES_MAX):
        page = source.page(state)
        yield page
        if page.state is None:
            return
        assert page.state != state
        state = kept(page.state)
    raise AssertionError("the walk does not end")


def walked(source: Source, bookmark: State | None = None, *, full: bool = False) -> tuple[list[Item], State]:
    """All that a walk brings, and where the next begins."""
    found: list[Item] = []
    last: State | None = None
    for page in pages(source, bookmark, full=full):
        found += page.items
        last = page.bookmark or last
    assert last is not None
    return found, kept(last)


def kept(state: State) -> dict[str, Any]:
    """As the engine keeps it."""
    text = json.dumps(state)
    assert len(text) <= limits.SOURCE_STATE_BYTES_MAX
    made: dict[str, Any] = json.loads(text)
    return made


def raws(items: list[Item]) -> list[Any]:
    """The records' documents; every item must be one."""
    assert all(isinstance(each, Record) for each in items), items
    return [json.loads(each.raw) for each in items if isinstance(each, Record)]


def unreadable(items: list[Item]) -> list[Unreadable]:
    return [each for each in items if isinstance(each, Unreadable)]


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
