"""`GET /v1/changes`: everything that happens, in order, without a gap."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from regulars.directory import ingest
from regulars.model import instant
from tests.api.shop import HERE, THERE, Shop, shop_in
from tests.conftest import TORTURE
from tests.directory.world import person

SECONDS = 20 if TORTURE else 3


class Poller:
    """Follows the changes with what it stored, and keeps its own picture of the customers."""

    def __init__(self, shop: Shop, *location_ids: int, limit: int = 100, **parameters: Any) -> None:
        self.shop = shop
        self.token = shop.token(*location_ids, scopes=("customers:read",))
        self.asked: dict[str, Any] = {"limit": limit, **parameters}
        self.known: dict[str, dict[str, Any]] = {}
        self.gone: list[str] = []
        self.times: list[int] = []

    def poll(self) -> bool:
        """Asks once; whether there is more already."""
        answer = self.shop.get(f"/v1/changes?{urlencode(self.asked)}", token=self.token)
        assert answer.status == 200, answer.json
        for one in answer.json["changes"]:
            if one["type"] == "changed":
                self.known[one["customer"]["id"]] = one["customer"]
                self.times.append(moment(one["customer"]["updated_at"]))
            else:
                self.known.pop(one["id"], None)
                self.gone.append(one["id"])
                self.times.append(moment(one["deleted_at"]))
        self.asked["after"] = answer.json["after"]
        return bool(answer.json["more"])

    def catch_up(self) -> None:
        while self.poll():
            pass


def moment(text: str) -> int:
    """A time that can be compared: its text drops zeros at the end."""
    micros = instant.parse(text)
    assert micros is not None
    return micros


def everybody(shop: Shop, token: str) -> dict[str, dict[str, Any]]:
    """What the list says."""
    found: dict[str, dict[str, Any]] = {}
    cursor = ""
    while True:
        page = shop.get(f"/v1/customers?{urlencode({'cursor': cursor})}", token=token).json
        found |= {one["id"]: one for one in page["customers"]}
        if "cursor" not in page:
            return found
        cursor = page["cursor"]


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_all_that_happens(own_shop: Shop, limit: int) -> None:
    """New customers, edits and deletions of all locations come in the order they were made."""
    poller = Poller(own_shop, limit=limit)
    assert poller.poll() is False
    assert poller.known == {}
    first = poller.asked["after"]

    own_shop.add(*(person(f"C-{number}", f"H{number}", "Here") for number in range(3)))
    own_shop.add(*(person(f"T-{number}", f"T{number}", "There") for number in range(3)), location_id=THERE)
    poller.catch_up()
    assert [one["pos_ref"] for one in poller.known.values()] == ["C-0", "C-1", "C-2", "T-0", "T-1", "T-2"]

    writer = own_shop.token(scopes=("customers:read", "customers:write"))
    a, b = [*poller.known][1:3]
    own_shop.ask("PUT", f"/v1/customers/{b}", token=writer, json={"note": "changed"})
    own_shop.ask("DELETE", f"/v1/customers/{a}", token=writer)
    poller.catch_up()
    assert poller.gone == [a]
    assert poller.known[b]["note"] == "changed"
    assert poller.known == everybody(own_shop, poller.token)

    again = Poller(own_shop, limit=limit, after=first)
    again.catch_up()
    assert (again.known, again.gone) == (poller.known, [a])
    assert again.times == sorted(again.times)


def test_a_tombstone(own_shop: Shop) -> None:
    """It tells the ids, the location and the time, and nothing of the person."""
    own_shop.add(person("T-1", "Tove", "There"), location_id=THERE)
    writer = own_shop.token(scopes=("customers:read", "customers:write"))
    [one] = own_shop.get("/v1/changes", token=writer).json["changes"]
    id = one["customer"]["id"]
    own_shop.ask("DELETE", f"/v1/customers/{id}", token=writer)
    [gone] = own_shop.get("/v1/changes", token=writer).json["changes"]
    assert gone.pop("deleted_at") > one["customer"]["updated_at"]
    assert gone == {"type": "deleted", "id": id, "pos_ref": "T-1", "location_id": THERE}


def test_a_merge(own_shop: Shop) -> None:
    """Who was merged away is gone, and who answers for it is named, to those who may see that one."""
    own_shop.add(person("C-1", "Ada", "Here"))
    own_shop.add(person("T-1", "Ada", "There"), location_id=THERE)
    writer = own_shop.token(scopes=("customers:read", "customers:write"))
    here, there = (one["customer"]["id"] for one in own_shop.get("/v1/changes", token=writer).json["changes"])
    own_shop.ask("POST", f"/v1/customers/{here}/merge", token=writer, json={"from": [there]})

    def gone(token: str) -> dict[str, Any]:
        [one] = [
            one
            for one in own_shop.get("/v1/changes", token=token).json["changes"]
            if one["type"] == "deleted"
        ]
        return dict(one)

    assert gone(writer)["merged_into"] == here
    assert "merged_into" not in gone(own_shop.token(THERE, scopes=("customers:read",)))


def test_only_what_the_token_sees(own_shop: Shop) -> None:
    """Of other locations there is nothing, and a place of one set of locations is none of another."""
    own_shop.add(person("C-1", "Ada", "Here"))
    own_shop.add(person("T-1", "Tove", "There"), location_id=THERE)
    here, there = Poller(own_shop, HERE), Poller(own_shop, location=THERE)
    for poller, pos_ref in ((here, "C-1"), (there, "T-1")):
        poller.catch_up()
        assert [one["pos_ref"] for one in poller.known.values()] == [pos_ref]
    after = here.asked["after"]
    assert own_shop.get(f"/v1/changes?after={after}", token=there.token).status == 400
    assert own_shop.get(f"/v1/changes?location={THERE}", token=here.token).status == 404
    assert own_shop.get(f"/v1/changes?after={after}&location={HERE}", token=here.token).status == 400


@pytest.mark.parametrize(
    "query", ["after=AAAA", "after=%C3%A4", "limit=0", "limit=101", "limit=x", "location=-1"]
)
def test_what_cannot_be_understood(shop: Shop, query: str) -> None:
    """It is a problem of status 400."""
    assert shop.get(f"/v1/changes?{query}").status == 400


def test_the_place_tells_nothing(own_shop: Shop) -> None:
    """However much there is, `after` has the same length, and none of it can be changed."""
    empty = own_shop.get("/v1/changes").json["after"]
    own_shop.add(*(person(f"C-{number}", f"H{number}", "Here") for number in range(50)))
    after = own_shop.get("/v1/changes").json["after"]
    assert len(empty) == len(after)
    for at in (0, len(after) // 2, len(after) - 1):
        forged = after[:at] + ("A" if after[at] != "A" else "B") + after[at + 1 :]
        assert own_shop.get(f"/v1/changes?after={forged}").status == 400


def test_a_poller_beside_writing_processes(tmp_path: Path) -> None:
    """Whoever stores `after` and asks again has, when the writers rest, exactly what the directory has."""
    with shop_in(tmp_path) as shop:
        writers = [
            subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "tests.proof_http.writer",
                    str(tmp_path),
                    str(location),
                    source,
                    str(seed),
                    str(SECONDS),
                ],
                stdout=subprocess.PIPE,
            )
            for seed, (location, source) in enumerate(((HERE, "till"), (HERE, "web"), (THERE, "till")))
        ]
        poller = Poller(shop, limit=37)
        polls = 0
        while any(one.poll() is None for one in writers):
            poller.poll()
            polls += 1
        done = [json.loads(one.communicate()[0]) for one in writers]
        assert [one.returncode for one in writers] == [0, 0, 0]
        poller.catch_up()

        ingest.settle(shop.directory)
        assert poller.known == everybody(shop, poller.token)
        assert polls > 1
        assert len(poller.gone) == sum(one["deleted"] for one in done) > 0
        assert poller.times == sorted(poller.times)
        assert len(set(poller.times)) == len(poller.times)
