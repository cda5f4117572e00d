"""`/oauth2`: what a token opens, and tokens for tokens, in a sandbox."""

from __future__ import annotations

import pytest

from regulars.model import instant
from regulars.model.place import Scope
from tests.api.shop import HERE, Answered, Shop

STATUS = "/oauth2/token/status"
DAY = 86_400_000_000


def sandboxed(shop: Shop) -> Shop:
    shop.directory.is_sandbox = True
    return shop


def obtain(shop: Shop, **said: object) -> Answered:
    return shop.ask("POST", "/oauth2/token", token=None, json={"client_id": "sq0idp-test"} | said)


@pytest.mark.parametrize(
    ("scopes", "words"),
    [
        (("customers:read",), ["CUSTOMERS_READ"]),
        (("locations:write",), ["MERCHANT_PROFILE_WRITE"]),
        (("locations:read", "customers:write"), ["CUSTOMERS_WRITE", "MERCHANT_PROFILE_READ"]),
        (
            ("admin",),
            ["CUSTOMERS_READ", "CUSTOMERS_WRITE", "MERCHANT_PROFILE_READ", "MERCHANT_PROFILE_WRITE"],
        ),
    ],
)
def test_any_token_may_ask_what_it_opens(shop: Shop, scopes: tuple[Scope, ...], words: list[str]) -> None:
    """In Square's words, whatever its scopes are."""
    answer = shop.ask("POST", STATUS, token=shop.token(scopes=scopes))

    assert answer.status == 200
    assert answer.json["scopes"] == words
    assert answer.json["merchant_id"] == shop.account.merchant_id
    assert answer.json["client_id"]


def test_a_token_always_expires(shop: Shop) -> None:
    """When it does; or a year ahead when it does not: clients read it without looking whether it is there."""
    at = shop.directory.clock() + DAY

    expiring = shop.ask("POST", STATUS, token=shop.token(expires_at=at)).json["expires_at"]
    lasting = shop.ask("POST", STATUS).json["expires_at"]

    assert expiring == instant.text(at - at % 1_000_000)
    assert 364 * DAY < (instant.parse(lasting) or 0) - shop.directory.clock() <= 365 * DAY
    assert "." not in lasting


def test_the_status_of_no_good_token(shop: Shop) -> None:
    """401 without one, with one that nobody knows, and with a body that nobody asked for just the same."""
    assert shop.ask("POST", STATUS, token=None).code == "UNAUTHORIZED"
    assert shop.ask("POST", STATUS, token="rg_" + "a" * 43, json={}).code == "UNAUTHORIZED"
    assert shop.ask("POST", STATUS, json={}).status == 200


def test_tokens_are_not_given_away(shop: Shop) -> None:
    """Outside of a sandbox both operations refuse, whatever is right in them."""
    token = shop.reader

    refused = obtain(shop, grant_type="refresh_token", refresh_token=token)
    assert (refused.status, refused.code) == (400, "BAD_REQUEST")
    refused = shop.ask("POST", "/oauth2/revoke", token=None, json={"access_token": token})
    assert (refused.status, refused.code) == (400, "BAD_REQUEST")
    assert shop.get("/v2/locations").status == 200


@pytest.mark.parametrize(
    ("grant_type", "name"),
    [
        ("refresh_token", "refresh_token"),
        ("authorization_code", "code"),
        ("migration_token", "migration_token"),
    ],
)
def test_a_sandbox_gives_a_token_for_a_token(own_shop: Shop, grant_type: str, name: str) -> None:
    """For a month, for the same account and locations, with the same scopes; the old one stays good."""
    shop = sandboxed(own_shop)
    old = shop.token(HERE, scopes=("locations:read",))

    answer = obtain(shop, grant_type=grant_type, **{name: old})

    assert answer.status == 200
    made = answer.json
    assert made["access_token"] != old
    assert (made["token_type"], made["refresh_token"]) == ("bearer", old)
    assert made["merchant_id"] == shop.account.merchant_id
    assert 29 * DAY < (instant.parse(made["expires_at"]) or 0) - shop.directory.clock() <= 30 * DAY
    status = shop.ask("POST", STATUS, token=made["access_token"]).json
    assert (status["scopes"], status["expires_at"]) == (["MERCHANT_PROFILE_READ"], made["expires_at"])
    assert len(shop.get("/v2/locations", token=made["access_token"]).json["locations"]) == 1
    assert shop.get("/v2/locations", token=old).status == 200


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"grant_type": "password"}, 400, "INVALID_ENUM_VALUE"),
        ({}, 400, "MISSING_REQUIRED_PARAMETER"),
        ({"grant_type": "refresh_token"}, 400, "MISSING_REQUIRED_PARAMETER"),
        ({"grant_type": "refresh_token", "refresh_token": None}, 400, "MISSING_REQUIRED_PARAMETER"),
        ({"grant_type": "authorization_code", "refresh_token": "x"}, 400, "MISSING_REQUIRED_PARAMETER"),
        ({"grant_type": "refresh_token", "refresh_token": "nobodys"}, 401, "UNAUTHORIZED"),
        ({"grant_type": "refresh_token", "refresh_token": "x" * 513}, 400, "VALUE_TOO_LONG"),
    ],
)
def test_what_a_token_is_not_given_for(
    own_shop: Shop, said: dict[str, object], status: int, code: str
) -> None:
    """Each by its code."""
    answer = obtain(sandboxed(own_shop), **said)

    assert (answer.status, answer.code) == (status, code)


def test_a_sandbox_revokes(own_shop: Shop) -> None:
    """At once, and that one only; again it is no good token."""
    shop = sandboxed(own_shop)
    token = shop.token()
    said = {"client_id": "sq0idp-test", "access_token": token}

    answer = shop.ask("POST", "/oauth2/revoke", token=None, json=said)

    assert answer.json == {"success": True}
    assert shop.get("/v2/locations", token=token).code == "ACCESS_TOKEN_REVOKED"
    assert shop.get("/v2/locations").status == 200
    assert shop.ask("POST", "/oauth2/revoke", token=None, json=said).code == "ACCESS_TOKEN_REVOKED"
