"""The golden table of Square's errors is what the application answers, row by row."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from regulars.api.route import Route
from regulars.api.seal import Seal
from regulars.api.square.routes import routes as square_routes
from regulars.directory import tokens
from regulars.model.place import SCOPES
from tests.api.shop import Answered, answered, environ_of, shop_in
from tests.square_errors import golden
from tests.square_errors.case import STATUS, Case, category
from tests.square_errors.world import World, settled

ROUTES = square_routes(Seal(bytes(32)))
BY_NAME = {route.name: route for route in ROUTES}
CASES = golden.cases(ROUTES)
CONTRACT = Path(__file__).parents[3] / "shared" / "contracts" / "square-error-codes.json"

# Square's own tests delete what they have not made yet, and want a 200.
FORGIVING = {"DeleteCustomerCustomAttributeDefinition"}

LARGE = b"[" + b" " * 1_048_576


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One for all cases: what fails changes nothing."""
    with shop_in(tmp_path_factory.mktemp("world")) as shop:
        yield settled(shop)


def judged(answer: Answered, code: str, field: str | None, within: str | None = None) -> dict[str, Any]:
    """The one error of an answer, held against its row; never null, and with nothing beside it."""
    body = answer.json
    if within is not None:
        assert answer.status == 200, answer.body
        body = (body.get("responses") or body["values"])[within]
    else:
        assert answer.status == STATUS.get(code, 400), answer.body
    assert set(body) == {"errors"}
    [error] = body["errors"]
    detail = error.pop("detail")
    assert detail
    assert error == {"category": category(code), "code": code} | ({"field": field} if field else {})
    assert answer.headers["content-type"] == "application/json"
    return {"detail": detail}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_row(world: World, case: Case) -> None:
    """The answer has the row's status, category, code and field, and does not repeat what was sent."""
    route = BY_NAME[case.operation]
    within = None if case.within is None else world.said(case.within)

    told = judged(world.ask(route.method, route.template, case), case.code, case.field, within)

    assert "xxx" not in told["detail"]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_what_every_operation_answers(world: World, route: Route) -> None:
    """Who may not ask is told so before anything else is looked at; a body must be JSON, and not too large."""
    target = world.said(route.template)

    def asked(code: str, field: str | None = None, **more: Any) -> None:
        method = more.pop("method", route.method)
        judged(world.shop.ask(method, target, **({"token": world.tokens["all"]} | more)), code, field)

    if route.scope != "public":
        asked("UNAUTHORIZED", token=None)
        asked("UNAUTHORIZED", token="rg_" + "x" * 43)
        asked("ACCESS_TOKEN_EXPIRED", token=world.shop.token(expires_at=1))
        asked("ACCESS_TOKEN_REVOKED", token=_revoked(world))
        if route.scope != "token":
            others = tuple(one for one in SCOPES if one not in {route.scope, "admin"})
            asked("INSUFFICIENT_SCOPES", token=world.shop.token(scopes=others))
        asked("RATE_LIMITED", token=_used_up(world))
    if any(one.name == "Square-Version" for one in route.parameters):
        asked("INVALID_SQUARE_VERSION_FORMAT", "Square-Version", headers={"square-version": "today"})
    if route.body is not None:
        asked("REQUEST_ENTITY_TOO_LARGE", body=LARGE)
        judged(_broken_off(world, route, target), "REQUEST_TIMEOUT", None)
        asked("EXPECTED_JSON_BODY", body=b"{")
        asked("EXPECTED_OBJECT", body=b"[]")
        judged(_of_another_type(world, route, target), "UNSUPPORTED_MEDIA_TYPE", None)
    asked("METHOD_NOT_ALLOWED", method="PATCH")


def _environ(world: World, route: Route, target: str, *, body: bytes) -> dict[str, Any]:
    return environ_of(route.method, target, body=body) | {
        "HTTP_AUTHORIZATION": f"Bearer {world.tokens['all']}"
    }


def _broken_off(world: World, route: Route, target: str) -> Answered:
    """The answer to a body that ends before the length that was announced."""
    environ = _environ(world, route, target, body=b"{}") | {"CONTENT_LENGTH": "9"}
    return answered(world.shop.app, environ)


def _of_another_type(world: World, route: Route, target: str) -> Answered:
    environ = _environ(world, route, target, body=b"{}") | {"CONTENT_TYPE": "text/plain"}
    return answered(world.shop.app, environ)


def _revoked(world: World) -> str:
    token = world.shop.token()
    tokens.revoke(world.shop.directory, world.shop.account.account_id, token[:11])
    return token


def _used_up(world: World) -> str:
    """A token whose one request of this minute has been made."""
    token = world.shop.token(scopes=SCOPES, rate=1)
    world.shop.get("/v2/locations", token=token)
    return token


def test_every_area_speaks_of_what_is_there() -> None:
    """A declared case is of an operation that is served, and no two are the same row."""
    declared = golden.declared()

    assert {case.operation for case in declared} <= set(BY_NAME)
    assert len({case.id for case in declared}) == len(declared)


def test_every_operation_is_in_the_table() -> None:
    """Each with a part in its path says what it answers where there is no such thing."""
    without = [
        route.name
        for route in ROUTES
        if any(one.place == "path" for one in route.parameters)
        and route.name not in FORGIVING
        and not any(case.operation == route.name and case.code == "NOT_FOUND" for case in CASES)
    ]

    assert without == [], "declare them in tests/square_errors"


@pytest.mark.skipif(not CONTRACT.exists(), reason="the contract is not beside this checkout")
def test_the_codes_are_squares() -> None:
    """Each code is one of Square's, in its category."""
    theirs = {one["name"]: one["error-category"] for one in json.loads(CONTRACT.read_text())}
    ours = {case.code for case in CASES} | {code for _, code, _, _ in golden.EVERYWHERE}

    assert {code: category(code) for code in ours} == {code: theirs[code] for code in ours}
