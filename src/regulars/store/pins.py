"""Fields of customers that stay as they are, whatever their source says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from regulars.store.store import Store, array

NOTHING_PINNED: frozenset[str] = frozenset()


def of(store: Store, account_id: int, rid: int) -> tuple[str, ...]:
    """Those of one customer, by name."""
    return tuple(row[0] for row in store.rows("pinned_of", {"account_id": account_id, "rid": rid}))


def of_many(store: Store, account_id: int, rids: Iterable[int]) -> Mapping[int, frozenset[str]]:
    """Those of some customers, for those that have any; costs nothing where nobody has."""
    if store.maybe("any_pinned", {"account_id": account_id}) is None:
        return {}
    found: dict[int, set[str]] = defaultdict(set)
    for rid, field in store.rows("pinned_of_many", {"account_id": account_id, "rids": array(rids)}):
        found[rid].add(field)
    return {rid: frozenset(fields) for rid, fields in found.items()}


def put(store: Store, account_id: int, rid: int, fields: Iterable[str]) -> None:
    """These and no others."""
    where = {"account_id": account_id, "rid": rid}
    store.run("delete_pinned_of", where)
    store.run_many("put_pinned", [where | {"field": field} for field in fields])
