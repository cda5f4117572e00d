"""Shift4's side: pages, searches, changes and single customers of one location."""

from __future__ import annotations

from functools import partial

from regulars import errors
from regulars.directory import searching
from regulars.directory.directory import Directory
from regulars.model.page import Page
from regulars.model.place import Grant
from regulars.store import listing, places
from regulars.wire import shift4

# Under so many changes, asking the index about each is cheaper than sorting all hits of a common word.
_FEW_CHANGES = 2_000


def page(directory: Directory, grant: Grant, location_id: int, *, skip: int, limit: int) -> Page:
    """Customers in list order, first seen first; raises NotFound."""
    store = directory.store
    with store.read():
        (loc_no, given), total = _counted_shelf(directory, grant, location_id)
        found = listing.page(store, grant.account_id, loc_no, skip=skip, limit=limit, is_dense=total == given)
        return Page(found, total)


def joined_page(directory: Directory, grant: Grant, location_id: int, *, skip: int, limit: int) -> Page:
    """The same in one piece, as the engine joins it."""
    store = directory.store
    with store.read():
        (loc_no, given), total = _counted_shelf(directory, grant, location_id)
        found, shown = listing.joined(
            store, grant.account_id, loc_no, skip=skip, limit=limit, is_dense=total == given
        )
        return Page([found] if shown else [], total, joined=shown)


def _counted_shelf(directory: Directory, grant: Grant, location_id: int) -> tuple[places.Shelf, int]:
    """The location in the store, and how many customers it has."""
    known = directory.lately.known()
    key = "shelf", grant.account_id, location_id
    found: tuple[places.Shelf, int] | None = known.get(key)
    if found is None or not grant.sees(location_id):
        shelf = _shelf(directory, grant, location_id)
        found = known[key] = shelf, listing.count(directory.store, grant.account_id, shelf.number)
    return found


def search(directory: Directory, grant: Grant, location_id: int, *, text: str, skip: int, limit: int) -> Page:
    """Customers that a search text finds, in list order; raises NotFound. Nothing searchable finds nothing."""
    store = directory.store
    with store.read():
        loc_no = _shelf(directory, grant, location_id).number
        hits, total = searching.hits(store, grant.account_id, loc_no, text)
        if hits is None:
            return Page([], 0)
        return Page(hits.page(skip=skip, limit=limit), total)


def changes(
    directory: Directory,
    grant: Grant,
    location_id: int,
    *,
    after: int,
    skip: int,
    limit: int,
    deleted: bool = False,
    text: str | None = None,
) -> Page:
    """Customers changed after an instant, in change order; raises NotFound.

    `deleted` adds tombstones. With `text` only what the search finds; a tombstone has nothing to be found by.
    """
    store = directory.store
    with store.read():
        loc_no = _shelf(directory, grant, location_id).number
        if text is not None:
            return _changed_hits(directory, grant, loc_no, after=after, skip=skip, limit=limit, text=text)
        found = listing.Changes(store, grant.account_id, loc_no, after=after, deleted=deleted)
        documents, last = found.page(skip=skip, limit=limit, tombstone=partial(_tombstone, location_id))
        return Page(documents, found.count(), last)


def _tombstone(location_id: int, pos_ref: str, deleted_at: int) -> bytes:
    return shift4.tombstone(pos_ref=pos_ref, location_id=location_id, deleted_at=deleted_at)


def _changed_hits(
    directory: Directory, grant: Grant, loc_no: int, *, after: int, skip: int, limit: int, text: str
) -> Page:
    """Both hold; the cost is that of the smaller set."""
    store, account_id = directory.store, grant.account_id
    hits, total = searching.hits(store, grant.account_id, loc_no, text)
    if hits is None:
        return Page([], 0)
    changed = listing.Changes(store, account_id, loc_no, after=after, deleted=False).count()
    if changed < min(total, _FEW_CHANGES):
        candidates = listing.changed(store, account_id, loc_no, after=after, limit=changed)
        both = [(at, rid) for rid, at in candidates if hits.holds(rid)]
    else:
        both = sorted(listing.times(store, account_id, hits.every(), after=after))
    shown = both[skip : skip + limit]
    documents = [listing.document(store, account_id, rid) for _, rid in shown]
    return Page(documents, len(both), shown[-1][0] if shown else None)


def one(directory: Directory, grant: Grant, location_id: int, pos_ref: str) -> bytes:
    """The Shift4 document of one customer; raises NotFound."""
    store = directory.store
    with store.read():
        loc_no = _shelf(directory, grant, location_id).number
        rid = listing.rid_of_pos_ref(store, grant.account_id, loc_no, pos_ref)
        if rid is None:
            raise errors.NotFound("There is no such customer")
        return listing.document(store, grant.account_id, rid)


def _shelf(directory: Directory, grant: Grant, location_id: int) -> places.Shelf:
    """The location in the store. Unknown and not the grant's are the same, at the same cost."""
    shelf = places.shelf(directory.store, grant.account_id, location_id)
    if shelf is None or not grant.sees(location_id):
        raise errors.NotFound("There is no such location")
    return shelf
