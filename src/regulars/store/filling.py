"""Filling the search indexes anew with customers that were there before today's words and pieces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from regulars.model.place import Location
from regulars.store import places
from regulars.store.listing import rids
from regulars.store.store import Store, array

# As the migrations call them.
EVERYBODY = "parts to fill"
IN_OTHER_LETTERS = "words to fill"  # whose words may be others in Latin letters
MARKS = (EVERYBODY, IN_OTHER_LETTERS)


class Served(NamedTuple):
    """A customer that is due, and the names it is served under."""

    rid: int
    pos_ref: str
    id: str


def mark(store: Store, name: str) -> int | None:
    """The last customer that was put in; None when nobody is due."""
    found = places.secret(store, name)
    return None if found is None else int(found)


def set_mark(store: Store, name: str, rid: int) -> None:
    """Everybody up to this one is in."""
    places.keep_secret(store, name, b"%d" % rid)


def clear_mark(store: Store, name: str, rid: int) -> None:
    """Everybody is in: the mark, at this customer, goes."""
    store.run("delete_meta", {"name": name, "value": b"%d" % rid})


def ahead(locations: Iterable[Location], rid: int) -> list[Location]:
    """The locations that may have customers after this one, in the order of rids."""
    rest = [each for each in locations if rids(each.number)[1] > rid + 1]
    return sorted(rest, key=lambda each: each.number)


def after(store: Store, location: Location, rid: int, *, limit: int) -> list[Served]:
    """The next customers of a location behind this one."""
    low, high = rids(location.number)
    values = {"account_id": location.account_id, "low": max(low, rid + 1), "high": high, "limit": limit}
    return [Served(*row) for row in store.rows("served_as", values)]


def in_other_letters(store: Store, account_id: int, rows: Sequence[Served]) -> list[Served]:
    """Those of them who show more than ASCII; what nobody is shown is not searched."""
    values = {"account_id": account_id, "rids": array([row.rid for row in rows])}
    found = {
        rid
        for rid, shift4, square in store.rows("answers_of", values)
        if not (shift4.isascii() and square.isascii())
    }
    return [row for row in rows if row.rid in found]


def put(
    store: Store, account_id: int, rows: Sequence[Served], tokens: Sequence[str], texts: Sequence[str]
) -> None:
    """Writes what both search indexes hold of these customers anew."""
    keys = [{"account_id": account_id, "rid": row.rid} for row in rows]
    store.run_many("delete_words", keys)
    store.run_many("delete_parts", keys)
    store.run_many("put_words", [key | {"words": each} for key, each in zip(keys, tokens, strict=True)])
    named = zip(keys, texts, strict=True)
    store.run_many("put_parts", [key | {"text": each} for key, each in named if each])
