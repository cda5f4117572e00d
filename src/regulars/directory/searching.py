"""A search text, tried reading by reading until one finds something (contracts/shift4.md, "search")."""

from __future__ import annotations

from contextlib import suppress

from regulars import errors, normalise
from regulars.directory.directory import Directory
from regulars.store import Store, heavy


def hits(store: Store, account_id: int, loc_no: int, text: str) -> tuple[heavy.Found | None, int]:
    """What the text finds at a location, and how many; (None, 0) when it finds nothing."""
    query = normalise.query(text)
    for terms in query.readings if query is not None else ():
        found = heavy.Found(store, account_id, loc_no, terms)
        total = found.count()
        if total:
            return found, total
    return None, 0


def go_on(directory: Directory) -> None:
    """For when nobody asks: goes on a little with what makes searches for common words cheap. Of no consequence."""
    with suppress(errors.RegularsError):  # the store cannot be read just now, which others will be told
        heavy.go_on(directory.store)
