"""What Square's own SDK asks around customers, in a sandbox: the newest `squareup`, unmodified."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from square import Square
from square.core.api_error import ApiError
from square.types.address import Address
from square.utils.webhooks_helper import verify_signature

from regulars.testing import sandbox
from regulars.testing.sandbox import SquareSandbox
from tests.webhooks.sink import opened


@pytest.fixture
def client(square_sandbox: SquareSandbox) -> Square:
    return square_sandbox.client()


def test_locations(client: Square) -> None:
    """Made, read, changed and listed."""
    made = client.locations.create(
        location={"name": "Second Street", "address": {"country": "US"}, "description": "ignored"}
    ).location
    assert made is not None
    assert made.id == "2"

    changed = client.locations.update(made.id, location={"name": "Third Street"}).location

    assert changed is not None
    assert (changed.id, changed.name, changed.timezone) == ("2", "Third Street", "America/New_York")
    assert client.locations.get("2").location == changed
    assert [one.id for one in client.locations.list().locations or []] == ["1", "2"]


def test_merchants(client: Square, square_sandbox: SquareSandbox) -> None:
    """Listed, and read under `me` and under its id."""
    [listed] = list(client.merchants.list())

    assert listed.id == square_sandbox.merchant_id
    assert client.merchants.get("me").merchant == listed == client.merchants.get(listed.id).merchant


def test_tokens(client: Square, square_sandbox: SquareSandbox) -> None:
    """Their status, a new one for an old one, and its end."""
    status = client.o_auth.retrieve_token_status()
    assert {"CUSTOMERS_READ", "CUSTOMERS_WRITE", "MERCHANT_PROFILE_READ"} <= set(status.scopes or [])
    assert datetime.fromisoformat(status.expires_at or "") > datetime.now(UTC) + timedelta(days=360)
    assert status.merchant_id == square_sandbox.merchant_id

    made = client.o_auth.obtain_token(
        client_id="sq0idp-test",
        client_secret="secret",
        grant_type="refresh_token",
        refresh_token=square_sandbox.token,
    )
    assert made.access_token
    other = SquareSandbox(square_sandbox.url, made.access_token, merchant_id="", location_id="")
    assert other.client().merchants.get("me").merchant.id == made.merchant_id == square_sandbox.merchant_id
    revoked = client.o_auth.revoke_token(client_id="sq0idp-test", access_token=made.access_token)
    assert revoked.success
    with pytest.raises(ApiError, match="ACCESS_TOKEN_REVOKED"):
        other.client().merchants.get("me")
    other.close()


def test_cards(client: Square, square_sandbox: SquareSandbox) -> None:
    """Put on file, shown to clients of old versions, taken off; the id holds a colon."""
    ada = client.customers.create(given_name="Ada").customer
    assert ada is not None
    assert ada.id is not None

    card = client.customers.cards.create(
        ada.id,
        card_nonce="cnon:card-nonce-ok",
        cardholder_name="Ada Example",
        billing_address={"postal_code": "10001"},
    ).card

    assert card is not None
    assert card.id is not None
    assert card.billing_address == Address(postal_code="10001")
    old = square_sandbox.client(version="2022-10-19")
    shown = old.customers.get(ada.id).customer
    assert shown is not None
    assert [one["id"] for one in (shown.model_extra or {})["cards"]] == [card.id]
    assert "cards" not in (client.customers.get(ada.id).customer.model_extra or {})
    client.customers.cards.delete(ada.id, card.id)
    assert "cards" not in (old.customers.get(ada.id).customer.model_extra or {})


def test_a_walk_survives_what_the_sdk_retries(tmp_path: Path) -> None:
    """Some requests are refused; the SDK's pager asks again, and brings everybody once."""
    names = [f"Ada {number}" for number in range(6)]
    log = tmp_path / "requests.ndjson"
    options = ["--fault", "429=0.4", "--fault-seed", "3", "--request-log", str(log)]
    with sandbox.running(options) as server:
        calm = server.account.client(fault="none")
        for name in names:
            calm.customers.create(given_name=name)

        patient = server.account.client().customers.list(limit=3, request_options={"max_retries": 9})
        seen = [one.given_name for one in patient]

    assert seen == names
    asked = [json.loads(line) for line in log.read_text().splitlines()]
    statuses = [one["status"] for one in asked if one["method"] == "GET" and one["route"] == "/v2/customers"]
    assert 429 in statuses
    assert statuses.count(200) == 2


def test_webhooks_reach_a_test_on_this_machine(client: Square) -> None:
    """Signed as the SDK checks it; a card on file is no event."""
    with opened() as sink:
        subscription = client.webhooks.subscriptions.create(
            subscription={
                "name": "test",
                "event_types": ["customer.created", "customer.updated"],
                "notification_url": sink.url,
            }
        ).subscription
        assert subscription is not None
        ada = client.customers.create(given_name="Ada").customer
        assert ada is not None
        assert ada.id is not None
        client.customers.cards.create(ada.id, card_nonce="cnon:card-nonce-ok")
        client.customers.update(ada.id, nickname="Countess")

        received = sink.wait(2)

        assert sink.customers() == [f"created {ada.id}", f"updated {ada.id}"]
        assert received[1].json["data"]["object"]["customer"]["nickname"] == "Countess"
        assert verify_signature(
            request_body=received[0].body.decode(),
            signature_header=received[0].headers["x-square-hmacsha256-signature"],
            signature_key=str(subscription.signature_key),
            notification_url=sink.url,
        )
