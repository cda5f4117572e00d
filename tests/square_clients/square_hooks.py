"""Real ids for the cases that schemathesis makes of Square's document. Loaded by its command line (SCHEMATHESIS_HOOKS).

Half of all cases are about somebody who is there; the other half goes out as it was made.
"""

from __future__ import annotations

import itertools
import json
import os
import urllib.request
import zlib
from functools import cache
from typing import Any

import schemathesis

_NUMBERS = itertools.count()


@schemathesis.hook
def map_case(context: Any, case: Any) -> Any:
    """A case about what is there, every other time."""
    toss = zlib.crc32(repr((case.query, case.path_parameters, case.body)).encode())
    if toss & 1:
        # What a case deletes is made for it alone.
        known = there(next(_NUMBERS) if case.method == "DELETE" else toss % 8)
        case.path_parameters.update({key: known[key] for key in case.path_parameters if key in known})
        if isinstance(case.body, dict):
            case.body = _about(known["customer_id"], case.body)
    return case


def _about(customer_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """The body with the id of somebody in the place of one that was invented."""
    if isinstance(body.get("customer_ids"), list):
        return body | {"customer_ids": [*body["customer_ids"][:98], customer_id]}
    if isinstance(body.get("customers"), dict) and body["customers"]:
        [first, *_] = body["customers"].values()
        return body | {"customers": body["customers"] | {customer_id: first}}
    return body


@cache
def there(number: int) -> dict[str, str]:
    """A customer, a group, a definition and a segment."""
    name = f"There {number}"
    schemas = "https://developer-production-s.squarecdn.com/schemas/v1/common.json#squareup.common."
    definition = {"key": f"there-{number}", "name": name, "schema": {"$ref": schemas + "String"}}
    definition |= {"description": name, "visibility": "VISIBILITY_READ_WRITE_VALUES"}
    made = {
        "customer_id": _asked("/v2/customers", given_name=name, email_address="there@example.com"),
        "group_id": _asked("/v2/customers/groups", group={"name": name}),
        "key": _asked("/v2/customers/custom-attribute-definitions", custom_attribute_definition=definition),
        "segment_id": _asked("/v2/customers/segments"),
    }
    return {
        "customer_id": made["customer_id"]["customer"]["id"],
        "group_id": made["group_id"]["group"]["id"],
        "key": made["key"]["custom_attribute_definition"]["key"],
        "segment_id": made["segment_id"]["segments"][0]["id"],
    }


def _asked(target: str, **body: Any) -> Any:
    request = urllib.request.Request(  # noqa: S310  # the test's own server
        os.environ["PROOF_URL"] + target,
        data=json.dumps(body).encode() if body else None,  # a POST, where there is a body
        headers={"Authorization": f"Bearer {os.environ['PROOF_TOKEN']}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return json.load(answer)
