"""Does who is in which set agree with what each customer shows?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import json

from regulars.model.sets import REACHABLE, number_of_source
from regulars.store import Store
from regulars.wire import square
from tests import engines

_SHOWN = """SELECT c.account_id, c.rid, c.came_by, d.square, e.group_ids, e.segment_ids
FROM customer c JOIN doc d ON d.rid = c.rid LEFT JOIN extra e ON e.rid = c.rid WHERE c.came_by > 0"""


def complaints(store: Store) -> Iterator[str]:
    """Each customer whose sets are known is in those that it shows and in no other, deleted ones left aside."""
    rows: list[Any] = engines.rows(store, "SELECT account_id, kind, id, set_no, state FROM customer_set")
    numbers = {(account_id, kind, id): number for account_id, kind, id, number, state in rows if state == 0}
    leaving = {(account_id, number) for account_id, _, _, number, state in rows if state}
    there: set[Any] = set(engines.rows(store, "SELECT account_id, set_no, rid FROM member"))
    shown: set[Any] = set()
    for account_id, rid, came_by, core, group_ids, segment_ids in engines.rows(store, _SHOWN):
        if number_of_source(json.decode(core)["creation_source"]) != came_by:
            yield f"customer {rid} came in another way than its row says"
        if square.is_reachable(core) != (b".REACHABLE" in core):
            yield f"customer {rid} shows another reach than it has"
        shown.add((account_id, came_by, rid))
        if square.is_reachable(core):
            shown.add((account_id, REACHABLE, rid))
        for kind, ids in (("group", group_ids), ("segment", segment_ids)):
            named = [numbers.get((account_id, kind, id)) for id in json.decode(ids or b"[]")]
            shown |= {(account_id, number, rid) for number in named if number is not None}
    there = {each for each in there if each[:2] not in leaving}
    yield from (f"in a set and does not show it: {each}" for each in there - shown)
    yield from (f"shows a set and is not in it: {each}" for each in shown - there)
    every: set[Any] = set(engines.rows(store, "SELECT account_id, rid FROM customer"))
    yield from (f"member that is no customer: {each}" for each in {(a, r) for a, _, r in there} - every)
