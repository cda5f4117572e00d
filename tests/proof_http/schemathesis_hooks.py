"""What an OpenAPI document cannot say, told to schemathesis. Loaded by its command line (SCHEMATHESIS_HOOKS).

Only cases that are meant to be valid are touched; those that are meant to break rules go out as they were made.
"""

from __future__ import annotations

import json
import os
import re
import urllib.request
import zlib
from functools import cache
from typing import Any

import schemathesis
from schemathesis.generation import GenerationMode

BY_PAGE = ("page", "pageSize")
BY_OFFSET = ("offset", "limit")
FORM_OF_VERSION = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@schemathesis.hook
def map_case(context: Any, case: Any) -> Any:
    """A case in which parameters go together as they must, half of the time about something that is there."""
    if case.meta is None or case.meta.generation.mode is not GenerationMode.POSITIVE:
        return case
    query, path = case.query, case.path_parameters
    toss = zlib.crc32(repr((query, path)).encode())  # the same for the same case, in every run
    if any(name in query for name in BY_PAGE) and any(name in query for name in BY_OFFSET):
        # The contract says 400 to a mixture, which no schema of single parameters expresses. Either half goes.
        for name in BY_PAGE if toss & 1 else BY_OFFSET:
            query.pop(name, None)
    if str(query.get("cursor", "")).strip():
        # Only the server can make a cursor, and it holds for the sort that it was made under.
        query["cursor"] = cursor(str(query.get("sort_field", "DEFAULT")), str(query.get("sort_order", "ASC")))
    version = case.headers.get("Square-Version")
    if version is not None and not FORM_OF_VERSION.fullmatch(str(version)):
        # schemathesis 4.32 knows no valid header whose pattern needs more than letters and digits, and sends `0`.
        case.headers["Square-Version"] = ("2022-04-20", "2025-01-22", "2025-01-23", "2026-09-16")[toss % 4]
    if toss & 2:
        path.update({name: value for name, value in there().items() if name in path})
    return case


@cache
def cursor(sort_field: str, sort_order: str) -> str:
    """A cursor of the server's own making."""
    return str(_asked(f"/v2/customers?limit=3&sort_field={sort_field}&sort_order={sort_order}")["cursor"])


@cache
def there() -> dict[str, str]:
    """Path parameters of what is really served."""
    customer = _asked("/v2/customers?limit=1")["customers"][0]
    [merchant] = _asked("/v2/merchants")["merchant"]
    location_id = merchant["main_location_id"]
    listed = _asked(f"/pos/v2/{location_id}/customers?pageSize=1")["results"][0]
    return {
        "locationId": location_id,
        "location_id": location_id,
        "posRef": listed["posRef"],
        "customer_id": customer["id"],
        "merchant_id": merchant["id"],
    }


def _asked(target: str) -> Any:
    request = urllib.request.Request(  # noqa: S310  # the test's own server
        os.environ["PROOF_URL"] + target, headers={"Authorization": f"Bearer {os.environ['PROOF_TOKEN']}"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return json.load(answer)
