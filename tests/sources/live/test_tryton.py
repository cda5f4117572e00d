"""A real Tryton is pulled: what its API changes arrives here as what it is, whoever is killed on the way."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from regulars.sources.transport import Network
from regulars.testing import conformance
from tests.conftest import TORTURE
from tests.sources.live.downstream import Downstream
from tests.sources.live.tryton import RealTryton
from tests.sync.shop import Shop, shop

COUNT = 2_000 if TORTURE else 250
KILLS = 50 if TORTURE else 5
PROMISES = (
    conformance.changes_show,
    conformance.nothing_that_happens_during_a_walk_is_lost,
    conformance.deletions_show,
    conformance.merges_show,
    conformance.erasures_show,
    conformance.fetching_shows_them_as_they_are_now,
    conformance.check_passes,
    conformance.wrong_credentials_are_told,
    conformance.states_tell_nothing_of_anybody,
)

pytestmark = pytest.mark.xdist_group("a real Tryton")


@pytest.fixture
def tryton(tmp_path: Path) -> Iterator[RealTryton]:
    folder = tmp_path / "tryton"
    folder.mkdir()
    with closing(RealTryton(folder)) as one:
        yield one


@pytest.fixture
def here(tryton: RealTryton, tmp_path: Path) -> Iterator[Shop]:
    given = tryton.given()
    with (
        closing(Network()) as network,
        shop(tmp_path, transport=network, kind=tryton.kind, url=given.url) as one,
    ):
        one.secret = tryton.token
        yield one


def crowd(tryton: RealTryton, count: int) -> list[str]:
    return tryton.create_all([(f"Name{at}", f"+1212555{at:04}") for at in range(count)])


@pytest.mark.parametrize("promise", PROMISES, ids=conformance.name)
def test_it_keeps_the_contract(tryton: RealTryton, promise: conformance.Promise) -> None:
    """Against the real one, not a model of it."""
    promise(tryton)


def test_everybody_comes_in(tryton: RealTryton, here: Shop) -> None:
    """All that its own API created."""
    crowd(tryton, COUNT)
    run = here.sync().run
    assert run is not None
    assert (run.mode, run.counts.created) == ("full", COUNT)
    assert here.people() == tryton.living()


def test_what_happens_there_arrives_as_what_it_is(tryton: RealTryton, here: Shop) -> None:
    """An edited phone, which does not move its party's time, a merge, an archive and an erase with the next changes."""
    edited, kept, lost, archived, erased, deleted = crowd(tryton, 6)
    here.sync()
    tryton.edit(edited, phone="+12125550177")
    tryton.merge(lost, kept)
    tryton.archive(archived)
    tryton.erase(erased)
    run = here.sync().run
    assert run is not None
    assert run.mode == "changes"
    assert (run.counts.merged, run.counts.deleted, run.counts.erased) == (1, 1, 1)
    assert here.people()[edited] == ("Name0", "+12125550177")
    assert here.people() == tryton.living()

    tryton.erase(kept)  # and who was merged into it
    tryton.archive_phone(edited)
    here.sync()
    assert here.people()[edited] == ("Name0", "")
    assert here.people() == tryton.living()

    tryton.delete(deleted)
    run = here.sync(full=True).run
    assert run is not None
    assert run.counts.vanished == 1
    assert here.people() == tryton.living()


def test_a_killed_sync_ends_with_exactly_its_state(tryton: RealTryton, tmp_path: Path) -> None:
    """Real processes killed at random points, while the shop goes on."""
    chance = random.Random(7)
    refs = crowd(tryton, COUNT)
    down = Downstream(tmp_path)
    with tryton.served():
        down.connect("tryton", tryton)
        killed = 0
        while killed < KILLS:
            tryton.edit(chance.choice(refs), phone=f"+1212555{chance.randint(0, 9_999):04}")
            killed += down.sync_killed(tryton, chance)
        down.sync()
        run = down.sync("--full")
    assert run["outcome"] == "done"
    shown = {
        ref: (one["firstName"], *(phone["phone"] for phone in one["customerPhones"]))
        for ref, one in down.everybody("shift4").items()
    }
    assert shown == tryton.living()
