"""A history: a till, a directory, a clock, a network and a machine that dies, all drawn from one seed.

    python -m tests.sync.simulation 17 folder

What happens upstream is also told to a plain dictionary, which the directory must equal once everything has calmed
down. While it has not, nobody may be lost who is still there, and no budget may be overrun.
"""

from __future__ import annotations

import contextlib
import json
import random
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from msgspec import Struct, structs

from regulars import errors, limits
from regulars.directory import Directory, deletion, editing, listing, pulling
from regulars.model.pulling import Pull
from regulars.sources.contract import Budget
from regulars.sources.http import Request, Response
from regulars.store.opening import open_store
from regulars.sync.engine import Engine
from regulars.sync.parts import Parts
from regulars.sync.pulled import Pulled
from regulars.testing.tills import hostile
from regulars.testing.tills.clover import CloverTill
from regulars.testing.tills.hostile import Hostile
from regulars.testing.tills.lightspeed_x import LightspeedTill
from regulars.testing.tills.odoo import OdooTill
from regulars.testing.tills.shopify import ShopifyTill
from regulars.testing.tills.stripe import StripeTill
from regulars.testing.tills.woocommerce import WooCommerceTill
from regulars.testing.trial import Trial, can
from tests.directory import world
from tests.directory.world import Clock
from tests.sources.kinds.test_shift4 import Shift4Trial
from tests.sources.kinds.test_square import SquareTrial
from tests.sync.shop import NEW
from tests.sync.trial import OffsetTrial, TillTrial, TombstoneTrial

# Half of the histories are of tills that know every way to change, and have small pages.
TRIALS: tuple[type[Trial], ...] = (
    *(TillTrial, TombstoneTrial, OffsetTrial) * 3,
    *(
        CloverTill,
        LightspeedTill,
        OdooTill,
        Shift4Trial,
        ShopifyTill,
        SquareTrial,
        StripeTill,
        WooCommerceTill,
    ),
)
# Listed by place: whoever leaves during a walk hides somebody else from it.
BY_PLACE = (OffsetTrial, CloverTill, WooCommerceTill)
BUDGETS = (None, None, Budget(3, 1.0), Budget(7, 30.0), Budget(5, 60.0), Budget(40, 3_600.0))
_SECOND = 1_000_000


class Killed(BaseException):
    """The machine died here."""


class Wrong(AssertionError):
    """The directory is not what it must be."""


class Plan(Struct, frozen=True):
    """What sort of history a seed is."""

    trial: type[Trial]
    budget: Budget | None
    lies: bool
    kills: bool
    share: float
    length: int
    crowd: int


def plan(seed: int) -> Plan:
    """Drawn from the seed."""
    chance = random.Random(f"plan {seed}")
    trial = chance.choice(TRIALS)
    return Plan(
        trial=trial,
        budget=chance.choice(BUDGETS),
        lies=chance.random() < 0.4,
        kills=chance.random() < 0.7,
        share=chance.choice((0.0, 0.1, 0.4)),
        length=chance.randint(20, 120),
        crowd=chance.choice((0, 3, 30, 60, trial.many + 20)),
    )


class Worker(Struct):
    """A process that pulls: what it holds, if it holds anything."""

    manager: AbstractContextManager[Pulled | None] | None = None
    pulled: Pulled | None = None


class History:
    """One history. `now` of everything is `clock`, which only this moves."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.plan = plan(seed)
        self.chance = random.Random(f"history {seed}")
        self.folder = folder
        self.trial = self.plan.trial()
        self.clock = Clock(round(self.trial.now() * _SECOND))
        faults = hostile.EVERY if self.plan.lies else (*hostile.FAILURES, *hostile.HARMLESS)
        self.network = Hostile(
            self.trial,
            random.Random(f"network {seed}"),
            faults=faults,
            share=self.plan.share,
            ignored=self.trial.filters,
            now=lambda: self.clock.now / _SECOND,
        )
        self.told: list[str] = []  # what happened, for who replays it
        self.times: list[int] = []
        self.until_killed: int | None = None
        self.dead: list[AbstractContextManager[Any]] = []
        self.workers = [Worker(), Worker()]
        given = self.trial.given()
        self.secret, self.location_id = given.secret, given.location_id
        self.living: dict[str, tuple[str, str]] = {}
        self.suppressed: set[str] = set()
        self.silent: set[str] = set()  # changed without a trace
        self.renamed_here: dict[
            str, tuple[str, str]
        ] = {}  # ref -> what it was called, what it is called here
        self.named = 0
        self.met: set[str] = set()
        self.directory = self._opened()
        account = world.settle_in(self.directory, given.location_id)
        self.account_id, self.grant = account.account_id, world.grant_of(account)
        settings = structs.replace(
            NEW,
            location_id=given.location_id,
            url=given.url,
            options=dict(given.options),
            every_seconds=60,
            full_every_seconds=self.chance.choice((600, 86_400)),
        )
        self.source_id = pulling.add(self.directory, self.account_id, settings).source_id

    # --- the world ---------------------------------------------------------------------------------------------------

    def send(self, request: Request) -> Response:
        """Every request of the engine comes through here."""
        self.times.append(self.clock.now)
        self._come_closer()
        self.clock.now += self.chance.choice((1_000, 50_000, 900_000))
        behind = int(self.clock.now / _SECOND - self.trial.now())
        if behind > 0:
            self.trial.pass_seconds(behind)
        answer = self.network.send(request)
        self._come_closer()
        return answer

    def _opened(self) -> Directory:
        directory = Directory(
            open_store(self.folder, key_file=None, role="tool", now=self.clock.now), self.clock
        )
        directory.store.connection.exec_trace = self._statement
        return directory

    def _statement(self, *_about: object) -> bool:
        self._come_closer()
        return True

    def _come_closer(self) -> None:
        if self.until_killed is not None:
            self.until_killed -= 1
            if self.until_killed <= 0:
                self.until_killed = None
                raise Killed

    def _sleep(self, seconds: float) -> None:
        self.clock.now += round(seconds * _SECOND)

    def _reseal(self, _pull: Pull, secret: str) -> bytes:
        self.secret = secret
        return b"sealed anew"

    def _die(self) -> None:
        """As `kill -9` or a power cut: nothing is given back."""
        self.until_killed = None
        self.dead += [worker.manager for worker in self.workers if worker.manager is not None]
        self.workers = [Worker(), Worker()]
        self.directory.close()
        self.directory = self._opened()

    # --- what happens ------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """All of it; raises Wrong."""
        try:
            for _ in range(self.plan.crowd):
                self.create()
            for _ in range(self.plan.length):
                self._something()
                self._look()
            self._calm_down()
        finally:
            for manager in self.dead:
                with contextlib.suppress(Exception):
                    manager.__exit__(None, None, None)
            self._let_go_all()
            self.directory.close()
            self.trial.close()

    def _something(self) -> None:
        verbs: Sequence[tuple[int, Callable[[], None]]] = (
            (4, self.create), (4, self.edit), (1, self.edit_silently), (2, self.delete), (1, self.erase),
            (1, self.merge), (1, self.delete_many), (2, self.erase_here), (2, self.rename_here),
            (2, self.hear), (6, self.wait), (24, self.pull), (1, self.pull_fully), (1, self.person),
        )  # fmt: skip
        every = [(weight, verb) for weight, verb in verbs if self._knows(verb.__name__)]
        [verb] = self.chance.choices([verb for _, verb in every], [weight for weight, _ in every])
        if self.plan.kills and self.chance.random() < 0.3:
            self.until_killed = self.chance.choice((1, 3, 10, 40, 150, 400))
        self.told.append(verb.__name__)
        try:
            verb()
        except Killed:
            self.told.append("killed")
            self._die()
        self.until_killed = None

    def _knows(self, verb: str) -> bool:
        """Whether it happens at this till, if it happens at tills."""
        verb = verb.removesuffix("_many")
        return not hasattr(Trial, verb) or can(self.plan.trial, verb)

    def create(self) -> None:
        """Somebody new."""
        who = (self._name(), self._phone())
        self.living[self.trial.create(*who)] = who

    def edit(self) -> None:
        """A name, or a phone."""
        if (ref := self._one()) is None:
            return
        name, phone = self.living[ref]
        if self.chance.random() < 0.5:
            name = self._name()
            self.trial.edit(ref, name=name)
        else:
            phone = self._phone()
            self.trial.edit(ref, phone=phone)
        self.living[ref] = (name, phone)

    def edit_silently(self) -> None:
        """A phone, and no time shows it."""
        if (ref := self._one()) is not None:
            phone = self._phone()
            self.trial.edit_silently(ref, phone=phone)
            self.living[ref] = (self.living[ref][0], phone)
            self.silent.add(ref)

    def delete(self) -> None:
        """Somebody leaves."""
        if (ref := self._one()) is not None:
            self.trial.delete(ref)
            del self.living[ref]

    def delete_many(self) -> None:
        """So many that a person must look, where only their absence shows it."""
        for _ in range(len(self.living) // 2):
            self.delete()

    def erase(self) -> None:
        """Somebody asks the till to be forgotten."""
        if (ref := self._one()) is not None:
            self.trial.erase(ref)
            del self.living[ref]

    def merge(self) -> None:
        """One into another."""
        lost, kept = self._one(), self._one()
        if lost is None or kept is None or lost == kept:
            return
        survivor = self.trial.merge(lost, kept) or kept
        (name, phone), (_, other) = self.living.pop(kept), self.living.pop(lost)
        self.living[survivor] = (name, phone or other)

    def erase_here(self) -> None:
        """Somebody asks us to be forgotten."""
        ids = self._ids()
        if not ids:
            return
        ref = self.chance.choice(sorted(ids))
        try:
            deletion.delete(self.directory, self.account_id, [ids[ref]])
        except Killed:
            self._die()
        if ref not in self._ids():
            self.suppressed.add(ref)

    def rename_here(self) -> None:
        """Somebody is called something else here; the till does not know."""
        people = self._people()
        if not people or self.plan.lies:
            return
        ref = self.chance.choice(sorted(people))
        before, name = people[ref][0], self._name()
        known = self.renamed_here.get(ref)
        if known is not None and known[1] == before:
            before = known[0]
        id = self._ids()[ref]
        try:
            with editing.edits(self.directory):
                found = editing.find(self.directory, self.grant, id)
                editing.update(self.directory, found, lambda one: structs.replace(one, first_name=name))
        except Killed:
            self._die()
        if self._people()[ref][0] == name:
            self.renamed_here[ref] = (before, name)

    def hear(self) -> None:
        """A webhook speaks of somebody, or of nobody."""
        ref = self._one() or "T99999"
        with self.directory.store.write():
            self.directory.store.connection.execute(
                "INSERT INTO wanted VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET wanted_at = excluded.wanted_at",
                (self.account_id, self.source_id, ref, self.clock.now),
            )

    def wait(self) -> None:
        """Time passes; now and then the clock is put back."""
        self.clock.now += self.chance.choice((1, 5, 61, 301, 3_601, 90_000, self._back())) * _SECOND

    def _back(self) -> int:
        return -30 if self.plan.budget is None else 30

    def pull_fully(self) -> None:
        """As `regulars sync --full`."""
        self._let_go_all()
        self.pull(full=True)

    def pull(self, *, full: bool = False) -> None:
        """One of the workers takes some steps."""
        worker = self.chance.choice(self.workers)
        if worker.pulled is None:
            engine = Engine(self.directory, self._parts())
            worker.manager = engine.pulling(self.account_id, self.source_id, full=full)
            worker.pulled = worker.manager.__enter__()
        for _ in range(self.chance.choice((1, 2, 3, 10, 40))):
            if worker.pulled is None or not self._step(worker.pulled):
                self._let_go(worker)
                return

    def person(self) -> None:
        """Somebody looks after the source."""
        pull = self._pull()
        if pull.held_run is not None and self.chance.random() < 0.5:
            self._accept(pull)
        elif pull.state in {"paused", "stopped"}:
            pulling.resume(self.directory, pull)
        elif self.chance.random() < 0.3:
            pulling.pause(self.directory, pull)

    def _accept(self, pull: Pull) -> None:
        pulling.accept(self.directory, pull)
        if self.plan.trial in BY_PLACE:  # some of them may have been skipped, and come back with a full walk
            here = set(self._people())
            self.met &= here
            self.renamed_here = {ref: names for ref, names in self.renamed_here.items() if ref in here}

    # --- what must be ------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        """At any moment: nobody is lost who is still there, unless the till lied."""
        here = set(self._people())
        lost = {ref for ref in self.met - here if ref in self.living and ref not in self.suppressed}
        if lost and not self.plan.lies:
            raise Wrong(f"{sorted(lost)} are no longer here, though the till still has them")
        if here & self.suppressed:
            raise Wrong(f"{sorted(here & self.suppressed)} came back, though they were erased here")
        self.met = here

    def _calm_down(self) -> None:
        """No more faults; walks come to their end, a person says yes to what is held, everything is looked at."""
        self.network.is_quiet = True
        self.told.append("calm")
        self._let_go_all()
        self.clock.now += (limits.SOURCE_LEASE_SECONDS + limits.SOURCE_WAIT_SECONDS_MAX) * _SECOND
        for _ in range(2):  # the first may only end a walk that was under way
            self._settle(full=False)
        if not self.plan.lies and self.plan.trial is not OffsetTrial:
            here, expected = self._people(), self._expected()
            self._compare(
                {ref: here.get(ref) for ref in expected if ref not in self.silent},
                {ref: who for ref, who in expected.items() if ref not in self.silent},
            )
        self._settle(full=True)
        self._look()
        self._compare(self._people(), self._expected())
        self._look_at_times()

    def _expected(self) -> dict[str, tuple[str, str]]:
        """Whom the directory must show in the end."""
        expected = {ref: who for ref, who in self.living.items() if ref not in self.suppressed}
        for ref, (before, name) in self.renamed_here.items():
            if ref in expected and expected[ref][0] == before:
                expected[ref] = (name, expected[ref][1])
        return expected

    def _compare(self, here: Mapping[str, object], expected: Mapping[str, object]) -> None:
        if here != expected:
            both = {ref: (here.get(ref), expected.get(ref)) for ref in {*here, *expected}}
            raise Wrong(
                f"here, and expected: { {ref: two for ref, two in both.items() if two[0] != two[1]} }"
            )

    def _settle(self, *, full: bool) -> None:
        pull = self._pull()
        if pull.state in {"paused", "stopped"}:
            pulling.resume(self.directory, pull)
        for _ in range(400):
            with Engine(self.directory, self._parts()).pulling(
                self.account_id, self.source_id, full=full
            ) as pulled:
                assert pulled is not None
                while (step := pulled.step()).goes_on:
                    full = False
            if step.run is not None:
                if step.run.outcome == "held":
                    self._accept(self._pull())
                return
            if step.until is None:
                raise Wrong(f"a calm till stops it: {step.message}")
            self.clock.now = max(self.clock.now, step.until)
        raise Wrong("it never comes to its end, though all is calm")

    def _look_at_times(self) -> None:
        budget = self.plan.budget
        if budget is None:
            return
        window = round(budget.seconds * _SECOND)
        for first, later in zip(self.times, self.times[budget.requests :], strict=False):
            if later - first < window:
                raise Wrong(f"{budget.requests + 1} requests within {(later - first) / _SECOND} seconds")

    # --- small things ------------------------------------------------------------------------------------------------

    def _parts(self) -> Parts:
        kind = structs.replace(self.trial.kind, budget=self.plan.budget)
        return Parts(
            self,
            unseal=lambda _pull: self.secret,
            reseal=self._reseal,
            kind=lambda _name: kind,
            sleep=self._sleep,
            chance=self.chance.random,
        )

    def _step(self, pulled: Pulled) -> bool:
        try:
            return pulled.step().goes_on
        except errors.Conflict:  # somebody else has it now
            return False

    def _let_go(self, worker: Worker) -> None:
        manager, worker.manager, worker.pulled = worker.manager, None, None
        if manager is not None:
            try:
                manager.__exit__(None, None, None)
            except Killed:
                self.dead.append(manager)
                raise

    def _let_go_all(self) -> None:
        for worker in self.workers:
            self._let_go(worker)

    def _pull(self) -> Pull:
        found = pulling.one(self.directory, self.account_id, self.source_id)
        assert found is not None
        return found

    def _shown(self) -> list[dict[str, Any]]:
        armed, self.until_killed = self.until_killed, None  # a look is not part of the history
        shown: list[dict[str, Any]] = []
        while found := listing.page(
            self.directory, self.grant, self.location_id, skip=len(shown), limit=100
        ).documents:
            shown += map(json.loads, found)
        self.until_killed = armed
        return shown

    def _people(self) -> dict[str, tuple[str, str]]:
        return {
            one["posRef"]: (
                one["firstName"],
                one["customerPhones"][0]["phone"] if one["customerPhones"] else "",
            )
            for one in self._shown()
        }

    def _ids(self) -> dict[str, str]:
        refs = [one["posRef"] for one in self._shown()]
        rows = self.directory.store.connection.execute(
            "SELECT ref, id FROM customer WHERE account_id = ?", (self.account_id,)
        )
        return {ref: id for ref, id in rows if ref in refs}

    def _one(self) -> str | None:
        return self.chance.choice(sorted(self.living)) if self.living else None

    def _name(self) -> str:
        self.named += 1
        return f"Name{self.named}"

    def _phone(self) -> str:
        return f"+1212555{self.chance.randrange(100, 200):04}" if self.chance.random() < 0.9 else ""


def play(seed: int, folder: Path) -> History:
    """The history of a seed, when it is over; a failure says how to see it again."""
    history = History(seed, folder)
    try:
        history.run()
    except BaseException as error:
        error.add_note(f"seed {seed}, {history.plan}: {' '.join(history.told)}; {dict(history.network.told)}")
        raise
    return history


if __name__ == "__main__":
    play(int(sys.argv[1]), Path(sys.argv[2]))
