"""A regulars in sandbox mode as the point of sale of another: its customers, its faults, and what is asked of it."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from regulars import errors
from regulars.app import invented
from regulars.sources.http import Request, Response
from regulars.sources.transport import Network
from regulars.testing import sandbox
from regulars.testing.tills.serving import Serving
from tests.proof_faults import running

OWN = {"shift4": {"updatedAt"}, "square": {"updated_at", "version"}}  # each counts its own changes
DEEDS_MIN, DEEDS_MAX = 40, 4_000
LONG_SECONDS = 3_600  # for a hundred thousand customers and every fault
_REFS = {"shift4": "posRef", "square": "id"}
_IN_TURN = {"transfer-encoding", "connection", "content-encoding", "content-length"}


class Passage:
    """Hands requests on to the upstream, a little later if asked; what breaks off there breaks off here."""

    def __init__(self, url: str, *, seconds: float = 0) -> None:
        self.seconds = seconds
        self.asked = 0
        self.own = ""
        self._url = url
        self._network = Network(seconds=20)

    def send(self, request: Request) -> Response:
        """Its answer."""
        self.asked += 1
        time.sleep(self.seconds)
        path = request.url.removeprefix(self.own)
        headers = {name: value for name, value in request.headers.items() if name not in {"host", *_IN_TURN}}
        answer = self._network.send(Request(request.method, self._url + path, headers, request.body))
        kept = {name: value for name, value in answer.headers.items() if name not in _IN_TURN}
        return Response(answer.status, kept, answer.body)


class Upstream:
    """The point of sale: `url` is where it is asked, with `requests` as they came."""

    def __init__(self, server: sandbox.Server, passage: Passage, serving: Serving) -> None:
        self.url = serving.url
        self.token = server.account.token
        self.location_id = int(server.account.location_id)
        self.passage = passage
        self.serving = serving
        self._server = server
        self._network = Network(seconds=20)

    def seed(self, folder: Path, count: int) -> None:
        """Invented customers with everything that Shift4's shape has."""
        file = folder / "people.jsonl"
        file.write_bytes(b"\n".join(invented.shift4(person) for person in invented.people(7, count)))
        words = ("import", file, "--location", self.location_id, "--source", "till")
        assert well(self._server.data, *words)["created"] == count

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """One request past the faults, as the shop makes it."""
        answer = self._network.send(
            Request(
                method,
                self._server.url + path,
                {**self._server.account.headers(fault="none"), "Content-Type": "application/json"},
                None if body is None else json.dumps(body).encode(),
            )
        )
        assert answer.status == 200, answer.status
        return json.loads(answer.body)

    def ids(self) -> list[str]:
        """Square ids of everybody."""
        return [one["id"] for one in self.everybody("square").values()]

    def everybody(self, shape: str) -> dict[str, Any]:
        """Everybody as a dialect shows them, by ref, without what is the directory's own."""
        return everybody(self._server.data, shape)

    def repeats(self) -> Counter[tuple[str, str, str]]:
        """How often each question was asked again."""
        asked = Counter((seen.method, seen.path, seen.question) for seen in self.serving.log)
        return Counter({question: count - 1 for question, count in asked.items() if count > 1})

    def most_within(self, seconds: float) -> int:
        """The most requests in any stretch of so many seconds."""
        times = sorted(seen.at for seen in self.serving.log)
        most = start = 0
        for end, at in enumerate(times):
            while at - times[start] >= seconds:
                start += 1
            most = max(most, end - start + 1)
        return most


@contextmanager
def upstream(faults: Sequence[str] = (), *, seconds: float = 0) -> Iterator[Upstream]:
    """A sandbox with these faults, behind a passage; `seconds`: how much later each answer comes."""
    options = [word for fault in faults for word in ("--fault", fault)]
    with sandbox.running(options) as server:
        passage = Passage(server.url, seconds=seconds)
        with Serving(passage) as serving:
            passage.own = serving.url
            yield Upstream(server, passage, serving)


def everybody(data: Path, shape: str) -> dict[str, Any]:
    """Everybody in a data folder, by ref, without what is the directory's own."""
    found = well(data, "export", "--shape", shape)
    return {
        one[_REFS[shape]]: {name: value for name, value in one.items() if name not in OWN[shape]}
        for one in found
    }


def well(data: Path, *words: object) -> Any:
    """The JSON value of a command that must succeed, however long it takes."""
    process = running.start("--data", data, "--json", *words)
    try:
        out, talk = process.communicate(timeout=LONG_SECONDS)
    finally:
        running.end(process)
    assert process.returncode == 0, talk
    return json.loads(out)


class Shop(threading.Thread):
    """The shop goes on while it is pulled: customers come, change, go and are merged."""

    def __init__(self, upstream: Upstream, *, seed: int, merges: bool) -> None:
        super().__init__(daemon=True)
        self.done: Counter[str] = Counter()
        self.failed: list[Exception] = []
        self._upstream = upstream
        self._chance = random.Random(seed)
        self._is_over = threading.Event()
        self._verbs = ["create", "edit", "edit", "edit", "delete"] + ["merge"] * merges
        self._ids = upstream.ids()

    def run(self) -> None:
        """Until it is closed, and some more where that was soon; no shop changes a customer more often."""
        try:
            while self.done.total() < DEEDS_MIN or (
                self.done.total() < DEEDS_MAX and not self._is_over.is_set()
            ):
                self._something(self._chance.choice(self._verbs))
                time.sleep(0.02)
        except (OSError, AssertionError, errors.RegularsError) as error:
            self.failed.append(error)

    def close(self) -> None:
        """It is over; nothing may have gone wrong."""
        self._is_over.set()
        self.join()
        assert not self.failed, self.failed

    def _something(self, verb: str) -> None:
        ask, number = self._upstream.ask, self.done.total()
        id = self._chance.choice(self._ids)
        match verb:
            case "create":
                new = {"given_name": f"Late {number}", "email_address": f"late{number}@example.com"}
                self._ids.append(ask("POST", "/v2/customers", new)["customer"]["id"])
            case "edit":
                ask(
                    "PUT",
                    f"/v2/customers/{id}",
                    {"note": f"changed {number}", "family_name": f"New {number}"},
                )
            case "delete":
                self._ids.remove(id)
                ask("DELETE", f"/v2/customers/{id}")
            case "merge":
                other = self._chance.choice([one for one in self._ids if one != id])
                self._ids.remove(other)
                ask("POST", f"/v1/customers/{id}/merge", {"from": [other]})
        self.done[verb] += 1
