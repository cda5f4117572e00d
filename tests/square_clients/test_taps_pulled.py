"""Programs of others as sources: the Singer tap for Square, and Airbyte's source, pulled into another directory."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.proof_http.house import INVENTED, House
from tests.square_clients.test_taps import REFS, SECOND, Shop, airbyte_command, singer_command

pytestmark = pytest.mark.xdist_group("square clients: taps")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    house = House(tmp_path_factory.mktemp("upstream"))
    house.location(12345)
    house.location(SECOND)
    house.take_in(INVENTED, 12345)
    with house.serving() as served:
        yield Shop(
            served, house.token("--scope", "customers:read", "--scope", "customers:write"), house.folder
        )


@pytest.fixture
def here(tmp_path: Path) -> House:
    """The directory that pulls."""
    house = House(tmp_path)
    house.location(1)
    return house


def synced(house: House, *words: str) -> dict[str, int]:
    """One run; its counts."""
    [told] = house.run("sync", "square", *words)
    assert (told["state"], told["message"]) == ("active", None)
    counts: dict[str, int] = told["run"]["counts"]
    return counts


def shown(house: House) -> dict[str, Any]:
    """Everybody who is here, by Square's id, without what only this directory knows."""
    found = {one["id"]: one for one in house.run("export", "--shape", "square")}
    return {
        id: {key: one[key] for key in one.keys() - {"version", "updated_at"}} for id, one in found.items()
    }


def ask(shop: Shop, method: str, path: str, body: Any = None) -> Any:
    headers = {"authorization": f"Bearer {shop.token}"}
    answer = httpx.request(method, shop.served.url + path, json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def command(words: Sequence[object]) -> str:
    return shlex.join(map(str, words))


def test_the_singer_tap_is_pulled(shop: Shop, here: House) -> None:
    """Everybody comes; from its state on, what changed; who vanished is found by a full run."""
    tap = command(singer_command(shop, {"customers"}))
    here.run("source", "add", "singer", "--name", "square", "--location", 1, "--tap", tap)

    counts = synced(here)

    assert (counts["read"], counts["created"], counts["quarantined"]) == (len(REFS), len(REFS), 0)
    assert shown(here) == shown(shop.served.house)

    gone, changed, *_ = sorted(shown(here))
    ask(shop, "DELETE", f"/v1/customers/{gone}")
    ask(shop, "PUT", f"/v1/customers/{changed}", {"first_name": "Renamed"})
    assert synced(here)["updated"] == 1
    assert shown(here)[changed]["given_name"] == "Renamed"
    assert gone in shown(here)

    assert synced(here, "--full")["vanished"] == 1
    assert shown(here) == shown(shop.served.house)


def test_the_singer_tap_is_piped_in(shop: Shop, here: House) -> None:
    """`tap | regulars sync NAME`; nobody vanishes because a run began where the tap liked."""
    here.run("source", "add", "singer", "--name", "square", "--location", 1)
    with subprocess.Popen(singer_command(shop, {"customers"}), stdout=subprocess.PIPE) as tap:
        counts = here.run("sync", "square", stdin=tap.stdout)[0]["run"]["counts"]
    assert counts["created"] == counts["read"] > 0
    assert here.run("sync") == []


def test_airbytes_source_is_pulled(shop: Shop, here: House) -> None:
    """With a catalog that is made of what the source discovers; a second run goes on from its state."""
    tap = command(airbyte_command(shop, "read"))
    said = ("--name", "square", "--location", 1, "--tap", tap, "--no-check")  # each start of it takes seconds
    here.run("source", "add", "airbyte", *said)

    counts = synced(here)

    assert (counts["created"], counts["quarantined"]) == (counts["read"], 0)
    assert shown(here) == shown(shop.served.house)
    assert synced(here)["created"] == 0
