"""Cases of the Customers API that no declaration tells of."""

from __future__ import annotations

from typing import Any

from tests.square_errors.case import Case

NOT_FOUND = "NOT_FOUND"
ADA: dict[str, Any] = {"given_name": "Ada", "family_name": "Example"}


def of_one(operation: str) -> tuple[Case, ...]:
    """An id that is not there, and one that is not the token's, are the same to every operation on one customer."""
    return (
        Case(operation=operation, parameter="customer_id", when="is nobody's", code=NOT_FOUND,
             path={"customer_id": "{nobody}"}),
        Case(operation=operation, parameter="customer_id", when="is at a location that is not the token's",
             code=NOT_FOUND, path={"customer_id": "{elsewhere}"}, token="here"),
        Case(operation=operation, parameter="customer_id", when="is longer than any id", code=NOT_FOUND,
             path={"customer_id": "x" * 513}),
    )  # fmt: skip


def _field(parameter: str, when: str, code: str, said: dict[str, Any]) -> tuple[Case, ...]:
    """A field that both writing operations judge alike, alone and in bulk."""
    whole = ADA | said
    return (
        Case(operation="CreateCustomer", parameter=parameter, when=when, code=code, field=parameter, json=whole),
        Case(operation="UpdateCustomer", parameter=parameter, when=when, code=code, field=parameter, json=said),
        Case(operation="BulkCreateCustomers", parameter=f"customers.KEY.{parameter}", when=when, code=code,
             field=parameter, json={"customers": {"one": whole, "two": ADA}}, within="one"),
        Case(operation="BulkUpdateCustomers", parameter=f"customers.ID.{parameter}", when=when, code=code,
             field=parameter, json={"customers": {"{customer}": said}}, within="{customer}"),
    )  # fmt: skip


FIELDS = (
    *_field("given_name", "is no text", "EXPECTED_STRING", {"given_name": 5}),
    *_field("given_name", "has more than 300 characters", "VALUE_TOO_LONG", {"given_name": "x" * 301}),
    *_field("email_address", "is no e-mail", "INVALID_EMAIL_ADDRESS", {"email_address": "ada@"}),
    *_field("phone_number", "has fewer than 9 digits", "INVALID_PHONE_NUMBER", {"phone_number": "555-4240"}),
    *_field("phone_number", "has more than 16 digits", "INVALID_PHONE_NUMBER", {"phone_number": "1" * 17}),
    *_field("phone_number", "has anything but digits, punctuation and a + in front", "INVALID_PHONE_NUMBER",
            {"phone_number": "212-555-4240 x1"}),
    *_field("birthday", "is neither YYYY-MM-DD nor MM-DD", "INVALID_TIME", {"birthday": "9/21/1998"}),
    *_field("birthday", "is a day that no calendar has", "INVALID_TIME", {"birthday": "1999-02-29"}),
    *_field("address.country", "is no code of ISO 3166-1 alpha-2, nor ZZ", "INVALID_ENUM_VALUE",
            {"address": {"country": "USA"}}),
    *_field("tax_ids.eu_vat", "has anything but letters and digits", "VALUE_REGEX_MISMATCH",
            {"tax_ids": {"eu_vat": "IE-3426675K"}}),
)  # fmt: skip

CASES = (
    *FIELDS,
    *of_one("RetrieveCustomer"),
    *of_one("UpdateCustomer"),
    *of_one("DeleteCustomer"),
    Case(operation="ListCustomers", parameter="cursor", when="is of another sort than the one that is repeated",
         code="INVALID_CURSOR", field="cursor", query="cursor={cursor}&sort_order=DESC"),
    Case(operation="CreateCustomer", parameter="", when="has none of the five fields of which one is needed",
         code="BAD_REQUEST", json={"note": "nobody"}),
    Case(operation="CreateCustomer", parameter="idempotency_key", when="was used for another request",
         code="IDEMPOTENCY_KEY_REUSED", field="idempotency_key", json=ADA | {"idempotency_key": "used", "note": "new"},
         first={"method": "POST", "target": "/v2/customers", "json": ADA | {"idempotency_key": "used"}}),
    Case(operation="UpdateCustomer", parameter="", when="would leave none of the five fields of which one is needed",
         code="BAD_REQUEST", json={"given_name": None, "family_name": "", "email_address": None}),
    Case(operation="UpdateCustomer", parameter="version", when="is not the customer's", code="CONFLICT",
         json={"note": "late", "version": 99}),
    Case(operation="DeleteCustomer", parameter="version", when="is not the customer's", code="CONFLICT",
         query="version=99"),
    Case(operation="BulkCreateCustomers", parameter="customers", when="has an empty key", code="VALUE_EMPTY",
         field="customers", json={"customers": {"": ADA}}),
    Case(operation="BulkCreateCustomers", parameter="customers", when="has a key of more than 191 characters",
         code="MAP_KEY_LENGTH_TOO_LONG", field="customers", json={"customers": {"x" * 192: ADA}}),
    Case(operation="BulkCreateCustomers", parameter="customers.KEY", when="is no object", code="EXPECTED_OBJECT",
         json={"customers": {"one": 5, "two": ADA}}, within="one"),
    Case(operation="BulkCreateCustomers", parameter="customers.KEY",
         when="has none of the five fields of which one is needed", code="BAD_REQUEST",
         json={"customers": {"one": {"note": "nobody"}, "two": ADA}}, within="one"),
    Case(operation="BulkCreateCustomers", parameter="customers.KEY", when="its key was used for another request",
         code="IDEMPOTENCY_KEY_REUSED", field="idempotency_key",
         json={"customers": {"used in bulk": ADA | {"note": "new"}, "two": ADA}}, within="used in bulk",
         first={"method": "POST", "target": "/v2/customers", "json": ADA | {"idempotency_key": "used in bulk"}}),
    Case(operation="BulkUpdateCustomers", parameter="customers.ID", when="is nobody's", code=NOT_FOUND,
         json={"customers": {"{nobody}": {"note": "x"}}}, within="{nobody}"),
    Case(operation="BulkUpdateCustomers", parameter="customers.ID", when="is at a location that is not the token's",
         code=NOT_FOUND, json={"customers": {"{elsewhere}": {"note": "x"}}}, within="{elsewhere}", token="here"),
    Case(operation="BulkUpdateCustomers", parameter="customers.ID.version", when="is not the customer's",
         code="CONFLICT", json={"customers": {"{customer}": {"note": "late", "version": 99}}}, within="{customer}"),
    Case(operation="BulkRetrieveCustomers", parameter="customer_ids", when="one is nobody's", code=NOT_FOUND,
         json={"customer_ids": ["{nobody}", "{customer}"]}, within="{nobody}"),
    Case(operation="BulkRetrieveCustomers", parameter="customer_ids", code=NOT_FOUND,
         when="one is at a location that is not the token's", json={"customer_ids": ["{elsewhere}"]},
         within="{elsewhere}", token="here"),
    Case(operation="BulkDeleteCustomers", parameter="customer_ids", when="one is nobody's", code=NOT_FOUND,
         json={"customer_ids": ["{nobody}"]}, within="{nobody}"),
    Case(operation="BulkDeleteCustomers", parameter="customer_ids", code=NOT_FOUND,
         when="one is at a location that is not the token's", json={"customer_ids": ["{elsewhere}"]},
         within="{elsewhere}", token="here"),
)  # fmt: skip
