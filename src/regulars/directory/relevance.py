"""The best hits of a search by people: exact ones first, then nicknames; what was mistyped, when nobody else is found.

Bounded work, whatever the store holds: so many hits are looked at and put in order, and only those of the locations
that are asked. Shift4's and Square's searches do not come by here: they stay exact, in stable order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec
from msgspec import Struct

from regulars import limits, normalise
from regulars.model.search import Choice, Entire, Match, Near, Term
from regulars.normalise import nicknames, spelling
from regulars.store import Store, find, listing
from regulars.store.store import array

_PART: Final = re.compile(r"[^\W_]+")
_WORST: Final = 3


class Hit(Struct, frozen=True):
    """A customer, and how it was found."""

    rid: int
    match: Match


class Best(Struct, frozen=True):
    """The best hits in order; `more`: there are exact ones beside them, in list order."""

    hits: list[Hit]
    more: bool = False


class _Email(Struct):
    email: str = ""


class _Shown(Struct):
    """What of a customer's Shift4 document its rank depends on."""

    first_name: str | None = msgspec.field(default=None, name="firstName")
    last_name: str | None = msgspec.field(default=None, name="lastName")
    company_name: str | None = msgspec.field(default=None, name="companyName")
    emails: list[_Email] = msgspec.field(default_factory=list, name="customerEmails")

    def words(self) -> set[str]:
        """The words of its names."""
        names = " ".join(filter(None, (self.first_name, self.last_name, self.company_name)))
        return set(_PART.findall(normalise.latin(names)))

    def mail_words(self) -> set[str]:
        """The words of its e-mails."""
        return set(_PART.findall(normalise.latin(" ".join(each.email for each in self.emails))))


_SHOWN: Final = msgspec.json.Decoder(_Shown)
Rank = Callable[[_Shown], int | None]


def best(store: Store, account_id: int, loc_nos: Sequence[int], text: str) -> Best:
    """Who is meant by a text at these locations, at most limits.RANKED_MAX; in a read transaction of the caller's."""
    query = normalise.query(text)
    if query is None or not loc_nos:
        return Best([])
    look = _Look(store, account_id, listing.ranges(loc_nos))
    exact, more = look.exact(query.readings)
    hits = [Hit(rid, "exact") for rid in exact]
    single = query.readings[-1]
    if not more:
        hits += [Hit(rid, "nickname") for rid in look.nicknamed(single, set(exact))]
    if not hits:
        hits = [Hit(rid, "typo") for rid in look.mistyped(single)]
    return Best(hits, more)


class _Look:
    """One search in some ranges of rids."""

    def __init__(self, store: Store, account_id: int, ranges: Sequence[tuple[int, int]]) -> None:
        self._store = store
        self._account_id = account_id
        self._ranges = ranges

    def exact(self, readings: Iterable[Sequence[Term]]) -> tuple[list[int], bool]:
        """The best of whom the text finds as it stands, and whether there are more.

        At each location the first reading counts that finds anybody there.
        """
        found: list[int] = []
        more = False
        for terms in readings:
            answered = {rid >> 32 for rid in found}
            entire = self._some([[_entire(term)] for term in terms])
            begun = self._some([[term] for term in terms], limits.RANKED_MAX + 1)
            more = more or len(begun) > limits.RANKED_MAX
            new = list(dict.fromkeys(rid for rid in (*entire, *begun) if rid >> 32 not in answered))
            found += self._ranked(new, lambda shown, terms=terms: _rank(shown, terms))  # type: ignore[misc]
        return found[: limits.RANKED_MAX], more or len(found) > limits.RANKED_MAX

    def nicknamed(self, terms: Sequence[Term], known: set[int]) -> list[int]:
        """The best of those who have another form of one of the names, and are not known."""
        groups: list[list[Choice]] = [
            [term, *(Entire(name) for name in nicknames.others(term.literal or ""))] for term in terms
        ]
        if all(len(group) == 1 for group in groups):
            return []
        room = limits.RANKED_MAX - len(known)
        rids = [rid for rid in self._some(groups, limits.RANKED_MAX + len(known)) if rid not in known]
        allowed = [
            {term.literal, *nicknames.others(term.literal)}
            if term.literal is not None and len(group) > 1
            else None
            for term, group in zip(terms, groups, strict=True)
        ]
        return self._ranked(rids, lambda shown: _rank_among(shown, terms, allowed))[:room]

    def mistyped(self, terms: Sequence[Term]) -> list[int]:
        """The best of those whose names are one slip of each word away."""
        slipping = [term for term in terms if spelling.can_slip(term)]
        if not slipping:
            return []
        each = limits.SPELLINGS_MAX // len(slipping)
        spellings = {
            term: spelling.spellings(term.literal, each) for term in slipping if term.literal is not None
        }
        groups: list[list[Choice]] = [
            [term, Near(term.literal, spellings[term])]
            if term in spellings and term.literal is not None
            else [term]
            for term in terms
        ]
        ranges = self._ranges[: limits.FORGIVING_RANGES_MAX]
        rids = find.some(self._store, self._account_id, groups, ranges, limits.RANKED_MAX)
        allowed = [
            {term.literal, *spellings[term]} if term in spellings and term.literal is not None else None
            for term in terms
        ]
        return self._ranked(rids, lambda shown: _rank_among(shown, terms, allowed))

    def _some(self, groups: Sequence[Sequence[Choice]], limit: int = limits.RANKED_MAX) -> list[int]:
        return find.some(self._store, self._account_id, groups, self._ranges, limit)

    def _ranked(self, rids: Sequence[int], rank: Rank) -> list[int]:
        """The rids by rank and then in list order, without those whose rank is None."""
        rows = self._store.rows("documents_of", {"account_id": self._account_id, "rids": array(rids)})
        ranks = {rid: rank(_SHOWN.decode(document)) for rid, document in rows}
        kept = [(each, rid) for rid in rids if (each := ranks[rid]) is not None]
        return [rid for _, rid in sorted(kept)]


def _entire(term: Term) -> Choice:
    """A word as a whole; what is a number or has parts, as it is."""
    is_word = term.literal is not None and not term.parts and term.number is None
    return Entire(term.literal) if is_word and term.literal is not None else term


def _rank(shown: _Shown, terms: Sequence[Term]) -> int:
    """0 for each word that is one of the names, 1 for one that begins so, more for what stands elsewhere."""
    words = shown.words()
    return sum(_rank_of(term, words) for term in terms)


def _rank_of(term: Term, words: set[str]) -> int:
    if term.literal is None:
        return 0
    if term.literal in words:
        return 0
    return 1 if any(word.startswith(term.literal) for word in words) else _WORST


def _rank_among(shown: _Shown, terms: Sequence[Term], allowed: Sequence[set[str] | None]) -> int | None:
    """The same where any of some words will do; None when the names have none of them, and no word begins as typed."""
    words = shown.words()
    total = 0
    for term, any_of in zip(terms, allowed, strict=True):
        if any_of is None:
            total += _rank_of(term, words)
        elif words & any_of:
            total += 0 if term.literal in words else 1
        elif term.literal is not None and any(
            word.startswith(term.literal) for word in words | shown.mail_words()
        ):
            total += _WORST
        else:
            return None
    return total
