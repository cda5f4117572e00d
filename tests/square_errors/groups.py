"""Cases of groups and segments that no declaration tells of."""

from __future__ import annotations

from typing import Any

from tests.square_errors.case import Case
from tests.square_errors.customers import NOT_FOUND, of_one

NAME: dict[str, Any] = {"group": {"name": "Other"}}


def _group(operation: str, json: Any = None, **path: str) -> tuple[Case, ...]:
    return tuple(
        Case(operation=operation, parameter="group_id", when=when, code=NOT_FOUND, path=path | {"group_id": id},
             json=json)
        for when, id in (("is nobody's", "NOBODYS"), ("is longer than any id", "x" * 513))
    )  # fmt: skip


def _member(operation: str) -> tuple[Case, ...]:
    return (*of_one(operation), *_group(operation, customer_id="{customer}"))


CASES = (
    *(
        Case(operation=operation, parameter="group.name", when=when, code=code, field="group.name",
             json={"group": {"name": name}})
        for operation in ("CreateCustomerGroup", "UpdateCustomerGroup")
        for when, code, name in (
            ("is blank", "VALUE_EMPTY", "  "),
            ("holds what cannot be printed", "VALUE_REGEX_MISMATCH", "Loy\u0000al"),
        )
    ),
    Case(operation="CreateCustomerGroup", parameter="idempotency_key", when="was used for another request",
         code="IDEMPOTENCY_KEY_REUSED", field="idempotency_key", json=NAME | {"idempotency_key": "used by a group"},
         first={"method": "POST", "target": "/v2/customers/groups",
                "json": {"group": {"name": "First"}, "idempotency_key": "used by a group"}}),
    *_group("RetrieveCustomerGroup"),
    *_group("UpdateCustomerGroup", NAME),
    *_group("DeleteCustomerGroup"),
    *(
        Case(operation=operation, parameter="", when="comes with a token for some locations",
             code="INSUFFICIENT_SCOPES", json=json, token="here")
        for operation, json in (("UpdateCustomerGroup", NAME), ("DeleteCustomerGroup", None))
    ),
    *_member("AddGroupToCustomer"),
    *_member("RemoveGroupFromCustomer"),
    Case(operation="RetrieveCustomerSegment", parameter="segment_id", when="is nobody's", code=NOT_FOUND,
         path={"segment_id": "NOBODYS.REACHABLE"}),
    Case(operation="RetrieveCustomerSegment", parameter="segment_id", when="is longer than any id", code=NOT_FOUND,
         path={"segment_id": "x" * 513}),
)  # fmt: skip
