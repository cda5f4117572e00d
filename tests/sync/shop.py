"""A directory that pulls a till of tests, with a clock that only moves when somebody waits."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec import structs

from regulars.directory import Directory, listing, pulling
from regulars.model.place import Account
from regulars.model.pulling import NewPull, Pull
from regulars.sources.contract import Kind
from regulars.sources.http import Transport
from regulars.store import places
from regulars.store import pulls as stored
from regulars.sync.engine import Engine
from regulars.sync.parts import Parts, Step
from tests.directory import world
from tests.directory.world import Clock
from tests.sync import till as tills
from tests.sync.till import Till

HERE = 12345
NEW = NewPull(
    kind="till",
    name="till",
    location_id=HERE,
    url=None,
    options={},
    secret=b"sealed",
    hook_secret=None,
    every_seconds=300,
    full_every_seconds=86_400,
    budget_requests=None,
    budget_milliseconds=None,
    fail_percent=20,
    vanish_percent=10,
)


class Shop:
    """One account, one location, one source."""

    def __init__(
        self,
        directory: Directory,
        clock: Clock,
        till: Till,
        account: Account,
        *,
        transport: Transport | None = None,
        kind: Kind | None = None,
        chance: Callable[[], float] = lambda: 0.5,
        **settings: Any,
    ) -> None:
        self.directory = directory
        self.clock = clock
        self.till = till
        self.account = account
        self.secret = "good"
        self.kind = kind or tills.kind()
        self.source_id = pulling.add(
            directory, account.account_id, structs.replace(NEW, **settings)
        ).source_id
        self.parts = Parts(
            transport or till,
            unseal=lambda _pull: self.secret,
            reseal=self._reseal,
            kind=lambda _name: self.kind,
            sleep=self.sleep,
            chance=chance,
        )

    def sleep(self, seconds: float) -> None:
        self.clock.now += round(seconds * 1_000_000)

    def _reseal(self, _pull: Pull, secret: str) -> bytes:
        self.secret = secret
        return b"sealed anew"

    @property
    def pull(self) -> Pull:
        found = pulling.one(self.directory, self.account.account_id, self.source_id)
        assert found is not None
        return found

    def steps(self, *, full: bool = False) -> Iterator[Step]:
        """Every step until there is nothing to do at once."""
        engine = Engine(self.directory, self.parts)
        with engine.pulling(self.account.account_id, self.source_id, full=full) as pulled:
            assert pulled is not None, "somebody else has it"
            while True:
                step = pulled.step()
                yield step
                if not step.goes_on:
                    return

    def ids(self) -> dict[str, str]:
        """The Square ids of those who are here, by ref."""
        with self.directory.store.read():
            return stored.ids_by_ref(
                self.directory.store,
                self.account.account_id,
                places.location_numbers(self.directory.store, self.account.account_id)[HERE],
                self.source_id,
                self.till.people,
            )

    def sync(self, *, full: bool = False, waits: int = 50) -> Step:
        """Pulls until the run is over, waiting as long as it takes."""
        self.clock.now += 1
        for _ in range(waits):
            *_, last = self.steps(full=full)
            full = False
            if last.until is None:
                return last
            self.clock.now = max(self.clock.now, last.until)
        raise AssertionError("it waits for ever")

    def people(self) -> dict[str, tuple[str, str]]:
        """Whom the directory shows: ref -> name and phone."""
        shown: dict[str, tuple[str, str]] = {}
        grant = world.grant_of(self.account)
        while found := listing.page(self.directory, grant, HERE, skip=len(shown), limit=100).documents:
            for one in map(json.loads, found):
                phones = one["customerPhones"]
                shown[one["posRef"]] = (one["firstName"], phones[0]["phone"] if phones else "")
        return shown


@contextmanager
def shop(folder: Path, till: Till | None = None, **settings: Any) -> Iterator[Shop]:
    """A directory of its own."""
    clock = Clock()
    with world.opened(folder, clock=clock) as directory:
        account = world.settle_in(directory, HERE)
        yield Shop(directory, clock, till or Till(), account, **settings)
