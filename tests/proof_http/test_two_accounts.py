"""Two businesses in one store, with the same location id, refs, ids and people: neither can tell of the other."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from regulars.app import invented
from regulars.directory import deletion, ingest, places
from regulars.model.record import Record, Unreadable
from tests.conftest import TORTURE
from tests.directory.world import settle_in
from tests.proof_http import hostile
from tests.proof_http.client import Answer, Client, client
from tests.proof_http.house import House
from tests.proof_http.inside import app

pytestmark = pytest.mark.xdist_group("proof_http two accounts")

LOCATION, SECOND = 12345, 20001
OURS, THEIRS = 300, 4_000
SEARCHES = [
    "smith", "smith j", "john", "a", "e", "555", "4240", "212", "@gmail", "@yahoo", "C-1", "C-12", "zzours",
    "zztheirs", "Zoë", "ana", "maria", "garcia", "nobody at all", "+1212", "(212) 555", "%", '"', "NEAR(a b)",
    "o'", "C-3999", "example.com",
]  # fmt: skip


def ours() -> list[bytes]:
    """Invented people, each with a word of ours in the company."""
    return [marked(one, b"Zzours") for one in invented.customers(7, OURS, "US")]


def theirs() -> list[bytes]:
    """More people, from the same seed: refs, names, phones and e-mails are those of ours, and many more."""
    return [marked(one, b"Zztheirs") for one in invented.customers(7, THEIRS, "US")]


def marked(customer: bytes, word: bytes) -> bytes:
    return re.sub(rb'"companyName":(null|"[^"]*")', b'"companyName":"' + word + b'"', customer)


def square(word: bytes, count: int) -> list[bytes]:
    """Customers of Square's, with ids of Square's."""
    made = invented.customers(9, count, "US", shape="square")
    return [one.replace(b'"given_name":', b'"company_name":"%b","given_name":' % word) for one in made]


def asked(get: Callable[[str], Answer]) -> dict[str, Answer]:
    """Every kind of question, and where answers lead on to others, those as well."""
    answers: dict[str, Answer] = {}

    def ask(target: str) -> Answer:
        answers[target] = get(target)
        return answers[target]

    for prefix in ("", "/api"):
        place = f"{prefix}/pos/v2/{LOCATION}/customers"
        for rest in (
            "", "?page=2", "?page=3&pageSize=100", "?page=4&pageSize=100", "?page=2147483647", "?page=0",
            "?pageSize=7&page=43", "?offset=290&limit=20", "?offset=5", "?updatedAfter=x",
            "?updatedAfter=2999-01-01", "?updatedAfter=2000-01-01&includeDeleted=true",
            "?updatedAfter=2000-01-01&search=smith", "?updatedAfter=2000-01-01&page=3", "/C-1", "/C-300",
            "/C-301", "/C-3999", "/till:C-1", "/files:C-1", "/NOBODY", "/", "/%00",
        ):  # fmt: skip
            ask(place + rest)
        for text in SEARCHES:
            ask(f"{place}?search={quote(text)}")
            ask(f"{place}?search={quote(text)}&pageSize=5&page=2")
            ask(f"{place}?search={quote(text)}&updatedAfter=2000-01-01&pageSize=9")
        follow(ask, f"{place}?updatedAfter=2000-01-01&pageSize=40&includeDeleted=true")
    for target in (
        f"/pos/v2/{SECOND}/customers", "/pos/v2/1/customers", "/marketplace/v2/locations", "/v2/locations",
        "/v2/locations/main", f"/v2/locations/{LOCATION}", f"/v2/locations/{SECOND}", "/v2/merchants",
        "/v2/merchants/me", "/v2/merchants/NOBODY", "/v2/customers?count=true", "/v2/customers/NOBODY",
        "/v2/customers/INVENTED000000000000000001", "/v2/customers/INVENTED000000000000000150",
        "/v2/customers?limit=0", "/v2/customers?cursor=x", "/v2/nothing", "/readyz",
    ):  # fmt: skip
        ask(target)
    for sort in ("DEFAULT", "CREATED_AT"):
        for order in ("ASC", "DESC"):
            walk(ask, f"/v2/customers?limit=33&sort_field={sort}&sort_order={order}&count=true")
    for customer in answers["/v2/customers?count=true"].value["customers"][:20]:
        ask(f"/v2/customers/{customer['id']}")
    return answers


def follow(ask: Callable[[str], Answer], target: str) -> None:
    """The walk of changes by rel="next"."""
    while True:
        link = ask(target).header("link")
        if link is None:
            return
        target = link[1 : link.index(">")]


def walk(ask: Callable[[str], Answer], target: str) -> None:
    """The walk of a Square list by cursors."""
    cursor: str | None = ""
    while cursor is not None:
        cursor = ask(f"{target}&cursor={cursor}" if cursor else target).value.get("cursor")


def without_time(answer: Answer) -> tuple[Any, ...]:
    """Everything but the moment at which it was said."""
    body = re.sub(rb'("timestamp":)"\d{4}-[^"]{14,24}Z"', rb"\1null", answer.body)
    # The time is written without its last noughts, so the length of an error may differ by those.
    length = [len(body) if name.lower() == "content-length" else text for name, text in answer.headers]
    pairs = [
        (name, text) for (name, _), text in zip(answer.headers, length, strict=True) if name.lower() != "date"
    ]
    return answer.status, pairs, body


@pytest.fixture
def asking(house: House) -> Iterator[tuple[House, Client, Client]]:
    """Our shop and its customers, a server, a client of ours, and one of theirs, whose shop is empty yet."""
    house.run("account", "add", "other")
    for account in ("default", "other"):
        house.location(LOCATION, account=account)
    house.take_in(house.file("ours.jsonl", b"\n".join(ours())), LOCATION)
    house.take_in(
        house.file("ours-square.jsonl", b"\n".join(square(b"Zzours", 100))), LOCATION, "--source", "square"
    )
    house.run("delete", "C-77", "--location", LOCATION, "--yes")
    with (
        house.serving(workers=1) as served,
        client(served.port, house.token()) as mine,
        client(served.port, house.token(account="other")) as other,
    ):
        yield house, mine, other


def test_answers_are_the_same_with_and_without_the_other(asking: tuple[House, Client, Client]) -> None:
    """Over HTTP, before and after the other account's data came and went: the same bytes, headers included."""
    house, mine, other = asking
    before = asked(mine.get)

    house.location(SECOND, account="other")
    house.take_in(
        house.file("theirs.jsonl", b"\n".join([*theirs(), b"{broken"])), LOCATION, account="other", code=4
    )
    house.take_in(
        house.file("theirs-square.jsonl", b"\n".join(square(b"Zztheirs", 200))),
        LOCATION,
        "--source",
        "square",
        account="other",
    )
    house.take_in(house.file("again.jsonl", b"\n".join(theirs()[:50])), SECOND, account="other")
    house.run("delete", "C-9", "--location", LOCATION, "--yes", "--account", "other")
    after = asked(mine.get)

    assert len(before) >= 250
    assert before.keys() == after.keys()
    differing = [target for target in before if without_time(before[target]) != without_time(after[target])]
    assert differing == []
    assert all(answer.status < 500 for answer in before.values())
    assert sum(answer.status == 200 for answer in before.values()) > 200
    assert before["/v2/customers?count=true"].value["count"] == OURS + 100 - 1
    assert b"zztheirs" not in b"".join(answer.body for answer in after.values()).lower()

    seen = asked(other.get)
    assert seen["/v2/customers?count=true"].value["count"] == THEIRS + 200 - 1 + 50
    assert b"zzours" not in b"".join(answer.body for answer in seen.values()).lower()


def test_ids_and_cursors_of_the_other_open_nothing(asking: tuple[House, Client, Client]) -> None:
    """Every id, ref, merchant and cursor of the other account answers as one that never was."""
    house, mine, other = asking
    house.take_in(house.file("theirs.jsonl", b"\n".join(theirs()[:200])), LOCATION, account="other")
    listed = other.get("/v2/customers?limit=50").value
    never = without_time(mine.get("/v2/customers/NOBODY"))

    for customer in listed["customers"]:
        assert without_time(mine.get(f"/v2/customers/{customer['id']}")) == never
    merchant = other.get("/v2/merchants/me").value["merchant"]["id"]
    unknown = without_time(mine.get("/v2/merchants/NOBODY"))
    assert without_time(mine.get(f"/v2/merchants/{merchant}")) == unknown
    assert (never[0], unknown[0]) == (404, 404)
    with client(mine.server_port, house.token("--scope", "admin")) as writing:
        check_that_nothing_is_written(writing, [one["id"] for one in listed["customers"][:5]])
    assert other.get("/v2/customers?limit=50").value == listed
    strangers = without_time(mine.get(f"/v2/customers?cursor={listed['cursor']}"))
    assert strangers == without_time(mine.get("/v2/customers?cursor=NOBODYS"))
    assert strangers[0] == 400


def check_that_nothing_is_written(writing: Client, ids: list[str]) -> None:
    """Every way to write answers to an id of the other account as to nobody's."""

    def answer(method: str, target: str, said: Any) -> tuple[Any, ...]:
        asked = json.dumps(said).encode()
        told = without_time(
            writing.get(target, ("Content-Type", "application/json"), method=method, body=asked)
        )
        return told[0], told[1], told[2]

    for one in ids:
        nobody = "N" * len(one)
        for method, said in (("PUT", {"note": "x", "version": 0}), ("DELETE", {})):
            told = answer(method, f"/v2/customers/{one}", said)
            assert told == answer(method, f"/v2/customers/{nobody}", said)
            assert told[0] == 404
        for verb, asked in (("retrieve", list), ("delete", list), ("update", dict)):
            key = "customers" if asked is dict else "customer_ids"
            theirs, nobodys = (
                answer("POST", f"/v2/customers/bulk-{verb}", {key: {id: {}} if asked is dict else [id]})
                for id in (one, nobody)
            )
            assert theirs[2].replace(one.encode(), nobody.encode()) == nobodys[2]
            assert (theirs[0], theirs[1]) == (nobodys[0], nobodys[1])


def test_thousands_of_generated_calls_are_the_same(tmp_path: Path) -> None:
    """With the clock held still: not one byte of any answer to any request, hostile ones included, is another."""
    random_calls = 100_000 if TORTURE else 2_000
    with app(tmp_path) as made:
        directory, clock = made.directory, made.clock
        us, them = settle_in(directory), settle_in(directory, account="other")
        made.shop(us, LOCATION, OURS, seed=7)
        made.shop(them, LOCATION, 5, seed=8)
        token = made.token(us)
        known = hostile.known(made.get, token, LOCATION, made.token(them))
        document = hostile.document_of(made.ask(b"/openapi.json").body)

        def calls() -> Iterator[hostile.Request]:
            generator = hostile.Generator(document, known, random.Random(6))
            # Who asks with their token is told their things.
            foreign = known.foreign_token.encode()
            every = [one for one in generator.every() if all(foreign not in text for _, text in one.headers)]
            yield from generator.dice.sample(every, min(random_calls, len(every)))
            yield from generator.random(random_calls)
            for target in asked(lambda target: ask(target.encode())):
                yield hostile.Request(
                    target.encode(), b"", headers=((b"Authorization", b"Bearer " + token.encode()),)
                )

        def ask(target: bytes) -> Answer:
            return made.ask(target, ((b"Authorization", b"Bearer " + token.encode()),))

        def answered() -> list[Answer]:
            clock.now = moment
            return [made.ask(one.target, one.headers, method=one.method, body=one.body) for one in calls()]

        moment = clock.now
        before = answered()
        clock.now += 10**9
        places.add_location(
            directory, them.account_id, SECOND, name="Second", country="DE", time_zone="Europe/Berlin"
        )
        records = [Record("shift4", content, f"theirs:{at}") for at, content in enumerate(theirs())]
        for location, part in ((LOCATION, records), (SECOND, records[:500])):
            for source in ("till", "other"):
                ingest.batch(directory, them.account_id, location, source, part)
        ingest.batch(directory, them.account_id, LOCATION, "till", [Unreadable(b"{broken", "x:1", "broken")])
        gone = made.get("/v2/customers?limit=30", known.foreign_token)["customers"]
        deletion.delete(directory, them.account_id, [one["id"] for one in gone])
        deletion.purge(directory)
        ingest.settle(directory)
        after = answered()

        assert len(before) == len(after) > 1.1 * random_calls
        differing = [
            number for number, pair in enumerate(zip(before, after, strict=True)) if pair[0] != pair[1]
        ]
        assert differing == []
