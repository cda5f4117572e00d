"""Webhooks of every kind that sends them: signed as its till signs, over a socket, and fetched in the background."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from regulars.app import connecting
from regulars.app.opening import open_directory
from regulars.directory import Directory, pulling, tokens
from regulars.sources import registry
from regulars.sources.http import Transport
from regulars.testing.tills.clover import CloverTill
from regulars.testing.tills.lightspeed_x import LightspeedTill
from regulars.testing.tills.serving import Serving
from regulars.testing.tills.shopify import ShopifyTill
from regulars.testing.tills.square import SquareTill
from regulars.testing.tills.stripe import StripeTill
from regulars.testing.tills.woocommerce import WooCommerceTill
from tests.api.shop import HERE, READ
from tests.directory.world import settle_in
from tests.serve.tree import Server, parsed, serving

KEY = "whsec_invented"
SECONDS = 20.0

Signed = tuple[bytes, dict[str, str]]


class Scene(NamedTuple):
    """A till and what a test does with it: `say` is the webhook of a customer that was just edited."""

    till: Transport
    secret: str
    options: dict[str, str]
    create: Callable[[str], str]
    edit: Callable[[str, str], None]
    say: Callable[[str, str, str], Signed]  # the customer, the address, the key


def square() -> Scene:
    till = SquareTill(time.time)
    return Scene(
        till, till.token, {}, lambda name: till.create(given_name=name),
        lambda ref, name: till.edit(ref, given_name=name), lambda _ref, url, key: till.webhook(url, key),
    )  # fmt: skip


def clover() -> Scene:
    till = CloverTill()
    till.time = int(time.time() * 1_000)
    return _of_trial(till, lambda ref, _url, key: till.webhook(key, ref))


def lightspeed_x() -> Scene:
    till = LightspeedTill()
    till.time = int(time.time())
    return _of_trial(till, lambda ref, _url, key: till.webhook(key, ref))


def stripe() -> Scene:
    till = StripeTill()
    till.time = int(time.time())

    def say(_ref: str, _url: str, key: str) -> Signed:
        till.time = int(time.time())
        return till.webhook(key)

    return _of_trial(till, say)


def shopify() -> Scene:
    till = ShopifyTill()
    till.time = int(time.time())
    return _of_trial(till, lambda ref, _url, key: till.webhook(key, "customers/update", {"id": int(ref)}))


def woocommerce() -> Scene:
    till = WooCommerceTill()
    till.time = int(time.time())
    return _of_trial(till, lambda ref, _url, key: till.webhook(key, ref))


def _of_trial(till: Any, say: Callable[[str, str, str], Signed]) -> Scene:
    given = till.given()
    return Scene(
        till, given.secret, dict(given.options), lambda name: str(till.create(name, "")),
        lambda ref, name: till.edit(ref, name=name), say,
    )  # fmt: skip


SCENES = {
    "square": square,
    "clover": clover,
    "lightspeed-x": lightspeed_x,
    "stripe": stripe,
    "shopify": shopify,
    "woocommerce": woocommerce,
}


def test_every_kind_that_sends_webhooks_is_tried() -> None:
    """A new one is added here."""
    assert SCENES.keys() == {name for name in registry.SHIPPED if registry.kind(name).hook is not None}


@pytest.mark.parametrize("kind", SCENES)
def test_what_a_till_tells_is_fetched(tmp_path: Path, kind: str) -> None:
    """An edit arrives by webhook within seconds, hours before the next walk; a forged one brings nothing."""
    scene = SCENES[kind]()
    refs = [scene.create(name) for name in ("Ada", "Bo")]
    data = tmp_path / "data"
    with Serving(scene.till) as till:
        directory = open_directory(data)
        account = settle_in(directory, HERE)
        token = tokens.create(directory, account.account_id, name="t", location_ids=None, scopes=READ)
        connected = connecting.add(directory, account.account_id, _wish(kind, scene, till.url), check=False)
        path = connected.hook or ""
        with serving(data) as server:
            _wait(lambda: _fresh(directory, account.account_id) is not None)
            assert _names(server, token) == {"Ada", "Bo"}

            scene.edit(refs[0], "Told")
            url = f"https://shop.example.com{path}"
            assert _post(server, path, *scene.say(refs[0], url, "whsec_other")) == 401
            body, headers = scene.say(refs[0], url, KEY)
            assert _post(server, path, body, headers) == 200
            scene.edit(refs[1], "Untold")
            assert _post(server, path, body, headers) == 200
            _wait(lambda: "Told" in _names(server, token))

            assert _names(server, token) == {"Told", "Bo"}
        pull = pulling.named(directory, account.account_id, "till")
        assert [run.mode for run in pulling.runs(directory, pull)] == ["wanted", "full"]
        directory.close()


def _wish(kind: str, scene: Scene, url: str) -> connecting.Wish:
    return connecting.Wish(
        kind=kind,
        name="till",
        location_id=HERE,
        url=url,
        secret=scene.secret,
        hook_secret=KEY,
        options=scene.options,
        every_seconds=7_200,
        full_every_seconds=86_400,
        budget=None,
        fail_percent=20,
        vanish_percent=10,
    )


def _post(server: Server, path: str, body: bytes, headers: dict[str, str]) -> int:
    lines = [
        f"POST {path} HTTP/1.1", "Host: shop.example.com", "Connection: close", f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]  # fmt: skip
    return parsed(server.ask("\r\n".join([*lines, "", ""]).encode() + body))[0]


def _names(server: Server, token: str) -> set[str]:
    import json

    status, body = server.get(f"/pos/v2/{HERE}/customers", token=token)
    assert status == 200
    return {one["firstName"] for one in json.loads(body)["results"]}


def _fresh(directory: Directory, account_id: int) -> int | None:
    return pulling.named(directory, account_id, "till").fresh_at


def _wait(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.1)
