"""The till of tests as a trial: what the conformance suite and the simulation drive."""

from __future__ import annotations

from typing import Any

from msgspec import structs

from regulars.sources.contract import Given, Kind
from regulars.sources.http import Request, Response
from regulars.testing.trial import Trial
from tests.sync import till as tills
from tests.sync.till import Till


class TillTrial(Trial):
    """Every way in which the till of tests changes; time is its own."""

    kind: Kind = tills.kind(
        merges="into", erasure="a phone of asterisks", secret="A token", refresh=tills.refreshed
    )
    filters = ("since",)

    def __init__(self) -> None:
        self.till = Till()

    def given(self) -> Given:
        return structs.replace(super().given(), secret="good")

    def now(self) -> float:
        return float(self.till.now)

    def send(self, request: Request) -> Response:
        return self.till.send(request)

    def create(self, name: str, phone: str) -> str:
        return self.till.create(name, phone)

    def edit(self, ref: str, *, name: str | None = None, phone: str | None = None) -> None:
        given: dict[str, Any] = {"name": name, "phone": phone}
        self.till.edit(ref, **{field: value for field, value in given.items() if value is not None})

    def edit_silently(self, ref: str, *, phone: str) -> None:
        self.till.edit(ref, silently=True, phone=phone)

    def delete(self, ref: str) -> None:
        self.till.delete(ref)

    def merge(self, ref: str, into: str) -> str | None:
        self.till.merge(ref, into)
        return None

    def erase(self, ref: str) -> None:
        self.till.erase(ref)

    def pass_seconds(self, seconds: int) -> None:
        self.till.now += seconds

    def ignore_filters(self) -> None:
        self.till.ignores_filters = True


class TombstoneTrial(TillTrial):
    """A till that says whom it deleted."""

    kind = structs.replace(TillTrial.kind, deletes="tombstone")

    def __init__(self) -> None:
        super().__init__()
        self.till.has_tombstones = True


class OffsetTrial(TillTrial):
    """A till that is listed by place."""

    kind = structs.replace(TillTrial.kind, open=tills.OffsetSource)

    def __init__(self) -> None:
        super().__init__()
        self.till.pages_by_offset = True
