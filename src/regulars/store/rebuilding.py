"""Reading customers with their records, in the order of rids, for a rebuild."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import Struct

from regulars.model.customer import Problem
from regulars.model.place import Location
from regulars.model.record import Record
from regulars.store import quarantine, records
from regulars.store.customers import Stored
from regulars.store.listing import rids
from regulars.store.store import Row, Store, array


class Kept(Struct, frozen=True):
    """A customer as it is served now, and the record it comes from."""

    stored: Stored
    source_id: int
    change_no: int
    updated_at: int
    sort_key: str
    problems: tuple[Problem, ...]
    shift4: bytes
    square: bytes
    record: Record


def after(store: Store, location: Location, rid: int, *, limit: int) -> list[Kept]:
    """The next customers of a location behind this one."""
    low, high = rids(location.number)
    values = {"account_id": location.account_id, "low": max(low, rid + 1), "high": high, "limit": limit}
    return list(map(_kept, store.rows("kept_after", values)))


def change_numbers(store: Store, account_id: int, rids: Iterable[int]) -> dict[int, int]:
    """The latest change of those of these customers that are still there."""
    return dict(store.rows("change_numbers", {"account_id": account_id, "rids": array(rids)}))


def _kept(row: Row) -> Kept:
    source_id, change_no, updated_at, sort_key, problems, shift4, square, format, place, columns, packed = (
        row[10:]
    )
    return Kept(
        Stored(*row[:10]),
        source_id,
        change_no,
        updated_at,
        sort_key,
        msgspec.json.decode(problems, type=tuple[Problem, ...]) if problems else (),
        shift4,
        square,
        Record(format, records.unpack(format, packed), place, quarantine.columns(columns)),
    )
