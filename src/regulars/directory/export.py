"""Everything out again, in either dialect, in constant memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from regulars.directory import places
from regulars.directory.directory import Directory
from regulars.directory.square_list import spliced
from regulars.store import listing

Dialect = Literal["shift4", "square"]

_PAGE = 500


def documents(
    directory: Directory, account_id: int, *, location_id: int | None, dialect: Dialect
) -> Iterator[bytes]:
    """Every customer of a location (None: of all, by location id) in list order; raises NotFound.

    Read in short transactions, so that an export never holds up anybody; what changes meanwhile may show.
    """
    if location_id is not None:
        chosen = [places.location(directory, account_id, location_id)]
    else:
        chosen = places.locations(directory, account_id)
    for location in chosen:
        low, high = listing.rids(location.number)
        while page := _page(directory, account_id, low, high, dialect):
            yield from (document for _, document in page)
            low = page[-1][0] + 1


def _page(
    directory: Directory, account_id: int, low: int, high: int, dialect: Dialect
) -> list[tuple[int, bytes]]:
    values = {"account_id": account_id, "low": low, "high": high, "limit": _PAGE}
    store = directory.store
    with store.read():
        if dialect == "shift4":
            return [(rid, document) for rid, document in store.rows("documents_shift4", values)]
        return [
            (rid, spliced((core, groups, segments, cards), cards=True))
            for rid, core, groups, segments, cards in store.rows("documents_square", values)
        ]
