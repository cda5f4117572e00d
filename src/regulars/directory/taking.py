"""What a page of a connected source becomes here.

A page and where its walk goes on are committed together, in the last transaction of the page: a kill at any point
repeats at most one page and loses nothing (docs/decisions/0022).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from regulars import errors
from regulars.directory import deletion, ingest, merging, preparing
from regulars.directory.directory import Directory
from regulars.directory.preparing import Work
from regulars.model.place import SCOPES, Grant, Location
from regulars.model.pull import Erased, Gone, Item, Merged
from regulars.model.pulling import Counts, Pull, Walk
from regulars.model.record import Ingested, Record, Unreadable
from regulars.store import merging as merged_away
from regulars.store import places
from regulars.store import pulls as stored

CREATION_SOURCE = "THIRD_PARTY_IMPORT"
_DELETED_TOGETHER = 20  # in one transaction: each costs about a millisecond

Within = Callable[[Counts], None]


def take(
    directory: Directory, pull: Pull, items: Sequence[Item], *, sighting: int | None, within: Within
) -> Counts:
    """Takes in the items of a page in their order; `within` runs inside the last transaction, with all that was done.

    `sighting`: the number of the run, when it is a full walk. The survivors of merges must be here already, or be
    among the records before them; of one that is not, the other is only gone.
    """
    taking = _Taking(directory, pull, sighting)
    pieces = [list(piece) for _, piece in groupby(items, key=_sort_of)]
    for piece in pieces[:-1]:
        taking.take(piece, None)
    taking.take(pieces[-1] if pieces else [], within)
    return taking.done


def met(directory: Directory, pull: Pull, walk: Walk, refs: Sequence[str]) -> set[str]:
    """Those of a source's refs whom a walk need not ask for: it has met them already, or will, being a full one."""
    with directory.store.read():
        location = _location(directory, pull)
        key = (pull.account_id, location.number, pull.source_id)
        if walk.mode == "full":
            return set(stored.ids_by_ref(directory.store, *key, refs))
        return stored.met(directory.store, *key, refs, run_no=walk.run_no, began_at=walk.began_at)


def unanswered(refs: Sequence[str], items: Sequence[Item]) -> list[str]:
    """Of these refs, those of whom the items say nothing; none when somebody among the items is not known."""
    said: set[str] = set()
    for item in items:
        if isinstance(item, Unreadable):
            return []
        if isinstance(item, Record):
            try:
                ref = preparing.read(item).pos_ref
            except errors.Invalid:
                return []
            if ref is None:
                return []
            said.add(ref)
        else:
            said.add(item.ref)
    return [ref for ref in refs if ref not in said]


def _sort_of(item: Item) -> str:
    if isinstance(item, Record | Unreadable):
        return "record"
    return "merged" if isinstance(item, Merged) else "gone"


class _Taking:
    """One page on its way in; `done` so far."""

    def __init__(self, directory: Directory, pull: Pull, sighting: int | None) -> None:
        self.done = Counts()
        self._directory = directory
        self._store = directory.store
        self._pull = pull
        self._work = _work(directory, pull, sighting)

    def take(self, piece: Sequence[Item], within: Within | None) -> None:
        """Items of one sort."""
        records = [item for item in piece if isinstance(item, Record | Unreadable)]
        if records:
            self._take_in(records, within)
            return
        for at in range(0, max(1, len(piece)), _DELETED_TOGETHER):
            few = piece[at : at + _DELETED_TOGETHER]
            with self._store.write():
                self._let_go(
                    {item.ref: isinstance(item, Erased) for item in few if isinstance(item, Gone | Erased)}
                )
                for item in few:
                    if isinstance(item, Merged):
                        self._follow(item)
                if within is not None and at + _DELETED_TOGETHER >= len(piece):
                    within(self.done)
            if few:
                ingest.merge_now_and_then(self._directory, steps=1)

    def _take_in(self, records: Sequence[Record | Unreadable], within: Within | None) -> None:
        before = self.done
        ended = None if within is None else lambda so_far: within(before + _counted(so_far))
        self.done += _counted(ingest.every(self._directory, self._work, records, within=ended))

    def _let_go(self, refs: dict[str, bool]) -> None:
        """Who is gone (or, True, erased) at the source: nothing is left, and the source may bring them back."""
        there = self._ids(refs)
        deletion.within(self._directory, self._pull.account_id, list(there.values()), suppress=False)
        erased = sum(refs[ref] for ref in there)
        kept = self._forget_merged([ref for ref, is_erased in refs.items() if is_erased])
        self.done += Counts(deleted=len(there) - erased, erased=erased + kept)

    def _forget_merged(self, refs: Sequence[str]) -> int:
        """Who was merged away and is erased now: what was kept for the undo goes."""
        account_id = self._pull.account_id
        kept = merged_away.by_ref(
            self._store, account_id, self._work.location.number, self._pull.source_id, refs
        )
        for one in kept.values():
            merged_away.forget(self._store, account_id, one.id, [one])
        return len(kept)

    def _follow(self, pair: Merged) -> None:
        there = self._ids((pair.ref, pair.into))
        loser, survivor = there.get(pair.ref), there.get(pair.into)
        account_id = self._pull.account_id
        if loser is None or loser == survivor:
            return
        if survivor is None:
            deletion.within(self._directory, account_id, [loser], suppress=False)
            self.done += Counts(deleted=1)
            return
        grant = Grant(account_id, self._work.merchant_id, "", None, SCOPES)
        merging.follow(self._directory, grant, survivor, [loser])
        self.done += Counts(merged=1)

    def _ids(self, refs: Iterable[str]) -> dict[str, str]:
        return stored.ids_by_ref(
            self._store, self._pull.account_id, self._work.location.number, self._pull.source_id, refs
        )


def _counted(done: Ingested) -> Counts:
    return Counts(
        read=done.read,
        created=done.created,
        updated=done.updated,
        unchanged=done.unchanged,
        quarantined=done.quarantined,
        problems=done.problems,
        suppressed=done.suppressed,
    )


def _work(directory: Directory, pull: Pull, sighting: int | None) -> Work:
    with directory.store.read():
        location = _location(directory, pull)
        merchant_id = places.account(directory.store, pull.account_id).merchant_id
    return Work(
        location,
        pull.source_id,
        pull.name,
        CREATION_SOURCE,
        directory.key("posRef"),
        directory.store.index,
        merchant_id,
        sighting,
        suppresses=True,
    )


def _location(directory: Directory, pull: Pull) -> Location:
    found = places.location(directory.store, pull.account_id, pull.location_id)
    assert found is not None  # noqa: S101  # locations are never removed
    return found
