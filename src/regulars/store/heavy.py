"""Exact totals of common words, and pages of their hits at any depth, without walking the hits.

The index counts a hit in 45 ns, so a word that half of a million customers have costs 20 ms. Of such a word the process
keeps a bitmap of seqs (bitmaps.py), made bit by bit by the searches that ask for it, and brought up to date through the
change order before each use: whoever changed since is asked for anew, within the caller's read transaction. Nothing is
written for it. (docs/decisions/0024)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from pyroaring import BitMap

from regulars import limits
from regulars.model.search import Term
from regulars.store import listing
from regulars.store.bitmaps import EVERYBODY, Bitmaps, Kept, Key
from regulars.store.find import Hits
from regulars.store.store import Store, array

_SEQ: Final = (1 << 32) - 1
_AT_A_TIME: Final = 2  # bitmaps that one search goes on with
# Of the hits that it had to count a search puts one in so many into the bitmap: it takes not twice the time.
_SHARE: Final = 4
_GAP: Final = 64  # seqs between two changed ones that are asked with them: one more query is dearer


class Found:
    """The customers of one location whom all the terms find. Within one read transaction, never within a write."""

    def __init__(self, store: Store, account_id: int, loc_no: int, terms: Sequence[Term]) -> None:
        self._store = store
        self._account_id = account_id
        self._first = listing.rids(loc_no)[0]
        self._hits = Hits(store, account_id, loc_no, terms)
        self._bits, self._total = _Words(store, account_id, loc_no).asked(terms, self._hits)

    @property
    def is_counted_ahead(self) -> bool:
        """Whether the count and every page cost the same, however many they are."""
        return self._bits is not None

    def count(self) -> int:
        """How many, exactly."""
        return self._total

    def page(self, *, skip: int, limit: int) -> list[bytes]:
        """Their Shift4 documents, in list order."""
        if self._bits is None:
            return self._hits.page(skip=skip, limit=limit)
        rids = [self._first + seq for seq in self._bits[skip : skip + limit]]
        values = {"account_id": self._account_id, "rids": array(rids)}
        documents: dict[int, bytes] = dict(self._store.rows("documents_of", values))
        return [documents[rid] for rid in rids]

    def first(self, limit: int) -> list[int]:
        """The first rids."""
        return self._hits.first(limit)

    def every(self) -> list[int]:
        """All their rids."""
        if self._bits is None:
            return self._hits.every()
        return [self._first + seq for seq in self._bits]

    def holds(self, rid: int) -> bool:
        """Whether this customer of the location is one of them."""
        return self._hits.holds(rid) if self._bits is None else rid - self._first in self._bits


def go_on(store: Store) -> None:
    """Goes on a little with a bitmap that searches have begun, if there is one, lest the next ones must."""
    key = store.bitmaps.unfinished()
    if key is not None:
        with store.read():
            _Words(store, key.account_id, key.loc_no).go_on(key)


class _Words:
    """The words of one location at one moment."""

    def __init__(self, store: Store, account_id: int, loc_no: int) -> None:
        self._store = store
        self._where = {"account_id": account_id, "loc_no": loc_no}
        self._first = listing.rids(loc_no)[0]
        self._kept: Bitmaps = store.bitmaps
        self._now: int = store.one("account_last_at", {"account_id": account_id})[0]
        self._changes: dict[int, list[int] | None] = {}

    def asked(self, terms: Sequence[Term], hits: Hits) -> tuple[BitMap | None, int]:
        """Who has all these words, where that needs no walk (else None), and how many they are."""
        if self._store.is_writing:  # what it sees may be undone
            return None, hits.count()
        known = {term: self._caught_up(self._key(term)) for term in terms}
        whole = [one.bits for one in known.values() if one is not None and one.is_whole]
        rest = [term for term, one in known.items() if one is None or not one.is_whole]
        if not rest:
            bits = whole[0] if len(whole) == 1 else BitMap.intersection(*whole)
            return bits, len(bits)
        if len(terms) == 1 and known[terms[0]] is None:
            total = hits.count()
            if total > limits.COMMON_WORD_HITS:
                self._grow(self._key(terms[0]), None, step=_step(total))
            return None, total
        common = [term for term in rest if known[term] is not None or not self._is_rare(self._key(term))]
        if whole and not common:
            bits = BitMap.intersection(BitMap(self._hits(rest).seqs(0, EVERYBODY, EVERYBODY)), *whole)
            return bits, len(bits)
        total = self._counted(list(known.values()), hits)
        for term in common[:_AT_A_TIME]:
            kept = known[term]
            counted = total - len(kept.bits) if kept is not None and len(terms) == 1 else 0
            self._grow(self._key(term), kept, step=_step(counted))
        return None, total

    def go_on(self, key: Key) -> None:
        """Puts some more customers into a bitmap that was begun, unless it has to be begun anew."""
        kept = self._caught_up(key)
        if kept is not None and not kept.is_whole:
            self._grow(key, kept, step=limits.BITMAP_CHORE_HITS)

    def _counted(self, known: Sequence[Kept | None], hits: Hits) -> int:
        """How many there are: as far as all bitmaps reach by them, the rest by the index."""
        begun = [one for one in known if one is not None]
        if len(begun) < len(known):
            return hits.count()
        high = min(one.high for one in begun)
        ahead = BitMap.intersection(*(one.bits for one in begun))
        return ahead.range_cardinality(0, high) + hits.count(self._first + high)

    def _grow(self, key: Key, kept: Kept | None, *, step: int) -> None:
        """Puts so many more customers into the bitmap of a common word."""
        there = self._kept.take(key)
        if kept is None and there is not None:  # of a later moment
            self._kept.put(key, there)
            return
        kept = kept or Kept(BitMap(), self._now)
        seqs = self._hits([key.term]).seqs(kept.high, EVERYBODY, step)
        kept.bits.update(seqs)
        kept.high = EVERYBODY if len(seqs) < step else seqs[-1] + 1
        self._kept.put(key, kept)

    def _caught_up(self, key: Key) -> Kept | None:
        """The word's bitmap as of this moment; None: there is none that can be had cheaply."""
        kept = self._kept.take(key)
        if kept is None:
            return None
        if kept.at < self._now:
            changed = self._changed(kept.at)
            if changed is None:
                return None
            runs = list(_runs(seq for seq in changed if seq < kept.high))
            if len(runs) > limits.BITMAP_RUNS_MAX:
                return None
            hits = self._hits([key.term])
            for low, high in runs:
                kept.bits.remove_range(low, high)
                kept.bits.update(hits.seqs(low, high, high - low))
            kept.at = self._now
        self._kept.put(key, kept)
        # One of a later moment serves those who ask at that moment (reads of another server may lag).
        return kept if kept.at == self._now else None

    def _changed(self, after: int) -> list[int] | None:
        """The seqs of whoever changed or was deleted since, in order; None: too many, or it cannot be told who."""
        if after not in self._changes:
            self._changes[after] = self._read_changed(after)
        return self._changes[after]

    def _read_changed(self, after: int) -> list[int] | None:
        values = self._where | {"after": after, "limit": limits.BITMAP_CHANGES_MAX}
        changed = self._store.rows("changed_rids", values)
        deleted = self._store.rows("deleted_seqs", values)
        if len(changed) + len(deleted) >= limits.BITMAP_CHANGES_MAX:
            return None
        seqs = {row[0] for row in deleted}
        return None if None in seqs else sorted(seqs.union(row[0] & _SEQ for row in changed))

    def _is_rare(self, key: Key) -> bool:
        """Whether a walk over all who have the word is short. One of several parts is not, however few have it."""
        if key.term.parts:
            return False
        if self._kept.is_rare(key, self._now):
            return True
        if self._hits([key.term]).count_up_to(limits.COMMON_WORD_HITS + 1) > limits.COMMON_WORD_HITS:
            return False
        self._kept.note_rare(key, self._now)
        return True

    def _hits(self, terms: Sequence[Term]) -> Hits:
        return Hits(self._store, self._where["account_id"], self._where["loc_no"], terms)

    def _key(self, term: Term) -> Key:
        return Key(self._where["account_id"], self._where["loc_no"], term)


def _step(counted: int) -> int:
    """How many customers a search puts into a bitmap: more where the index had many to count."""
    return max(limits.BITMAP_STEP_HITS, min(counted, limits.BITMAP_ALONE_HITS), counted // _SHARE)


def _runs(seqs: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Ranges (first, behind the last) that hold these, given in order: those near each other are asked together."""
    low = high = -1
    for seq in seqs:
        if high < 0:
            low = seq
        elif seq - high > _GAP:
            yield low, high
            low = seq
        high = seq + 1
    if high >= 0:
        yield low, high
