"""Groups and segments of customers: `/v2/customers/groups`, `/v2/customers/segments`, and who is in a group."""

from __future__ import annotations

import msgspec

from regulars import errors, limits
from regulars.api.parameters import Integer, PathText, Text
from regulars.api.route import Answer, Call
from regulars.api.square import groups_shapes as shapes
from regulars.api.square import number_cursor
from regulars.api.square.customers import CUSTOMER
from regulars.directory import groups, segments
from regulars.model.sets import CustomerSet, Kind
from regulars.wire import square_sets

GROUP = PathText(name="group_id", description="The group's id.")
SEGMENT = PathText(name="segment_id", description="The segment's id; it may have a dot or a colon.")
CURSOR = Text(
    name="cursor",
    description="The `cursor` of the page before.",
    length_max=limits.CURSOR_LENGTH_MAX,
    rule="not_a_cursor",
)
LIMIT = Integer(
    name="limit",
    description="The most to return.",
    default=limits.SETS_PAGE_MAX,
    least=1,
    most=limits.SETS_PAGE_MAX,
)
LISTING = (CURSOR, LIMIT)


def group_page(call: Call) -> Answer:
    """The next groups."""
    after, limit = _after(call, "group"), LIMIT.of(call.given)
    found = groups.page(call.directory, call.grant, after=after, limit=limit + 1)
    return _page(call, "group", found, limit)


def group(call: Call) -> Answer:
    """One group."""
    return _one("group", groups.one(call.directory, call.grant, call.path[GROUP.name]))


def create_group(call: Call) -> Answer:
    """A new one."""
    asked = call.read(shapes.CreateCustomerGroupRequest)
    made = groups.create(call.directory, call.grant, asked.group.name, key=asked.idempotency_key or None)
    return Answer(b'{"group":' + made + b"}")


def update_group(call: Call) -> Answer:
    """The same one under another name."""
    name = call.read(shapes.UpdateCustomerGroupRequest).group.name
    return _one("group", groups.rename(call.directory, call.grant, call.path[GROUP.name], name))


def delete_group(call: Call) -> Answer:
    """Nobody is in it any more, and nobody sees it."""
    groups.delete(call.directory, call.grant, call.path[GROUP.name])
    return Answer(b"{}")


def put_in(call: Call) -> Answer:
    """The customer is in the group; if it was already, nothing happens."""
    groups.put_in(call.directory, call.grant, _customer_id(call), call.path[GROUP.name])
    return Answer(b"{}")


def take_out(call: Call) -> Answer:
    """The customer is not in the group; if it never was, nothing happens."""
    groups.take_out(call.directory, call.grant, _customer_id(call), call.path[GROUP.name])
    return Answer(b"{}")


def segment_page(call: Call) -> Answer:
    """The next segments."""
    after, limit = _after(call, "segment"), LIMIT.of(call.given)
    found = segments.page(call.directory, call.grant, after=after, limit=limit + 1)
    return _page(call, "segment", found, limit)


def segment(call: Call) -> Answer:
    """One segment."""
    return _one("segment", segments.one(call.directory, call.grant, call.path[SEGMENT.name]))


def _after(call: Call, kind: Kind) -> int:
    return number_cursor.unseal(call, CURSOR.of(call.given), (kind,)) or 0


def _page(call: Call, kind: Kind, found: list[CustomerSet], limit: int) -> Answer:
    if not found:
        return Answer(b"{}")
    shown = b",".join(map(square_sets.write, found[:limit]))
    body = b'{"%ss":[%s]' % (kind.encode(), shown)
    if len(found) > limit:
        cursor = number_cursor.seal(call, found[limit - 1].number, (kind,))
        body += b',"cursor":' + msgspec.json.encode(cursor)
    return Answer(body + b"}")


def _one(kind: Kind, found: CustomerSet) -> Answer:
    return Answer(b'{"%s":%s}' % (kind.encode(), square_sets.write(found)))


def _customer_id(call: Call) -> str:
    customer_id = call.path[CUSTOMER.name]
    if len(customer_id) > limits.REF_LENGTH_MAX:
        raise errors.NotFound("There is no such customer")
    return customer_id
