"""Square's side: lists over everything a token sees, single customers by Square id."""

from __future__ import annotations

from regulars import errors
from regulars.directory.directory import Directory
from regulars.model.page import SortField, SortOrder, SquarePage, SquarePosition
from regulars.model.place import Grant
from regulars.store import places
from regulars.store import square as stored
from regulars.wire import square


def page(
    directory: Directory,
    grant: Grant,
    *,
    sort: SortField,
    order: SortOrder,
    after: SquarePosition | None,
    limit: int,
    cards: bool,
) -> SquarePage:
    """The next customers with public information; `next` is where the page after this one begins."""
    store = directory.store
    with store.read():
        found = stored.page(
            store,
            grant.account_id,
            _numbers(directory, grant),
            sort=sort,
            order=order,
            after=after,
            limit=limit + 1,
        )
        rids = [rid for _, rid in found[:limit]]
        documents = [spliced(one, cards=cards) for one in stored.documents(store, grant.account_id, rids)]
    return SquarePage(documents, found[limit - 1][0] if len(found) > limit else None)


def count(directory: Directory, grant: Grant) -> int:
    """How many customers with public information the token sees; a stored number, nothing is counted."""
    store = directory.store
    with store.read():
        if grant.location_ids is None:
            return places.counts(store, grant.account_id)[2]
        return sum(places.listed(store, grant.account_id, location_id) for location_id in grant.location_ids)


def one(directory: Directory, grant: Grant, customer_id: str, *, cards: bool) -> bytes:
    """The Square document of one customer; raises NotFound, also when it is at a location not the token's."""
    store = directory.store
    with store.read():
        found = stored.by_id(store, grant.account_id, customer_id)
        if found is None or found[0] not in _numbers(directory, grant):
            raise errors.NotFound("There is no such customer")
        return spliced(found[1], cards=cards)


def spliced(document: stored.Document, *, cards: bool) -> bytes:
    """The finished document; most have nothing to splice in."""
    core, group_ids, segment_ids, stored_cards = document
    if group_ids is None and segment_ids is None and (stored_cards is None or not cards):
        return core
    return square.splice(
        core, group_ids=group_ids, segment_ids=segment_ids, cards=stored_cards if cards else None
    )


def _numbers(directory: Directory, grant: Grant) -> list[int]:
    """The store's numbers of the locations that the token sees."""
    every = places.location_numbers(directory.store, grant.account_id)
    return [number for location_id, number in every.items() if grant.sees(location_id)]
