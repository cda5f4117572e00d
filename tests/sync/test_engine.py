"""The engine: everything that a source has comes in, whatever happens on the way, and nothing is asked too often."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from regulars import errors, limits
from regulars.directory import deletion, editing, pulling, quarantine, whole
from regulars.model.pull import Page
from regulars.sources.contract import Budget, Source
from regulars.sources.http import Request, Response
from regulars.store import hooks as stored_hooks
from regulars.store import pulls
from regulars.sync.engine import Engine
from tests.directory import world
from tests.sync import till as tills
from tests.sync.shop import NEW, Shop, shop
from tests.sync.till import Till

PHONES = [f"+1212555{number:04}" for number in range(100, 200)]


def crowd(till: Till, number: int) -> list[str]:
    return [till.create(f"Name{at}", PHONES[at % len(PHONES)]) for at in range(number)]


class Broken:
    """A network in front of a till: `faults` are taken one for each request, None is none."""

    def __init__(self, till: Till) -> None:
        self.till = till
        self.faults: list[Any] = []
        self.times: list[int] = []
        self.shop: Shop | None = None

    def send(self, request: Request) -> Response:
        if self.shop is not None:
            self.times.append(self.shop.clock.now)
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, Response):
            return fault
        if isinstance(fault, BaseException):
            raise fault
        return self.till.send(request)


@contextmanager
def broken(folder: Path, **settings: Any) -> Iterator[tuple[Shop, Broken]]:
    till = Till()
    network = Broken(till)
    with shop(folder, till, transport=network, **settings) as here:
        network.shop = here
        yield here, network


def test_everybody_comes_in(tmp_path: Path) -> None:
    """The first walk is a full one; the run says what it brought, and the next one asks for changes only."""
    with shop(tmp_path) as here:
        crowd(here.till, 11)
        run = here.sync().run
        assert run is not None
        assert (run.mode, run.outcome, run.counts.read, run.counts.created, run.counts.pages) == (
            "full", "done", 11, 11, 3,
        )  # fmt: skip
        assert here.people() == here.till.living()

        here.till.create("Late", PHONES[50])
        here.till.edit("T00003", name="Renamed")
        run = here.sync().run
        assert run is not None
        assert (run.mode, run.counts.created, run.counts.updated) == ("changes", 1, 1)
        assert here.people() == here.till.living()
        assert [one.run_no for one in pulling.runs(here.directory, here.pull)] == [2, 1]
        assert here.pull.next_at == run.began_at + 300_000_000


def test_a_full_walk_finds_what_no_time_shows(tmp_path: Path) -> None:
    """A silent edit and a silent delete arrive with the next full walk, which comes when its time has come."""
    with shop(tmp_path) as here:
        refs = crowd(here.till, 9)
        here.sync()
        here.till.edit(refs[2], silently=True, phone=PHONES[77])
        here.till.delete(refs[4])
        here.sync()
        assert here.people() != here.till.living()

        here.clock.now += 86_400_000_000
        run = here.sync().run
        assert run is not None
        assert (run.mode, run.counts.updated, run.counts.vanished) == ("full", 1, 1)
        assert here.people() == here.till.living()


def test_merges_and_erasures_arrive_as_such(tmp_path: Path) -> None:
    """The survivor answers for the merged and has what it gained; of the erased nothing is left."""
    with shop(tmp_path) as here:
        kept = here.till.create("Kept")
        lost = here.till.create("Lost", PHONES[1])
        gone = here.till.create("Erased", PHONES[2])
        here.sync()
        ids = here.ids()
        here.till.merge(lost, kept)
        here.till.erase(gone)
        run = here.sync().run
        assert run is not None
        assert (run.counts.merged, run.counts.erased, run.counts.deleted) == (1, 1, 0)
        assert here.people() == here.till.living() == {kept: ("Kept", PHONES[1])}
        grant = world.grant_of(here.account)
        assert whole.one(here.directory, grant, ids[lost]).id == ids[kept]
        with pytest.raises(errors.NotFound):
            whole.one(here.directory, grant, ids[gone])
        again = here.sync(full=True).run
        assert again is not None
        assert (again.counts.merged, again.counts.erased, again.counts.vanished) == (0, 0, 0)


@pytest.mark.parametrize("size", [20, 120])
def test_who_vanishes_in_numbers_is_held(tmp_path: Path, size: int) -> None:
    """More than a tenth, and more than a handful, stay here until a person says that they may go."""
    with shop(tmp_path) as here:
        refs = crowd(here.till, size)
        here.sync()
        for ref in refs[: size // 2 + 1]:
            here.till.delete(ref)
        step = here.sync(full=True)
        if size // 2 + 1 <= 10:
            assert here.people() == here.till.living()
            return
        assert step.run is not None
        assert (step.run.outcome, here.pull.state) == ("held", "held")
        assert len(here.people()) == size
        here.till.create("New", PHONES[3])
        here.sync()  # what else happens goes on arriving
        assert here.pull.state == "held"
        assert len(here.people()) == size + 1

        assert pulling.accept(here.directory, here.pull) == size // 2 + 1
        assert here.people() == here.till.living()
        assert (here.pull.state, here.pull.held_run) == ("active", None)
        with pytest.raises(errors.Conflict):
            pulling.accept(here.directory, here.pull)


def test_who_comes_back_is_no_longer_held(tmp_path: Path) -> None:
    """A source that answered nothing by mistake, and everything the next time, loses nobody."""
    with shop(tmp_path) as here:
        crowd(here.till, 40)
        here.sync()
        people, here.till.people = here.till.people, {}
        here.sync(full=True)
        assert here.pull.state == "held"
        here.till.people = people
        here.sync(full=True)
        assert (here.pull.state, here.pull.held_run, here.pull.message) == ("active", None, None)
        assert here.people() == here.till.living()


@pytest.mark.parametrize(
    ("fault", "least"),
    [
        (Response(429, {"retry-after": "7"}, b""), 7),
        (Response(503, {}, b"<html>"), 0),
        (Response(200, {}, b'{"rows": ['), 0),
        (Response(200, {}, b"<html>All is well</html>"), 0),
        (Response(200, {}, b"[" * 100_000), 0),
        (Response(200, {}, b"[]"), 0),
        (Response(429, {"retry-after": "99999999999"}, b""), limits.SOURCE_WAIT_SECONDS_MAX),
        (errors.Retriable("The source could not be asked"), 0),
        (RuntimeError("of another package"), 0),
    ],
)
def test_what_fails_is_tried_again_later(tmp_path: Path, fault: Any, least: int) -> None:
    """After as long as the source asks for, within reason; the walk goes on where it was."""
    with broken(tmp_path) as (here, network):
        crowd(here.till, 9)
        network.faults = [None, fault, fault]
        run = here.sync().run
        assert run is not None
        assert run.outcome == "done"
        assert run.counts.pages == 3
        assert here.people() == here.till.living()
        waited = (network.times[2] - network.times[1]) / 1e6
        assert max(least, 0.5) <= waited <= limits.SOURCE_WAIT_SECONDS_MAX
        assert here.pull.failures == 0


def test_failures_in_a_row_make_it_wait_longer(tmp_path: Path) -> None:
    """Twice as long each time, up to five minutes, and no page is lost."""
    with broken(tmp_path) as (here, network):
        crowd(here.till, 3)
        network.faults = [Response(500, {}, b"")] * 12
        here.sync()
        waits = [(b - a) / 1e6 for a, b in zip(network.times, network.times[1:], strict=False)]
        assert waits[:3] == [0.75, 1.5, 3.0]
        assert max(waits) == 300 * 0.75
        assert here.people() == here.till.living()


@pytest.mark.parametrize("status", [403, 302, 400])
def test_what_only_a_person_can_mend_stops_it(tmp_path: Path, status: int) -> None:
    """It says what, is not asked again until it is resumed, and then goes on where it was."""
    with broken(tmp_path) as (here, network):
        crowd(here.till, 9)
        network.faults = [None, Response(status, {}, b"secret words")]
        step = here.sync()
        assert here.pull.state == "stopped"
        assert step.message
        assert "secret" not in step.message
        asked = len(network.times)
        here.sync()
        assert len(network.times) == asked
        pulling.resume(here.directory, here.pull)
        here.sync()
        assert here.people() == here.till.living()


def test_refused_credentials_are_refreshed_once(tmp_path: Path) -> None:
    """Where the kind knows how; what is refused all the same stops it."""
    with shop(tmp_path, kind=tills.kind(refresh=tills.refreshed)) as here:
        crowd(here.till, 3)
        here.till.token = "fresh"
        here.sync()
        assert here.secret == "fresh"
        assert here.people() == here.till.living()
        here.till.token = "another"
        here.sync()
        assert here.pull.state == "stopped"


def test_a_filter_that_is_ignored_makes_walks_full(tmp_path: Path) -> None:
    """Asked for the year 2100 it shows somebody, so what it calls changes is not believed."""
    with shop(tmp_path) as here:
        refs = crowd(here.till, 6)
        here.till.ignores_filters = True
        here.sync()
        here.till.edit(refs[0], silently=True, phone=PHONES[60])
        run = here.sync().run
        assert run is not None
        assert run.mode == "full"
        assert here.people() == here.till.living()


def test_a_walk_in_a_circle_ends(tmp_path: Path) -> None:
    """A cursor that comes again begins the walk anew, and keeps it from asking for ever."""

    class Circling(tills.TillSource):
        left = 3

        def page(self, state: Any) -> Any:
            if state.get("after") and Circling.left:
                Circling.left -= 1
                return Page([], {"path": "/list", "after": ""})
            return super().page(state)

    with shop(tmp_path, kind=tills.kind(open=Circling)) as here:
        crowd(here.till, 9)
        run = here.sync().run
        assert run is not None
        assert run.outcome == "done"
        assert here.people() == here.till.living()
        assert len(here.till.requests) < 20


def test_empty_pages_for_ever_end_too(tmp_path: Path) -> None:
    """Each with another cursor: the source fails, and is left alone for longer and longer."""

    class Empty(tills.TillSource):
        def page(self, state: Any) -> Any:
            return Page([], {"n": state.get("n", 0) + 1})

    with shop(tmp_path, kind=tills.kind(open=Empty)) as here:
        *_, step = here.steps()
        assert step.until is not None
        assert here.pull.failures == 1
        assert pulling.runs(here.directory, here.pull)[0].outcome == "abandoned"


def test_too_many_unreadable_records_are_an_alarm(tmp_path: Path) -> None:
    """More than a fifth of a hundred or more: it stops, and its bookmark is where it was. A few do not stop it."""
    with shop(tmp_path) as here:
        refs = crowd(here.till, 200)
        for ref in refs[:2]:
            here.till.edit(ref, junk=True)
        here.sync()
        account_id = here.account.account_id
        assert len(quarantine.every(here.directory, account_id)) == 1  # the same bytes are kept once
        assert len(here.people()) == 198
        before = here.pull.bookmark
        for ref in refs:
            here.till.edit(ref, junk=True)
        here.sync()
        assert here.pull.state == "stopped"
        assert here.pull.bookmark == before
        assert len(here.people()) == 198


@pytest.mark.parametrize(("requests", "seconds"), [(3, 1.0), (5, 30.0), (4, 3600.0)])
def test_the_budget_is_never_overrun(tmp_path: Path, requests: int, seconds: float) -> None:
    """In no stretch of its window, though the process is killed and begins anew again and again."""
    with broken(tmp_path, kind=tills.kind(budget=Budget(requests, seconds))) as (here, network):
        crowd(here.till, 60)
        network.faults = [None, None, KeyboardInterrupt(), None, None, None, None, KeyboardInterrupt()]
        for _ in range(200):
            try:
                *_, step = here.steps()
            except KeyboardInterrupt:
                here.clock.now += 61_000_000 if seconds > 100 else 1_000
                continue
            except AssertionError:  # the lease of who was killed must run out first
                here.clock.now += limits.SOURCE_LEASE_SECONDS * 1_000_000
                continue
            if step.run is not None:
                break
            assert step.until is not None
            here.clock.now = max(here.clock.now, step.until)
        assert here.people() == here.till.living()
        window = round(seconds * 1e6)
        for at, first in enumerate(network.times[:-requests]):
            assert network.times[at + requests] - first >= window


def test_what_webhooks_speak_of_is_fetched_first(tmp_path: Path) -> None:
    """Also of somebody who is gone; a later webhook about the same one is not lost."""
    with shop(tmp_path) as here:
        refs = crowd(here.till, 5)
        here.sync()
        here.till.edit(refs[1], silently=True, name="Heard")
        here.till.delete(refs[2])
        with here.directory.store.write():
            for ref in refs[1:3]:
                here.directory.store.connection.execute(
                    "INSERT INTO wanted VALUES (?, ?, ?, ?)",
                    (here.account.account_id, here.source_id, ref, here.clock.now),
                )
        first = next(here.steps())
        assert (first.counts.updated, first.counts.deleted) == (1, 1)
        assert here.people() == here.till.living()
        rows = list(here.directory.store.connection.execute("SELECT count(*) FROM wanted"))
        assert rows == [(0,)]


def test_who_was_erased_here_stays_away(tmp_path: Path) -> None:
    """No walk brings a customer back that was deleted here; one whom the source deleted may come back."""
    with shop(tmp_path) as here:
        refs = crowd(here.till, 12)
        here.sync()
        id = here.ids()[refs[3]]
        deletion.delete(here.directory, here.account.account_id, [id])
        here.till.edit(refs[3], name="Again")
        back = here.till.people[refs[5]]
        here.till.delete(refs[5])
        run = here.sync(full=True).run
        assert run is not None
        assert run.counts.suppressed == 1
        living = here.till.living()
        del living[refs[3]]
        assert here.people() == living
        here.till.people[refs[5]] = back
        here.sync(full=True)
        assert refs[5] in here.people()
        assert refs[3] not in here.people()


def test_an_edit_outlives_a_pull(tmp_path: Path) -> None:
    """A field edited here stays until the source changes it."""
    with shop(tmp_path) as here:
        [ref] = crowd(here.till, 1)
        here.sync()
        grant = world.grant_of(here.account)
        id = here.ids()[ref]
        with editing.edits(here.directory):
            found = editing.find(here.directory, grant, id)
            editing.update(here.directory, found, lambda one: structs.replace(one, first_name="Mine"))
        here.till.edit(ref, phone=PHONES[40])
        here.sync()
        assert here.people() == {ref: ("Mine", PHONES[40])}
        here.till.edit(ref, name="Theirs")
        here.sync()
        assert here.people() == {ref: ("Theirs", PHONES[40])}


def test_two_engines_take_turns(tmp_path: Path) -> None:
    """A source that one has leased is nobody else's until the lease has run out; whoever lost it writes nothing."""
    with shop(tmp_path) as here:
        crowd(here.till, 9)
        first, second = (Engine(here.directory, here.parts) for _ in range(2))
        key = (here.account.account_id, here.source_id)
        with first.pulling(*key) as pulled:
            assert pulled is not None
            pulled.step()
            with second.pulling(*key) as other:
                assert other is None
            here.clock.now += limits.SOURCE_LEASE_SECONDS * 1_000_000
            with second.pulling(*key) as other:
                assert other is not None
                while other.step().goes_on:
                    pass
                with pytest.raises(errors.Conflict):
                    pulled.step()
        assert here.people() == here.till.living()


def test_a_paused_source_is_not_asked(tmp_path: Path) -> None:
    """Until it is resumed; removed, it leaves its customers."""
    with shop(tmp_path) as here:
        crowd(here.till, 2)
        here.sync()
        asked = len(here.till.requests)
        pulling.pause(here.directory, here.pull)
        here.sync()
        assert len(here.till.requests) == asked
        assert pulling.due(here.directory, here.account.account_id) == []
        pulling.resume(here.directory, here.pull)
        assert pulling.due(here.directory, here.account.account_id) == [here.source_id]
        pulling.remove(here.directory, here.pull)
        assert pulling.every(here.directory, here.account.account_id) == []
        assert len(here.people()) == 2


def test_a_source_of_tests_is_one() -> None:
    """What the tests pull keeps to the contract."""
    assert isinstance(tills.kind().deletes, str)
    assert {name for name in vars(Source) if not name.startswith("_")} <= set(dir(tills.TillSource))


def test_webhooks_begin_no_walk(tmp_path: Path) -> None:
    """In the background only whom they speak of is fetched; the next walk has its own time, and a pause is kept."""
    with shop(tmp_path) as here:
        refs = crowd(here.till, 5)
        here.sync()
        due_at = here.pull.next_at
        here.till.edit(refs[0], name="Told")
        here.till.edit(refs[1], name="Untold")
        for at in range(3):
            with here.directory.store.write():
                stored_hooks.want(
                    here.directory.store,
                    here.account.account_id,
                    here.source_id,
                    refs[:1],
                    now=here.clock.now,
                )
                pulls.hurry(here.directory.store, here.account.account_id, here.source_id, now=here.clock.now)
            assert here.pull.next_at == here.clock.now
            asked = len(here.till.requests)
            engine = Engine(here.directory, here.parts)
            with engine.pulling(here.account.account_id, here.source_id, only_due=True) as pulled:
                assert pulled is not None
                while pulled.step().goes_on:
                    pass
            assert len(here.till.requests) == asked + 1, at
            assert here.pull.next_at == due_at
        assert here.people()[refs[0]][0] == "Told"
        assert here.people()[refs[1]][0] != "Untold"
        here.clock.now = due_at
        with engine.pulling(here.account.account_id, here.source_id, only_due=True) as pulled:
            assert pulled is not None
            while pulled.step().goes_on:
                pass
        assert here.people() == here.till.living()

        with here.directory.store.write():
            here.directory.store.connection.execute(
                "UPDATE pull SET failures = 1, next_at = ?", (due_at + 9,)
            )
            pulls.hurry(here.directory.store, here.account.account_id, here.source_id, now=here.clock.now)
        assert here.pull.next_at == due_at + 9


def test_who_was_skipped_has_not_vanished(tmp_path: Path) -> None:
    """Pages by place move while others leave; whoever was not met is asked after before anything is deleted."""
    till = Till(pages_by_offset=True)
    with shop(tmp_path, till, kind=tills.kind(open=tills.OffsetSource)) as here:
        refs = crowd(till, 24)
        here.sync()
        ids = here.ids()
        here.clock.now += 1
        left = {}
        for number, _ in enumerate(here.steps(full=True)):
            if number in {1, 2}:  # they were met; who is behind them moves on, onto pages that were read
                left[refs[number]] = here.people()[refs[number]]
                till.delete(refs[number])
        assert here.people() == till.living() | left
        here.sync(full=True)
        assert here.people() == till.living()
        assert here.ids() == {ref: ids[ref] for ref in till.people}


def test_who_cannot_be_read_has_not_vanished(tmp_path: Path) -> None:
    """A record whose reader no longer understands it goes to quarantine, and the customer stays as it was."""
    with shop(tmp_path) as here:
        refs = crowd(here.till, 6)
        here.sync()
        people = here.people()
        here.till.edit(refs[2], junk=True)
        here.till.delete(refs[4])
        run = here.sync(full=True).run
        assert run is not None
        assert run.counts.quarantined > 0
        del people[refs[4]]
        assert here.people() == people


@pytest.mark.parametrize("full", [False, True])
def test_a_small_budget_brings_every_survivor(tmp_path: Path, full: bool) -> None:
    """More merges on a page than may be asked after in one window are no reason to begin again for ever."""
    with shop(tmp_path, kind=tills.kind(budget=Budget(2, 100.0))) as here:
        kept, lost = crowd(here.till, 4), crowd(here.till, 4)
        here.sync()
        for one, into in zip(lost, kept, strict=True):
            here.till.edit(into, silently=True, phone="")
            here.till.merge(one, into)
        here.sync(full=full)
        assert here.people() == here.till.living()
        for at in range(8):
            here.directory.store.connection.execute(
                "INSERT INTO wanted VALUES (?, ?, ?, ?)",
                (here.account.account_id, here.source_id, f"T{at:05}", here.clock.now),
            )
        here.sync()
        assert list(here.directory.store.connection.execute("SELECT count(*) FROM wanted")) == [(0,)]


def test_a_walk_that_is_given_up_for_a_full_one_has_ended(tmp_path: Path) -> None:
    """`--full` while changes are walked through: their run is over, and says why."""
    with shop(tmp_path) as here:
        crowd(here.till, 9)
        here.sync()
        crowd(here.till, 9)
        next(here.steps())
        here.sync(full=True)
        runs = pulling.runs(here.directory, here.pull)
        assert [(run.mode, run.outcome) for run in runs] == [
            ("full", "done"), ("changes", "abandoned"), ("full", "done"),
        ]  # fmt: skip
        assert here.people() == here.till.living()


def test_whom_a_later_run_met_is_not_let_go(tmp_path: Path) -> None:
    """A walk found so many vanished that it was held; the next one has met some of the others at a person's yes."""
    with shop(tmp_path) as here:
        refs = crowd(here.till, 40)
        here.sync()
        for ref in refs[:20]:
            here.till.delete(ref)
        here.sync(full=True)
        assert here.pull.state == "held"
        here.clock.now += 1
        steps = here.steps(full=True)
        for _ in range(3):
            next(steps)
        del steps
        assert pulling.accept(here.directory, here.pull) == 20
        assert here.people() == here.till.living()


def test_a_source_that_comes_back_finds_who_vanished_meanwhile(tmp_path: Path) -> None:
    """Removed and added again under its name: its first walk misses whom no walk has met since."""
    with shop(tmp_path) as here:
        refs = crowd(here.till, 8)
        for _ in range(3):
            here.sync(full=True)
        before = here.pull
        pulling.remove(here.directory, before)
        here.till.delete(refs[5])
        pulling.add(here.directory, here.account.account_id, NEW)
        assert here.pull.run_no == before.run_no
        here.sync()
        assert here.people() == here.till.living()


def test_one_who_cannot_be_fetched_stops_nobody(tmp_path: Path) -> None:
    """A webhook spoke of a customer at whom the till fails for ever; everybody else goes on arriving."""
    with broken(tmp_path) as (here, network):
        refs = crowd(here.till, 5)
        here.sync()
        with here.directory.store.write():
            stored_hooks.want(
                here.directory.store,
                here.account.account_id,
                here.source_id,
                [refs[0]],
                now=here.clock.now,
            )
        send = here.till.send
        network.till.send = lambda request: (  # type: ignore[method-assign]
            Response(500, {}, b"") if "/one?" in request.url else send(request)
        )
        here.till.edit(refs[1], name="Arrives")
        for _ in range(4):
            *_, step = here.steps()
            here.clock.now = max(here.clock.now, step.until or 0)
        assert here.people() == here.till.living()


def test_one_who_cannot_be_asked_after_ends_no_run_late(tmp_path: Path) -> None:
    """Who was not met, and at whom the till fails for ever, stays; the run comes to its end."""
    with broken(tmp_path) as (here, network):
        refs = crowd(here.till, 9)
        here.sync()
        send, people = here.till.send, here.people()
        network.till.send = lambda request: (  # type: ignore[method-assign]
            Response(500, {}, b"") if "/one?" in request.url else send(request)
        )
        here.till.delete(refs[4])
        run = here.sync(full=True).run
        assert run is not None
        assert (run.outcome, run.counts.vanished) == ("done", 0)
        assert here.people() == people
        network.till.send = send  # type: ignore[method-assign]
        here.sync(full=True)
        assert here.people() == here.till.living()


def test_a_clock_that_is_put_back_makes_nobody_vanish(tmp_path: Path) -> None:
    """Whom a full walk brings after that was met by it, however many they are."""
    with shop(tmp_path) as here:
        refs = crowd(here.till, 40)
        here.clock.now += 1
        for number, _ in enumerate(here.steps()):
            if number == 2:
                here.clock.now -= 60_000_000
        assert here.pull.held_run is None
        assert here.people() == here.till.living()
        for ref in refs[:20]:
            here.till.delete(ref)
        here.clock.now += 300_000_000
        for number, _ in enumerate(here.steps(full=True)):
            if number == 1:
                here.clock.now -= 60_000_000
                here.till.edit(refs[-1], name="Changed")
        assert here.pull.held_run is not None
        assert pulling.accept(here.directory, here.pull) == 20
        assert here.people() == here.till.living()
