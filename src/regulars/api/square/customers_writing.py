"""Creating, updating and deleting customers, one or up to a hundred at a time (contracts/square.md 2.2, 2.4, 2.5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from regulars import errors, limits
from regulars.api import json_body
from regulars.api.parameters import Wanted
from regulars.api.route import Answer, Call
from regulars.api.square import customers_shapes as shapes
from regulars.api.square.customers import CUSTOMER
from regulars.api.square.errors import answer as failure
from regulars.api.square.version import VERSION, empty_clears, shows_cards
from regulars.directory import square_customers, square_list
from regulars.directory.square_customers import Manner, Outcome
from regulars.wire.square_writing import CreateCustomerRequest, UpdateCustomerRequest

WANTED = Wanted(
    name="version", description="Only if the customer still has this version.", most=limits.VERSION_MAX
)

Shape = TypeVar("Shape", bound=Struct)


def create(call: Call) -> Answer:
    """A new customer, once for each idempotency key."""
    asked = call.read(CreateCustomerRequest)
    return _customer(square_customers.create(call.directory, call.grant, asked))


def update(call: Call) -> Answer:
    """The customer with what is new or changed."""
    asked = call.read(UpdateCustomerRequest)
    customer_id = _id(call.path[CUSTOMER.name])
    return _customer(square_customers.update(call.directory, call.grant, customer_id, asked, _manner(call)))


def delete(call: Call) -> Answer:
    """`{}`, not 204: that breaks Square's SDKs."""
    customer_id = _id(call.path[CUSTOMER.name])
    square_customers.delete(call.directory, call.grant, customer_id, WANTED.of(call.given))
    return Answer(b"{}")


def bulk_create(call: Call) -> Answer:
    """New customers by idempotency key."""
    asked = call.read(shapes.BulkCustomers).customers
    _check_keys(asked)

    def one(key: str, data: Any) -> Callable[[], bytes]:
        request = _part(data, CreateCustomerRequest)
        request.idempotency_key = key
        return square_customers.creation(call.directory, call.grant, request)

    return _each(call, asked, one)


def bulk_update(call: Call) -> Answer:
    """Updates by customer id."""
    asked = call.read(shapes.BulkCustomers).customers
    manner = _manner(call)

    def one(customer_id: str, data: Any) -> Callable[[], bytes]:
        request = _part(data, UpdateCustomerRequest)
        return square_customers.updating(call.directory, call.grant, _id(customer_id), request, manner)

    return _each(call, asked, one)


def bulk_delete(call: Call) -> Answer:
    """Deletes customers by id."""
    ids = call.read(shapes.BulkCustomerIdsRequest).customer_ids

    def one(customer_id: str, _: Any) -> Callable[[], bytes]:
        return square_customers.deleting(call.directory, call.grant, _id(customer_id))

    return _each(call, dict.fromkeys(ids), one, wrap=False)


def bulk_retrieve(call: Call) -> Answer:
    """Customers by id, all of one moment."""
    ids = dict.fromkeys(call.read(shapes.BulkCustomerIdsRequest).customer_ids)
    cards = shows_cards(VERSION.of(call.given))
    there = square_list.some(call.directory, call.grant, [id for id in ids if _may_be_id(id)], cards=cards)
    return _responses((id, there.get(id) or errors.NotFound(_NOT_THERE)) for id in ids)


_NOT_THERE = "There is no such customer"


def _each(
    call: Call, asked: Mapping[str, Any], one: Callable[[str, Any], Callable[[], bytes]], *, wrap: bool = True
) -> Answer:
    """Every item judged, then done, then told; one that is wrong holds up no other."""
    work: dict[str, Callable[[], bytes] | errors.RegularsError] = {}
    for key, data in asked.items():
        try:
            work[key] = one(key, data)
        except (errors.Invalid, errors.NotFound) as error:
            work[key] = error
    return _responses(square_customers.each(call.directory, work).items(), wrap=wrap)


def _responses(outcomes: Iterable[tuple[str, Outcome]], *, wrap: bool = True) -> Answer:
    parts = [
        msgspec.json.encode(key) + b":" + (_wrapped(one) if wrap and isinstance(one, bytes) else _told(one))
        for key, one in outcomes
    ]
    return Answer(b'{"responses":{' + b",".join(parts) + b"}}")


def _told(outcome: Outcome) -> bytes:
    return outcome if isinstance(outcome, bytes) else failure(outcome, 0).body


def _customer(document: bytes) -> Answer:
    return Answer(_wrapped(document))


def _wrapped(document: bytes) -> bytes:
    return b'{"customer":' + document + b"}"


def _part(data: Any, shape: type[Shape]) -> Shape:
    return json_body.convert(data, shape, at="")


def _check_keys(keys: Iterable[str]) -> None:
    """Raises Invalid unless each key can be an idempotency key."""
    for key in keys:
        if not key:
            raise errors.Invalid("customers must have no empty key", field="customers", rule="empty")
        if len(key) > limits.IDEMPOTENCY_KEY_LENGTH_MAX:
            raise errors.Invalid(
                f"A key of customers has more than {limits.IDEMPOTENCY_KEY_LENGTH_MAX} characters",
                field="customers",
                rule="map_key_too_long",
            )


def _id(text: str) -> str:
    if not _may_be_id(text):
        raise errors.NotFound(_NOT_THERE)
    return text


def _may_be_id(text: str) -> bool:
    return 0 < len(text) <= limits.REF_LENGTH_MAX


def _manner(call: Call) -> Manner:
    version = VERSION.of(call.given)
    return Manner(empty_clears=empty_clears(version), cards=shows_cards(version))
