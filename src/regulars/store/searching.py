"""What Square's search reads of customers: who was made or changed when, where they stand, their fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from regulars.model.customer_filter import Times
from regulars.store import growing, listing
from regulars.store.growing import Page
from regulars.store.store import Row, Store, array

_FAR = 1 << 62


class Asked(NamedTuple):
    """Which fields a filter asks for."""

    texts: bool
    phones: bool


def rows(store: Store, account_id: int, rids: Iterable[int]) -> list[Row]:
    """(sort key, created_at, id, rid) of those of these customers that have public information."""
    return store.rows("search_rows", {"account_id": account_id, "rids": array(rids)})


def fields(store: Store, account_id: int, rids: Iterable[int], asked: Asked) -> list[Row]:
    """The same rows, and: updated_at, the documents in Square's and Shift4's dialect.

    What is not asked is None.
    """
    return store.rows("search_fields", {"account_id": account_id, "rids": array(rids)} | asked._asdict())


def created(store: Store, account_id: int, loc_nos: Sequence[int], times: Times, size: int) -> Iterator[Page]:
    """Who was made in a range, in pages that grow."""
    before = _FAR if times.end_at is None else times.end_at
    for loc_no in loc_nos:
        values = {"account_id": account_id, "loc_no": loc_no, "before": before}
        place = {"after": -_FAR if times.start_at is None else times.start_at, "id": ""}
        size = yield from growing.pages(store, "created_rids", values, place, rid=2, size=size)


def updated(store: Store, account_id: int, loc_nos: Sequence[int], times: Times, size: int) -> Iterator[Page]:
    """Who was changed in a range, in pages that grow."""
    before = _FAR if times.end_at is None else times.end_at
    for loc_no in loc_nos:
        values = {"account_id": account_id, "loc_no": loc_no, "before": before}
        place = {"after": -_FAR if times.start_at is None else times.start_at - 1}
        size = yield from growing.pages(store, "updated_rids", values, place, rid=1, size=size)


def referenced(
    store: Store, account_id: int, loc_nos: Sequence[int], pos_refs: Iterable[str]
) -> Iterator[Page]:
    """Who is served under one of these posRefs."""
    for pos_ref in pos_refs:
        found = [listing.rid_of_pos_ref(store, account_id, loc_no, pos_ref) for loc_no in loc_nos]
        yield [rid for rid in found if rid is not None]
