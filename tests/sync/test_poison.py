"""A hundredth of what a till sends is poison: everything else comes in, and the poison once its reader is mended."""

from __future__ import annotations

import json
import resource
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from regulars import errors, limits
from regulars.directory import preparing, quarantine, stats
from regulars.model.customer import Customer
from regulars.model.pull import Item, Page, State
from regulars.model.record import Record
from regulars.sources.contract import Given
from regulars.sources.http import Http
from regulars.wire import shift4
from tests.conftest import TORTURE
from tests.sync import till as tills
from tests.sync.shop import shop

COUNT = 200_000 if TORTURE else 4_000
PAGE = 500
FORMAT = "poisoned"
_RESIDENT_MAX = 64 * 1024  # KiB that may be kept of a walk, however long


class Reader:
    """Reads what the till sends; until it is mended it knows nothing of names in lists."""

    is_mended = False

    def __call__(self, raw: bytes) -> Customer:
        try:
            content = json.loads(raw)
        except ValueError:
            raise errors.Invalid("The record is no JSON object", rule="not_an_object") from None
        if isinstance(content["firstName"], list):
            if not self.is_mended:
                raise errors.Invalid("The name is a list", rule="wrong_type")
            content["firstName"] = " ".join(content["firstName"])
        return shift4.read(json.dumps(content).encode())


def poison(at: int) -> bytes:
    """Every hundredth: a shape that a mended reader knows, JSON that breaks off, far too much of it."""
    content: dict[str, Any] = {"posRef": f"P{at:07}", "firstName": ["Ada", "Maria"]}
    match at // 100 % 4:
        case 0 | 1:
            return json.dumps(content).encode()
        case 2:
            return f'{{"posRef": "P{at:07}", "firstName": '.encode()
        case _:
            filled = content | {"firstName": "Big", "note": "x" * limits.RECORD_BYTES_MAX}
            return json.dumps(filled).encode() if at % 4_000 == 300 else json.dumps(content).encode()


class PoisonedTill(tills.TillSource):
    """Pages of people, numbered."""

    def __init__(self, given: Given, http: Http) -> None:
        pass

    def begin(self, bookmark: State | None, *, full: bool) -> State:
        return {"at": 0}

    def page(self, state: State) -> Page:
        at = int(state["at"])
        items: Sequence[Item] = [
            Record(FORMAT, poison(one) if one % 100 == 0 else _good(one), "till:page")
            for one in range(at, min(at + PAGE, COUNT))
        ]
        following = {"at": at + PAGE} if at + PAGE < COUNT else None
        return Page(items, following, None if following else {"at": 0})


def _good(at: int) -> bytes:
    return json.dumps({"posRef": f"P{at:07}", "firstName": f"Name{at}"}).encode()


def test_poison_stops_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All good ones in, every bad one in quarantine with its reason and bytes; replayed, those that can be read now."""
    reader = Reader()
    monkeypatch.setitem(preparing._READERS, FORMAT, reader)
    preparing._reader.cache_clear()
    with shop(tmp_path, kind=tills.kind(open=PoisonedTill, is_incremental=False)) as here:
        steps = here.steps()
        for _ in range(max(3, COUNT // PAGE // 4)):  # what is kept for speed is there by then
            next(steps)
        resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        *_, last = steps
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - resident < _RESIDENT_MAX
        assert last.run is not None
        counts = last.run.counts
        bad = COUNT // 100
        assert (counts.read, counts.created, counts.quarantined) == (COUNT, COUNT - bad, bad)

        account_id = here.account.account_id
        waiting = quarantine.every(here.directory, account_id, limit=COUNT)
        assert len(waiting) == bad
        for at, entry in enumerate(waiting):
            assert entry.raw == poison(at * 100)[: limits.RECORD_BYTES_MAX]
            assert entry.reason
        assert here.pull.state == "active"

        reader.is_mended = True
        readable = sum(isinstance(_tried(entry.raw), list) for entry in waiting)
        done = quarantine.replay(here.directory, account_id, None)
        assert (done.created, done.quarantined) == (readable, bad - readable)
        assert 0 < readable < bad
        assert stats.summary(here.directory, account_id)["customers"] == COUNT - bad + readable
        assert len(quarantine.every(here.directory, account_id, limit=COUNT)) == bad - readable
    preparing._reader.cache_clear()


def _tried(raw: bytes) -> Any:
    try:
        return json.loads(raw)["firstName"]
    except ValueError:
        return None
