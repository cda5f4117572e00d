"""Everything out again, in either dialect or whole, in constant memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from regulars.directory import attributes, places, subscriptions
from regulars.directory.directory import Directory
from regulars.directory.square_list import spliced
from regulars.directory.whole import Reader
from regulars.store import listing, merging
from regulars.store import places as stored_places
from regulars.store import square as stored
from regulars.wire import native_customers

Dialect = Literal["shift4", "square", "native"]

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
        if dialect == "native":
            return _whole(directory, account_id, [row[0] for row in store.rows("served_as", values)])
        if dialect == "shift4":
            return [(rid, document) for rid, document in store.rows("documents_shift4", values)]
        rows = store.rows("documents_square", values)
        documents = stored.living(store, account_id, rows)
        return [(row[0], spliced(one, cards=True)) for row, one in zip(rows, documents, strict=True)]


def _whole(directory: Directory, account_id: int, rids: Sequence[int]) -> list[tuple[int, bytes]]:
    """The native API's documents, with what that has elsewhere: custom attributes, and ids that were merged away."""
    store = directory.store
    reader = Reader(directory, subscriptions.everything(stored_places.account(store, account_id)))
    has_merged = merging.is_any(store, account_id)
    found = []
    for rid in rids:
        whole = reader.by_rid(rid)
        merged = [one.id for one in merging.under(store, account_id, whole.id)] if has_merged else []
        beside = {"custom_attributes": attributes.by_key(store, account_id, rid), "answers_for": merged}
        document = native_customers.customer(whole)
        found.append((rid, document[:-1] + b"," + msgspec.json.encode(beside)[1:]))
    return found
