"""Errors in the shape of whoever's path was asked; nothing of a customer in an answer or a log."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from regulars import errors
from regulars.api.application import dialect_of
from regulars.api.native.shapes import Problem
from regulars.api.shift4.shapes import PosFailure
from regulars.api.square import errors as square_errors
from regulars.api.square.shapes import ErrorResponse
from regulars.directory import listing, square_list
from regulars.model import instant
from tests.api.shop import HERE, Answered, Shop

SHIFT4 = f"/pos/v2/{HERE}/customers"
SQUARE = "/v2/customers"
PLACES = "/v2/merchants"
CODES = Path("/", "work", "shared", "contracts", "square-error-codes.json")


def in_shape(answer: Answered, dialect: str) -> None:
    """The body is an error of the dialect, whole and nothing else, and says the status once more."""
    shapes: dict[str, Any] = {"shift4": PosFailure, "square": ErrorResponse, "native": Problem}
    failure = msgspec.json.decode(answer.body, type=shapes[dialect])
    assert json.loads(msgspec.json.encode(failure)) == answer.json
    if dialect != "square":
        assert failure.status == answer.status
    expected = "application/problem+json" if dialect == "native" else "application/json"
    assert answer.headers["content-type"] == expected


@pytest.mark.parametrize(
    ("path", "dialect"),
    [
        ("/", "native"), ("/nothing", "native"), ("/v1/x", "native"), ("/v22/x", "native"), ("/posy", "native"),
        ("/api", "native"), ("/api/x", "native"), ("*", "native"), ("", "native"), ("/healthz/x", "native"),
        ("/v2", "square"), ("/v2/", "square"), ("/v2/nothing", "square"), ("//v2/nothing", "square"),
        ("/oauth2/nothing", "square"), ("/v2/customers/a/b", "square"), ("/v2/customers/groups/x", "square"),
        ("/pos", "shift4"), ("/pos/v2/1", "shift4"), ("/api/pos/x", "shift4"), ("/marketplace/v2", "shift4"),
        ("/pos/v2/1/customers;x", "shift4"), ("/pos/v2//customers/x", "shift4"),
    ],
)  # fmt: skip
def test_paths_that_are_not_there(shop: Shop, path: str, dialect: str) -> None:
    """404 in the dialect of the path."""
    answer = shop.get(path)

    assert answer.status == 404
    assert dialect_of(path) == dialect
    in_shape(answer, dialect)


@pytest.mark.parametrize(
    "method",
    [
        "POST",
        "PUT",
        "PATCH",
        "DELETE",
        "TRACE",
        "CONNECT",
        "QUERY",
        "get",
        "FOO",
        "PROPFIND",
        "M-SEARCH",
        "WEBSOCKET",
    ],
)
@pytest.mark.parametrize(
    ("path", "dialect"),
    [(SHIFT4, "shift4"), (PLACES, "square"), ("/healthz", "native"), (SHIFT4 + "/x", "shift4")],
)
def test_methods_that_are_not_there(shop: Shop, method: str, path: str, dialect: str) -> None:
    """405 with the methods that are."""
    answer = shop.ask(method, path)

    if method == "WEBSOCKET":  # Falcon's own word for its own use
        assert answer.status == 400
    else:
        assert answer.status == 405
        assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
    in_shape(answer, dialect)


def test_head_and_options(shop: Shop) -> None:
    """HEAD is GET without the body, also in length; OPTIONS names the methods."""
    head, get = shop.ask("HEAD", SHIFT4), shop.get(SHIFT4)
    options = shop.ask("OPTIONS", PLACES, token=None)

    assert (head.status, head.body) == (200, b"")
    assert head.headers == get.headers
    assert head.headers["content-length"] == str(len(get.body))
    assert (options.status, options.headers["allow"], options.body) == (204, "GET, HEAD, OPTIONS", b"")


@pytest.fixture
def failing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], Shop]:
    """Makes a shop whose directory raises an error."""

    def make(error: Exception) -> Shop:
        def fail(*_args: object, **_named: object) -> None:
            raise error

        for module, name in ((listing, "joined_page"), (listing, "one"), (square_list, "page")):
            monkeypatch.setattr(module, name, fail)
        return shop

    return make


RAISED: list[tuple[Exception, int, str, dict[str, str]]] = [
    (errors.NotFound("x"), 404, "NOT_FOUND", {}),
    (errors.Conflict("x"), 409, "CONFLICT", {}),
    (errors.Invalid("x", field="f", rule="unheard_of"), 400, "INVALID_VALUE", {}),
    (errors.TooLarge("x"), 413, "REQUEST_ENTITY_TOO_LARGE", {}),
    (
        errors.TooMany("x", retry_after=7, limit=3),
        429,
        "RATE_LIMITED",
        {"retry-after": "7", "x-ratelimit-limit": "3"},
    ),
    (errors.Retriable("x", retry_after=2), 503, "SERVICE_UNAVAILABLE", {"retry-after": "2"}),
    (errors.StorageFull("x"), 507, "SERVICE_UNAVAILABLE", {}),
    (errors.Fatal("x", hint="y"), 500, "INTERNAL_SERVER_ERROR", {}),
    (ValueError("Zcanary"), 500, "INTERNAL_SERVER_ERROR", {}),
    (RecursionError(), 500, "INTERNAL_SERVER_ERROR", {}),
    (MemoryError(), 500, "INTERNAL_SERVER_ERROR", {}),
    (KeyError("Zcanary"), 500, "INTERNAL_SERVER_ERROR", {}),
]


@pytest.mark.parametrize(
    ("error", "status", "code", "headers"), RAISED, ids=lambda value: type(value).__name__
)
def test_every_error_has_its_answer(
    failing: Callable[[Exception], Shop], error: Exception, status: int, code: str, headers: dict[str, str]
) -> None:
    """The same status in both dialects, each in its own words."""
    shop = failing(error)

    shift4, square = shop.get(SHIFT4), shop.get(SQUARE)

    assert shift4.status == square.status == status
    assert square.code == code
    assert headers.items() <= shift4.headers.items() & square.headers.items()
    in_shape(shift4, "shift4")
    in_shape(square, "square")
    assert instant.parse(shift4.json["timestamp"]) is not None


def test_what_nobody_foresaw_is_logged_by_type_and_place(
    failing: Callable[[Exception], Shop], caplog: pytest.LogCaptureFixture
) -> None:
    """Neither its words, nor the path, nor the query: a customer may be in any of them."""
    shop = failing(ValueError("Zcanary is no number"))

    with caplog.at_level(logging.DEBUG):
        answer = shop.get(SHIFT4 + "/Zcanary?search=Zcanary")

    assert answer.status == 500
    assert "Zcanary" not in caplog.text + answer.body.decode()
    [line] = caplog.messages
    route = "/pos/v2/{locationId}/customers/{posRef:path}"
    assert line.startswith(f"request.failed route={route} error=ValueError at=regulars.")


def test_a_damaged_store_is_logged_with_its_cure(
    failing: Callable[[Exception], Shop], caplog: pytest.LogCaptureFixture
) -> None:
    """So that whoever reads the log knows what to do."""
    failing(errors.Fatal("The store's file is damaged", hint="Restore the latest backup")).get(SHIFT4)

    assert "The store's file is damaged Restore the latest backup" in caplog.text


@pytest.mark.parametrize("target", [
    SHIFT4 + "?search=" + "Zcanary" * 40, SHIFT4 + "?page=Zcanary", SQUARE + "?cursor=Zcanary",
    SQUARE + "?sort_field=Zcanary", SQUARE + "/Zcanary", SHIFT4 + "/Zcanary", "/Zcanary", "/pos/Zcanary",
    "/v2/Zcanary", SHIFT4 + "?Zcanary=%FF&page=%FF",
])  # fmt: skip
def test_no_answer_repeats_the_question(shop: Shop, target: str, caplog: pytest.LogCaptureFixture) -> None:
    """Nor does a log."""
    answer = shop.get(target)

    assert answer.status in {400, 404}
    assert b"Zcanary" not in answer.body
    assert "Zcanary" not in caplog.text + str(answer.headers)


@pytest.mark.skipif(not CODES.exists(), reason="Square's own list of codes is not on this machine")
def test_the_codes_are_square_s_own() -> None:
    """Every code there is, in its category."""
    known = {one["name"]: one["error-category"] for one in json.loads(CODES.read_bytes())}

    for _status, category, code in square_errors.TABLE.values():
        assert known[code] == category
    for code in square_errors.CODES.values():
        assert known[code] == "INVALID_REQUEST_ERROR"


def test_health(own_shop: Shop) -> None:
    """Without a token; readiness turns to 503 with what is in the way."""
    assert own_shop.get("/healthz", token=None).json == {"status": "ok"}
    assert own_shop.get("/readyz", token=None).json == {"status": "ok"}
    assert own_shop.get("/version", token=None).json["name"] == "regulars"

    own_shop.ready.append("The disk is full")
    answer = own_shop.get("/readyz", token=None)

    assert (answer.status, answer.json["detail"]) == (503, "The disk is full")
    assert answer.headers["retry-after"] == "1"
    assert own_shop.get("/healthz", token=None).status == 200
