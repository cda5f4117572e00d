"""Answers that are kept: given again while nobody writes, and never after."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars import limits
from regulars.api.kept import Kept, KeptAnswers
from regulars.app.serving_door import Door
from regulars.directory import Directory, deletion, ingest, lookup, places, tokens
from tests.api.shop import HERE, THERE, Shop, shop_in
from tests.directory.world import opened, person

LIST = f"/pos/v2/{HERE}/customers"


class Scope:
    """A request as granian has it."""

    scheme, http_version, server, client = "http", "1.1", "127.0.0.1:80", "127.0.0.1:1"

    def __init__(self, target: str, token: str, method: str = "GET", **headers: str) -> None:
        self.method = method
        self.path, _, self.query_string = target.partition("?")
        self.headers = {"host": "127.0.0.1", "authorization": f"Bearer {token}", **headers}


class Heard:
    """What was answered."""

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.headers, self.body = status, dict(headers), body


class House:
    """A shop behind its door, with what it keeps; and its data folder opened once more, as another process has it."""

    def __init__(self, shop: Shop, other: Directory) -> None:
        self.shop = shop
        self.other = other
        self.kept = KeptAnswers(shop.directory.store.moment, shop.directory.clock)
        self.made = 0
        self._door = Door(self._counted, self.kept)
        self._bare = Door(shop.app)

    def _counted(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        self.made += 1
        return self.shop.app(environ, start)

    def get(self, target: str, *, token: str = "", method: str = "GET", **headers: str) -> Heard:
        return self._asked(self._door, target, token, method, headers)

    def anew(self, target: str, *, token: str = "", method: str = "GET", **headers: str) -> Heard:
        """The same question to a door that keeps nothing."""
        return self._asked(self._bare, target, token, method, headers)

    def _asked(self, door: Door, target: str, token: str, method: str, headers: dict[str, str]) -> Heard:
        heard = Heard()
        asyncio.run(door.answer(Scope(target, token or self.shop.reader, method, **headers), heard))
        return heard

    def warm(self, target: str = LIST, **headers: str) -> Heard:
        """Asked so often that it is kept."""
        for _ in range(3):
            heard = self.get(target, **headers)
        return heard

    def write(self, ref: str, name: str, location_id: int = HERE) -> None:
        """By another process."""
        account_id = self.shop.account.account_id
        ingest.batch(self.other, account_id, location_id, "files", [person(ref, "Ada", name)])


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with shop_in(tmp_path) as shop, opened(shop.directory.store.folder) as other:
        for number in range(5):
            shop.add(person(f"C-{number}", "Ada", f"Example{number}"))
        yield House(shop, other)


def test_who_asks_twice_is_answered_from_what_is_kept(house: House) -> None:
    """From the third time on nothing is made anew, and every byte and header is the same."""
    answers = [house.get(LIST, **{"accept-encoding": "gzip"}) for _ in range(5)]

    assert house.made == 2
    assert len({(one.status, tuple(one.headers.items()), one.body) for one in answers}) == 1
    assert answers[-1].body == house.anew(LIST, **{"accept-encoding": "gzip"}).body


def test_304_is_kept_too(house: House) -> None:
    """Whoever asks again and again whether anything changed costs next to nothing."""
    tag = house.get(LIST).headers["etag"]
    answers = [house.get(LIST, **{"if-none-match": tag}) for _ in range(4)]

    assert {(one.status, one.body) for one in answers} == {(304, b"")}
    assert house.made == 3


@pytest.mark.parametrize("who", ["this process", "another"])
def test_a_change_shows_at_once(house: House, who: str) -> None:
    """Whoever commits, the next answer is made anew."""
    house.warm()
    if who == "another":
        house.write("C-1", "Changed")
    else:
        house.shop.add(person("C-1", "Ada", "Changed"))

    answer = house.get(LIST)

    assert b"Changed" in answer.body
    assert answer.body == house.anew(LIST).body


def test_a_token_that_was_revoked_opens_nothing(house: House) -> None:
    """At once, also when another process revokes it."""
    token = house.shop.token(HERE)
    for _ in range(4):
        assert house.get(LIST, token=token).status == 200

    tokens.revoke(house.other, house.shop.account.account_id, token[:11])

    assert house.get(LIST, token=token).status == 401


def test_a_token_that_has_expired_opens_nothing(house: House) -> None:
    """Nobody writes when it does."""
    now = house.shop.directory.clock()
    token = house.shop.token(HERE, expires_at=now + 1_000_000)
    for _ in range(4):
        assert house.get(LIST, token=token).status == 200

    house.shop.directory.clock.now = now + 1_000_000  # type: ignore[attr-defined]  # the tests' clock

    assert house.get(LIST, token=token).status == 401


def test_nobody_gets_what_another_token_is_shown(house: House) -> None:
    """The same question by another token is another question."""
    house.shop.add(person("T-1", "Tove", "There"), location_id=THERE)
    for _ in range(3):
        everybody = house.get("/v2/customers")
        here = house.get("/v2/customers", token=house.shop.token(HERE))

    assert b"Tove" in everybody.body
    assert b"Tove" not in here.body


def test_a_rate_counts_every_request(house: House) -> None:
    """Answers of a token with a rate are not kept: each tells what is left."""
    token = house.shop.token(HERE, rate=4)
    left = [house.get(LIST, token=token).headers["x-ratelimit-remaining"] for _ in range(4)]

    assert left == ["3", "2", "1", "0"]
    assert house.get(LIST, token=token).status == 429
    assert len(house.kept) == 0


def test_what_is_erased_is_not_kept(house: House) -> None:
    """Within a quarter of a second, though nobody asks: the loop's chore."""
    house.write("Z-1", "Zzcanary")
    house.warm()
    assert house.kept.holds(b"Zzcanary")
    [one] = lookup.show(house.other, house.shop.account.account_id, "Z-1")

    deletion.delete(house.other, house.shop.account.account_id, [one.id])
    house.kept.look()

    assert len(house.kept) == 0
    assert not house.kept.holds(b"Zzcanary")


@pytest.mark.parametrize(
    "target", ["/healthz", "/readyz", "/marketplace/v2/locations", f"{LIST}?page=x", f"{LIST}/no"]
)
def test_only_customers_are_kept(house: House, target: str) -> None:
    """What depends on more than the store, and what is an error, is made anew each time."""
    house.warm(target)

    assert house.made == 3
    assert len(house.kept) == 0


def test_a_walk_keeps_nothing_and_memory_is_bounded(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks once is not kept; of those that are, the least lately asked for go first."""
    for size in range(1, 40):
        house.get(f"{LIST}?pageSize={size}")
    assert len(house.kept) == 0

    monkeypatch.setattr(limits, "KEPT_BYTES_MAX", 30_000)
    for size in range(1, 40):
        house.warm(f"{LIST}?pageSize={size}")
    assert 0 < len(house.kept) < 12
    made = house.made
    house.get(f"{LIST}?pageSize=39")
    assert house.made == made


def test_questions_differ_in_anything() -> None:
    """A part that moves from one place to another makes another question, NULs in the path included."""
    kept = KeptAnswers(lambda: None, lambda: 0)
    questions = [
        ("/a", "b", [("c", "d")]), ("/a", "b", [("c", "e")]), ("/a", "", [("c", "d")]), ("/ab", "", [("c", "d")]),
        ("/a", "b", []), ("d\0\0/a", "b", [("c", "")]), ("/a\0b", "", []), ("/a", "\ufffd", []),
        ("/a", "c", [("b", "d")]),
    ]  # fmt: skip

    assert len({kept.question(*one) for one in questions}) == len(questions)


def test_an_engine_that_cannot_tell_keeps_nothing() -> None:
    """Without moments there is nothing to begin from."""
    kept = KeptAnswers(lambda: None, lambda: 0)
    kept.keep(b"q", None, kept.begin(), (200, [], b"x"))  # type: ignore[arg-type]  # never looked at

    assert len(kept) == 0
    assert kept.find(b"q") is None
    assert Kept(200, [], b"", None).until is None


_ASKED = (LIST, f"{LIST}?search=smith", f"{LIST}/1", "/v2/customers?count=true", "/v1/customers")
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.sampled_from(_ASKED), st.sampled_from(["", "gzip", "tag"])),
        st.tuples(
            st.sampled_from(["here", "there", "own", "delete", "rename"]),
            st.sampled_from("12"),
            st.just("Smith"),
        ),
    ),
    max_size=40,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(steps=_STEPS)
def test_over_any_history_nothing_kept_is_old(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, str]]
) -> None:
    """Law: with and without keeping, after whatever this and other processes have written, the answers are the same."""
    with shop_in(tmp_path_factory.mktemp("kept")) as shop, opened(shop.directory.store.folder) as other:
        house = House(shop, other)
        tags = {"": '"none"'}
        for at, (verb, what, how) in enumerate(steps):
            if verb != "ask":
                written(house, verb, what, f"Smith{at}")
                continue
            headers = {
                "gzip": {"accept-encoding": "gzip"},
                "tag": {"if-none-match": tags.get(what, tags[""])},
            }.get(how, {})
            for _ in range(3):
                said = house.get(what, **headers)
                anew = house.anew(what, **headers)
                assert (said.status, stable(said)) == (anew.status, stable(anew))
            if "etag" in said.headers and how != "gzip":
                tags[what] = said.headers["etag"]


def stable(heard: Heard) -> tuple[object, bytes]:
    """An error tells the time; everything else is compared."""
    if heard.status >= 400:
        return None, json.dumps(json.loads(heard.body).get("message")).encode()
    return heard.headers, heard.body


def written(house: House, verb: str, ref: str, name: str) -> None:
    account_id = house.shop.account.account_id
    if verb == "own":
        house.shop.add(person(ref, "Ada", name))
    elif verb == "rename":
        here = places.location(house.other, account_id, HERE)
        places.update_location(house.other, here, name=name, time_zone=here.time_zone, language=None)
    elif verb in {"here", "there"}:
        house.write(ref, name, HERE if verb == "here" else THERE)
    elif house.anew(f"{LIST}/{ref}").status == 200:
        for one in lookup.show(house.other, account_id, ref, location_id=HERE):
            deletion.delete(house.other, account_id, [one.id])
