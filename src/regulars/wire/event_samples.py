"""Invented events, for trying out a subscription: nobody's data, in the shape of what would come."""

from __future__ import annotations

import msgspec

from regulars.model import event as model
from regulars.model import instant
from regulars.model.event import Event

_CUSTOMER_ID = "00000000000000000000TESTER"
_KEY = "favorite-drink"


def of(type: str, *, id: str, now: int) -> Event:
    """An event of this type that never happened."""
    at = instant.text_milliseconds(now)
    about = model.about(type)
    if about == "customer":
        object_id, object, shift4 = _customer(type, at)
    else:
        object_id = _KEY if about.endswith("definition") else f"{_KEY}:CUSTOMER:{_CUSTOMER_ID}"
        object, shift4 = _attribute(about, at), None
    return Event(0, id, type, now, None, object_id, msgspec.json.encode(object), shift4)


def _customer(type: str, at: str) -> tuple[str, object, bytes]:
    customer: dict[str, object] = {"id": _CUSTOMER_ID}
    if type != model.DELETED:
        customer = {
            "created_at": at,
            "creation_source": "THIRD_PARTY",
            "email_address": "ada@example.com",
            "family_name": "Example",
            "given_name": "Ada",
            "id": _CUSTOMER_ID,
            "preferences": {"email_unsubscribed": False},
            "reference_id": "TEST-1",
            "updated_at": at,
            "version": 0,
        }
    shift4 = {
        "posRef": "TEST-1",
        "firstName": "Ada",
        "lastName": "Example",
        "companyName": None,
        "locationId": 1,
        "createdAt": at,
        "updatedAt": at,
        "customerEmails": [{"email": "ada@example.com", "isPrimary": True}],
        "customerPhones": [],
        "customerAddresses": [],
    }
    return _CUSTOMER_ID, {"customer": customer}, msgspec.json.encode(shift4)


def _attribute(about: str, at: str) -> object:
    if about == "custom_attribute":
        own: dict[str, object] = {"value": "Tea"}
    else:
        own = {
            "name": "Favorite drink",
            "description": "What to bring without asking",
            "schema": {
                "$ref": "https://developer-production-s.squarecdn.com/schemas/v1/common.json#squareup.common.String"
            },
        }
    return {
        "key": _KEY,
        "version": 1,
        "visibility": "VISIBILITY_READ_WRITE_VALUES",
        "created_at": at,
        "updated_at": at,
    } | own
