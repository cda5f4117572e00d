"""`/healthz`, `/readyz`, `/version`, `/openapi.json`: what a supervisor or a generator asks, without a token."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

import regulars
from regulars import errors
from regulars.api.native import changes, customers_routes, hooks, merges, segments, shapes, webhooks
from regulars.api.route import Answer, Call, Route
from regulars.api.seal import Seal


def routes(seal: Seal, document: Callable[[], bytes]) -> tuple[Route, ...]:
    """All of them; `document` makes the OpenAPI document, the seal is that of lists."""

    def openapi(_call: Call) -> Answer:
        return Answer(document())

    return (
        _route("getHealth", "The process answers", "/healthz", _health, shapes.Health),
        _route("getReadiness", "Requests can be served", "/readyz", _readiness, shapes.Health),
        _route("getVersion", "What is running", "/version", _version, shapes.Version),
        *changes.routes(seal),
        *customers_routes.routes(seal),
        *merges.ROUTES,
        *webhooks.ROUTES,
        *segments.ROUTES,
        *hooks.ROUTES,
        _route("getOpenapi", "This document", "/openapi.json", openapi, dict),
    )


def _route(name: str, summary: str, template: str, handle: Callable[[Call], Answer], answer: type) -> Route:
    return Route(
        name=name,
        summary=summary,
        dialect="native",
        method="GET",
        template=template,
        scope="public",
        handle=handle,
        answer=answer,
    )


def _health(_call: Call) -> Answer:
    return Answer(_WELL)


def _readiness(call: Call) -> Answer:
    """Raises Retriable with what is in the way; the sentences hold no data."""
    problems = call.inside.ready()
    if problems:
        raise errors.Retriable("; ".join(problems))
    return Answer(_WELL)


def _version(_call: Call) -> Answer:
    return Answer(msgspec.json.encode(shapes.Version("regulars", regulars.__version__)))


_WELL = msgspec.json.encode(shapes.Health("ok"))
