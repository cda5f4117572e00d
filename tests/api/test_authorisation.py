"""Who may ask: tokens missing, malformed, unknown, revoked, expired, without the scope, of another place (RFC 6750)."""

from __future__ import annotations

import re

import pytest

from regulars.api.application import routes
from regulars.api.authorisation import token_of
from regulars.directory import tokens
from regulars.model.place import SCOPES, Scope
from tests.api.shop import HERE, THERE, Shop

SHIFT4 = f"/pos/v2/{HERE}/customers"
SQUARE = "/v2/customers"
BARE = 'Bearer realm="regulars"'
INVALID = BARE + ', error="invalid_token"'


def token_in(shop: Shop, state: str) -> str:
    """A token that was good once."""
    if state == "expired":
        return shop.token(expires_at=shop.directory.clock() - 1)
    token = shop.token()
    tokens.revoke(shop.directory, shop.account.account_id, token[:11])
    return token


@pytest.mark.parametrize("target", [SHIFT4, SQUARE])
@pytest.mark.parametrize(
    ("header", "challenge"),
    [
        (None, BARE),
        ("", BARE),
        ("Basic dXNlcjpwYXNz", BARE),
        ("Bearer", INVALID),
        ("Bearer ", INVALID),
        ("Bearer a b", INVALID),
        ("Bearer a,b", INVALID),
        ("Bearer TOKEN,Bearer TOKEN", INVALID),
        ("Bearer \x00", INVALID),
        ("Bearer é", INVALID),
        ("Bearer " + "a" * 5_000, INVALID),
        ("Bearer rg_" + "a" * 43, INVALID),
        ("Bearer nonsense", INVALID),
        ("BearerTOKEN", BARE),
        ("TOKEN", BARE),
        ("Token TOKEN", BARE),
    ],
)
def test_no_good_token(shop: Shop, target: str, header: str | None, challenge: str) -> None:
    """401 in the dialect's shape; without any bearer token the challenge names no error."""
    headers = {} if header is None else {"Authorization": header.replace("TOKEN", shop.reader)}

    answer = shop.get(target, token=None, headers=headers)

    assert answer.status == 401
    assert answer.headers["www-authenticate"] == challenge
    if target == SQUARE:
        [error] = answer.json["errors"]
        assert (error["category"], error["code"]) == ("AUTHENTICATION_ERROR", "UNAUTHORIZED")
    else:
        assert (answer.json["status"], answer.json["details"]) == (401, [])


@pytest.mark.parametrize(
    ("state", "code"), [("revoked", "ACCESS_TOKEN_REVOKED"), ("expired", "ACCESS_TOKEN_EXPIRED")]
)
def test_a_token_that_was_good(own_shop: Shop, state: str, code: str) -> None:
    """401; Square's dialect says what became of it."""
    token = token_in(own_shop, state)

    assert own_shop.get(SHIFT4, token=token).status == 401
    answer = own_shop.get(SQUARE, token=token)
    assert (answer.status, answer.code, answer.headers["www-authenticate"]) == (401, code, INVALID)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer  "])
def test_the_scheme_has_no_case(shop: Shop, scheme: str) -> None:
    """RFC 9110, section 11.1; and spaces between are one or more."""
    assert shop.get(SQUARE, token=None, headers={"Authorization": f"{scheme} {shop.reader}"}).status == 200


@pytest.mark.parametrize("name", ["access_token", "token", "Authorization", "bearer"])
def test_a_token_in_the_query_opens_nothing(shop: Shop, name: str) -> None:
    """It would end up in logs."""
    assert shop.get(f"{SQUARE}?{name}={shop.reader}", token=None).status == 401


def test_the_wrong_location(shop: Shop) -> None:
    """404, as if there were none."""
    assert shop.get(SHIFT4, token=shop.token(THERE)).status == 404


def test_authorisation_comes_before_parameters(shop: Shop) -> None:
    """Who may not ask is not told what is wrong with the question."""
    assert shop.get(SHIFT4 + "?page=x", token=None).status == 401
    assert shop.get("/pos/v2/x/customers", token=None).status == 401


TARGETS = {
    "listPosCustomers": SHIFT4,
    "getPosCustomer": SHIFT4 + "/C-1",
    "listMarketplaceLocations": "/marketplace/v2/locations",
    "ListCustomers": SQUARE,
    "RetrieveCustomer": SQUARE + "/ID",
    "ListLocations": "/v2/locations",
    "RetrieveLocation": f"/v2/locations/{HERE}",
    "ListMerchants": "/v2/merchants",
    "RetrieveMerchant": "/v2/merchants/me",
}


def test_every_route_but_these_needs_a_scope(shop: Shop) -> None:
    """A new route needs a token, or says here that it is public."""
    public = {route.name for route in routes(shop.directory) if route.scope == "public"}

    assert public == {"getHealth", "getReadiness", "getVersion", "getOpenapi", "ObtainToken", "RevokeToken"}
    assert [route.name for route in routes(shop.directory) if route.scope == "hook"] == ["hearWebhook"]


@pytest.mark.parametrize("scope", SCOPES)
def test_scopes(shop: Shop, scope: Scope) -> None:
    """Every scope against every route: its own and `admin` open it, any other is 403 and names what is missing."""
    token = shop.token(scopes=(scope,))
    for route in routes(shop.directory):
        if route.scope in {"public", "token", "hook"}:
            continue
        target = TARGETS.get(route.name) or re.sub(r"\{\w+\}", "NOBODY", route.template)

        answer = shop.ask(route.method, target, token=token)

        if scope in {route.scope, "admin"}:
            opened = {200, 404} if route.method == "GET" else {200, 400, 404}
            assert answer.status in opened, route.name
            continue
        assert answer.status == 403, route.name
        assert (
            answer.headers["www-authenticate"] == f'{BARE}, error="insufficient_scope", scope="{route.scope}"'
        )
        if route.dialect == "square":
            assert answer.code == "INSUFFICIENT_SCOPES"


def test_token_of() -> None:
    """The token as it stands in the header."""
    assert token_of("bearer  abc.def~+/-_==") == "abc.def~+/-_=="
