"""The document says what is served: the same routes, the same parameters, the same structs."""

from __future__ import annotations

import json
import re
from typing import Any, get_args

import msgspec
import pytest

from regulars.api.application import by_template, routes
from regulars.api.route import Answer, Route
from regulars.api.shift4 import shapes as shift4_shapes
from regulars.api.square import shapes as square_shapes
from regulars.model.place import Scope
from regulars.wire import shift4, square
from tests.api.shop import HERE, Shop
from tests.api.test_authorisation import TARGETS


@pytest.fixture(scope="module")
def document(shop: Shop) -> dict[str, Any]:
    answer = shop.get("/openapi.json", token=None)
    assert answer.status == 200
    found: dict[str, Any] = answer.json
    return found


def test_every_route_is_in_the_document(shop: Shop, document: dict[str, Any]) -> None:
    """And nothing else is: what the router answers is what is described."""
    served = {
        (re.sub(r":path}", "}", template), route.method.lower())
        for template, found in by_template(routes(shop.directory)).items()
        for route in found
    }
    described = {(path, method) for path, item in document["paths"].items() for method in item}

    assert described == served
    assert document["openapi"].startswith("3.1")


def test_every_route_says_who_may_use_it(shop: Shop, document: dict[str, Any]) -> None:
    """A scope there is, or that it is public; a route that says nothing cannot be made."""
    allowed = {*get_args(Scope), "public", "token", "hook"}
    assert {route.scope for route in routes(shop.directory)} <= allowed
    with pytest.raises(TypeError, match="scope"):
        Route(
            name="x",
            summary="x",
            dialect="native",
            method="GET",
            template="/x",
            handle=lambda _: Answer(b""),
            answer=dict,
        )  # type: ignore[call-arg]
    for item in document["paths"].values():
        for operation in item.values():
            assert "security" in operation


def test_names_are_unique(document: dict[str, Any]) -> None:
    """Generators make functions of them."""
    names = [operation["operationId"] for item in document["paths"].values() for operation in item.values()]

    assert len(names) == len(set(names))


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    """To a schema of the document."""
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))

    assert named == set(document["components"]["schemas"])


def test_path_parameters_are_declared(shop: Shop) -> None:
    """Each that the template has, and no other."""
    for route in routes(shop.directory):
        declared = {one.name for one in route.parameters if one.place == "path"}
        assert set(re.findall(r"{(\w+)}", route.template)) == declared


def names_of(shape: Any) -> list[str]:
    return [field.encode_name for field in msgspec.structs.fields(shape)]


@pytest.mark.parametrize(
    ("documented", "written", "unwritten"),
    [
        (shift4_shapes.PosCustomer, shift4._Tombstone, set()),
        (shift4_shapes.CustomerEmail, shift4._Email, set()),
        (shift4_shapes.CustomerPhone, shift4._Phone, set()),
        (shift4_shapes.CustomerAddress, shift4._Address, {"streetAddress1", "streetAddress2", "postalCode"}),
        (square_shapes.Customer, square._Customer, set()),
        (square_shapes.Address, square._Address, set()),
        (square_shapes.Card, square._Card, set()),
        (square_shapes.Preferences, square._Preferences, set()),
        (square_shapes.TaxIds, square._TaxIds, set()),
    ],
)
def test_the_shapes_are_what_is_written(documented: Any, written: Any, unwritten: set[str]) -> None:
    """Field by field, in order."""
    elsewhere = {"billing_address"}  # of cards that were put on file here
    documented_names = [name for name in names_of(documented) if name not in elsewhere]
    assert documented_names == [name for name in names_of(written) if name not in unwritten]


@pytest.mark.parametrize("name", [*TARGETS, "getHealth", "getReadiness", "getVersion"])
def test_answers_have_the_documented_shape(shop: Shop, name: str) -> None:
    """Decoded strictly and encoded again, an answer is the same."""
    [route] = [route for route in routes(shop.directory) if route.name == name]
    target = TARGETS.get(name, route.template)
    if name == "RetrieveCustomer":
        target = "/v2/customers/" + shop.get("/v2/customers").json["customers"][0]["id"]

    answer = shop.get(target)

    assert answer.status == 200
    assert json.loads(msgspec.json.encode(msgspec.json.decode(answer.body, type=route.answer))) == answer.json


def test_an_answer_with_tombstones_has_the_documented_shape(own_shop: Shop) -> None:
    """Scalars null, `deletedAt` there."""
    from regulars.directory import deletion
    from tests.directory.world import person

    own_shop.add(person("A"))
    customer_id = own_shop.get("/v2/customers").json["customers"][0]["id"]
    deletion.delete(own_shop.directory, own_shop.account.account_id, [customer_id])

    body = own_shop.get(f"/pos/v2/{HERE}/customers?updatedAfter=2020-01-01&includeDeleted=true").body

    [gone] = msgspec.json.decode(body, type=shift4_shapes.PosCustomerPage).results
    assert gone.deleted_at == gone.updated_at
