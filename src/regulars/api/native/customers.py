"""`/v1/customers`: lists, searches, and one customer with all that is known of it."""

from __future__ import annotations

import hashlib

import msgspec
from msgspec import Struct

from regulars import errors, limits
from regulars.api.native import customers_shapes as shapes
from regulars.api.native.changes import LOCATION
from regulars.api.parameters import Instant, Integer, PathText, Text, Wanted
from regulars.api.route import Answer, Call
from regulars.api.seal import Seal
from regulars.directory import native_list, native_writing, pins, whole
from regulars.directory.native_list import Asked, Kind
from regulars.wire import native_customers
from regulars.wire.native_writing import CustomerChange, NewCustomer

CUSTOMER = PathText(name="customer_id", description="The customer's Square id.")
SEARCH = Text(
    name="search",
    description=(
        "Customers by name, e-mail or phone; blank: all. The best come first, nicknames next; if nobody is found, who "
        "is one slip of each word away. With a time: only exact ones, in the order of changes."
    ),
    length_max=limits.SEARCH_LENGTH_MAX,
)
AFTER = Instant(name="updated_after", description="Customers updated strictly after this time.")
BEFORE = Instant(name="updated_before", description="Customers updated strictly before this time.")
LIMIT = Integer(
    name="limit",
    description="Customers of one page.",
    least=1,
    most=limits.PAGE_SIZE_MAX,
    default=limits.PAGE_SIZE_MAX,
)
CURSOR = Text(
    name="cursor",
    description="The `cursor` of the page before, asked with the same parameters.",
    length_max=limits.CURSOR_LENGTH_MAX,
)
WANTED = Wanted(
    name="version", description="Only if the customer still has this version.", most=limits.VERSION_MAX
)
KEY = Text(
    name="Idempotency-Key",
    description="The same request under the same key has one effect, for a day.",
    place="header",
    length_max=limits.IDEMPOTENCY_KEY_LENGTH_MAX,
)
_KINDS: tuple[Kind, ...] = ("search", "name", "email", "phone")


class Place(Struct, frozen=True, array_like=True):
    """Behind this customer, or this time."""

    place: int


def every(seal: Seal, call: Call) -> Answer:
    """A page of the list."""
    text = SEARCH.of(call.given)
    after, before = AFTER.of(call.given), BEFORE.of(call.given)
    if text and after is None and before is None:
        asked = Asked(LOCATION.of(call.given), best=text)
    else:
        texts = (native_list.Text("search", text),) if text else ()
        asked = Asked(LOCATION.of(call.given), texts, after, before)
    return _page(seal, call, asked, LIMIT.of(call.given), CURSOR.of(call.given))


def search(seal: Seal, call: Call) -> Answer:
    """Those whom any of some texts finds."""
    body = call.read(shapes.CustomerSearch)
    texts = tuple(_text(at, one) for at, one in enumerate(body.any))
    return _page(seal, call, Asked(texts=texts), body.limit, body.cursor)


def one(call: Call) -> Answer:
    """One customer."""
    return Answer(native_customers.customer(whole.one(call.directory, call.grant, _id(call))))


def create(call: Call) -> Answer:
    """A new customer."""
    asked = call.read(NewCustomer)
    return Answer(native_writing.create(call.directory, call.grant, asked, key=KEY.of(call.given)))


def update(call: Call) -> Answer:
    """The customer with what is new or changed."""
    customer_id = _id(call)
    return Answer(native_writing.update(call.directory, call.grant, customer_id, call.read(CustomerChange)))


def delete(call: Call) -> Answer:
    """Nothing of it is left."""
    native_writing.delete(call.directory, call.grant, _id(call), WANTED.of(call.given))
    return Answer(b"{}")


def pin(call: Call) -> Answer:
    """The customer with these pins and no others."""
    fields = call.read(shapes.CustomerPins).fields
    return Answer(pins.replace(call.directory, call.grant, _id(call), fields))


def _page(seal: Seal, call: Call, asked: Asked, limit: int, cursor: str | None) -> Answer:
    account_id = call.grant.account_id
    question = hashlib.blake2b(msgspec.json.encode(asked), digest_size=16, person=b"native list").digest()
    after = seal.open(cursor, account_id, Place, question=question).place if cursor else None
    found = native_list.page(call.directory, call.grant, asked, after=after, limit=limit)
    following = None
    if found.next is not None:
        following = seal.seal(Place(found.next), account_id, question=question)
    return Answer(native_customers.page(found.customers, following, found.matches))


def _text(at: int, asked: shapes.SearchedText) -> native_list.Text:
    given = [native_list.Text(kind, text) for kind in _KINDS if (text := getattr(asked, kind)) is not None]
    if len(given) != 1:
        field = f"any[{at}]"
        raise errors.Invalid(
            f"{field} must have one of search, name, email and phone", field=field, rule="conflicting"
        )
    return given[0]


def _id(call: Call) -> str:
    customer_id = call.path[CUSTOMER.name]
    if len(customer_id) > limits.REF_LENGTH_MAX:
        raise errors.NotFound("There is no such customer")
    return customer_id
