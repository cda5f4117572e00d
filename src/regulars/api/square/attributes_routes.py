"""The routes of Square's custom attributes and their definitions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from regulars.api.parameters import Parameter
from regulars.api.route import Answer, Call, Route
from regulars.api.square import attributes
from regulars.api.square import attributes_shapes as shapes
from regulars.api.square.customers import CURSOR, CUSTOMER
from regulars.api.square.version import VERSION

_DEFINITIONS = "/v2/customers/custom-attribute-definitions"
_DEFINITION = _DEFINITIONS + "/{key}"
_ALL = "/v2/customers/{customer_id}/custom-attributes"
_ONE = _ALL + "/{key}"


def _route(
    method: Literal["GET", "POST", "PUT", "DELETE"],
    template: str,
    name: str,
    summary: str,
    handle: Callable[[Call], Answer],
    *,
    answer: type,
    body: type | None = None,
    parameters: tuple[Parameter[Any], ...] = (),
) -> Route:
    in_path = tuple(one for one in (CUSTOMER, attributes.KEY) if f"{{{one.name}}}" in template)
    return Route(
        name=name,
        summary=summary,
        dialect="square",
        method=method,
        template=template,
        scope="customers:read" if method == "GET" else "customers:write",
        handle=handle,
        answer=answer,
        body=body,
        parameters=(*in_path, *parameters, VERSION),
    )


ROUTES: tuple[Route, ...] = (
    _route(
        "GET", _DEFINITIONS, "ListCustomerCustomAttributeDefinitions", "Definitions of custom attributes",
        attributes.definitions_page, answer=shapes.ListDefinitionsResponse, parameters=(attributes.LIMIT, CURSOR),
    ),
    _route(
        "POST", _DEFINITIONS, "CreateCustomerCustomAttributeDefinition", "A new definition",
        attributes.create_definition, answer=shapes.DefinitionResponse, body=shapes.CreateDefinitionRequest,
    ),
    _route(
        "GET", _DEFINITION, "RetrieveCustomerCustomAttributeDefinition", "One definition", attributes.definition,
        answer=shapes.DefinitionResponse, parameters=(attributes.REACHED,),
    ),
    _route(
        "PUT", _DEFINITION, "UpdateCustomerCustomAttributeDefinition", "Change a definition",
        attributes.update_definition, answer=shapes.DefinitionResponse, body=shapes.UpdateDefinitionRequest,
    ),
    _route(
        "DELETE", _DEFINITION, "DeleteCustomerCustomAttributeDefinition", "Delete a definition and its values",
        attributes.delete_definition, answer=shapes.GoneResponse,
    ),
    _route(
        "POST", "/v2/customers/custom-attributes/bulk-upsert", "BulkUpsertCustomerCustomAttributes",
        "Set up to 25 custom attributes", attributes.bulk_upsert, answer=shapes.BulkUpsertAttributesResponse,
        body=shapes.BulkUpsertAttributesRequest,
    ),
    _route(
        "GET", _ALL, "ListCustomerCustomAttributes", "A customer's custom attributes", attributes.page,
        answer=shapes.ListAttributesResponse,
        parameters=(attributes.LIMIT, CURSOR, attributes.WITH_DEFINITIONS),
    ),
    _route(
        "GET", _ONE, "RetrieveCustomerCustomAttribute", "One custom attribute", attributes.one,
        answer=shapes.AttributeResponse, parameters=(attributes.WITH_DEFINITION, attributes.REACHED),
    ),
    _route(
        "POST", _ONE, "UpsertCustomerCustomAttribute", "Set a custom attribute", attributes.upsert,
        answer=shapes.AttributeResponse, body=shapes.UpsertAttributeRequest,
    ),
    _route(
        "DELETE", _ONE, "DeleteCustomerCustomAttribute", "Take a custom attribute away", attributes.delete,
        answer=shapes.GoneResponse,
    ),
)  # fmt: skip
