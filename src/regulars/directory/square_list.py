"""Square's side: lists over everything a token sees, single customers by Square id."""

from __future__ import annotations

from collections.abc import Sequence, Set
from itertools import islice

from regulars import errors
from regulars.directory.directory import Directory
from regulars.model.page import SortField, SortOrder, SquarePage, SquarePosition
from regulars.model.place import Grant
from regulars.store import merging, places
from regulars.store import square as stored
from regulars.store.store import Row
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
        rows = stored.walk(
            store,
            grant.account_id,
            loc_nos(directory, grant),
            sort=sort,
            order=order,
            after=after,
            limit=limit + 1,
        )
        return shown(directory, grant, list(islice(rows, limit + 1)), limit=limit, cards=cards)


def shown(directory: Directory, grant: Grant, found: Sequence[Row], *, limit: int, cards: bool) -> SquarePage:
    """A page of the first `limit` of these rows; one more tells that there is a page after it."""
    rids = [row[3] for row in found[:limit]]
    documents = stored.documents(directory.store, grant.account_id, rids)
    return SquarePage(
        [spliced(one, cards=cards) for one in documents],
        stored.position(found[limit - 1]) if len(found) > limit else None,
    )


def count(directory: Directory, grant: Grant) -> int:
    """How many customers with public information the token sees; a stored number, nothing is counted."""
    store = directory.store
    with store.read():
        if grant.location_ids is None:
            return places.counts(store, grant.account_id)[2]
        return sum(places.listed(store, grant.account_id, location_id) for location_id in grant.location_ids)


def one(directory: Directory, grant: Grant, customer_id: str, *, cards: bool) -> bytes:
    """The Square document of one customer, of the survivor if it was merged away.

    Raises NotFound, also when it is, or was, at a location not the token's.
    """
    store = directory.store
    with store.read():
        # Read whether or not there is anybody: who is not the token's takes as long as who is not there.
        numbers = frozenset(loc_nos(directory, grant))
        found = _one(directory, grant.account_id, customer_id, numbers)
        if found is None:
            raise errors.NotFound("There is no such customer")
        return spliced(found, cards=cards)


def some(directory: Directory, grant: Grant, customer_ids: Sequence[str], *, cards: bool) -> dict[str, bytes]:
    """The same of those customers that are there and that the token sees, all of one moment."""
    documents = {}
    with directory.store.read():
        numbers = frozenset(loc_nos(directory, grant))
        for customer_id in customer_ids:
            found = _one(directory, grant.account_id, customer_id, numbers)
            if found is not None:
                documents[customer_id] = spliced(found, cards=cards)
    return documents


def _one(
    directory: Directory, account_id: int, customer_id: str, numbers: Set[int]
) -> stored.Document | None:
    """Whoever answers for an id, unless one of the two is at a location that is not of these."""
    survivor = merging.survivor(directory.store, account_id, customer_id)
    found = stored.by_id(directory.store, account_id, survivor.id)
    if found is None or found[0] not in numbers:
        return None
    return found[1] if survivor.was_at is None or survivor.was_at in numbers else None


def spliced(document: stored.Document, *, cards: bool) -> bytes:
    """The finished document; most have nothing to splice in."""
    core, group_ids, segment_ids, stored_cards = document
    if group_ids is None and segment_ids is None and (stored_cards is None or not cards):
        return core
    return square.splice(
        core, group_ids=group_ids, segment_ids=segment_ids, cards=stored_cards if cards else None
    )


def loc_nos(directory: Directory, grant: Grant) -> list[int]:
    """The store's numbers of the locations that the token sees."""
    every = places.location_numbers(directory.store, grant.account_id)
    return [number for location_id, number in every.items() if grant.sees(location_id)]
