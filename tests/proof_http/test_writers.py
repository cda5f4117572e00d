"""Many who write at once, over HTTP: nobody is made twice, no update is lost, no walk misses anybody."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from regulars.app import invented
from tests.conftest import TORTURE
from tests.proof_http.client import Answer, Client, client
from tests.proof_http.house import House, Served

pytestmark = pytest.mark.xdist_group("proof_http writers")

LOCATION = 12345
SCOPES = ("--scope", "customers:read", "--scope", "customers:write")
JSON = ("Content-Type", "application/json")
ADA = {"given_name": "Ada", "family_name": "Example", "phone_number": "+1-212-555-4240"}

DUPLICATES = 2_000 if TORTURE else 200
HANDS = 32  # connections at a time
WRITERS = 64 if TORTURE else 8
UPDATES = 16 if TORTURE else 12  # of each writer; their words must fit into one note
WALKED = 100_000 if TORTURE else 3_000
WRITES_A_SECOND = 100


def wrote(asking: Client, method: str, target: str, said: Any) -> Answer:
    """The answer to a body."""
    return asking.get(target, JSON, method=method, body=json.dumps(said).encode())


@pytest.fixture
def served(house: House) -> Iterator[tuple[Served, str]]:
    """A server of two workers over an empty shop, and a token that may write."""
    house.location(LOCATION)
    with house.serving(workers=2) as running:
        yield running, house.token(*SCOPES)


def together(running: Served, token: str, count: int, do: Callable[[Client, int], Any]) -> list[Any]:
    """What `count` calls give, made by many hands at once, each with a connection of its own."""
    here = threading.local()
    opened: list[Client] = []

    def one(number: int) -> Any:
        if not hasattr(here, "client"):
            here.client = Client(running.port, token)
            opened.append(here.client)
        return do(here.client, number)

    try:
        with ThreadPoolExecutor(HANDS) as hands:
            return [*hands.map(one, range(count))]
    finally:
        for each in opened:
            each.close()


def test_duplicates_make_one_customer(served: tuple[Served, str]) -> None:
    """The same creation under the same key, hundreds of times at once: one customer, and the same bytes for all."""
    running, token = served
    asked = ADA | {"idempotency_key": "the same"}

    answers = together(
        running, token, DUPLICATES, lambda asking, _: wrote(asking, "POST", "/v2/customers", asked)
    )

    assert Counter(answer.status for answer in answers) == {200: DUPLICATES}
    assert len({answer.body for answer in answers}) == 1
    with client(running.port, token) as asking:
        assert asking.get("/v2/customers?count=true").value["count"] == 1


def test_duplicates_of_two_minds(served: tuple[Served, str]) -> None:
    """Two different requests under one key at once: one of them happens, and whoever asks the other is told so."""
    running, token = served

    def one(asking: Client, number: int) -> Answer:
        said = ADA | {"idempotency_key": "the same", "note": f"mind {number % 2}"}
        if number % 3 == 0:  # alone or in bulk, the key is the same one
            return wrote(asking, "POST", "/v2/customers", said)
        del said["idempotency_key"]
        return wrote(asking, "POST", "/v2/customers/bulk-create", {"customers": {"the same": said}})

    answers = [told(answer) for answer in together(running, token, DUPLICATES, one)]

    made = {outcome["customer"]["id"] for outcome in answers if "customer" in outcome}
    refused = Counter(outcome["errors"][0]["code"] for outcome in answers if "errors" in outcome)
    assert len(made) == 1
    assert refused == {"IDEMPOTENCY_KEY_REUSED": DUPLICATES // 2}


def told(answer: Answer) -> dict[str, Any]:
    """One outcome, alone or in bulk."""
    value = answer.value
    outcome: dict[str, Any] = value["responses"]["the same"] if "responses" in value else value
    return outcome


def test_no_update_is_lost(served: tuple[Served, str]) -> None:
    """Writers who read, add a word and write under the version they read: every word of every success is there."""
    running, token = served
    with client(running.port, token) as asking:
        made = wrote(asking, "POST", "/v2/customers", ADA).value["customer"]
    target = f"/v2/customers/{made['id']}"
    gate = threading.Barrier(WRITERS)
    conflicts: Counter[int] = Counter()

    def write(number: int) -> list[tuple[int, str]]:
        """The versions that this writer made, and the words it put in."""
        done: list[tuple[int, str]] = []
        with client(running.port, token) as asking:
            gate.wait()
            while len(done) < UPDATES:
                before = asking.get(target).value["customer"]
                word = f"{number}.{len(done)}"
                said = {"note": f"{before.get('note', '')} {word}".strip(), "version": before["version"]}
                answer = wrote(asking, "PUT", target, said)
                if answer.status == 409:
                    assert answer.value["errors"][0]["code"] == "CONFLICT"
                    conflicts[number] += 1
                    continue
                assert answer.status == 200, answer
                done.append((answer.value["customer"]["version"], word))
        return done

    with ThreadPoolExecutor(WRITERS) as hands:
        history = sorted(step for done in hands.map(write, range(WRITERS)) for step in done)
    with client(running.port, token) as asking:
        after = asking.get(target).value["customer"]

    # One history: each version was made by one writer, and the words stand in the order of the versions.
    assert [version for version, _ in history] == [*range(1, WRITERS * UPDATES + 1)]
    assert after["version"] == WRITERS * UPDATES
    assert after["note"].split() == [word for _, word in history]
    assert conflicts.total() > 0, "nobody ever met: this proves nothing"


def test_a_walk_beside_writers(house: House) -> None:
    """A walk by cursors beside a hundred writes a second: who stood, with the same sort key, is seen exactly once."""
    house.location(LOCATION)
    house.take_in(house.file("people.jsonl", b"\n".join(invented.customers(3, WALKED, "US"))), LOCATION)
    token = house.token(*SCOPES)
    with house.serving(workers=2) as running:
        standing = {one["id"] for page in walk(running, token, "DEFAULT") for one in page}
        writing = Writing(running, token, random.Random(5), sorted(standing))
        assert len(standing) > WALKED * 0.9
        for sort in ("DEFAULT", "CREATED_AT"):
            with writing:
                seen = Counter(one["id"] for page in walk(running, token, sort) for one in page)
                while writing.done < WRITES_A_SECOND and not writing.wrong:
                    time.sleep(0.01)

            assert writing.wrong == []
            stood = standing - writing.moved - writing.deleted
            assert len(stood) > len(standing) / 2
            assert {one: seen[one] for one in stood if seen[one] != 1} == {}
            # Who moved in the order may be seen in both places or in neither; who was made or deleted, or not.
            assert set(seen) <= standing | writing.made
            standing = (standing | writing.made) - writing.deleted


def walk(running: Served, token: str, sort: str) -> Iterator[list[dict[str, Any]]]:
    """The pages of a list."""
    target = f"/v2/customers?limit=100&sort_field={sort}"
    cursor = ""
    with client(running.port, token) as asking:
        while True:
            answer = asking.get(target + (f"&cursor={cursor}" if cursor else ""))
            assert answer.status == 200, answer
            yield answer.value.get("customers", [])
            if "cursor" not in answer.value:
                return
            assert answer.value["customers"], "an empty page leads on"
            cursor = answer.value["cursor"]


class Writing:
    """Creates, updates, moves and deletes at a steady pace from a thread, and remembers whom."""

    def __init__(self, running: Served, token: str, dice: random.Random, ids: list[str]) -> None:
        self._running, self._token, self._dice, self._ids = running, token, dice, ids
        self.made: set[str] = set()
        self.moved: set[str] = set()
        self.deleted: set[str] = set()
        self.wrong: list[str] = []
        self.done = 0

    def __enter__(self) -> None:
        self.done = 0
        self.made, self.moved, self.deleted = set(), set(), set()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            with client(self._running.port, self._token) as asking:
                due = time.monotonic()
                while not self._is_over.is_set():
                    self._write(asking)
                    self.done += 1
                    due += 1 / WRITES_A_SECOND
                    time.sleep(max(0.0, due - time.monotonic()))
        except BaseException as error:
            self.wrong.append(repr(error))
            raise

    def _write(self, asking: Client) -> None:
        dice = self._dice
        one = dice.choice(self._ids)
        kind = dice.random()
        if one in self.deleted or kind < 0.25:
            name = dice.choice(["Aaron", "Mo", "Zzz"]) + str(dice.random())
            self._took(answer := wrote(asking, "POST", "/v2/customers", {"given_name": name}))
            self.made.add(answer.value["customer"]["id"])
        elif kind < 0.75:  # the sort key stays
            self._took(wrote(asking, "PUT", f"/v2/customers/{one}", {"note": str(dice.random())}))
        elif kind < 0.9:
            self.moved.add(one)
            self._took(wrote(asking, "PUT", f"/v2/customers/{one}", {"given_name": str(dice.random())}))
        else:
            self.deleted.add(one)
            self._took(asking.get(f"/v2/customers/{one}", method="DELETE"))
            self._ids.remove(one)

    def _took(self, answer: Answer) -> None:
        if answer.status != 200:
            self.wrong.append(f"{answer.status} {answer.body!r}")
