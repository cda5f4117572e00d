"""Square's SDKs ask where they are before they ask for customers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.square_clients.client import Client, refused
from tests.square_clients.conftest import LOCATION

pytestmark = pytest.mark.xdist_group("square clients: places")


def test_locations_are_listed_found_and_made(sdk: Client) -> None:
    """The main location answers to its nickname; another can be made, and has an id of its own."""
    [main] = sdk.ask("list_locations")["locations"]
    assert (main["id"], main["name"], main["status"]) == (str(LOCATION), "Corner Shop", "ACTIVE")
    for name in ("main", main["id"]):
        assert sdk.ask("retrieve_location", location_id=name)["location"] == main
    assert refused(sdk, "retrieve_location", location_id="NOWHERE") == (404, ["NOT_FOUND"])

    wanted = {"name": "Second Shop", "country": "US", "timezone": "America/Chicago"}
    made = sdk.ask("create_location", location=wanted)["location"]
    assert (made["name"], made["timezone"], made["merchant_id"]) == (
        "Second Shop", "America/Chicago", main["merchant_id"],
    )  # fmt: skip
    assert sdk.ask("retrieve_location", location_id=made["id"])["location"] == made
    renamed = sdk.ask("update_location", location_id=made["id"], location={"name": "Third Shop"})["location"]
    assert renamed == made | {"name": "Third Shop"}
    listed = sdk.ask("list_locations")["locations"]
    assert sorted(one["id"] for one in listed) == sorted([main["id"], made["id"]])


def test_the_merchant_is_known(sdk: Client) -> None:
    """One merchant, listed under `merchant`, and the same under its id and `me`."""
    [page] = sdk.walk("list_merchants")
    [merchant] = page["merchant"]

    assert merchant["main_location_id"] == str(LOCATION)
    for name in ("me", merchant["id"]):
        assert sdk.ask("retrieve_merchant", merchant_id=name)["merchant"] == merchant
    assert refused(sdk, "retrieve_merchant", merchant_id="NOBODY") == (404, ["NOT_FOUND"])


def test_the_token_says_what_it_opens(sdk: Client) -> None:
    """A token always has an end, which a tap reads, and Square's words for its scopes."""
    status = sdk.ask("retrieve_token_status")

    assert {"CUSTOMERS_READ", "CUSTOMERS_WRITE", "MERCHANT_PROFILE_READ"} <= set(status["scopes"])
    [page] = sdk.walk("list_merchants")
    assert status["merchant_id"] == page["merchant"][0]["id"]
    expires_at = datetime.fromisoformat(status["expires_at"])
    assert expires_at - datetime.now(UTC) > timedelta(days=364)
