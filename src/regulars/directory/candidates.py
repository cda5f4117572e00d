"""Who may fit a filter of Square's search: for each thing it asks, the index that knows, read only as far as needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from regulars import limits
from regulars.model.customer_filter import Own, Text
from regulars.normalise import filtering, pieces
from regulars.store import part
from regulars.store import searching as stored
from regulars.store.index import Index
from regulars.store.store import Store

FIRST = 256  # candidates of one thing asked that are looked for before those of the others


class Candidates:
    """The rids of all who may fit one thing that is asked, found as far as anybody wants them.

    `after_walk`: they are dear, and not worth finding before so many customers were looked at in vain.
    `loc_nos`: only those at these locations are meant, though others are listed with them.
    """

    def __init__(
        self, pages: Iterator[list[int]], *, after_walk: int = 0, loc_nos: frozenset[int] | None = None
    ) -> None:
        self._pages = pages
        self._loc_nos = loc_nos
        self._listed = 0
        self.after_walk = after_walk
        self.found: dict[int, None] = {}

    def reach(self, size: int) -> bool:
        """Looks until `size` were listed; whether there are no more than were found."""
        while self._listed < size:
            page = next(self._pages, None)
            if page is None:
                return True
            self._listed += len(page)
            if self._loc_nos is not None:
                page = [rid for rid in page if rid >> 32 in self._loc_nos]
            self.found.update(dict.fromkeys(page))
        return False


class Held(Protocol):
    """What others hold of customers, and a filter asks for: sets, attributes."""

    def pages(self, loc_nos: Sequence[int], size: int) -> list[Iterator[list[int]]]:
        """Several lists of rids, in pages: all at these locations who may fit are in each; others may be, too."""


class Asking:
    """Makes the candidates of a filter at some locations."""

    def __init__(self, store: Store, account_id: int, loc_nos: Sequence[int]) -> None:
        self._store = store
        self._account_id = account_id
        self._loc_nos = loc_nos

    def of(self, own: Own, held: Iterable[Held]) -> list[Candidates]:
        """One for each thing asked that an index knows; none when there is no such thing."""
        where = (self._store, self._account_id, self._loc_nos)
        found = []
        if own.email_address is not None:
            found.append(self._email(own.email_address))
        if own.phone_number is not None:
            found.append(self._phone(own.phone_number))
        if own.reference_id is not None:
            found.append(self._reference(own.reference_id))
        if own.created_at is not None:
            found.append(Candidates(stored.created(*where, own.created_at, FIRST)))
        if own.updated_at is not None:
            found.append(Candidates(stored.updated(*where, own.updated_at, FIRST)))
        within = frozenset(self._loc_nos)
        for each in held:
            found += [Candidates(pages, loc_nos=within) for pages in each.pages(self._loc_nos, FIRST)]
        return found

    def _email(self, asked: Text) -> Candidates:
        if asked.exact is not None:
            unheld = pieces.whole_email(filtering.stripped(asked.exact))
            return self._found(part.email(self._store.index, pieces.email_word(asked.exact), unheld))
        words = filtering.email_words(asked.fuzzy or "")
        return self._with_words(words, part.email_words, part.email_short)

    def _reference(self, asked: Text) -> Candidates:
        if asked.exact is not None:
            return Candidates(self._whole_reference(asked.exact))
        words = filtering.reference_words(asked.fuzzy or "")
        return self._with_words(words, part.reference_words, part.reference_short)

    def _phone(self, asked: Text) -> Candidates:
        if asked.exact is not None:
            return self._found(part.phone(self._store.index, filtering.digits(asked.exact)))
        words = filtering.phone_words(asked.fuzzy or "")
        if not all(
            word == filtering.digits(word) for word in words
        ):  # letters, or more digits than are looked at
            return Candidates(iter(()))
        return self._with_words(words, part.phone_pieces, part.phone_short, length=2)

    def _with_words(
        self,
        words: Sequence[str],
        whole: Callable[[Index, Sequence[str]], Sequence[part.Query]],
        short: Callable[[Store, str], Sequence[part.Query]],
        *,
        length: int = 3,
    ) -> Candidates:
        """By the words of this length and more; the others narrow what these find, and alone a walk comes first."""
        if not words:
            return Candidates(iter(()))
        if long := [word for word in words if len(word) >= length]:
            return self._found(whole(self._store.index, long))
        word = max(words, key=len)
        walk = limits.ONE_CHARACTER_WALK_MAX if len(word) == 1 else limits.TWO_CHARACTERS_WALK_MAX
        return Candidates(self._late(short, word), after_walk=walk)

    def _found(self, queries: Sequence[part.Query]) -> Candidates:
        return Candidates(part.pages(self._store, self._account_id, queries, self._loc_nos, FIRST))

    def _late(self, short: Callable[[Store, str], Sequence[part.Query]], word: str) -> Iterator[list[int]]:
        yield from part.pages(self._store, self._account_id, short(self._store, word), self._loc_nos, FIRST)

    def _whole_reference(self, exact: str) -> Iterator[list[int]]:
        plain = pieces.plain_references(exact)
        yield from stored.referenced(self._store, self._account_id, self._loc_nos, plain)
        unheld = pieces.whole_reference(filtering.runs(exact))
        yield from part.pages(
            self._store, self._account_id, part.reference(self._store.index, unheld), self._loc_nos, FIRST
        )
