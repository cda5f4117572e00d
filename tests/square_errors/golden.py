"""Every case of every area, and the page that is written from them.

An area adds a module with CASES to AREAS. What a declaration already tells (derived.py) need not be declared again; a
case with the same operation, parameter and words takes the place of the derived one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from types import ModuleType

from regulars.api.route import Route
from tests.square_errors import around, attributes, customers, derived, groups, searching, webhooks
from tests.square_errors.case import STATUS, Case, category

AREAS: Sequence[ModuleType] = (customers, searching, groups, attributes, around, webhooks)

# What holds for whole kinds of operations: (when, code, field, which ones).
EVERYWHERE: Sequence[tuple[str, str, str, str]] = (
    ("no token", "UNAUTHORIZED", "", "all but those without a token"),
    ("a token that opens nothing", "UNAUTHORIZED", "", "all but those without a token"),
    ("a token that has expired", "ACCESS_TOKEN_EXPIRED", "", "all but those without a token"),
    ("a token that was revoked", "ACCESS_TOKEN_REVOKED", "", "all but those without a token"),
    ("a token without the scope", "INSUFFICIENT_SCOPES", "", "all that need one"),
    (
        "a token that has made its requests of this minute",
        "RATE_LIMITED",
        "",
        "all but those without a token",
    ),
    ("a method that the path does not take", "METHOD_NOT_ALLOWED", "", "all"),
    (
        "a Square-Version that is no date",
        "INVALID_SQUARE_VERSION_FORMAT",
        "Square-Version",
        "those that read it",
    ),
    ("a body of more than 1,048,576 bytes", "REQUEST_ENTITY_TOO_LARGE", "", "all that take a body"),
    (
        "a body that does not come in time, or not whole",
        "REQUEST_TIMEOUT",
        "",
        "all that take a body",
    ),
    ("a body that is no JSON", "EXPECTED_JSON_BODY", "", "those with a body"),
    ("a body that is JSON, but no object", "EXPECTED_OBJECT", "", "those with a body"),
    ("a Content-Type other than JSON's", "UNSUPPORTED_MEDIA_TYPE", "", "those with a body"),
)


def cases(routes: Iterable[Route]) -> list[Case]:
    """Every case of these routes, in the order of the routes."""
    by_operation: dict[str, dict[tuple[str, str], Case]] = {}
    for route in routes:
        by_operation[route.name] = {(one.parameter, one.when): one for one in derived.cases(route)}
    for one in declared():
        if one.operation in by_operation:
            by_operation[one.operation][one.parameter, one.when] = one
    return [case for found in by_operation.values() for case in found.values()]


@cache
def declared() -> tuple[Case, ...]:
    """Those that areas declare."""
    return tuple(case for area in AREAS for case in area.CASES)


def everywhere() -> str:
    """The table of what holds for whole kinds of operations."""
    rows = [
        f"| {when} | {STATUS.get(code, 400)} | `{category(code)}` | `{code}` | {_code(field)} | {which} |"
        for when, code, field, which in EVERYWHERE
    ]
    return "\n".join(
        ["| | status | category | code | field | operations |", "|---|---|---|---|---|---|", *rows, ""]
    )


def operations(routes: Sequence[Route]) -> str:
    """A section for each operation."""
    every = cases(routes)
    parts = []
    for route in routes:
        rows = [_row(one) for one in every if one.operation == route.name]
        parts.append(f"\n### {route.name}\n\n`{route.method} {route.template}`\n")
        if rows:
            parts.append(
                "\n".join(["| parameter | when it | status | code | field |", "|---|---|---|---|---|", *rows])
            )
        else:
            parts.append("Nothing but what every operation answers.")
        parts.append("")
    return "\n".join(parts) + "\n"


def _row(case: Case) -> str:
    status = "200, in its answer" if case.within is not None else case.status
    parameter = _code(case.parameter) or "the request"
    return f"| {parameter} | {case.when} | {status} | `{case.code}` | {_code(case.field or '')} |"


def _code(text: str) -> str:
    return f"`{text}`" if text else ""
