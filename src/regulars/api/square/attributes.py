"""Square's custom attributes and their definitions (contracts/square.md 2.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import msgspec
from msgspec import UnsetType

from regulars import errors, limits
from regulars.api import json_body
from regulars.api.parameters import Flag, Integer, PathText, Wanted
from regulars.api.route import Answer, Call
from regulars.api.square import attributes_shapes as shapes
from regulars.api.square import number_cursor
from regulars.api.square.customers import CURSOR, CUSTOMER
from regulars.api.square.errors import answer as failure
from regulars.directory import attributes, definitions, square_customers
from regulars.directory.definitions import Asked
from regulars.model.attribute import HIDDEN, Definition, Visibility
from regulars.wire import square_attributes as wire

KEY = PathText(name="key", description="The definition's key, percent-encoded where it has a colon.")
LIMIT = Integer(
    name="limit",
    description="The most to return.",
    default=limits.ATTRIBUTES_PAGE_DEFAULT,
    least=1,
    most=limits.PAGE_SIZE_MAX,
)
REACHED = Wanted(name="version", description="A version that it must have reached.", most=limits.VERSION_MAX)
WITH_DEFINITION = Flag(name="with_definition", description="Whether to show what it is, too.", default=False)
WITH_DEFINITIONS = Flag(
    name="with_definitions", description="Whether to show what each is, too.", default=False
)

Given = TypeVar("Given")
_AT: Final = definitions.AT
_KEY: Final = re.compile(r"[a-zA-Z0-9._-]+", re.ASCII)


def definitions_page(call: Call) -> Answer:
    """Definitions, oldest first."""
    limit, question = LIMIT.of(call.given), ("definitions",)
    after = number_cursor.unseal(call, CURSOR.of(call.given), question)
    found = definitions.page(call.directory, call.grant, after=after or 0, limit=limit + 1)
    cursor = number_cursor.seal(call, found[limit - 1].number, question) if len(found) > limit else None
    return _page("custom_attribute_definitions", list(map(wire.definition, found[:limit])), cursor)


def definition(call: Call) -> Answer:
    """One definition."""
    version = REACHED.of(call.given)
    found = definitions.one(call.directory, call.grant, call.path[KEY.name], version=version)
    return _wrapped(_AT, wire.definition(found))


def create_definition(call: Call) -> Answer:
    """A new definition, once for each idempotency key."""
    body = call.read(shapes.CreateDefinitionRequest)
    given = body.custom_attribute_definition
    if not _KEY.fullmatch(given.key):
        raise errors.Invalid(
            f"{_AT}.key must have letters, digits, periods, underscores and hyphens only",
            field=f"{_AT}.key",
            rule="form",
        )
    schema = wire.read_schema(given.schema, at=f"{_AT}.schema", new_id=definitions.new_option)
    asked = Asked(
        schema,
        _or(given.name, None) or None,
        _or(given.description, None) or None,
        _visibility(given, HIDDEN),
    )
    document = definitions.create(
        call.directory,
        call.grant,
        given.key,
        asked,
        idempotency_key=body.idempotency_key or None,
        said=msgspec.json.encode(given),
    )
    return _wrapped(_AT, document)


def update_definition(call: Call) -> Answer:
    """The definition with what is new or changed."""
    body = call.read(shapes.UpdateDefinitionRequest)
    given = body.custom_attribute_definition
    document = definitions.update(
        call.directory,
        call.grant,
        call.path[KEY.name],
        _merged(given),
        version=_or(given.version, None),
        idempotency_key=body.idempotency_key or None,
        said=msgspec.json.encode(given),
    )
    return _wrapped(_AT, document)


def delete_definition(call: Call) -> Answer:
    """`{}`, also for a key that is not there: Square's own tests delete one before they make it."""
    definitions.delete(call.directory, call.grant, call.path[KEY.name])
    return Answer(b"{}")


def page(call: Call) -> Answer:
    """A customer's attributes."""
    customer_id, limit = call.path[CUSTOMER.name], LIMIT.of(call.given)
    question = ("attributes", customer_id)
    after = number_cursor.unseal(call, CURSOR.of(call.given), question)
    found = attributes.page(call.directory, call.grant, customer_id, after=after or 0, limit=limit)
    with_definition = WITH_DEFINITIONS.of(call.given)
    cursor = number_cursor.seal(call, found.next, question) if found.next is not None else None
    shown = [wire.attribute(one, with_definition=with_definition) for one in found.attributes]
    return _page("custom_attributes", shown, cursor)


def one(call: Call) -> Answer:
    """A customer's attribute."""
    found = attributes.one(
        call.directory,
        call.grant,
        call.path[CUSTOMER.name],
        call.path[KEY.name],
        version=REACHED.of(call.given),
    )
    shown = wire.attribute(found, with_definition=WITH_DEFINITION.of(call.given))
    return _wrapped(attributes.AT, shown)


def upsert(call: Call) -> Answer:
    """An attribute set, once for each idempotency key."""
    body = call.read(shapes.UpsertAttributeRequest)
    asked = _asked(call.path[KEY.name], body.custom_attribute, body.idempotency_key)
    document = attributes.upsert(call.directory, call.grant, call.path[CUSTOMER.name], asked)
    return _wrapped(attributes.AT, document)


def delete(call: Call) -> Answer:
    """`{}`, not 204: that breaks Square's SDKs."""
    attributes.delete(call.directory, call.grant, call.path[CUSTOMER.name], call.path[KEY.name])
    return Answer(b"{}")


def bulk_upsert(call: Call) -> Answer:
    """Attributes of several customers set; one that is wrong holds up no other."""
    whose: dict[str, str] = {}
    work: dict[str, Callable[[], bytes] | errors.RegularsError] = {}
    for name, data in call.read(shapes.BulkAttributes).values.items():
        try:
            item = json_body.convert(data, shapes.BulkUpsertItem, at="")
            given = item.custom_attribute
            asked = _asked(given.key, given, item.idempotency_key)
        except errors.Invalid as error:
            work[name] = error
            continue
        whose[name] = item.customer_id
        work[name] = attributes.upserting(call.directory, call.grant, item.customer_id, asked)
    parts = []
    for name, outcome in square_customers.each(call.directory, work).items():
        told = failure(outcome, 0).body if isinstance(outcome, errors.RegularsError) else outcome
        if isinstance(outcome, bytes):
            owner = msgspec.json.encode(whose[name])
            told = b'{"customer_id":' + owner + b',"custom_attribute":' + outcome + b"}"
        parts.append(msgspec.json.encode(name) + b":" + told)
    return Answer(b'{"values":{' + b",".join(parts) + b"}}")


def _asked(key: str, given: shapes.AttributeGiven, idempotency_key: str | None) -> attributes.Asked:
    value, version = given.value, _or(given.version, None)
    if value is None:
        field = f"{attributes.AT}.value"
        raise errors.Invalid(f"{field} is required", field=field, rule="missing")
    said = msgspec.json.encode((key, value, version))
    return attributes.Asked(key, value, version, idempotency_key or None, said)


def _merged(given: shapes.DefinitionGiven) -> Callable[[Definition], Asked]:
    """What was there with what was given over it; null takes a text away."""

    def merged(before: Definition) -> Asked:
        schema = _or(given.schema, None)
        return Asked(
            before.schema
            if schema is None
            else wire.changed_schema(
                before.schema, schema, at=f"{_AT}.schema", new_id=definitions.new_option
            ),
            _or(given.name, before.name) or None,
            _or(given.description, before.description) or None,
            _visibility(given, before.visibility),
        )

    return merged


def _visibility(given: shapes.NewDefinition | shapes.DefinitionGiven, otherwise: Visibility) -> Visibility:
    return given.visibility if isinstance(given.visibility, str) else otherwise


def _or(given: Given | UnsetType, otherwise: Given) -> Given:
    return otherwise if isinstance(given, UnsetType) else given


def _wrapped(name: str, document: bytes) -> Answer:
    return Answer(b'{"' + name.encode() + b'":' + document + b"}")


def _page(name: str, documents: Sequence[bytes], cursor: str | None) -> Answer:
    if not documents:
        return Answer(b"{}")
    shown: dict[str, Any] = {name: [msgspec.Raw(one) for one in documents]}
    return Answer(msgspec.json.encode(shown if cursor is None else shown | {"cursor": cursor}))
