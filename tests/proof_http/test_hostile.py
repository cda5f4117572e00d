"""Hostile requests by the thousand: no error of ours, no waiting, no strange shape, no echo (trust.md, D and P10)."""

from __future__ import annotations

import dataclasses
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

import pytest

from regulars.app import invented
from regulars.directory import places, tokens
from regulars.model.place import SCOPES
from tests.conftest import TORTURE
from tests.directory.world import settle_in
from tests.proof_http import hostile, hostile_values, judge, malformed, sockets
from tests.proof_http.client import Answer, client
from tests.proof_http.house import House, Served
from tests.proof_http.inside import App, app

pytestmark = pytest.mark.xdist_group("proof_http hostile")

Told = TypeVar("Told")

SEED = 20_261_122
LOCATION = 12345
CUSTOMERS = 2_000
RANDOM_REQUESTS = 200_000 if TORTURE else 3_000
SOCKET_REQUESTS = 30_000 if TORTURE else 5_000
GROWTH_MAX = 50 * 1024 * 1024
SECONDS_MAX = 1.0


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Two accounts, in this process."""
    with app(tmp_path_factory.mktemp("hostile")) as made:
        yield made


@pytest.fixture(scope="module")
def generator(inside: App) -> hostile.Generator:
    ours, theirs = settle_in(inside.directory), settle_in(inside.directory, account="other")
    inside.shop(ours, LOCATION, CUSTOMERS)
    inside.shop(theirs, LOCATION, 100, seed=2, country="DE")
    known = hostile.known(inside.get, inside.token(ours), LOCATION, inside.token(theirs))
    document = hostile.document_of(inside.ask(b"/openapi.json").body)
    return hostile.Generator(document, known, random.Random(SEED))


def timed(ask: Callable[[], Told]) -> tuple[Told, float]:
    """What was answered, and after how long; asked again if that was long: a hang comes back, a busy machine's not."""
    for _ in range(2):
        started = time.perf_counter()
        told = ask()
        seconds = time.perf_counter() - started
        if seconds <= SECONDS_MAX:
            break
    return told, seconds


def test_hostile_requests_are_answered_as_they_should(inside: App, generator: hostile.Generator) -> None:
    """Every value in every parameter of every route, and thousands at random: a 4xx or a right answer, at once."""
    found: list[str] = []
    statuses: Counter[int] = Counter()
    for request in [*generator.every(), *generator.random(RANDOM_REQUESTS)]:
        answer, seconds = timed(
            partial(inside.ask, request.target, request.headers, method=request.method, body=request.body)
        )
        statuses[answer.status] += 1
        wrong = list(judge.complaints(request.path, request.method, answer, request.canary))
        if seconds > SECONDS_MAX:
            wrong.append(f"it took {seconds:.1f} s")
        if wrong:
            found.append(
                f"{request.method} {request.target[:300]!r} {request.headers[:2]!r}: {answer.status} {wrong}"
            )

    assert found[:20] == [], f"{len(found)} of {statuses.total()}"
    assert statuses.total() > 5_000
    # The generator is worth its name only if most requests reach the code that reads them.
    assert statuses[200] > 1_000
    assert statuses[400] > 1_000


def test_hostile_bodies_are_answered_as_they_should(inside: App, generator: hostile.Generator) -> None:
    """Every value in every field of every body, with a token that may do everything: no error of ours, no echo."""
    writer = (b"Authorization", b"Bearer " + all_scopes(inside).encode())
    found: list[str] = []
    statuses: Counter[int] = Counter()
    for request in generator.bodies():
        headers = (writer, *(one for one in request.headers if one[0] != b"Authorization"))
        answer, seconds = timed(
            partial(inside.ask, request.target, headers, method=request.method, body=request.body)
        )
        statuses[answer.status] += 1
        # What was written comes back, as it should.
        canary = b"" if answer.status == 200 else request.canary
        wrong = list(judge.complaints(request.path, request.method, answer, canary))
        if seconds > SECONDS_MAX:
            wrong.append(f"it took {seconds:.1f} s")
        if wrong:
            found.append(
                f"{request.method} {request.target!r} {request.body!r:.300}: {answer.status} {wrong}"
            )

    assert found[:20] == [], f"{len(found)} of {statuses.total()}"
    assert statuses[200] > 1_000
    assert statuses[400] > 1_000


def all_scopes(inside: App) -> str:
    """A token of the first account for everything."""
    account_id = places.account(inside.directory, "default").account_id
    return tokens.create(inside.directory, account_id, name="writer", location_ids=None, scopes=SCOPES)


def test_bytes_that_are_no_text_are_refused(inside: App, generator: hostile.Generator) -> None:
    """Invalid UTF-8 is a 400 in every parameter of every query, however it is spelt, and never a search for U+FFFD."""
    bearer = ((b"Authorization", b"Bearer " + all_scopes(inside).encode()),)
    asked = 0
    for method, template, parameters in generator.operations:
        path = generator._path(template, {})
        for parameter in parameters:
            if parameter["in"] != "query":
                continue
            for value in hostile_values.BROKEN_BYTES:
                for spelt in hostile.SPELLINGS[:3]:
                    target = b"%b?%b=%b" % (path, parameter["name"].encode(), spelt(value))
                    assert inside.ask(target, bearer, method=method).status == 400, target
                    asked += 1
    assert asked > 1_000


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, hostile.Generator]]:
    """The real server, with the same two accounts."""
    house = House(tmp_path_factory.mktemp("served"))
    house.run("account", "add", "other")
    house.location(LOCATION)
    house.location(LOCATION, account="other")
    people = house.file("people.jsonl", b"\n".join(invented.customers(1, CUSTOMERS, "US")))
    others = house.file("others.jsonl", b"\n".join(invented.customers(2, 100, "DE")))
    house.take_in(people, LOCATION)
    house.take_in(others, LOCATION, account="other")
    token, foreign = house.token(), house.token(account="other")
    with house.serving() as running:

        def get(target: str, bearer: str) -> Any:
            with client(running.port, bearer) as asking:
                return asking.get(target).value

        known = hostile.known(get, token, LOCATION, foreign)
        yield running, hostile.Generator(get("/openapi.json", token), known, random.Random(SEED + 1))


def is_bare(answer: Answer) -> bool:
    """How the HTTP layer refuses what is no request: before any dialect is known, without a word."""
    return answer.status in {400, 414, 431} and answer.body == b""


class Talk:
    """Requests over one connection after the other, each kept as long as the server keeps it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._line = sockets.Line(port)
        self._is_new = True

    def ask(self, request: hostile.Request) -> Answer | None:
        """The answer. A connection that was used before may have ended meanwhile, as every client has to expect."""
        while True:
            if not self._line.is_open:
                self.renew()
            self._line.send(sockets.written(request))
            answer = self._line.answer(request.method)
            if answer is not None or self._is_new:
                self._is_new = False
                return answer

    def renew(self) -> None:
        self._line.close()
        self._line = sockets.Line(self._port)
        self._is_new = True

    def close(self) -> None:
        self._line.close()


def test_hostile_requests_over_a_socket(served: tuple[Served, hostile.Generator]) -> None:
    """The same over a real connection: the server keeps its processes and its size, and nothing else comes back."""
    running, generator = served
    every = list(generator.every())
    generator.dice.shuffle(every)
    chosen = [*every[: SOCKET_REQUESTS // 2], *generator.random(SOCKET_REQUESTS // 2)]
    workers = running.workers()
    found: list[str] = []
    bare = before = 0
    talk = Talk(running.port)
    try:
        for number, request in enumerate(chosen):
            if number == len(chosen) // 10:  # by now everything is loaded that ever will be
                before = running.resident_bytes()
            answer, seconds = timed(partial(talk.ask, request))
            wrong = [f"it took {seconds:.1f} s"] if seconds > SECONDS_MAX else []
            if answer is None:
                wrong.append("no answer")
            elif is_bare(answer) and not sockets.is_legal(request):
                bare += 1
            else:
                wrong += judge.complaints(request.path, request.method, answer, request.canary)
            if wrong:
                told = answer and (answer.status, answer.body[:99], len(request.target))
                found.append(
                    f"{request.method} {request.target[:99]!r} {request.headers[1:]!r}: {told} {wrong}"
                )
    finally:
        talk.close()

    assert found[:20] == [], f"{len(found)} of {len(chosen)}"
    assert bare < len(chosen) / 5
    assert running.resident_bytes() - before < GROWTH_MAX
    assert running.workers() == workers


def test_what_is_hardly_http_is_refused(served: tuple[Served, hostile.Generator]) -> None:
    """Torn, doubled and smuggled messages get a 4xx or are read as one request; nobody is kept waiting."""
    running, generator = served
    workers = running.workers()
    before = running.resident_bytes()
    found: list[str] = []
    messages = [*malformed.messages(generator.known.token)]
    for name, message in messages * (10 if TORTURE else 1):
        (answers, hung_up), seconds = timed(partial(sockets.exchange, running.port, message))
        wrong = [complaint for answer in answers for complaint in misfits(answer)]
        if not hung_up or seconds > SECONDS_MAX:
            wrong.append(f"silence for {seconds:.1f} s")
        if name.endswith(("CL and TE", "TE and CL")) and (len(answers), hung_up) != (1, True):
            wrong.append(f"{len(answers)} answers")
        if wrong:
            found.append(f"{name}: {[answer.status for answer in answers]} {wrong}")

    assert len(messages) > 150
    assert found[:20] == []
    assert running.workers() == workers
    assert running.resident_bytes() - before < GROWTH_MAX
    with client(running.port, generator.known.token) as asking:
        assert asking.get("/readyz").status == 200


def misfits(answer: Answer) -> list[str]:
    """What is wrong with an answer of which nobody knows what it was asked."""
    if is_bare(answer):
        return []
    paths = (b"/pos/", b"/healthz")
    method = "GET"
    told = [[*judge.complaints(path, method, answer, b"CANARY")] for path in paths]
    return min(told, key=len)


RIGHT = Answer(
    400,
    (
        ("content-type", "application/json"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
    ),
    b'{"status":400,"timestamp":"2026-01-01T00:00:00Z","message":"page must be an integer","details":[]}',
)


def changed(**fields: Any) -> Answer:
    """The right answer with something else in it, and the length that it has then."""
    headers = fields.pop("headers", RIGHT.headers)
    answer = dataclasses.replace(RIGHT, headers=headers, **fields)
    return dataclasses.replace(answer, headers=(*headers, ("content-length", str(len(answer.body)))))


@pytest.mark.parametrize(
    ("path", "answer", "words"),
    [
        (b"/pos/v2/1/customers", changed(), None),
        (b"/pos/v2/1/customers", changed(status=500), "a server error"),
        (b"/pos/v2/1/customers", changed(status=401), "WWW-Authenticate"),
        (b"/pos/v2/1/customers", changed(headers=RIGHT.headers[:2]), "nosniff"),
        (b"/pos/v2/1/customers", changed(headers=(*RIGHT.headers, ("x-evil", "1"))), "nobody meant"),
        (b"/pos/v2/1/customers", changed(headers=(*RIGHT.headers, ("link", "<x y>"))), "a link"),
        (
            b"/pos/v2/1/customers",
            changed(body=RIGHT.body.replace(b"integer", b"integer, not ZQ1QZQ1Q")),
            "it repeats",
        ),
        (b"/pos/v2/1/customers", changed(body=b"<html>"), "no JSON"),
        (b"/pos/v2/1/customers", changed(body=b'{"status":400}'), "keys"),
        (b"/v2/customers", changed(), "keys"),
        (b"//v2/customers", changed(), "keys"),
        (b"/healthz", changed(), "content type"),
        (b"/v2/customers", changed(status=200, body=b'{"customers":[],"cursor":"a"}'), "an empty page"),
        (b"/v2/customers", changed(status=200, body=b'{"customer":{"note":null}}'), "null"),
    ],
)
def test_the_judge_sees_what_is_wrong(path: bytes, answer: Answer, words: str | None) -> None:
    """Each planted fault is reported; a right answer is not."""
    found = list(judge.complaints(path, "GET", answer, b"zq1qzq1q"))

    assert (found == []) if words is None else any(words in complaint for complaint in found)
