"""Who polls `updatedAfter` over HTTP, while others write, ends with exactly what the directory holds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote

import pytest

from tests.conftest import TORTURE
from tests.proof_http.client import Client, client
from tests.proof_http.house import INVENTED, ROOT, House

pytestmark = pytest.mark.xdist_group("proof_http pollers")

LOCATION = 12345
PLACE = f"/pos/v2/{LOCATION}/customers"
LONG_AGO = "1970-01-01T00:00:00Z"
SECONDS = 120.0 if TORTURE else 8.0


class Poller:
    """A client that keeps a copy: it follows rel="next", and asks after the last `updatedAt` that it received."""

    def __init__(self, port: int, token: str, question: str) -> None:
        self._port, self._token, self._question = port, token, question
        self.copy: dict[str, dict[str, Any]] = {}
        self.seen: list[str] = []  # every updatedAt, as it came
        self.pages = 0
        self.wrong: list[str] = []

    def run(self, is_over: threading.Event) -> None:
        """Polls until it is over and there is nothing new."""
        try:
            with client(self._port, self._token) as asking:
                target = f"{PLACE}?updatedAfter={LONG_AGO}&{self._question}"
                while True:
                    was_over = is_over.is_set()
                    target, is_empty = self._step(asking, target)
                    if is_empty and was_over:
                        return
                    if is_empty:
                        time.sleep(0.005)
        except BaseException as error:
            self.wrong.append(repr(error))
            raise

    def _step(self, asking: Client, target: str) -> tuple[str, bool]:
        answer = asking.get(target)
        assert answer.status == 200, answer
        results = answer.value["results"]
        self.pages += 1
        for one in results:
            self._take(one)
        link = answer.header("link")
        if link is not None:
            if not results:
                self.wrong.append("an empty page that leads on")
            return link[1 : link.index(">")], False
        last = self.seen[-1] if self.seen else LONG_AGO
        return f"{PLACE}?updatedAfter={quote(last)}&{self._question}", not results

    def _take(self, one: dict[str, Any]) -> None:
        at = one["updatedAt"]
        if self.seen and instant(at) <= instant(self.seen[-1]):
            self.wrong.append(f"{at} after {self.seen[-1]}")
        self.seen.append(at)
        if "deletedAt" in one:
            self.copy.pop(one["posRef"], None)
        else:
            self.copy[one["posRef"]] = one


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def writers(house: House, seconds: float) -> list[subprocess.Popen[bytes]]:
    """Two tills, each from a process of its own; their refs are the same."""
    return [
        subprocess.Popen(
            [
                sys.executable, "-m", "tests.proof_http.writer",
                str(house.data), str(LOCATION), source, str(seed), str(seconds),
            ],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
        )
        for seed, source in enumerate(("till", "kiosk"))
    ]  # fmt: skip


def finished(processes: list[subprocess.Popen[bytes]], seconds: float) -> list[dict[str, int]]:
    """What they did, when they are done."""
    done = []
    for process in processes:
        out, _ = process.communicate(timeout=seconds + 60)
        assert process.returncode == 0
        done.append(json.loads(out))
    return done


def test_pollers_end_with_what_is_there(house: House) -> None:
    """Two tills import and delete at once; every poller that follows rel="next" ends with exactly their state."""
    house.location(LOCATION)
    house.take_in(INVENTED, LOCATION)
    over = threading.Event()
    with house.serving(workers=2) as served:
        token = house.token()
        exact = [
            Poller(served.port, token, "includeDeleted=true"),
            Poller(served.port, token, "includeDeleted=true&pageSize=3"),
            Poller(served.port, token, "includeDeleted=true&limit=17&offset=0"),
        ]
        adding = [
            Poller(served.port, token, "pageSize=100"),
            Poller(served.port, token, "search=ada&pageSize=5"),
        ]
        threads = [threading.Thread(target=poller.run, args=(over,)) for poller in (*exact, *adding)]
        processes = writers(house, SECONDS)
        for thread in threads:
            thread.start()
        done = finished(processes, SECONDS)
        over.set()
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive()

        with client(served.port, token) as asking:
            there = {one["posRef"]: one for one in asking.pages(f"{PLACE}?pageSize=100")}
            found = {one["posRef"]: one for one in asking.pages(f"{PLACE}?pageSize=100&search=ada")}
            total = asking.get(PLACE).value["meta"]["totalCount"]

    assert all(min(one["changed"], one["unchanged"], one["deleted"]) > 20 for one in done), done
    assert total == len(there) > 100
    for poller in (*exact, *adding):
        assert poller.wrong[:5] == []
        assert poller.pages > 20
    for poller in exact:
        assert poller.copy == there
    # Without includeDeleted nobody is told who went; whoever is there, is there as they are now.
    assert {ref: adding[0].copy[ref] for ref in there} == there
    assert {ref: adding[1].copy[ref] for ref in found} == found
    assert len(found) > 5


@pytest.fixture(scope="module")
def resting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A directory that two tills have filled, and in which nothing changes any more."""
    house = House(tmp_path_factory.mktemp("resting"))
    house.location(LOCATION)
    finished(writers(house, 1.0), 1.0)
    with house.serving() as served, client(served.port, house.token()) as asking:
        yield asking


@pytest.mark.parametrize("deleted", [False, True])
@pytest.mark.parametrize("page_size", [1, 7, 50, 100])
def test_pages_under_a_fixed_time_miss_nothing(resting: Client, page_size: int, deleted: bool) -> None:
    """While nothing changes, page numbers, offsets and rel="next" all show the same changes in the same order."""
    flag = f"includeDeleted={str(deleted).lower()}"
    poller = Poller(0, "", f"{flag}&pageSize=100")
    target, is_empty = f"{PLACE}?updatedAfter={LONG_AGO}&{poller._question}", False
    every: list[dict[str, Any]] = []
    while not is_empty:
        every += resting.get(target).value["results"]
        target, is_empty = poller._step(resting, target)
    assert poller.wrong == []
    assert any("deletedAt" in one for one in every) == deleted
    assert len(every) > 100

    for start in (0, 1, len(every) // 3, len(every) - 2, len(every) - 1):
        after = every[start - 1]["updatedAt"] if start else LONG_AGO
        question = f"{PLACE}?updatedAfter={quote(after)}&{flag}"
        wanted = every[start:]
        if page_size == 1 and len(wanted) > 40:
            continue

        assert list(resting.pages(f"{question}&pageSize={page_size}")) == wanted
        for skip in range(0, len(wanted), max(page_size, 20)):
            part = resting.get(f"{question}&offset={skip}&limit={page_size}").value
            assert part["results"] == wanted[skip : skip + page_size]
            assert part["meta"] == {
                "offset": skip, "limit": page_size, "count": len(part["results"]), "totalCount": len(wanted),
            }  # fmt: skip


def test_only_the_last_page_leads_nowhere(resting: Client) -> None:
    """Every answer that is not the last has the link, page numbers or not; the last one, and plain lists, have none."""
    total = resting.get(f"{PLACE}?updatedAfter={LONG_AGO}").value["meta"]["totalCount"]
    pages = -(-total // 20)
    assert pages > 5

    for page in (1, 2, pages - 1, pages, pages + 1):
        answer = resting.get(f"{PLACE}?updatedAfter={LONG_AGO}&pageSize=20&page={page}")
        assert (answer.header("link") is not None) == (page < pages), page
    assert resting.get(f"{PLACE}?pageSize=20").header("link") is None
    assert resting.get(f"{PLACE}?pageSize=5&search=ada").header("link") is None


def test_the_link_keeps_the_question(resting: Client) -> None:
    """Unknown parameters, the search, sizes and spellings stay as they were sent; page and time are new."""
    target = f"/api{PLACE}?x=%C3%A9%26+b&search=a%64a&&pageSize=2&page=2&updatedAfter=1970-01-01&y&includeDeleted=TRUE"
    answer = resting.get(target)
    last = answer.value["results"][-1]["updatedAt"]

    link = answer.header("link")

    assert link == (
        f"</api{PLACE}?x=%C3%A9%26+b&search=a%64a&pageSize=2&y&includeDeleted=TRUE"
        f'&page=1&updatedAfter={quote(last, safe="")}>; rel="next"'
    )


def test_a_time_may_be_written_in_any_way(resting: Client) -> None:
    """The same instant in other offsets, with more digits, or with the space that a + became, asks the same."""
    middle = resting.get(f"{PLACE}?updatedAfter={LONG_AGO}&pageSize=50").value["results"][-1]["updatedAt"]
    moment = instant(middle)
    plain = resting.get(f"{PLACE}?updatedAfter={quote(middle)}").value
    assert plain["results"]

    for hours, minutes in ((0, 0), (5, 30), (-9, -30), (14, 0)):
        local = moment.astimezone(timezone(timedelta(hours=hours, minutes=minutes)))
        for text in (
            local.isoformat(timespec="microseconds"),
            local.isoformat(timespec="microseconds").replace("T", "t"),
        ):
            digits = text.replace(text[19:26], text[19:26] + "999")
            for written in (quote(text, safe=""), text, quote(digits, safe="")):
                assert resting.get(f"{PLACE}?updatedAfter={written}").value == plain, written
