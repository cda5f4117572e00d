"""Customers that were merged away: who answers for them, and what is kept to bring them back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from regulars.model.record import Record
from regulars.store import quarantine, records
from regulars.store.customers import Extra, Kept
from regulars.store.store import Store, array

# What stands under the rid of a customer while it is merged away.
_LEFT = (
    "delete_answers_of",
    "delete_attributes_of",
    "delete_attribute_terms_of",
    "delete_merged_event_objects",
    "delete_merged_events",
    "delete_pinned_of",
)
_MOVED = ("move_answers", "move_attributes", "move_attribute_terms", "move_events", "move_pinned")


class Merger(NamedTuple):
    """One merge: who survived it, when it was undone, how the survivor looked before and after (JSON)."""

    survivor_id: str
    undone_at: int | None
    before: bytes
    after: bytes


class Merged(Struct, frozen=True):
    """A customer that was merged away, as it was but for what its source has said since."""

    kept: Kept
    record: Record
    id: str
    rid: int
    loc_no: int
    source_id: int
    ref: str
    pos_ref: str
    hash: bytes
    created_at: int
    version: int
    creation_source: str


class Survivor(NamedTuple):
    """Who answers for a Square id; `was_at`: the number of the location of a customer that was merged away."""

    id: str
    was_at: int | None = None


def survivor(store: Store, account_id: int, id: str) -> Survivor:
    """Itself, unless it was merged away."""
    row = store.maybe("survivor_of", {"account_id": account_id, "id": id})
    return Survivor(*row) if row else Survivor(id)


def put(
    store: Store, account_id: int, merge_id: str, survivor_id: str, *, before: bytes, after: bytes, now: int
) -> None:
    """A new merge."""
    values = {"merge_id": merge_id, "survivor_id": survivor_id, "merged_at": now}
    store.run("put_merger", {"account_id": account_id, "before": before, "after": after, **values})


def keep(
    store: Store,
    account_id: int,
    merge_id: str,
    survivor_id: str,
    *,
    id: str,
    rid: int,
    creation_source: str,
) -> None:
    """Copies a customer that is about to go; whoever was merged into it is answered for by the survivor too."""
    values = {"account_id": account_id, "survivor_id": survivor_id}
    store.run("follow_survivor", {**values, "id": id})
    store.run("put_merged", {**values, "merge_id": merge_id, "rid": rid, "creation_source": creation_source})


def maybe(store: Store, account_id: int, merge_id: str) -> Merger | None:
    """A merge by its id."""
    row = store.maybe("merger", {"account_id": account_id, "merge_id": merge_id})
    return Merger(*row) if row else None


def of_merge(store: Store, account_id: int, merge_id: str) -> list[Merged]:
    """Those whom a merge merged away."""
    return list(map(_merged, store.rows("merged_of", {"account_id": account_id, "merge_id": merge_id})))


def under(store: Store, account_id: int, id: str) -> list[Merged]:
    """Those for whom a customer answers."""
    return list(map(_merged, store.rows("merged_under", {"account_id": account_id, "id": id})))


def is_any(store: Store, account_id: int) -> bool:
    """Whether anybody is merged away."""
    return store.maybe("has_merged", {"account_id": account_id}) is not None


def by_ref(
    store: Store, account_id: int, loc_no: int, source_id: int, refs: Iterable[str]
) -> dict[str, Merged]:
    """Those of a source's refs that were merged away; costs nothing where nobody was."""
    if not is_any(store, account_id):
        return {}
    values = {"account_id": account_id, "loc_no": loc_no, "source_id": source_id, "refs": array(refs)}
    return {one.ref: one for one in map(_merged, store.rows("merged_by_ref", values))}


def change(
    store: Store,
    account_id: int,
    one: Merged,
    record: Record,
    packed: bytes,
    *,
    hash: bytes,
    kept: Kept,
    seen_at: int,
) -> None:
    """Keeps what a newer record says of a customer that was merged away."""
    extra = kept.extra or Extra(None, None, None)
    values: dict[str, object] = {
        "account_id": account_id,
        "id": one.id,
        "hash": hash,
        "state": kept.state,
        "group_ids": extra.group_ids,
        "segment_ids": extra.segment_ids,
        "cards": extra.cards,
        "seen_at": seen_at,
        "format": record.format,
        "place": record.place,
        "columns": msgspec.json.encode(record.columns).decode() if record.columns else None,
        "raw": packed,
    }
    store.run("keep_merged", values)


def bring_back(store: Store, account_id: int, one: Merged, *, rid: int) -> None:
    """It is there again, at another rid: what stands under its old one moves, and it answers for itself."""
    store.run("delete_merged", {"account_id": account_id, "id": one.id})
    led = [one.id]
    while led:
        values = {"account_id": account_id, "into_id": led.pop(), "survivor_id": one.id}
        led += [row[0] for row in store.rows("lead_back", values)]
    for query in _MOVED:
        store.run(query, {"account_id": account_id, "rid": rid, "before": one.rid})


def undone(store: Store, account_id: int, merge_id: str, *, now: int) -> None:
    """The merge is undone, and holds nothing of anybody any more."""
    store.run("undo_merger", {"account_id": account_id, "merge_id": merge_id, "undone_at": now})


def forget(store: Store, account_id: int, id: str, losers: Sequence[Merged]) -> None:
    """Deletes all that is kept of the customer's merges and of those for whom it answers."""
    for each in losers:
        store.run("delete_merged", {"account_id": account_id, "id": each.id})
        for query in _LEFT:
            store.run(query, {"account_id": account_id, "rid": each.rid})
        store.run(
            "delete_wanted_of", {"account_id": account_id, "source_id": each.source_id, "ref": each.ref}
        )
    for gone in (id, *(each.id for each in losers)):
        store.run("delete_mergers_of", {"account_id": account_id, "id": gone})


def _merged(row: Sequence[Any]) -> Merged:
    *names, state, group_ids, segment_ids, cards, format, place, columns, packed = row
    has_extra = not (group_ids is segment_ids is cards is None)
    kept = Kept(state, Extra(group_ids, segment_ids, cards) if has_extra else None)
    record = Record(format, records.unpack(format, packed), place, quarantine.columns(columns))
    return Merged(kept, record, *names)
