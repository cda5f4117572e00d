"""Square's custom attributes: schemas read and shown, definitions and attributes as documents.

A schema is a `$ref` to one of Square's types, or the JSON Schema of a selection, whose options get ids here
(contracts/square.md 2.2).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from regulars import limits
from regulars.errors import Invalid
from regulars.model import instant
from regulars.model.attribute import KINDS, Attribute, Definition, Schema

_REF: Final = re.compile(
    r"https://[a-z0-9.-]{1,100}/schemas/v1/common\.json#squareup\.common\.([A-Za-z]{1,20})"
)
_SELECTION: Final = re.compile(r"https?://[a-z0-9.-]{1,100}/meta-schemas/v1/selection\.json")
_ID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_encode = msgspec.json.Encoder().encode


def read_schema(given: Mapping[str, Any], *, at: str, new_id: Callable[[], str]) -> Schema:
    """The schema of a new definition; `at` is its path in the body. Raises Invalid."""
    if "$ref" in given:
        return _named(given["$ref"], f"{at}.$ref")
    names, ids = _options(given, at)
    return _selection(given, names, (*ids, *(new_id() for _ in names[len(ids) :])), at)


def changed_schema(before: Schema, given: Mapping[str, Any], *, at: str, new_id: Callable[[], str]) -> Schema:
    """The schema after an update: only a selection changes, and what may have been chosen stays. Raises Invalid.

    With `enum`, options are renamed in place; without it, a name that was there keeps its id.
    """
    if before.kind != "Selection":
        if "$ref" not in given or read_schema(given, at=at, new_id=new_id).kind != before.kind:
            raise _wrong(at, "can be changed for a Selection only", "invalid")
        return before
    if "$ref" in given:
        raise _wrong(at, "must stay that of a Selection", "invalid")
    names, ids = _options(given, at)
    if not ids:
        known = dict(zip(before.names, before.ids, strict=True))
        ids = tuple(known.get(name) or new_id() for name in names)
    else:
        ids = (*ids, *(new_id() for _ in names[len(ids) :]))
    if not set(before.ids) <= set(ids):
        raise _wrong(f"{at}.items.names", "must keep every option; it may be renamed with enum", "invalid")
    return _selection(given, names, ids, at)


def show_schema(schema: Schema) -> dict[str, Any]:
    """The schema as Square's documents have it."""
    if schema.kind != "Selection":
        return {"$ref": schema.uri}
    shown = {"$schema": schema.uri} if schema.uri is not None else {}
    return shown | {
        "type": "array",
        "uniqueItems": True,
        "maxItems": schema.items_max,
        "items": {"names": list(schema.names), "enum": list(schema.ids)},
    }


def definition(one: Definition) -> bytes:
    """A definition's document."""
    texts = {"description": one.description, "name": one.name}
    return _encode(
        {
            "key": one.key,
            **{name: text for name, text in texts.items() if text is not None},
            "schema": show_schema(one.schema),
            "visibility": one.visibility,
            "version": one.version,
            "created_at": instant.text_milliseconds(one.created_at),
            "updated_at": instant.text_milliseconds(one.updated_at),
        }
    )


def attribute(one: Attribute, *, with_definition: bool = False) -> bytes:
    """An attribute's document, with that of its definition on demand."""
    document = _encode(
        {
            "key": one.definition.key,
            "value": one.value,
            "version": one.version,
            "visibility": one.definition.visibility,
            "created_at": instant.text_milliseconds(one.created_at),
            "updated_at": instant.text_milliseconds(one.updated_at),
        }
    )
    if not with_definition:
        return document
    return document[:-1] + b',"definition":' + definition(one.definition) + b"}"


def _named(ref: Any, at: str) -> Schema:
    if not isinstance(ref, str):
        raise _wrong(at, "must be a text", "expected_string")
    match = _REF.fullmatch(ref)
    kind = match[1] if match else None
    if kind not in KINDS or kind == "Selection":
        raise _wrong(at, "must name one of Square's types", "invalid")
    return Schema(kind=kind, uri=ref)  # type: ignore[arg-type]  # it is one of KINDS


def _options(given: Mapping[str, Any], at: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of a selection's options, and the ids that the first of them have already."""
    if given.get("type") != "array":
        raise _wrong(at, "must have a $ref, or be a selection's: an array", "invalid")
    items = given.get("items")
    if not isinstance(items, Mapping):
        raise _wrong(f"{at}.items", "must be an object", "expected_object")
    names = _texts(items.get("names"), f"{at}.items.names", length_max=limits.ATTRIBUTE_NAME_LENGTH_MAX)
    if not names:
        raise _wrong(f"{at}.items.names", "must not be empty", "array_empty")
    given_ids = items.get("enum")
    ids = () if given_ids is None else _texts(given_ids, f"{at}.items.enum", length_max=36)
    if len(ids) > len(names):
        raise _wrong(f"{at}.items.enum", "must not be longer than names", "array_too_long")
    if not all(map(_ID.fullmatch, ids)):
        raise _wrong(f"{at}.items.enum", "must have UUIDs", "form")
    return names, ids


def _texts(given: Any, at: str, *, length_max: int) -> tuple[str, ...]:
    if not isinstance(given, list):
        raise _wrong(at, "must be an array", "expected_array")
    if len(given) > limits.ATTRIBUTE_OPTIONS_MAX:
        raise _wrong(at, f"must have at most {limits.ATTRIBUTE_OPTIONS_MAX} items", "array_too_long")
    for place, one in enumerate(given):
        if not isinstance(one, str):
            raise _wrong(f"{at}[{place}]", "must be a text", "expected_string")
        if not one:
            raise _wrong(f"{at}[{place}]", "must not be empty", "empty")
        if len(one) > length_max:
            raise _wrong(f"{at}[{place}]", f"must have at most {length_max} characters", "too_long")
    if len(set(given)) != len(given):
        raise _wrong(at, "must have each item once", "repeated")
    return tuple(given)


def _selection(given: Mapping[str, Any], names: tuple[str, ...], ids: tuple[str, ...], at: str) -> Schema:
    uri = given.get("$schema")
    if uri is not None and not (isinstance(uri, str) and _SELECTION.fullmatch(uri)):
        raise _wrong(f"{at}.$schema", "must be that of Square's selections", "invalid")
    most = given.get("maxItems", len(names))
    if not isinstance(most, int) or isinstance(most, bool):
        raise _wrong(f"{at}.maxItems", "must be an integer", "not_an_integer")
    if most < 1:
        raise _wrong(f"{at}.maxItems", "must be at least 1", "too_low")
    if most > limits.ATTRIBUTE_OPTIONS_MAX:
        raise _wrong(f"{at}.maxItems", f"must be at most {limits.ATTRIBUTE_OPTIONS_MAX}", "too_high")
    if given.get("uniqueItems", True) is not True:
        raise _wrong(f"{at}.uniqueItems", "must be true", "invalid")
    return Schema(kind="Selection", uri=uri, names=names, ids=ids, items_max=most)


def _wrong(field: str, words: str, rule: str) -> Invalid:
    return Invalid(f"{field} {words}", field=field, rule=rule)
