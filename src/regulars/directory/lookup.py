"""Looking somebody up, for people: by any piece of a name, phone or e-mail, by Square id, by posRef."""

from __future__ import annotations

from msgspec import structs

from regulars import errors
from regulars.directory import attributes, relevance, searching
from regulars.directory.directory import Directory
from regulars.directory.square_list import spliced
from regulars.model.place import Location, Source
from regulars.model.record import Shown
from regulars.store import listing, merging, pins, places, showing


def find(
    directory: Directory, account_id: int, *, text: str, location_id: int | None, limit: int
) -> list[Shown]:
    """The best customers that a search finds (relevance.py), how in `match`; then other exact ones, in list order.

    Raises NotFound for an unknown location.
    """
    store = directory.store
    with store.read():
        loc_nos = [one.number for one in _locations(directory, account_id, location_id)]
        best = relevance.best(store, account_id, loc_nos, text)
        matches = {one.rid: one.match for one in best.hits[:limit]}
        for loc_no in loc_nos if best.more else ():
            hits, _total = searching.hits(store, account_id, loc_no, text)
            rids = hits.first(limit) if hits is not None and len(matches) < limit else []
            for rid in rids:
                if len(matches) < limit:
                    matches.setdefault(rid, "exact")
        shown = _shown(directory, account_id, list(matches))
        return [structs.replace(one, match=match) for one, match in zip(shown, matches.values(), strict=True)]


def show(
    directory: Directory,
    account_id: int,
    reference: str,
    *,
    location_id: int | None = None,
    is_to_go: bool = False,
) -> list[Shown]:
    """The customer with this Square id, else those with this posRef (at each location); raises NotFound.

    For an id that was merged away it is the survivor. With `is_to_go` that is Conflict: nobody is to delete somebody
    else than was asked for.
    """
    store = directory.store
    with store.read():
        rid = showing.rid_of_id(store, account_id, reference)
        if rid is None and (survivor := merging.survivor(store, account_id, reference)).id != reference:
            if is_to_go:
                raise errors.Conflict(
                    f"It was merged into {survivor.id}, which answers for it",
                    hint=f"Delete both: regulars delete {survivor.id}. Or part them first: regulars unmerge.",
                )
            rid = showing.rid_of_id(store, account_id, survivor.id)
        locations = _locations(directory, account_id, location_id)
        rids = [rid] if rid is not None else []
        if rid is None:
            each = (listing.rid_of_pos_ref(store, account_id, one.number, reference) for one in locations)
            rids = [rid for rid in each if rid is not None]
        found = _shown(directory, account_id, rids)
    found = [one for one in found if location_id is None or one.location_id == location_id]
    if not found:
        raise errors.NotFound("There is no such customer", hint="Look for it with: regulars find TEXT")
    return found


def _locations(directory: Directory, account_id: int, location_id: int | None) -> list[Location]:
    every = places.locations(directory.store, account_id)
    if location_id is None:
        return every
    chosen = [one for one in every if one.location_id == location_id]
    if not chosen:
        raise errors.NotFound(f"Location {location_id} is not known", hint="regulars location list")
    return chosen


def _shown(directory: Directory, account_id: int, rids: list[int]) -> list[Shown]:
    locations = {one.number: one for one in places.locations(directory.store, account_id)}
    sources = places.sources(directory.store, account_id)
    return [_one(directory, account_id, rid, locations, sources) for rid in rids]


def _one(
    directory: Directory,
    account_id: int,
    rid: int,
    locations: dict[int, Location],
    sources: dict[int, Source],
) -> Shown:
    sheet = showing.sheet(directory.store, account_id, rid)
    return Shown(
        id=sheet.id,
        pos_ref=sheet.pos_ref,
        location_id=locations[sheet.loc_no].location_id,
        source=sources[sheet.source_id].name,
        ref=sheet.ref,
        change_no=sheet.change_no,
        created_at=sheet.created_at,
        updated_at=sheet.updated_at,
        shift4=sheet.shift4,
        square=spliced(sheet.square, cards=True),
        problems=sheet.problems,
        record=sheet.record,
        seen_at=sheet.seen_at,
        pinned=pins.of(directory.store, account_id, rid),
        attributes=attributes.by_key(directory.store, account_id, rid),
        answers_for=tuple(one.id for one in merging.under(directory.store, account_id, sheet.id)),
    )
