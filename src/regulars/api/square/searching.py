"""`POST /v2/customers/search` (contracts/square.md 2.6, 2.7)."""

from __future__ import annotations

import hashlib

import msgspec
from msgspec import Struct

from regulars import limits
from regulars.api.route import Answer, Call
from regulars.api.seal import Seal
from regulars.api.square.searching_shapes import OldSearchCustomersRequest, SearchCustomersRequest
from regulars.api.square.version import VERSION, forgives_limits, shows_cards
from regulars.directory import square_list, square_search
from regulars.directory.square_search import Search
from regulars.model.customer_filter import EVERYBODY, CustomerFilter
from regulars.model.page import SortField, SortOrder, SquarePage, SquarePosition
from regulars.wire import square, square_searching
from regulars.wire.square_searching import CustomerFilterData, QueryData, SortData

_AT = "query.filter"


class Cursor(Struct, frozen=True, array_like=True):
    """Where a search goes on, and the total if it was asked for: nobody counts twice."""

    after: SquarePosition
    count: int | None


class _Question(Struct, frozen=True, array_like=True):
    """What a cursor belongs to: with another filter or order it is not valid."""

    filter: CustomerFilter
    sort: SortField
    order: SortOrder

    def digest(self) -> bytes:
        """The same for the same question only."""
        return hashlib.blake2b(msgspec.json.encode(self), digest_size=16, person=b"square search").digest()


def search(seal: Seal, call: Call) -> Answer:
    """The next customers that fit; `{}` when nobody does."""
    version = VERSION.of(call.given)
    asked, limit = _asked(call, version)
    question = _question(asked.query)
    account_id, digest = call.grant.account_id, question.digest()
    cursor = seal.open(asked.cursor, account_id, Cursor, question=digest) if asked.cursor else None
    known = cursor.count if cursor is not None else None
    found, total = _found(
        call,
        Search(
            question.filter, question.sort, question.order, None if cursor is None else cursor.after, limit
        ),
        cards=shows_cards(version),
        count=bool(asked.count) and known is None,
    )
    total = (total if known is None else known) if asked.count else None
    following = None
    if found.next is not None:
        following = seal.seal(Cursor(found.next, total), account_id, question=digest)
    return Answer(square.write_page(found.documents, following, total))


def _asked(call: Call, version: str | None) -> tuple[SearchCustomersRequest, int]:
    """The body and its limit."""
    if not forgives_limits(version):
        asked = call.read(SearchCustomersRequest)
        return asked, limits.PAGE_SIZE_MAX if asked.limit is None else asked.limit
    forgiven = call.read(OldSearchCustomersRequest)
    limit = forgiven.limit
    return (
        forgiven,
        limits.PAGE_SIZE_MAX if limit is None or not 1 <= limit <= limits.PAGE_SIZE_MAX else limit,
    )


def _question(query: QueryData | None) -> _Question:
    query = query or QueryData()
    sort = query.sort or SortData()
    filter = square_searching.read(query.filter or CustomerFilterData(), at=_AT)
    return _Question(filter, sort.field or "DEFAULT", sort.order or "ASC")


def _found(call: Call, search: Search, *, cards: bool, count: bool) -> tuple[SquarePage, int | None]:
    """Without a filter, a search is the list."""
    if search.filter != EVERYBODY:
        return square_search.page(call.directory, call.grant, search, cards=cards, count=count)
    found = square_list.page(
        call.directory,
        call.grant,
        sort=search.sort,
        order=search.order,
        after=search.after,
        limit=search.limit,
        cards=cards,
    )
    return found, square_list.count(call.directory, call.grant) if count else None
