"""`POST /hooks/{hook_id}`: genuine webhooks are heard once and want customers fetched; nothing else does anything."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from regulars import limits
from regulars.api.application import make
from regulars.api.route import Inside, Webhooks
from regulars.directory import hooks, ingest, merging, sealing
from regulars.sources import registry
from regulars.store import pulls
from tests.api import till
from tests.api.shop import HERE, Answered, Shop
from tests.directory.world import grant_of, person

URL = "http://localhost"


class Till:
    """A shop with a connected till, and the till's side of it."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.account_id = shop.account.account_id
        self.source_id = till.connect(shop.directory, self.account_id, HERE)
        self.path = till.opened(shop.directory, self.account_id, self.source_id)

    @property
    def now(self) -> int:
        return self.shop.directory.clock() // 1_000_000

    def post(
        self,
        content: bytes,
        *,
        url: str = URL,
        at: int | None = None,
        secret: str = till.SECRET,
        path: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answered:
        path = path or self.path
        genuine = till.signed(content, url + path, at=self.now if at is None else at, secret=secret)
        return self.shop.ask("POST", path, token=None, headers=genuine | dict(headers or {}), body=content)

    def wanted(self) -> list[str]:
        with self.shop.directory.store.read():
            found = pulls.wanted(self.shop.directory.store, self.account_id, self.source_id, limit=10**6)
        return [one.ref for one in found]

    def is_due(self) -> bool:
        directory = self.shop.directory
        with directory.store.read():
            return self.source_id in pulls.due(directory.store, self.account_id, now=directory.clock())


@pytest.fixture
def our_till(own_shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Till:
    till.install(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    hooks._kind.cache_clear()
    return Till(own_shop)


def test_whom_a_genuine_webhook_speaks_of_is_fetched_soon(our_till: Till) -> None:
    """It is answered with 200, its refs are kept, each once, and the source is due."""
    assert not our_till.is_due()

    answer = our_till.post(till.body("evt-1", "C-1", "C-2", "C-1"))

    assert (answer.status, answer.json) == (200, {})
    assert sorted(our_till.wanted()) == ["C-1", "C-2"]
    assert our_till.is_due()


def test_any_type_of_body_is_taken_as_it_came(our_till: Till) -> None:
    """Some send forms, some say no type at all: the bytes are what is signed."""
    for number, type in enumerate(("application/json", "application/x-www-form-urlencoded", "text/plain")):
        assert (
            our_till.post(till.body(f"evt-{number}", f"C-{number}"), headers={"Content-Type": type}).status
            == 200
        )
    assert len(our_till.wanted()) == 3


def test_a_repetition_does_nothing(our_till: Till) -> None:
    """The same event again is 200, and wants nobody; another event wants the same one again."""
    our_till.post(till.body("evt-1", "C-1"))
    directory = our_till.shop.directory
    with directory.store.write():
        pulls.fetched(
            directory.store, our_till.account_id, our_till.source_id,
            pulls.wanted(directory.store, our_till.account_id, our_till.source_id, limit=9),
        )  # fmt: skip

    again = our_till.post(till.body("evt-1", "C-1"))
    assert (again.status, our_till.wanted()) == (200, [])
    our_till.post(till.body("evt-2", "C-1"))
    assert our_till.wanted() == ["C-1"]


@pytest.mark.parametrize(
    "forged",
    [
        {"secret": "whsec_other"},
        {"at": 0},
        {"headers": {"X-Till-Signature": ""}},
        {"headers": {"X-Till-Signature": "1,\xe9"}},
        {"url": "http://other.example.com"},
    ],
)
def test_what_is_not_genuine_is_refused(our_till: Till, forged: dict[str, Any]) -> None:
    """A wrong key, an old one, none, another address: the same 401 without a detail, and nothing is kept."""
    answer = our_till.post(till.body("evt-1", "C-1"), **forged)

    assert answer.status == 401
    assert answer.json["detail"] == "The webhook is not genuine, or too old"
    assert answer.headers["www-authenticate"] == 'Signature realm="regulars"'
    assert our_till.wanted() == []
    assert not our_till.is_due()
    assert our_till.post(till.body("evt-1", "C-1")).status == 200, "a forgery uses up no event"


def test_a_changed_body_is_not_genuine(our_till: Till) -> None:
    """Every byte is signed."""
    content = till.body("evt-1", "C-1")
    headers = till.signed(content, URL + our_till.path, at=our_till.now)

    changed = content.replace(b"C-1", b"C-2")
    answer = our_till.shop.ask("POST", our_till.path, token=None, headers=headers, body=changed)

    assert answer.status == 401


def test_what_a_kind_cannot_read_is_refused(our_till: Till, caplog: pytest.LogCaptureFixture) -> None:
    """400 without a detail, also when the kind itself fails; the log knows its type alone."""
    for answer in (
        our_till.post(b"Ada Example"),
        our_till.post(till.body(), headers={"X-Till-Mode": "break"}),
    ):
        assert answer.status == 400
        assert answer.json["detail"] == "The webhook cannot be read"
    assert "error=KeyError" in caplog.text
    assert "Ada" not in caplog.text


def test_an_unknown_hook_is_not_found(our_till: Till) -> None:
    """Neither an id that is none, nor one that was replaced, nor one of a source without a secret or webhooks."""
    directory, account_id = our_till.shop.directory, our_till.account_id
    bare = till.connect(directory, account_id, HERE, "bare", secret=None)
    empty = till.connect(directory, account_id, HERE, "empty", secret="")
    gone = our_till.path
    our_till.path = till.opened(directory, account_id, our_till.source_id)
    paths = [
        gone, till.opened(directory, account_id, bare), till.opened(directory, account_id, empty),
        "/hooks/x", "/hooks/hk_" + "A" * 43, "/hooks/hk_" + "é" * 43, "/hooks/hk_%00",
    ]  # fmt: skip

    assert [our_till.post(till.body("evt-1", "C-1"), path=path).status for path in paths] == [404] * len(
        paths
    )
    assert our_till.post(till.body("evt-1", "C-1")).status == 200


def test_what_only_a_person_can_mend_is_tried_again(
    our_till: Till, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Without the key of its secret, or the package of its kind, a webhook is 503: its sender repeats it."""
    key = our_till.shop.directory.store.folder / sealing.KEY_NAME
    kept = key.read_bytes()
    key.unlink()
    answer = our_till.post(till.body("evt-1", "C-1"))
    assert (answer.status, answer.headers["retry-after"]) == (503, "60")
    assert till.SECRET not in caplog.text
    key.write_bytes(kept)
    key.chmod(0o600)
    assert our_till.post(till.body("evt-1", "C-1")).status == 200

    hooks._kind.cache_clear()
    monkeypatch.setattr(registry, "_others", dict)
    assert our_till.post(till.body("evt-2", "C-1")).status == 503


def test_a_removed_source_hears_nothing(our_till: Till) -> None:
    """Its hook goes with it."""
    our_till.post(till.body("evt-1", "C-1"))
    directory = our_till.shop.directory
    with directory.store.write():
        pulls.drop(directory.store, our_till.account_id, our_till.source_id)

    assert our_till.post(till.body("evt-2", "C-1")).status == 404
    assert our_till.wanted() == []


def test_a_body_is_bounded(our_till: Till) -> None:
    """1 MiB is read, one byte more is refused, and nothing is."""
    content = till.body("evt-1", "C-1")
    fitting = content + b" " * (limits.BODY_BYTES_MAX - len(content))

    assert our_till.post(fitting).status == 200
    assert our_till.post(fitting + b" ").status == 413
    assert our_till.post(b"").status == 400


def test_a_flood_is_bounded(our_till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many webhooks a minute are heard, the rest is 429; so many customers wait, the rest is left to a walk."""
    monkeypatch.setattr(limits, "HOOK_RATE_MAX", 5)
    monkeypatch.setattr(limits, "HOOK_REFS_MAX", 3)
    monkeypatch.setattr(limits, "WANTED_MAX", 4)
    answers = [our_till.post(till.body(f"evt-{n}", *(f"C-{n}-{m}" for m in range(9)))) for n in range(7)]

    assert [answer.status for answer in answers] == [200] * 5 + [429] * 2
    assert int(answers[-1].headers["retry-after"]) > 0
    assert len(our_till.wanted()) == 4
    assert our_till.is_due()


def test_impossible_refs_are_left_out(our_till: Till) -> None:
    """An empty one, one that no customer may have, and what is no text."""
    said = {"event": "evt-\ud800", "refs": ["", "x" * (limits.REF_LENGTH_MAX + 1), "\ud800", 7, None, "C-1"]}

    assert our_till.post(json.dumps(said).encode()).status == 200
    assert our_till.post(json.dumps(said).encode()).status == 200

    assert our_till.wanted() == ["C-1"]


def test_behind_a_proxy(our_till: Till) -> None:
    """The address that was signed is found by what a proxy says, or by the host alone if it does not say TLS."""
    for number, (url, headers) in enumerate(
        [
            ("https://localhost", {}),
            (
                "https://shop.example.com",
                {"X-Forwarded-Host": "shop.example.com"},
            ),
            ("https://shop.example.com:8443", {"Host": "shop.example.com:8443"}),
        ]
    ):
        assert our_till.post(till.body(f"evt-{number}", "C-1"), url=url, headers=headers).status == 200
    assert our_till.post(till.body("evt-9"), url="https://a b", headers={"Host": "a b"}).status == 401


def test_the_public_address_is_a_setting(our_till: Till) -> None:
    """With it, that address alone counts, whatever the request says."""
    shop = our_till.shop
    webhooks = Webhooks(public_url="https://shop.example.com/regulars")
    shop.app = make(Inside(shop.directory, shop.rate_limit, lambda: shop.ready, webhooks=webhooks))

    assert our_till.post(till.body("evt-1", "C-1"), url="https://shop.example.com/regulars").status == 200
    assert our_till.post(till.body("evt-2", "C-1")).status == 401


def test_a_demand_to_erase_is_obeyed(our_till: Till) -> None:
    """Whoever is there is gone, whoever was merged away and whoever was never pulled as well; nobody comes back."""
    shop, account_id = our_till.shop, our_till.account_id
    people = [person(ref, f"Zcanary{ref}", email=f"{ref}@example.com") for ref in ("C-1", "C-2", "C-3")]
    ingest.batch(shop.directory, account_id, HERE, "till", people)
    grant = grant_of(shop.account)
    ids = dict(shop.directory.store.connection.execute("SELECT ref, id FROM customer"))
    merging.merge(shop.directory, grant, ids["C-3"], [ids["C-2"]])
    said = {"event": "evt-1", "refs": [], "erased": ["C-1", "C-2", "C-9"]}

    assert our_till.post(json.dumps(said).encode()).status == 200

    connection = shop.directory.store.connection
    assert connection.execute("SELECT ref FROM customer").get == "C-3"
    assert connection.execute("SELECT COUNT(*) FROM merged").get == 0
    assert connection.execute("SELECT COUNT(*) FROM suppressed").get == 3
    again = ingest.batch(shop.directory, account_id, HERE, "till", people[:2], waited_since=0)
    assert (again.suppressed, again.created) == (2, 0)


def test_webhooks_are_forgotten_after_days(our_till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """The background process lets go of those that nobody repeats any more, in small steps."""
    for number in range(3):
        our_till.post(till.body(f"evt-{number}", "C-1"))
    directory = our_till.shop.directory
    heard = "SELECT COUNT(*) FROM heard"
    assert not hooks.step(directory, our_till.account_id)
    assert directory.store.connection.execute(heard).get == 3

    monkeypatch.setattr(limits, "HEARD_SECONDS", 0)
    monkeypatch.setattr(hooks, "_STEP", 2)
    assert hooks.step(directory, our_till.account_id)
    assert not hooks.step(directory, our_till.account_id)
    assert directory.store.connection.execute(heard).get == 0


def test_nothing_of_a_webhook_is_kept_but_its_refs(our_till: Till, caplog: pytest.LogCaptureFixture) -> None:
    """Neither its words nor its event id, nor the hook's id or secret, stand in the store or in the log."""
    caplog.set_level(logging.DEBUG)
    our_till.post(till.body("evt-of-ada@example.com", "C-1"))
    our_till.post(till.body("evt-of-ada@example.com", "C-1"), secret="whsec_other")

    folder = our_till.shop.directory.store.folder
    kept = b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())
    hook_id = our_till.path.removeprefix("/hooks/")
    for secret in ("Ada Example", "evt-of-ada", hook_id, till.SECRET):
        assert secret.encode() not in kept
        assert secret not in caplog.text
    assert b"C-1" in kept


@pytest.mark.alone
def test_a_webhook_is_answered_in_milliseconds(our_till: Till) -> None:
    """Half of them within ten, durable disk write and all."""
    took = []
    for number in range(40):
        began = time.perf_counter()
        assert our_till.post(till.body(f"evt-{number}", f"C-{number}")).status == 200
        took.append(time.perf_counter() - began)
    assert sorted(took)[20] < 0.010
