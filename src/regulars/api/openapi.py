"""The OpenAPI 3.1 document, made from the routes that serve and the structs that are sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

import regulars
from regulars.api.native.shapes import Problem
from regulars.api.parameters import Parameter, default_of, required
from regulars.api.route import JSON, Dialect, Route
from regulars.api.shift4.shapes import PosFailure
from regulars.api.square.shapes import ErrorResponse

_FAILURES: Mapping[Dialect, tuple[type, str]] = {
    "native": (Problem, "application/problem+json"),
    "shift4": (PosFailure, JSON),
    "square": (ErrorResponse, JSON),
}
_TAGS: Mapping[Dialect, str] = {
    "native": "Health, version and this document",
    "shift4": "Shift4 Conecto's POS customers",
    "square": "Square's Customers API",
}


def document(routes: Iterable[Route]) -> bytes:
    """The document of these routes, as JSON."""
    every = tuple(routes)
    schemas = _Schemas(every)
    paths: dict[str, dict[str, Any]] = {}
    for route in every:
        for at, template in enumerate(route.templates):
            paths.setdefault(template, {})[route.method.lower()] = _operation(route, schemas, again=at > 0)
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "regulars",
                "version": regulars.__version__,
                "description": "One customer directory for every till.",
            },
            "tags": [{"name": name, "description": words} for name, words in _TAGS.items()],
            "paths": paths,
            "components": {
                "schemas": schemas.components,
                "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            },
        }
    )


class _Schemas:
    """The JSON Schemas of every struct that a route takes or answers with."""

    def __init__(self, routes: tuple[Route, ...]) -> None:
        shapes = [route.answer for route in routes]
        shapes += [route.body for route in routes if route.body not in {None, bytes}]
        shapes += [failure for failure, _ in _FAILURES.values()]
        found, self.components = msgspec.json.schema_components(
            shapes, ref_template="#/components/schemas/{name}"
        )
        self._of = dict(zip(map(id, shapes), found, strict=True))

    def of(self, shape: Any) -> Mapping[str, Any]:
        return self._of[id(shape)]


def _operation(route: Route, schemas: _Schemas, *, again: bool) -> dict[str, Any]:
    failure, content_type = _FAILURES[route.dialect]
    operation = {
        "operationId": route.name + ("BelowApi" if again else ""),
        "summary": route.summary,
        "tags": [route.dialect],
        # OpenAPI 3.1 lets a bearer scheme name what the token must open.
        "security": _security(route),
        "parameters": [_parameter(one) for one in route.parameters],
        "responses": {
            "200": {"description": "Done", "content": {JSON: {"schema": schemas.of(route.answer)}}},
            "default": {
                "description": "An error, in the dialect's own shape",
                "content": {content_type: {"schema": schemas.of(failure)}},
            },
        },
    }
    if route.body is not None:
        operation["requestBody"] = {"required": True, "content": _content(route, schemas)}
    if route.is_tagged:
        _tag(operation)
    return operation


def _tag(operation: dict[str, Any]) -> None:
    """What representation.py does for such a route."""
    text = {"schema": {"type": "string"}}
    tag = {"ETag": {"description": "Changes with any byte of the answer", **text}}
    operation["parameters"].append(
        {
            "name": "If-None-Match",
            "in": "header",
            "required": False,
            "description": "ETags of answers that are there already: 304 when the answer would be one of them.",
            "schema": {"type": "string"},
        }
    )
    responses = operation["responses"]
    responses["200"]["headers"] = tag | {
        "Content-Encoding": {"description": "`zstd` or `gzip`, where Accept-Encoding asked for it", **text}
    }
    responses["304"] = {"description": "Nothing has changed since the answer of that ETag", "headers": tag}


def _content(route: Route, schemas: _Schemas) -> dict[str, Any]:
    """What a body may be; what is taken as it came is of any type."""
    if route.body is bytes:
        return {"*/*": {"schema": {}}}
    return {JSON: {"schema": schemas.of(route.body)}}


def _security(route: Route) -> list[dict[str, list[str]]]:
    if route.scope in {"public", "hook"}:
        return []
    return [{"bearer": [] if route.scope == "token" else [route.scope]}]


def _parameter(parameter: Parameter[Any]) -> dict[str, Any]:
    schema = parameter.schema()
    default = default_of(parameter)
    if default is not msgspec.UNSET:
        schema["default"] = default
    return {
        "name": parameter.name,
        "in": parameter.place,
        "required": required(parameter),
        "description": parameter.description,
        "schema": schema,
    }
