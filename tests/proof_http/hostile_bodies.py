"""Hostile JSON bodies, generated from the served OpenAPI document: every field of every body, every kind of value."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.proof_http import hostile_values

Schema = dict[str, Any]
_DEPTH = 4

# Values of the wrong kind, and right ones of the wrong size; texts come from the values of parameters.
KINDS: tuple[bytes, ...] = (
    b"null", b"true", b"false", b"0", b"-1", b"1", b"1.5", b"1e999", b"-0", b"9" * 400, b"9223372036854775808",
    b"18446744073709551616", b"[]", b"{}", b"[[]]", b'[{"a":[]}]', b'{"a":{"b":null}}', b'""', b'" "',
    b"[" * 400 + b"]" * 400, b"[1," * 50 + b"1" + b"]" * 50, b"[" + b"null," * 2_000 + b"null]",
    b'["' + b'","'.join([b"CANARY"] * 101) + b'"]', b'"\\ud800"', b'"\\u0000CANARY"', b'"\\udfff\\ud800"',
    b'"\xff"', b"NaN", b"Infinity", b"'CANARY'", b"\xef\xbb\xbf1", b"CANARY",
)  # fmt: skip


def operations(document: dict[str, Any]) -> list[tuple[str, str, Schema]]:
    """(method, template, schema) of every operation that takes a body."""
    return [
        (method.upper(), template, _schema(operation["requestBody"]["content"]))
        for template, item in document["paths"].items()
        for method, operation in item.items()
        if "requestBody" in operation
    ]


def bodies(document: dict[str, Any], schema: Schema) -> Iterator[bytes]:
    """Every hostile value in every field, in the smallest body that holds it; then bodies that are none at all."""
    values = [*KINDS, *(_text(value) for value in hostile_values.everything() if _is_text(value))]
    for way in _ways(document, schema, _DEPTH):
        for value in values:
            yield _placed(document, schema, way, value)
    whole = json.dumps(_least(document, schema)).encode()
    yield from (
        b"", whole[:-1], whole + b"}", whole * 2, b"[" + whole + b"]", b"\xef\xbb\xbf" + whole,
        whole.decode().encode("utf-16"), b"{" * 20_000, b'{"a":' * 20_000, b"[" * 20_000, b"x", b'"CANARY"',
        b"null", b"true", b"5", b"\x00",
        whole + b"\x00", b'{"CANARY":{"CANARY":[]}}',
    )  # fmt: skip


def _schema(content: dict[str, Any]) -> Schema:
    """Of the one type that a body may have; what is taken as it came has none."""
    [kind] = content.values()
    schema: Schema = kind["schema"]
    return schema


def _is_text(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def _text(value: bytes) -> bytes:
    return json.dumps(value.decode(), ensure_ascii=False).encode()


Way = tuple[str | int | None, ...]  # keys of objects, 0 for an array's item, None for a map's entry


def _ways(document: dict[str, Any], schema: Schema, depth: int) -> Iterator[Way]:
    """The way to every field, objects and arrays as a whole included."""
    if depth == 0:
        return
    kind = _resolved(document, schema)
    for key, inner in kind.get("properties", {}).items():
        yield (key,)
        yield from ((key, *rest) for rest in _ways(document, inner, depth - 1))
    if isinstance(kind.get("additionalProperties"), dict):
        yield (None,)
        yield from ((None, *rest) for rest in _ways(document, kind["additionalProperties"], depth - 1))
    if "items" in kind:
        yield (0,)
        yield from ((0, *rest) for rest in _ways(document, kind["items"], depth - 1))


def _placed(document: dict[str, Any], schema: Schema, way: Way, value: bytes) -> bytes:
    if not way:
        return value
    kind, (step, *rest) = _resolved(document, schema), way
    if step is None:
        return b'{"CANARY":' + _placed(document, kind["additionalProperties"], tuple(rest), value) + b"}"
    if step == 0:
        return b"[" + _placed(document, kind["items"], tuple(rest), value) + b"]"
    inner = _placed(document, kind["properties"][step], tuple(rest), value)
    others = {key: one for key, one in _least(document, schema).items() if key != step}
    pairs = [json.dumps(key).encode() + b":" + json.dumps(one).encode() for key, one in others.items()]
    return b"{" + b",".join([*pairs, json.dumps(step).encode() + b":" + inner]) + b"}"


def _least(document: dict[str, Any], schema: Schema) -> Any:
    """The smallest value of a schema."""
    kind = _resolved(document, schema)
    match kind.get("type"):
        case "object":
            least = {key: _least(document, kind["properties"][key]) for key in kind.get("required", ())}
            if not least and kind.get("minProperties"):
                least = {"key": _least(document, kind["additionalProperties"])}
            return least
        case "array":
            return [_least(document, kind["items"])] if kind.get("minItems") else []
        case "integer" | "number":
            return kind.get("minimum", 1)
        case "boolean":
            return True
    return kind["enum"][0] if "enum" in kind else "x" * max(1, kind.get("minLength", 1))


def _resolved(document: dict[str, Any], schema: Schema) -> Schema:
    """The schema itself: a reference followed, and of several the first that is not null."""
    if "$ref" in schema:
        found: Schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return _resolved(document, found)
    for one in schema.get("anyOf", ()):
        if one.get("type") != "null":
            return _resolved(document, one)
    return schema
