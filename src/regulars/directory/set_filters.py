"""What a filter of Square's search asks of groups, segments and creation sources: who may fit, by set, and who does.

A group that is not there fits nobody, whatever is asked of it; a segment that is not there is an error that names it
(contracts/square.md 2.6).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from regulars import errors
from regulars.directory import sets
from regulars.directory.directory import Directory
from regulars.model.customer_filter import CustomerFilter, Sets, Sources
from regulars.model.sets import EVERY_SOURCE, REACHABLE, SOURCES, Asked, Kind
from regulars.store import members
from regulars.store import sets as stored

Pages = Iterator[list[int]]

_FORM = re.compile(r"[A-Za-z0-9._:\-]{1,64}", re.ASCII)


class SetFilters:
    """The filters of one search, inside a reading transaction; raises Invalid for a segment that is not there."""

    def __init__(self, directory: Directory, account_id: int, asked: CustomerFilter) -> None:
        self._store = directory.store
        self._account_id = account_id
        segments = self._known("segment", asked.segments)
        if asked.segments != Sets():
            segments[sets.reachable_id(directory, account_id)] = REACHABLE
        groups = self._known("group", asked.groups)
        self._asked = [
            _numbered(each, numbers)
            for each, numbers in ((asked.groups, groups), (asked.segments, segments))
            if each != Sets()
        ]
        self._sources = _source_numbers(asked.own.creation_source)
        _check_segments(asked.segments, segments)

    def pages(self, loc_nos: Sequence[int], size: int) -> list[Pages]:
        """For each thing asked, the rids of all at these locations who fit it."""
        if None in self._asked:
            return [iter(())]
        choices = [self._sources] if self._sources else []
        for asked in self._asked:
            if asked is not None:
                choices += [(number,) for number in asked.all]
                choices += [asked.any] if asked.any else []
        return [
            members.pages(self._store, self._account_id, numbers, loc_nos, size=size) for numbers in choices
        ]

    def fitting(self, rids: Sequence[int]) -> set[int]:
        """Those of these customers who are in the groups and segments that are asked for."""
        left = list(rids)
        for asked in self._asked:
            left = [] if asked is None else members.fitting(self._store, self._account_id, asked, left)
        return set(left)

    @property
    def is_idle(self) -> bool:
        """Whether `fitting` has nothing to ask."""
        return not self._asked

    def _known(self, kind: Kind, asked: Sets) -> dict[str, int]:
        ids = {*asked.any, *asked.all, *asked.none}
        if not ids:
            return {}
        found = stored.named(self._store, self._account_id, kind, ids)
        return {id: one.number for id, one in found.items() if not one.is_deleted}


def _numbered(asked: Sets, numbers: dict[str, int]) -> Asked | None:
    """The same by number; None when one of them is not there."""
    found = [[numbers.get(id) for id in ids] for ids in (asked.any, asked.all, asked.none)]
    if any(None in each for each in found):
        return None
    return Asked(*(tuple([number for number in each if number is not None]) for each in found))


def _source_numbers(asked: Sources | None) -> tuple[int, ...]:
    """The sets of those who came in so; of those who did not, the others."""
    if asked is None:
        return ()
    numbers = tuple([SOURCES[word] for word in asked.values])
    if asked.rule == "INCLUDE":
        return numbers
    return tuple([number for number in EVERY_SOURCE if number not in numbers])


def _check_segments(asked: Sets, numbers: dict[str, int]) -> None:
    for id in (*asked.any, *asked.all, *asked.none):
        if id not in numbers:
            # What cannot be an id is not repeated: it may be anything.
            named = f"The segment {id} is" if _FORM.fullmatch(id) else "A segment of segment_ids is"
            raise errors.Invalid(
                f"{named} not known", field="query.filter.segment_ids", rule="unknown_segment"
            )
