"""Bitmaps of who has a common word: kept in memory for one open store, the least used go first (heavy.py)."""

from __future__ import annotations

from collections import OrderedDict
from itertools import islice
from typing import Final

from msgspec import Struct
from pyroaring import BitMap

from regulars import limits
from regulars.model.search import Term

EVERYBODY: Final = 1 << 32  # above every seq
_LATELY: Final = 16  # bitmaps


class Key(Struct, frozen=True, gc=False):
    """Whose bitmap it is: one word of a search, at one location."""

    account_id: int
    loc_no: int
    term: Term


class Kept(Struct):
    """The seqs of those who have the word, as they were at the change of the account's time `at`.

    `high`: whoever has a seq below it is in, if they have the word; EVERYBODY: it is whole.
    """

    bits: BitMap
    at: int
    high: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether nobody is missing."""
        return self.high == EVERYBODY


class Bitmaps:
    """What one store remembers of words; together at most limits.BITMAPS_BYTES_MAX."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, tuple[Kept, int]] = OrderedDict()
        self._rare: OrderedDict[Key, int] = OrderedDict()
        self.bytes = 0

    def take(self, key: Key) -> Kept | None:
        """Takes it out: whoever fails while changing it has lost it, and nothing wrong stays behind."""
        kept, size = self._kept.pop(key, (None, 0))
        self.bytes -= size
        return kept

    def put(self, key: Key, kept: Kept) -> None:
        """Keeps it as the one last used."""
        size = _size(kept.bits)
        self._kept[key] = kept, size
        self.bytes += size
        while self.bytes > limits.BITMAPS_BYTES_MAX:
            _, (_, size) = self._kept.popitem(last=False)
            self.bytes -= size

    def unfinished(self) -> Key | None:
        """The one among those last used that is not whole; None: there is none."""
        lately = islice(reversed(self._kept.items()), _LATELY)
        return next((key for key, (kept, _) in lately if not kept.is_whole), None)

    def is_rare(self, key: Key, at: int) -> bool:
        """Whether the word was rare a short while before this time of the account."""
        since = self._rare.get(key)
        return since is not None and at - since < limits.RARE_WORD_MICROSECONDS

    def note_rare(self, key: Key, at: int) -> None:
        """The word is rare at this time."""
        self._rare[key] = at
        if len(self._rare) > limits.RARE_WORDS_MAX:
            self._rare.popitem(last=False)


def _size(bits: BitMap) -> int:
    """Bytes in memory, rounded up."""
    counted = bits.get_statistics()
    held = counted["n_bytes_array_containers"] + counted["n_bytes_run_containers"]
    return held + counted["n_bytes_bitset_containers"] + 64 * counted["n_containers"] + 512
