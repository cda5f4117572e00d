"""Events: written with the change they tell of, read by those who deliver or search them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from regulars.model.event import Event, Note, Wanted
from regulars.store.store import Store, array


def wanted(store: Store, account_id: int) -> Wanted:
    """What an account wants to be written down."""
    subscribed, conecto, asked = store.one("events_wanted", {"account_id": account_id})
    return Wanted(bool(subscribed or asked), bool(conecto))


def is_asked(store: Store, account_id: int) -> bool:
    """Whether events are written down even while nobody subscribes."""
    row = store.maybe("events_asked", {"account_id": account_id})
    return bool(row and row[0])


def ask(store: Store, account_id: int, *, asked: bool) -> None:
    """Sets that."""
    store.run("ask_for_events", {"account_id": account_id, "asked": int(asked)})


def put(store: Store, account_id: int, notes: Sequence[Note], chances: bytes, *, now: int) -> None:
    """Writes events under the next numbers; `chances`: 16 random bytes for each."""
    last, at = store.one("take_event_numbers", {"account_id": account_id, "n": len(notes), "now": now})
    first = last - len(notes) + 1
    store.run_many(
        "put_event",
        [
            {
                "account_id": account_id,
                "event_no": first + place,
                "event_id": UUID(bytes=chances[place * 16 : place * 16 + 16], version=4).bytes,
                "type": note.type,
                "created_at": at,
                "rid": note.rid,
                "object_id": note.object_id,
            }
            for place, note in enumerate(notes)
        ],
    )
    store.run_many(
        "put_event_object",
        [
            {
                "account_id": account_id,
                "event_no": first + place,
                "square": note.object,
                "shift4": note.shift4,
            }
            for place, note in enumerate(notes)
        ],
    )


def one(store: Store, account_id: int, number: int) -> Event | None:
    """One event; None when it is gone."""
    row = store.maybe("event", {"account_id": account_id, "event_no": number})
    if row is None:
        return None
    number, id, type, created_at, rid, object_id, square, shift4 = row
    return Event(number, str(UUID(bytes=id)), type, created_at, rid, object_id, square, shift4)


class Line(NamedTuple):
    """What tells whether somebody wants an event."""

    number: int
    type: str
    rid: int | None


def after(store: Store, account_id: int, number: int, *, limit: int) -> list[Line]:
    """The next events after a number, in order."""
    values = {"account_id": account_id, "event_no": number, "limit": limit}
    return [Line(*row) for row in store.rows("events_after", values)]


def last_number(store: Store, account_id: int) -> int:
    """The number of the newest event there ever was."""
    row = store.maybe("last_event_no", {"account_id": account_id})
    return row[0] if row else 0


def number_of(store: Store, account_id: int, id: str) -> int | None:
    """The number of an event by its id."""
    try:
        event_id = UUID(id).bytes
    except ValueError:
        return None
    row = store.maybe("event_no_of", {"account_id": account_id, "event_id": event_id})
    return row[0] if row else None


def number_since(store: Store, account_id: int, at: int) -> int | None:
    """The number of the first event from a time on; None when there is none."""
    row = store.maybe("event_no_since", {"account_id": account_id, "at": at})
    return row[0] if row else None


def search(
    store: Store,
    account_id: int,
    *,
    after: int,
    before: int,
    types: Sequence[str] | None,
    loc_nos: Sequence[int] | None,
    only_located: bool,
    upwards: bool,
    limit: int,
) -> list[int]:
    """Numbers of events between two, newest first or (`upwards`) oldest first, of these types and locations."""
    values = {
        "account_id": account_id,
        "after": after,
        "before": before,
        "types": None if types is None else array(types),
        "loc_nos": None if loc_nos is None else array(loc_nos),
        "located": 1 if only_located else None,
        "limit": limit,
    }
    return [row[0] for row in store.rows("search_events_up" if upwards else "search_events", values)]


def drop_old(store: Store, account_id: int, *, before: int, limit: int) -> int:
    """Drops the next few events that are older than a time; how many."""
    rows = store.rows("old_events", {"account_id": account_id, "before": before, "limit": limit})
    if rows:
        values = {"account_id": account_id, "event_no": rows[-1][0]}
        store.run("delete_event_objects_to", values)
        store.run("delete_events_to", values)
    return len(rows)


def has_old(store: Store, account_id: int, *, before: int) -> bool:
    """Whether there are any."""
    return bool(store.rows("old_events", {"account_id": account_id, "before": before, "limit": 1}))
