"""Legacy cards on file: safe display data, from the one nonce that a sandbox knows."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from regulars import limits
from regulars.directory import deletion
from tests.api.shop import THERE, Answered, Shop
from tests.directory.world import person, record

NONCE = "cnon:card-nonce-ok"
ADDRESS = {"address_line_1": "1 Main St", "postal_code": "10001", "country": "US"}


@pytest.fixture
def sandbox(own_shop: Shop) -> Shop:
    """A sandbox with Ada in it."""
    own_shop.directory.is_sandbox = True
    own_shop.add(person("C-1", "Ada"))
    return own_shop


def ada(shop: Shop) -> dict[str, Any]:
    [found] = shop.get("/v2/customers").json["customers"]
    customer: dict[str, Any] = found
    return customer


def writer(shop: Shop) -> str:
    return shop.token(scopes=("customers:read", "customers:write"))


def add(shop: Shop, *, nonce: str = NONCE, **said: Any) -> Answered:
    at = f"/v2/customers/{ada(shop)['id']}/cards"
    return shop.ask("POST", at, token=writer(shop), json={"card_nonce": nonce} | said)


def remove(shop: Shop, card_id: str) -> Answered:
    at = f"/v2/customers/{ada(shop)['id']}/cards/{quote(card_id, safe='')}"
    return shop.ask("DELETE", at, token=writer(shop))


def test_a_card_is_put_on_file(sandbox: Shop) -> None:
    """What may be shown of it, and what was said of its holder, without what was null."""
    answer = add(sandbox, cardholder_name="Ada Example", billing_address=ADDRESS | {"locality": None})

    card = answer.json["card"]
    assert answer.status == 200
    assert card["id"].startswith("ccof:")
    assert (card["card_brand"], card["last_4"], card["exp_month"]) == ("VISA", "1111", 12)
    assert (card["cardholder_name"], card["billing_address"]) == ("Ada Example", ADDRESS)
    assert ada(sandbox)["cards"] == [card]


def test_a_card_changes_the_customer(sandbox: Shop) -> None:
    """A new version, and a change that pollers of Shift4's dialect see; its other fields stay."""
    before = ada(sandbox)

    add(sandbox)

    after = ada(sandbox)
    assert after["version"] == before["version"] + 1
    assert after["updated_at"] > before["updated_at"]
    moving = {"version", "updated_at", "cards"}
    assert {key: after[key] for key in after.keys() - moving} == {
        key: before[key] for key in before.keys() - moving
    }


@pytest.mark.parametrize(
    ("version", "shown"), [("2022-10-19", True), ("2025-01-22", True), ("2025-01-23", False)]
)
def test_cards_left_the_customer(sandbox: Shop, version: str, shown: bool) -> None:
    """They are there for clients of older versions only."""
    add(sandbox)

    found = sandbox.get("/v2/customers", headers={"Square-Version": version}).json["customers"][0]

    assert ("cards" in found) == shown


def test_a_card_is_taken_off_file(sandbox: Shop) -> None:
    """By its id, percent-encoded, as SDKs send it; the others stay."""
    first, second = add(sandbox).json["card"], add(sandbox).json["card"]

    answer = remove(sandbox, first["id"])

    assert (answer.status, answer.json) == (200, {})
    assert ada(sandbox)["cards"] == [second]
    assert remove(sandbox, first["id"]).code == "NOT_FOUND"
    assert remove(sandbox, second["id"]).status == 200
    assert "cards" not in ada(sandbox)


@pytest.mark.parametrize("nonce", ["cnon:card-nonce-declined", "4111111111111111", "x"])
def test_a_nonce_that_nobody_knows(sandbox: Shop, nonce: str) -> None:
    """No card, and never a number kept: what looks like one is a bad nonce, and is not repeated."""
    answer = add(sandbox, nonce=nonce)

    assert (answer.status, answer.code) == (400, "INVALID_CARD_DATA")
    assert nonce not in answer.json["errors"][0]["detail"].split()
    assert "cards" not in ada(sandbox)


def test_outside_of_a_sandbox_there_is_no_card(sandbox: Shop) -> None:
    """Not even for the nonce of the tests."""
    sandbox.directory.is_sandbox = False

    assert add(sandbox).code == "INVALID_CARD_DATA"


def test_a_customer_of_another_location(sandbox: Shop) -> None:
    """Is not there, for cards as for anything else."""
    card = add(sandbox).json["card"]
    there = sandbox.token(THERE, scopes=("customers:write",))
    at = f"/v2/customers/{ada(sandbox)['id']}/cards"

    assert sandbox.ask("POST", at, token=there, json={"card_nonce": NONCE}).status == 404
    assert sandbox.ask("DELETE", f"{at}/{card['id']}", token=there).status == 404
    assert ada(sandbox)["cards"] == [card]


def test_a_customer_has_so_many_cards(sandbox: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more is a conflict until one is removed."""
    monkeypatch.setattr(limits, "CARDS_MAX", 2)
    card = add(sandbox).json["card"]
    add(sandbox)

    assert add(sandbox).code == "CONFLICT"
    remove(sandbox, card["id"])
    assert add(sandbox).status == 200


def test_a_card_outlives_the_next_pull(sandbox: Shop) -> None:
    """The source knows nothing of it, and changes what it knows."""
    card = add(sandbox).json["card"]

    sandbox.add(record("C-1", firstName="Grace", lastName="Example"))

    assert (ada(sandbox)["given_name"], ada(sandbox)["cards"]) == ("Grace", [card])


def test_a_deleted_customer_has_no_cards(sandbox: Shop) -> None:
    """Neither the holder's name nor the address is left in the store's file."""
    add(sandbox, cardholder_name="Zcanary Holder", billing_address={"address_line_1": "Zcanary Street"})
    deletion.delete(sandbox.directory, sandbox.account.account_id, [ada(sandbox)["id"]])
    deletion.purge(sandbox.directory)

    store = sandbox.directory.store
    files = [path for path in store.folder.iterdir() if path.is_file()]
    assert any(path.stat().st_size for path in files)
    assert [path.name for path in files if b"Zcanary" in path.read_bytes()] == []
