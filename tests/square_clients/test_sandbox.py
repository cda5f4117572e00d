"""What Square's SDKs do in a sandbox only: cards from a nonce that is none, and tokens for the asking."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from regulars.testing import sandbox
from tests.square_clients.client import Client, refused
from tests.square_clients.conftest import SDKS

pytestmark = pytest.mark.xdist_group("square clients: sandbox")


@pytest.fixture(scope="module")
def server() -> Iterator[sandbox.Server]:
    with sandbox.running() as server:
        yield server


class Desk(NamedTuple):
    """An SDK, how to make another of it, and the token that it has."""

    sdk: Client
    made: Callable[[str, str], Client]
    url: str
    token: str


@pytest.fixture(scope="module", params=SDKS)
def desk(request: pytest.FixtureRequest, server: sandbox.Server) -> Iterator[Desk]:
    account, made = server.new_account(), SDKS[request.param]
    client = made(account.url, account.token)
    try:
        yield Desk(client, made, account.url, account.token)
    finally:
        client.close()


@pytest.mark.filterwarnings("ignore:create_customer_card is deprecated")
@pytest.mark.filterwarnings("ignore:delete_customer_card is deprecated")
def test_a_card_is_kept_and_taken_away(desk: Desk) -> None:
    """The sandbox's nonce makes a card that shows four digits; another nonce makes none."""
    sdk = desk.sdk
    customer = {"customer_id": sdk.ask("create_customer", given_name="Ada")["customer"]["id"]}
    address = {"postal_code": "10003", "country": "US"}

    card = sdk.ask(
        "create_customer_card",
        **customer,
        card_nonce="cnon:card-nonce-ok",
        cardholder_name="Ada Example",
        billing_address=address,
    )["card"]

    assert (card["cardholder_name"], card["billing_address"]) == ("Ada Example", address)
    assert len(card["last_4"]) == 4
    assert card["card_brand"] == "VISA"
    assert refused(sdk, "create_customer_card", **customer, card_nonce="cnon:other")[0] == 400
    assert sdk.ask("delete_customer_card", **customer, card_id=card["id"]) == {}
    assert refused(sdk, "delete_customer_card", **customer, card_id=card["id"]) == (404, ["NOT_FOUND"])


def test_a_token_is_obtained(desk: Desk) -> None:
    """A token may stand for a code; what is made of it opens the same account, and can be refreshed."""
    sdk = desk.sdk
    application = {"client_id": "sandbox-nobody", "client_secret": "none"}
    code = {"grant_type": "authorization_code", "code": desk.token}

    made = sdk.ask("obtain_token", **application, **code)

    assert made["token_type"] == "bearer"
    merchant_id = sdk.ask("retrieve_token_status")["merchant_id"]
    assert made["merchant_id"] == merchant_id
    other = desk.made(desk.url, made["access_token"])
    try:
        status = other.ask("retrieve_token_status")
    finally:
        other.close()
    assert (status["merchant_id"], status["expires_at"]) == (merchant_id, made["expires_at"])
    refresh = {"grant_type": "refresh_token", "refresh_token": made["refresh_token"]}
    assert sdk.ask("obtain_token", **application, **refresh)["merchant_id"] == merchant_id
    wrong = {"grant_type": "refresh_token", "refresh_token": "none"}
    assert refused(sdk, "obtain_token", **application, **wrong) == (401, ["UNAUTHORIZED"])
