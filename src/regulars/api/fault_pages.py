"""Pages of customers as a faulty server shows them: the true page is taken apart, spoilt and put together again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import msgspec
from msgspec import Struct, structs

from regulars.api.parameters import Parameter
from regulars.api.route import Answer, Call, Route
from regulars.model import instant

STALE_SECONDS = 5
_STALE_MICROSECONDS = STALE_SECONDS * 1_000_000
_LOOPS_MAX = 1_000  # lists whose loop is remembered
_REPEATED_SHARE = 10  # one customer in so many comes twice

FAULTS = frozenset({"stale-list", "duplicate", "cursor-loop", "wrong-total"})

# The lists of customers, each with the key of the customers in its answer and that of their change time.
LISTS: Mapping[str, tuple[str, str]] = {
    "listCustomersV1": ("customers", "updated_at"),
    "searchCustomersV1": ("customers", "updated_at"),
    "ListCustomers": ("customers", "updated_at"),
    "SearchCustomers": ("customers", "updated_at"),
    "listPosCustomers": ("results", "updatedAt"),
}
_UPDATED_AFTER = frozenset({"updatedAfter", "updated_after"})

_Page = dict[str, Any]


class Loops:
    """The first cursor of each list that is being walked, to lead back to."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str], str] = {}

    def lead_back(self, page: _Page, route: Route, call: Call) -> None:
        """Makes the list endless: every page behind the second, and the last in any case, has the first cursor."""
        key = (call.grant.prefix, route.name)
        asked = cursor(call)
        if asked is None:
            self._remember(key, page.get("cursor"))
        elif asked != self._first.get(key, asked) or "cursor" not in page:
            page["cursor"] = self._first.get(key, asked)

    def _remember(self, key: tuple[str, str], first: str | None) -> None:
        if first is None:
            self._first.pop(key, None)
            return
        if len(self._first) >= _LOOPS_MAX:
            self._first.clear()
        self._first[key] = first


def has_cursor(route: Route) -> bool:
    """Whether the route's pages are turned by a cursor."""
    return "cursor" in _names(route.parameters) or "cursor" in _fields(route.body)


def has_updated_after(route: Route) -> bool:
    """Whether the route can be asked for what changed since a time."""
    return bool(_UPDATED_AFTER & _names(route.parameters)) or route.name == "SearchCustomers"


def cursor(call: Call) -> str | None:
    """The cursor that a request brings, in its query or its body."""
    found = call.given.get("cursor") or _body(call).get("cursor")
    return found if isinstance(found, str) and found else None


def without_updated_after(call: Call) -> Call:
    """The request as if it had not named a time of change."""
    given = {name: value for name, value in call.given.items() if name not in _UPDATED_AFTER}
    body = _body(call)
    match body:
        case {"query": {"filter": {"updated_at": _} as filters}}:
            del filters["updated_at"]
            return structs.replace(call, given=given, body=msgspec.json.encode(body))
    return structs.replace(call, given=given)


def spoilt(answer: Answer, route: Route, call: Call, faults: Collection[str], loops: Loops) -> Answer:
    """The answer with its page spoilt by these faults."""
    page = _decoded(answer.body)
    if "stale-list" in faults:
        page = _stale(page, route, call)
    if "duplicate" in faults:
        key, _ = LISTS[route.name]
        if customers := page.get(key):
            page[key] = [*customers, *customers[: -(-len(customers) // _REPEATED_SHARE)]]
    if "cursor-loop" in faults:
        loops.lead_back(page, route, call)
    if "wrong-total" in faults:
        for totals, name in ((page, "count"), (page.get("meta"), "totalCount")):
            if totals is not None and name in totals:
                totals[name] = 2 * totals[name] + 1
    return structs.replace(answer, body=msgspec.json.encode(page))


def _stale(page: _Page, route: Route, call: Call) -> _Page:
    """The page without the customers that changed of late.

    A page that this would leave empty is skipped, so that none is empty with a cursor: Square sends none such.
    """
    key, changed = LISTS[route.name]
    since = call.directory.clock() - _STALE_MICROSECONDS
    while True:
        kept = [one for one in page.get(key, ()) if (instant.parse(one[changed]) or 0) < since]
        if kept or "cursor" not in page:
            break
        page = _decoded(route.handle(_with_cursor(call, page["cursor"])).body)
    if key in page:
        page[key] = kept
        if not kept and route.dialect == "square":
            del page[key]  # Square's empty list is no key at all
    return page


def _with_cursor(call: Call, cursor: str) -> Call:
    if "cursor" in call.given or not call.body:
        return structs.replace(call, given={**call.given, "cursor": cursor})
    return structs.replace(call, body=msgspec.json.encode({**_body(call), "cursor": cursor}))


def _body(call: Call) -> _Page:
    try:
        return _decoded(call.body) if call.body else {}
    except msgspec.DecodeError:
        return {}  # the handler says what is wrong with it


def _decoded(data: bytes) -> _Page:
    found = msgspec.json.decode(data)
    return found if isinstance(found, dict) else {}


def _names(parameters: tuple[Parameter[Any], ...]) -> set[str]:
    return {one.name for one in parameters}


def _fields(shape: Any) -> set[str]:
    is_struct = isinstance(shape, type) and issubclass(shape, Struct)
    return {one.encode_name for one in structs.fields(shape)} if is_struct else set()
