"""Whom Square's search may mean by an e-mail, a reference or a phone, always within some locations.

What is found here is looked at again (docs/decisions/0019). Whole values are asked of `find` and of the posRefs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from regulars.store.growing import Page
from regulars.store.index import Grams, Index, Match
from regulars.store.listing import ranges
from regulars.store.store import Store

Query = tuple[str, Match]  # the name of a query, and what must match


def email(index: Index, word: str | None, unheld: str) -> list[Query]:
    """Those with this e-mail; `word`: the one that holds it if it is an ordinary one."""
    queries = [("find_rids", index.unheld(unheld))]
    if word is not None:
        queries.append(("find_rids", index.whole(word)))
    return queries


def reference(index: Index, unheld: str) -> list[Query]:
    """Those with this reference, unless it is their posRef."""
    return [("find_rids", index.unheld(unheld))]


def phone(index: Index, digits: str) -> list[Query]:
    """Those with this whole number, country code and all."""
    return [("find_rids", index.unheld(digits))]


def phone_pieces(index: Index, pieces: Iterable[str]) -> list[Query]:
    """Those who may have all these digits in one phone."""
    return [("find_rids", index.number_pieces(pieces))]


def email_words(index: Index, words: Iterable[str]) -> list[Query]:
    """Those whose e-mail may hold all these words of three letters and more."""
    return [("part_rids", index.email_words(words))]


def reference_words(index: Index, words: Iterable[str]) -> list[Query]:
    """The same of their reference."""
    return [("part_rids", index.reference_words(words))]


def phone_short(store: Store, digits: str) -> list[Query]:
    """Those who may have one or two digits in a phone."""
    return phone_pieces(store.index, [digits])


def email_short(store: Store, word: str) -> list[Query]:
    """Those whose e-mail holds a word of one or two letters; costs as much as it has hits in the whole store."""
    return _if_any(store.index.email_short(word, _grams(store)))


def reference_short(store: Store, word: str) -> list[Query]:
    """The same of their reference."""
    return _if_any(store.index.reference_short(word, _grams(store)))


def _grams(store: Store) -> Grams:
    return lambda first, end: [row[0] for row in store.rows("part_terms", {"first": first, "end": end})]


def _if_any(match: Match | None) -> list[Query]:
    return [] if match is None else [("part_rids", match)]


def pages(
    store: Store, account_id: int, queries: Sequence[Query], loc_nos: Sequence[int], size: int
) -> Iterator[Page]:
    """The rids found at these locations, in pages that grow; whoever two queries find comes twice."""
    for name, match in queries:
        for first, high in ranges(loc_nos):
            low = first
            while True:
                values = {
                    "account_id": account_id,
                    "match": match,
                    "low": low,
                    "high": high - 1,
                    "limit": size,
                }
                page = [row[0] for row in store.rows(name, values)]
                yield page
                if len(page) < size:
                    break
                low = page[-1] + 1
                size *= 3  # four times as many in all
