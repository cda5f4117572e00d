"""`GET /v2/customers` and one customer by its id."""

from __future__ import annotations

from typing import Any

from msgspec import structs

from regulars import errors, limits
from regulars.api.parameters import Choice, Flag, Given, Integer, Parameter, PathText, Text
from regulars.api.route import Answer, Call
from regulars.api.seal import Seal, invalid
from regulars.api.square.cursor import Cursor
from regulars.api.square.version import VERSION, forgives_limits, shows_cards
from regulars.directory import square_list
from regulars.model.page import SortField, SortOrder
from regulars.wire import square

CUSTOMER = PathText(name="customer_id", description="The customer's id.")
CURSOR = Text(
    name="cursor",
    description="The `cursor` of the page before; it repeats the sort and `count` of the first request by itself.",
    length_max=limits.CURSOR_LENGTH_MAX,
    rule="not_a_cursor",
)
LIMIT = Integer(
    name="limit",
    description="The most customers to return.",
    default=limits.PAGE_SIZE_MAX,
    least=1,
    most=limits.PAGE_SIZE_MAX,
    checked_later=True,
)
SORT_FIELD: Choice[SortField] = Choice(
    name="sort_field",
    description="DEFAULT: by name, else company, e-mail, phone.",
    default="DEFAULT",
    choices=("DEFAULT", "CREATED_AT"),
)
SORT_ORDER: Choice[SortOrder] = Choice(
    name="sort_order",
    description="Ascending or descending.",
    default="ASC",
    choices=("ASC", "DESC"),
    rule="not_an_order",
)
COUNT = Flag(name="count", description="Whether to return the total as `count`.", default=False)
LISTING: tuple[Parameter[Any], ...] = (CURSOR, LIMIT, SORT_FIELD, SORT_ORDER, COUNT, VERSION)

# Square's static paths: they shadow an id of the same name, also while nothing is served there.
_RESERVED = frozenset(
    {
        "bulk-create", "bulk-delete", "bulk-retrieve", "bulk-update", "custom-attribute-definitions",
        "custom-attributes", "groups", "search", "segments",
    }
)  # fmt: skip


def page(seal: Seal, call: Call) -> Answer:
    """The next customers with public information, everything that the token sees."""
    asked = _asked(seal, call)
    version = VERSION.of(call.given)
    found = square_list.page(
        call.directory,
        call.grant,
        sort=asked.sort,
        order=asked.order,
        after=asked.after,
        limit=_limit(call.given, version),
        cards=shows_cards(version),
    )
    count = square_list.count(call.directory, call.grant) if asked.count else None
    cursor = None
    if found.next is not None:
        following = Cursor(asked.sort, asked.order, asked.count, found.next)
        cursor = seal.seal(following, call.grant.account_id)
    return Answer(square.write_page(found.documents, cursor, count))


def one(call: Call) -> Answer:
    """One customer."""
    customer_id = call.path[CUSTOMER.name]
    if customer_id in _RESERVED or len(customer_id) > limits.REF_LENGTH_MAX:
        raise errors.NotFound("There is no such customer")
    cards = shows_cards(VERSION.of(call.given))
    document = square_list.one(call.directory, call.grant, customer_id, cards=cards)
    return Answer(b'{"customer":' + document + b"}")


def _asked(seal: Seal, call: Call) -> Cursor:
    """The question: the cursor's where there is one, which a repeated parameter may not contradict."""
    given = call.given
    text = CURSOR.of(given)
    if text is None:
        return Cursor(SORT_FIELD.of(given), SORT_ORDER.of(given), COUNT.of(given), None)
    cursor = seal.open(text, call.grant.account_id, Cursor)
    if given.get(SORT_FIELD.name, cursor.sort) != cursor.sort:
        raise invalid()
    if given.get(SORT_ORDER.name, cursor.order) != cursor.order:
        raise invalid()
    # `count` changes nothing about the list, so it may be asked for later, or no more.
    return structs.replace(cursor, count=given.get(COUNT.name, cursor.count))


def _limit(given: Given, version: str | None) -> int:
    number = LIMIT.of(given)
    if forgives_limits(version) and not LIMIT.least <= number <= LIMIT.most:
        return LIMIT.default
    return LIMIT.check(number)
