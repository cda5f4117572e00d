"""The operations of Square's dialect: all of its customers', and what clients ask around them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.shop import Shop
from tests.proof_http.house import ROOT

DOCUMENT = ROOT.parent / "shared" / "contracts" / "square-customers.openapi.json"
SERVED = """
GET POST            /v2/customers
POST                /v2/customers/bulk-create
POST                /v2/customers/bulk-delete
POST                /v2/customers/bulk-retrieve
POST                /v2/customers/bulk-update
GET POST            /v2/customers/custom-attribute-definitions
DELETE GET PUT      /v2/customers/custom-attribute-definitions/{key}
POST                /v2/customers/custom-attributes/bulk-upsert
GET POST            /v2/customers/groups
DELETE GET PUT      /v2/customers/groups/{group_id}
POST                /v2/customers/search
GET                 /v2/customers/segments
GET                 /v2/customers/segments/{segment_id}
DELETE GET PUT      /v2/customers/{customer_id}
POST                /v2/customers/{customer_id}/cards
DELETE              /v2/customers/{customer_id}/cards/{card_id}
GET                 /v2/customers/{customer_id}/custom-attributes
DELETE GET POST     /v2/customers/{customer_id}/custom-attributes/{key}
DELETE PUT          /v2/customers/{customer_id}/groups/{group_id}
GET POST            /v2/locations
GET PUT             /v2/locations/{location_id}
GET                 /v2/merchants
GET                 /v2/merchants/{merchant_id}
POST                /oauth2/revoke
POST                /oauth2/token
POST                /oauth2/token/status
GET                 /v2/webhooks/event-types
GET POST            /v2/webhooks/subscriptions
DELETE GET PUT      /v2/webhooks/subscriptions/{subscription_id}
POST                /v2/webhooks/subscriptions/{subscription_id}/signature-key
POST                /v2/webhooks/subscriptions/{subscription_id}/test
POST                /v2/events
PUT                 /v2/events/disable
PUT                 /v2/events/enable
GET                 /v2/events/types
"""


@pytest.fixture(scope="module")
def document(shop: Shop) -> dict[str, Any]:
    found: dict[str, Any] = shop.get("/openapi.json", token=None).json
    return found


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """Every operation of a document, under its method and path."""
    return {
        (method.upper(), path): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in {"get", "post", "put", "delete"}
    }


def test_these_operations_are_served(document: dict[str, Any]) -> None:
    """No more and no fewer; a new one is written down here."""
    rows = [line.split() for line in SERVED.splitlines()[1:]]
    written = {(method, path) for *methods, path in rows for method in methods}

    served = {one for one in operations(document) if one[1].startswith(("/v2/", "/oauth2/"))}

    assert served == written


@pytest.mark.skipif(not DOCUMENT.exists(), reason="Square's document is not part of the repository")
def test_all_of_square_is_described(document: dict[str, Any]) -> None:
    """Each of Square's 31 operations on 19 paths: its name, its parameters, and a body where Square's has one."""
    theirs, ours = operations(json.loads(DOCUMENT.read_text())), operations(document)

    assert (len(theirs), len({path for _, path in theirs})) == (31, 19)
    for key, operation in theirs.items():
        assert key in ours, key
        assert ours[key]["operationId"] == operation["operationId"]
        assert parameters(operation) <= parameters(ours[key]), key
        assert ("requestBody" in operation) == ("requestBody" in ours[key]), key


def parameters(operation: dict[str, Any]) -> set[tuple[str, str]]:
    """Where each one is, and its name."""
    return {(one["in"], one["name"]) for one in operation.get("parameters", [])}
