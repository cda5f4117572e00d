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
        if case.operation.path == "/v2/customers":
            query["cursor"] = cursor(
                str(query.get("sort_field", "DEFAULT")), str(query.get("sort_order", "ASC"))
            )
        else:
            del query["cursor"]
    if str(query.get("after", "")).strip():
        # So with a place among the changes, which holds for its location.
        query.pop("location", None)
        query["after"] = after()
    if isinstance(case.body, dict):
        case.body.pop("cursor", None)
        limit = case.body.get("limit")
        if isinstance(limit, float) and limit.is_integer():
            # 98.0 is an integer to JSON Schema, and to nobody who writes a client.
            case.body["limit"] = int(limit)
        if case.operation.path == "/v2/customers/search":
            _make_askable((case.body.get("query") or {}).get("filter") or {})
        if case.operation.path == "/v1/customers/search":
            case.body["any"] = [
                text if [one is not None for one in text.values()] == [True] else {"search": "ada"}
                for text in case.body["any"]
            ]
        _make_definable(case.body)
    version = case.headers.get("Square-Version")
    if version is not None and not FORM_OF_VERSION.fullmatch(str(version)):
        # schemathesis 4.32 knows no valid header whose pattern needs more than letters and digits, and sends `0`.
        case.headers["Square-Version"] = ("2022-04-20", "2025-01-22", "2025-01-23", "2026-09-16")[toss % 4]
    if toss & 2:
        path.update({name: value for name, value in there().items() if name in path})
    return case


def _make_definable(body: dict[str, Any]) -> None:
    """A definition whose schema is one, and that nobody sees; a value where one must be."""
    for name in ("custom_attribute_definition", "custom_attribute"):
        one = body.get(name)
        if isinstance(one, dict) and "schema" in one:
            one["schema"] = {"$ref": "https://developer-production-s.squarecdn.com/schemas/v1/common.json"
                             "#squareup.common.String"}  # fmt: skip
        if isinstance(one, dict) and one.get("visibility") is not None:
            one["visibility"] = "VISIBILITY_HIDDEN"
        if isinstance(one, dict) and one.get("value", 0) is None:
            one["value"] = "Tea"


def _make_askable(filter: dict[str, Any]) -> None:
    """What rules about several fields of a search's filter forbid goes."""
    attributes = (filter.get("custom_attribute") or {}).get("filters") or []
    for at, attribute in enumerate(attributes):
        attribute["key"] = f"{attribute['key'][:400]} {at}"  # each once
        value = attribute.get("filter") or {}
        for name in [name for name, one in value.items() if one is not None][1:]:
            del value[name]  # of one type
        if not any(_is_asking(one) for one in value.values()):
            attribute |= {"filter": None, "updated_at": {"start_at": "2024-01-01T00:00:00Z"}}
        (value.get("selection") or {}).pop("none", None)
        ((value.get("address") or {}).get("postal_code") or {}).pop("fuzzy", None)
    for one in (filter, *(each.get("filter") or {} for each in attributes)):
        for text in (one.get("email"), one.get("phone"), one.get("text"), one.get("email_address"),
                     one.get("phone_number"), one.get("reference_id")):  # fmt: skip
            if text and text.get("exact") and text.get("fuzzy"):
                del text["fuzzy"]
        for phone in (one.get("phone"), one.get("phone_number")):
            if phone and phone.get("exact"):
                phone["exact"] = "+1 (212) 555-0142"
    for times in (*filter.values(), *(one for each in attributes for one in _parts(each))):
        if isinstance(times, dict) and times.get("start_at") and times.get("end_at"):
            del times["end_at"]  # it may lie before the start
    filter.pop("segment_ids", None)  # they must be there


def _parts(attribute: dict[str, Any]) -> list[Any]:
    return [attribute.get("updated_at"), *(attribute.get("filter") or {}).values()]


def _is_asking(value: Any) -> bool:
    """Whether a part of an attribute's filter asks for anything, once what it may not have is gone."""
    if isinstance(value, dict):
        return any(one not in (None, {}, []) and name not in {"none"} for name, one in value.items()) and (
            "postal_code" not in value
            or bool((value["postal_code"] or {}).get("exact") or value.get("country"))
        )
    return value is not None


@cache
def cursor(sort_field: str, sort_order: str) -> str:
    """A cursor of the server's own making."""
    return str(_asked(f"/v2/customers?limit=3&sort_field={sort_field}&sort_order={sort_order}")["cursor"])


@cache
def after() -> str:
    """A place in the list of changes, of the server's own making."""
    return str(_asked("/v1/changes?limit=3")["after"])


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
