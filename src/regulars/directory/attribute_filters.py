"""What a filter of Square's search asks of custom attributes: who may fit, by index, and who does.

A key that is not defined, and a filter that is not for the definition's type, fit nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

import msgspec

from regulars.model.attribute import Definition, Sought
from regulars.model.customer_filter import Attribute, Times
from regulars.normalise import attributes as values
from regulars.store import attributes as stored
from regulars.store import places
from regulars.store.store import Store

Pages = Iterator[list[int]]

_ALWAYS = Times()


class _Asked(NamedTuple):
    """A filter, the definition it is about, and what the index is asked for."""

    filter: Attribute
    definition: Definition
    sought: Sought


class AttributeFilters:
    """The filters of one search, inside a reading transaction."""

    def __init__(self, store: Store, account_id: int, asked: Sequence[Attribute]) -> None:
        self._store = store
        self._account_id = account_id
        self._count = len(asked)
        self._asked = [one for one in map(self._resolved, asked) if one is not None]

    def pages(self, loc_nos: Sequence[int], size: int) -> list[Pages]:
        """Several lists of rids: all at these locations who may fit are in each. Others may be, too, from elsewhere."""
        if len(self._asked) < self._count:
            return [iter(())]
        found = [pages for one in self._asked for pages in self._ways(one, loc_nos, size)]
        if found and len(loc_nos) < len(places.location_numbers(self._store, self._account_id)):
            # Values in order are those of the whole account: few customers here must not cost as many elsewhere.
            found.append(stored.at_locations(self._store, self._account_id, loc_nos, size))
        return found

    @property
    def is_idle(self) -> bool:
        """Whether nothing is asked."""
        return not self._count

    def fitting(self, rids: Sequence[int]) -> set[int]:
        """Those of these customers whose values fit all filters."""
        if len(self._asked) < self._count:
            return set()
        numbers = [one.definition.number for one in self._asked]
        kept = stored.some(self._store, self._account_id, rids, numbers)
        return {
            rid
            for rid in rids
            if all(_fits(one, kept.get((rid, one.definition.number))) for one in self._asked)
        }

    def _resolved(self, asked: Attribute) -> _Asked | None:
        definition = stored.definition(self._store, self._account_id, asked.key)
        sought = None if definition is None else values.sought(asked, definition.schema)
        return None if definition is None or sought is None else _Asked(asked, definition, sought)

    def _ways(self, one: _Asked, loc_nos: Sequence[int], size: int) -> Iterator[Pages]:
        """By its value and by when it was set, as far as both are asked."""
        where, sought = (self._store, self._account_id, one.definition.number), one.sought
        if sought.every:
            term = stored.rarest(*where, sought.every)
            yield stored.with_term(*where, term, loc_nos=loc_nos, size=size)
        elif sought.any:
            terms = (stored.with_term(*where, term, loc_nos=loc_nos, size=size) for term in sought.any)
            yield chain.from_iterable(terms)
        elif sought.first is not None and sought.end is not None:
            yield stored.within(*where, first=sought.first, end=sought.end, size=size)
        if one.filter.updated_at is not None or sought == Sought():
            yield stored.holders(*where, one.filter.updated_at or _ALWAYS, size)


def _fits(one: _Asked, kept: stored.Kept | None) -> bool:
    if kept is None:
        return False
    times = one.filter.updated_at or _ALWAYS
    if times.start_at is not None and kept.updated_at < times.start_at:
        return False
    if times.end_at is not None and kept.updated_at >= times.end_at:
        return False
    return values.matches(one.filter, msgspec.json.decode(kept.value), one.definition.schema)
