"""Which sets customers belong to, found while they are written: how they came in, segments, groups.

What a record names and nobody knows becomes a group, or a segment, of that name. What was deleted here stays deleted,
whoever names it. Segments of ours are judged anew with every write.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

import msgspec
from msgspec import Struct

from regulars import limits
from regulars.directory import keeping
from regulars.directory.directory import Directory
from regulars.model.customer_filter import Fields, Own
from regulars.model.sets import REACHABLE, REACHABLE_END, REACHABLE_NAME, CustomerSet, Kind
from regulars.normalise import filtering
from regulars.store import members, places
from regulars.store import sets as stored
from regulars.store.customers import Extra, Kept, Stored
from regulars.store.sets import Arrays
from regulars.wire import square_searching

_FILTER = msgspec.json.Decoder(square_searching.OwnFilterData)
_NAMES_NOBODY = Extra(None, None, None)


class Rule(Struct, frozen=True):
    """A segment of ours and what it asks of a customer."""

    id: str
    number: int
    asks: Own


class _Names(Struct, frozen=True):
    """What the ids of one kind mean: the numbers of sets that are there, and what is not to be shown."""

    numbers: dict[str, int]
    dropped: frozenset[str]


def rules(directory: Directory, account_id: int) -> list[Rule]:
    """The segments that customers are judged by. Within a read or a write."""
    return [rule_of(one) for one in stored.own_segments(directory.store, account_id)]


def rule_of(segment: CustomerSet) -> Rule:
    """What a segment of ours asks."""
    assert segment.filter is not None  # noqa: S101  # that makes it one of ours
    return Rule(segment.id, segment.number, _asks(segment.filter))


@lru_cache(maxsize=256)
def _asks(filter: bytes) -> Own:
    return square_searching.read_own(_FILTER.decode(filter), at="filter")


class Belonging:
    """What customers of one transaction belong to: collected one by one, then written at once."""

    def __init__(
        self,
        directory: Directory,
        account_id: int,
        extras: Iterable[Extra | None],
        before: Iterable[Kept] = (),
        *,
        judges: bool = True,
    ) -> None:
        """`extras`: of those that will be written; `before`: what was held beside their records till now.

        Without `judges` no segment of ours is looked at.
        """
        self._directory = directory
        self._account_id = account_id
        self._rules = rules(directory, account_id) if judges else []
        named = [extra for extra in extras if extra is not None]
        were = [kept.extra for kept in before if kept.extra is not None]
        self._groups = self._known("group", [each.group_ids for each in named], [e.group_ids for e in were])
        self._segments = self._known(
            "segment", [each.segment_ids for each in named], [e.segment_ids for e in were]
        )
        self._joining: dict[int, list[int]] = defaultdict(list)
        self._leaving: dict[int, list[int]] = defaultdict(list)

    def settle(
        self,
        rid: int,
        fields: Callable[[], Fields],
        extra: Extra | None,
        *,
        came_by: int,
        is_reachable: bool,
        replaces: Stored | None,
        before: Kept,
    ) -> Extra | None:
        """A customer's extra as it is from now on, and its sets with it; `fields`: its own, if a rule asks for them."""
        numbers = [came_by, REACHABLE] if is_reachable else [came_by]
        if extra is not None or self._rules:
            extra, more = self._judged(extra or _NAMES_NOBODY, fields)
            numbers += more
        if replaces is None:
            for number in numbers:
                self._joining[number].append(rid)
        else:
            self._move(rid, set(numbers), replaces.came_by, before)
        return extra

    def learn(self, rid: int, extra: Extra, *, came_by: int, is_reachable: bool) -> Arrays:
        """The same for a customer that stays as it is, and whose sets nobody knows yet."""
        group_ids, segment_ids, numbers = self._named(extra)
        for number in (came_by, REACHABLE, *numbers) if is_reachable else (came_by, *numbers):
            self._joining[number].append(rid)
        made = keeping.made_extra(group_ids, segment_ids, keeping.listed(extra.cards)) or _NAMES_NOBODY
        return made.group_ids, made.segment_ids, made.cards

    def write(self) -> None:
        """Puts them in, and takes them out."""
        store = self._directory.store
        members.leave(store, self._account_id, self._leaving)
        members.join(store, self._account_id, self._joining)

    def _move(self, rid: int, numbers: set[int], came_by: int, before: Kept) -> None:
        """Only what is new, if the customer's sets were known before."""
        was = self._numbers(before.extra) | {came_by} if came_by else set()
        for number in numbers - was:
            self._joining[number].append(rid)
        for number in (was | {REACHABLE}) - numbers:
            self._leaving[number].append(rid)

    def _judged(self, extra: Extra, fields: Callable[[], Fields]) -> tuple[Extra | None, list[int]]:
        """The extra with the groups that are there and the segments that fit, and the numbers of these."""
        group_ids, segment_ids, numbers = self._named(extra)
        if self._rules:
            asked = fields()
            for rule in self._rules:
                if filtering.matches(rule.asks, asked):
                    segment_ids.append(rule.id)
                    numbers.append(rule.number)
        return keeping.made_extra(group_ids, segment_ids, keeping.listed(extra.cards)), numbers

    def _named(self, extra: Extra) -> tuple[list[str], list[str], list[int]]:
        """The groups and the segments of others that an extra names and that are there, and their numbers."""
        group_ids, groups = _shown(extra.group_ids, self._groups)
        segment_ids, segments = _shown(extra.segment_ids, self._segments)
        return group_ids, segment_ids, groups + segments

    def _numbers(self, extra: Extra | None) -> set[int]:
        """The sets that an extra names, rules among them."""
        if extra is None:
            return set()
        numbers = {self._groups.numbers.get(id) for id in keeping.listed(extra.group_ids)}
        numbers |= {self._segments.numbers.get(id) for id in keeping.listed(extra.segment_ids)}
        own = {rule.id: rule.number for rule in self._rules}
        numbers |= {own.get(id) for id in keeping.listed(extra.segment_ids)}
        return {number for number in numbers if number is not None}

    def _known(self, kind: Kind, arrays: Sequence[bytes | None], were: Sequence[bytes | None]) -> _Names:
        """What all ids that stand in these arrays mean; those in `arrays` that nobody knows become sets."""
        asked = _ids(arrays)
        every = dict.fromkeys([*asked, *_ids(were)])
        if not every:
            return _Names({}, frozenset())
        store = self._directory.store
        found = stored.named(store, self._account_id, kind, every)
        own = reachable_id(self._directory, self._account_id)
        dropped = {id for id, one in found.items() if one.is_deleted or one.is_own}
        if kind == "segment" and own in every:
            dropped.add(own)
        new = [id for id in asked if id not in found and id not in dropped and _is_usable(id)]
        numbers = {id: one.number for id, one in found.items() if id not in dropped}
        if new:
            now = self._directory.clock()
            made = [_told(kind, id, now) for id in new]
            numbers.update(zip(new, stored.add(store, self._account_id, kind, made), strict=True))
        return _Names(numbers, frozenset(dropped))


def reachable_id(directory: Directory, account_id: int) -> str:
    """The id of the segment of everybody with an e-mail or a phone. Within a read or a write."""
    return places.account(directory.store, account_id).merchant_id + REACHABLE_END


def _told(kind: Kind, id: str, now: int) -> CustomerSet:
    name = REACHABLE_NAME if kind == "segment" and id.endswith(REACHABLE_END) else id
    return CustomerSet(id=id, number=0, name=name, created_at=now, updated_at=now)


def _is_usable(id: str) -> bool:
    """Whether anybody could ask for it. What is not is shown, as all that a record says, but is no set."""
    return 0 < len(id) <= limits.REF_LENGTH_MAX and id.isprintable()


def _ids(arrays: Sequence[bytes | None]) -> dict[str, None]:
    """Every id in these, each once, in order."""
    found: dict[str, None] = {}
    for array in dict.fromkeys(arrays):
        found |= dict.fromkeys(keeping.listed(array)[: limits.SETS_OF_CUSTOMER_MAX])
    return found


def _shown(array: bytes | None, names: _Names) -> tuple[list[str], list[int]]:
    """The ids of an array that may be shown, and the numbers of those that are sets."""
    if array is None:
        return [], []
    ids = [id for id in keeping.listed(array)[: limits.SETS_OF_CUSTOMER_MAX] if id not in names.dropped]
    return ids, [names.numbers[id] for id in ids if id in names.numbers]
