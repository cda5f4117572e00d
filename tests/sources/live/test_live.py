"""One regulars pulls another, as real processes over real HTTP, and ends with exactly what the other has.

The upstream is a sandbox that fails as Square does on its worst day; a passage before it remembers all requests.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from regulars.app import invented
from tests.conftest import TORTURE
from tests.sources.live.downstream import Downstream, differences
from tests.sources.live.upstream import Shop, Upstream, upstream

COUNT = 100_000 if TORTURE else 2_000
KILLS = 50 if TORTURE else 5
STALE_SECONDS = 5.5  # how long the sandbox's lists may leave a changed customer out
KINDS = ("square", "shift4")
FAULTS = {
    "square": (
        "429=0.02", "500=0.02", "cut=0.02", "slow=0.005", "stale-list=0.05", "duplicate=0.2", "wrong-total=0.3",
        "cursor-loop=0.05", "expire-cursors=0.05", "ignore-updated-after=0.1",
    ),
    "shift4": (
        "429=0.02", "500=0.02", "cut=0.02", "slow=0.005", "stale-list=0.05", "duplicate=0.2", "wrong-total=0.3",
        "ignore-updated-after=0.1",
    ),
}  # fmt: skip
# How far a walk looks back: further than the sandbox's lists lag, and than the clocks of two processes differ.
OVERLAP = ("--set", "overlap=10")


def connected(kind: str, up: Upstream, folder: Path, budget: str) -> Downstream:
    """A downstream with the kind connected to a full upstream."""
    up.ask("PUT", "/v2/events/enable", {})
    down = Downstream(folder)
    down.connect(kind, up, *OVERLAP, "--budget", budget)
    return down


@pytest.mark.parametrize("kind", KINDS)
def test_a_faulty_upstream_is_copied_exactly(kind: str, tmp_path: Path) -> None:
    """Duplicates, loops, 429s, cut bodies, lying totals, an ignored filter, and a shop that goes on meanwhile."""
    with upstream(FAULTS[kind]) as up:
        up.seed(tmp_path, COUNT)
        down = connected(kind, up, tmp_path, "30/0.5")
        shop = Shop(up, seed=3, merges=kind == "square")
        shop.start()
        down.sync()
        down.sync()
        shop.close()
        time.sleep(STALE_SECONDS)

        down.sync()
        down.sync("--full")

        assert differences(down.everybody(kind), up.everybody(kind)) == {}
        assert up.most_within(0.5) <= 30


@pytest.mark.parametrize(
    ("kind", "faults"),
    [
        ("square", ("duplicate", "wrong-total", "cursor-loop", "ignore-updated-after")),
        ("square", ("duplicate", "expire-cursors")),
        ("shift4", ("duplicate", "wrong-total", "ignore-updated-after")),
    ],
)
def test_an_upstream_that_never_tells_the_truth_is_copied_exactly(
    kind: str, faults: tuple[str, ...], tmp_path: Path
) -> None:
    """Every answer is faulty, for ever: every list loops, no cursor holds, no filter is looked at."""
    with upstream(faults) as up:
        up.seed(tmp_path, COUNT // 2)
        down = connected(kind, up, tmp_path, "100000/60")
        down.sync()
        everybody = up.ids()
        up.ask("PUT", f"/v2/customers/{everybody[3]}", {"note": "changed"})
        up.ask("DELETE", f"/v2/customers/{everybody[-4]}")

        down.sync()
        if "ignore-updated-after" not in faults:
            assert differences(down.everybody(kind), up.everybody(kind)) == {}
        run = down.sync("--full")

        assert differences(down.everybody(kind), up.everybody(kind)) == {}
        assert run["counts"]["requests"] <= 3 * -(-(COUNT // 2) // 90)


@pytest.mark.parametrize("kind", KINDS)
def test_what_happens_during_a_pull_arrives_without_another_full_one(kind: str, tmp_path: Path) -> None:
    """Customers that come, change, go and are merged while a full walk is under way come with the short one after."""
    with upstream(seconds=0.05) as up:
        up.seed(tmp_path, COUNT)
        down = connected(kind, up, tmp_path, "100000/60")
        shop = Shop(up, seed=4, merges=kind == "square")
        shop.start()
        assert down.sync()["mode"] == "full"
        shop.close()

        run = down.sync()

        assert run["mode"] == "changes"
        assert differences(down.everybody(kind), up.everybody(kind)) == {}
        assert shop.done["create"] * shop.done["edit"] * shop.done["delete"] > 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_killed_pull_asks_for_no_page_twice_but_the_one_it_died_with(kind: str, tmp_path: Path) -> None:
    """SIGKILL anywhere: the walk goes on at its page, no budget is overrun, and everybody is there in the end."""
    chance = random.Random(5)
    with upstream(seconds=0.02) as up:
        up.seed(tmp_path, COUNT)
        down = connected(kind, up, tmp_path, "40/1")
        up.serving.log.clear()  # what connecting asked
        kills = sum(down.sync_killed(up, chance) for _ in range(KILLS))
        run = down.sync()

        assert kills > KILLS // 2
        assert run["counts"]["created"] + run["counts"]["unchanged"] >= COUNT
        assert up.repeats().total() <= kills
        assert max(up.repeats().values(), default=0) <= kills
        assert up.most_within(1.0) <= 40
        assert differences(down.everybody(kind), up.everybody(kind)) == {}


@pytest.mark.torture
@pytest.mark.parametrize("kind", KINDS)
def test_an_hour_of_requests_is_never_overrun_whoever_dies(kind: str, tmp_path: Path) -> None:
    """A budget whose window is longer than a minute is kept across kills: as Shift4's, forty times as fast."""
    chance = random.Random(6)
    with upstream() as up:
        up.seed(tmp_path, 25_000)
        down = connected(kind, up, tmp_path, "100/90")
        up.serving.log.clear()
        kills = sum(down.sync_killed(up, chance) for _ in range(10))
        down.sync()

        assert kills == 10
        assert up.most_within(90.0) <= 100
        assert up.repeats().total() <= kills
        assert differences(down.everybody(kind), up.everybody(kind)) == {}


def test_credentials_are_renewed_while_it_is_pulled(tmp_path: Path) -> None:
    """An access token that ran out is exchanged for a new one, which the next pull uses at once."""
    with upstream() as up:
        up.seed(tmp_path, 20)
        client = {
            "client_id": "c",
            "client_secret": "s",
            "refresh_token": up.token,
            "access_token": "ran-out",
        }
        down = Downstream(tmp_path)
        down.connect("square", up, secret=json.dumps(client))

        assert down.sync()["counts"]["created"] == 20
        down.sync()

        assert sum(seen.path == "/oauth2/token" for seen in up.serving.log) == 1


@pytest.mark.alone
@pytest.mark.parametrize("kind", KINDS)
def test_a_pull_keeps_pace_with_an_import(
    kind: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Pages from an upstream on this machine come in at half the pace of the same customers from a file, or faster."""
    count = COUNT if TORTURE else 5_000
    with upstream() as up:
        began = time.monotonic()
        up.seed(tmp_path, count)
        imported = time.monotonic() - began
        down = Downstream(tmp_path)
        down.connect(kind, up, "--budget", "100000/60")

        began = time.monotonic()
        run = down.sync()
        pulled = time.monotonic() - began

        record_property("pulled_a_second", round(count / pulled))
        record_property("imported_a_second", round(count / imported))
        assert run["counts"]["created"] == count
        assert pulled <= 2 * imported


def test_invented_customers_have_what_both_dialects_show() -> None:
    """A copy of people without phones, addresses or e-mails would prove little."""
    people = list(invented.people(7, 2_000))
    assert sum(len(one.phones) > 1 for one in people) > 20
    assert sum(len(one.emails) > 1 for one in people) > 20
    assert sum(bool(one.places) for one in people) > 1_000
