"""Another instance, over real HTTP: everything once, then only what happened, deletions and merges too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from regulars import errors
from regulars.model.pull import Gone, Merged
from regulars.model.record import Record
from regulars.sources.contract import Source
from regulars.sources.http import Request, Response
from regulars.sources.kinds.regulars import KIND
from regulars.sources.transport import Network
from regulars.wire import regulars
from tests.proof_http.house import INVENTED, House
from tests.sources.kinds import walks

HERE, THERE = 12345, 777


class Upstream:
    """The other instance, running, with the invented customers at one location and two at another."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = url, token
        self.network = Network()
        self._client = httpx.Client(base_url=url, headers={"authorization": f"Bearer {token}"})

    def close(self) -> None:
        self.network.close()
        self._client.close()

    def source(self, token: str | None = None, **options: str) -> Source:
        secret = (token or self.token) + "\n"
        return walks.opened(KIND, options, transport=self.network, url=self.url, secret=secret)

    def ask(self, method: str, path: str, **body: Any) -> Any:
        answer = self._client.request(method, path, json=body or None)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def everybody(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        cursor = ""
        while True:
            page = self.ask("GET", f"/v1/customers?limit=100&cursor={cursor}")
            found |= {one["id"]: one for one in page["customers"]}
            cursor = page.get("cursor", "")
            if not cursor:
                return found


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    house = House(tmp_path_factory.mktemp("upstream"))
    house.location(HERE)
    house.location(THERE)
    house.take_in(INVENTED, HERE)
    house.take_in(
        house.file("two.jsonl", '{"posRef":"T-1","firstName":"Tove"}\n{"posRef":"T-2","firstName":"Tia"}\n'),
        THERE,
    )
    token = house.token("--scope", "customers:read", "--scope", "customers:write")
    with house.serving() as served, closing(Upstream(served.url, token)) as one:
        yield one


def test_everything_comes_once(upstream: Upstream) -> None:
    """A first walk brings everybody of every location, as the instance shows them; nothing is left for a second."""
    source = upstream.source()
    source.check()

    items, bookmark = walks.walked(source)

    assert {one["id"]: one for one in walks.raws(items)} == upstream.everybody()
    for each in items:
        assert isinstance(each, Record)
        assert regulars.read(each.raw).pos_ref in upstream.everybody()
    assert walks.walked(source, bookmark)[0] == []


def test_only_what_happened_comes_then(upstream: Upstream) -> None:
    """An edit, a deletion and a merge, each as such; a walk from the beginning tells them, too."""
    source = upstream.source()
    _, bookmark = walks.walked(source)
    a, b, c, d = sorted(upstream.everybody())[:4]
    upstream.ask("PUT", f"/v1/customers/{a}", note="likes tea")
    upstream.ask("DELETE", f"/v1/customers/{b}")
    upstream.ask("POST", f"/v1/customers/{c}/merge", **{"from": [d]})

    items, _ = walks.walked(source, bookmark)

    said = {one["id"]: one for one in walks.raws([each for each in items if isinstance(each, Record)])}
    assert set(said) == {a, c}
    assert said[a]["note"] == "likes tea"
    assert [each for each in items if not isinstance(each, Record)] == [Gone(b), Merged(d, c)]
    everything, _ = walks.walked(source, bookmark, full=True)
    assert {Gone(b), Merged(d, c)} <= {each for each in everything if not isinstance(each, Record)}
    assert len(everything) > len(items)

    fetched = source.fetch([a, b, d])
    assert [type(each) for each in fetched] == [Record, Gone, Record, Merged]
    assert fetched[-1] == Merged(d, c)


def test_one_location_only(upstream: Upstream) -> None:
    """With the option, nothing of the others; a place of all locations is refused there, and all of it comes again."""
    _, elsewhere = walks.walked(upstream.source())
    source = upstream.source(location=str(THERE))

    items, bookmark = walks.walked(source, elsewhere)

    assert {one["pos_ref"] for one in walks.raws(items)} == {"T-1", "T-2"}
    assert walks.walked(source, bookmark)[0] == []


def test_a_full_walk_whose_place_is_lost_starts_over(upstream: Upstream) -> None:
    """Nobody is missed because the other instance forgot where the walk was."""
    with pytest.raises(errors.StartOver):
        upstream.source().page({"after": "AAAA", "page": 3, "full": True})


def test_wrong_tokens_and_locations_are_told(upstream: Upstream) -> None:
    """In words for who must mend it."""
    with pytest.raises(errors.Unauthorised):
        upstream.source(token="rg_wrong").check()
    with pytest.raises(errors.Fatal):
        upstream.source(location="-1").check()


class Says:
    """A network whose other end says one thing."""

    def __init__(self, body: object) -> None:
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()

    def send(self, request: Request) -> Response:
        return Response(200, {}, self.body)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"changes":[', {"changes": {}, "after": "", "more": False}]
)
def test_what_is_no_page_is_asked_for_again(body: object) -> None:
    """A proxy's page is no end of a walk."""
    with pytest.raises(errors.Retriable):
        _saying(body).page({"after": None, "page": 1, "full": True})


@pytest.mark.parametrize(
    "change", [1, {}, {"type": "renamed"}, {"type": "changed"}, {"type": "deleted", "id": 7}]
)
def test_what_is_no_change_is_kept(change: object) -> None:
    """In quarantine, with its bytes; the rest goes in."""
    changes = [change, {"type": "deleted", "id": "X"}]

    page = _saying({"changes": changes, "after": "a", "more": False}).page(
        {"after": None, "page": 1, "full": True}
    )

    bad, good = page.items
    assert good == Gone("X")
    assert [json.loads(each.raw) for each in walks.unreadable([bad])] == [change]


def _saying(body: object) -> Source:
    return walks.opened(KIND, transport=Says(body), url="http://127.0.0.1:1", secret="token")
