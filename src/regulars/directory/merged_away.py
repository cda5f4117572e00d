"""Records of customers that were merged away: they are kept for the undo, and make nobody anew."""

from __future__ import annotations

from collections.abc import Sequence

from regulars.directory import keeping, preparing
from regulars.directory.directory import Directory
from regulars.directory.preparing import Prepared, Work
from regulars.store import merging, pins
from regulars.store.customers import NOTHING_KEPT


def taken_in(directory: Directory, work: Work, new: Sequence[Prepared]) -> frozenset[str]:
    """The refs of those records that are of somebody who was merged away; what they say is kept."""
    store, location = directory.store, work.location
    away = merging.by_ref(
        store, location.account_id, location.number, work.source_id, [each.ref for each in new]
    )
    pinned = pins.of_many(store, location.account_id, [one.rid for one in away.values()]) if away else {}
    for each in new:
        one = away.get(each.ref)
        if one is None or (one.hash == each.hash and one.record.raw == each.record.raw):
            continue
        kept = one.kept
        held = pinned.get(one.rid, pins.NOTHING_PINNED)
        if one.hash != each.hash and (kept != NOTHING_KEPT or held or keeping.extra_of(each.customer)):
            old = preparing.clean(one.record, location.country)
            kept = keeping.renewed(kept, old=old, new=each.customer, region=location.country, pinned=held)
        merging.change(
            store,
            location.account_id,
            one,
            each.record,
            each.packed,
            hash=each.hash,
            kept=kept,
            seen_at=directory.clock(),
        )
    return frozenset(away)
