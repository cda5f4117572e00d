"""`GET /pos/v2/{locationId}/customers`, and one customer by its posRef."""

from __future__ import annotations

import re
from typing import Any

from regulars import errors, limits
from regulars.api.parameters import Flag, Given, Instant, Integer, Parameter, PathText, Text
from regulars.api.route import Answer, Call
from regulars.api.shift4.next_link import next_link
from regulars.directory import listing
from regulars.model.page import Page
from regulars.wire import shift4

_LOCATION_ID = re.compile(r"[1-9][0-9]{0,15}", re.ASCII)

LOCATION = PathText(
    name="locationId", description="The location.", kind="integer", most=limits.LOCATION_ID_MAX
)
POS_REF = PathText(
    name="posRef", description="The customer's posRef, percent-encoded; it may hold any character.", rest=True
)
PAGE = Integer(name="page", description="Page number.", default=1, least=1, most=limits.PAGE_MAX)
PAGE_SIZE = Integer(
    name="pageSize",
    description=f"Results per page; above {limits.PAGE_SIZE_MAX} it counts as {limits.PAGE_SIZE_MAX}.",
    default=limits.PAGE_SIZE_DEFAULT,
    least=1,
    clamp=limits.PAGE_SIZE_MAX,
)
SEARCH = Text(
    name="search",
    description="Customers by name, e-mail or phone; blank: all.",
    length_max=limits.SEARCH_LENGTH_MAX,
)
UPDATED_AFTER = Instant(
    name="updatedAfter",
    description="Customers updated strictly after this time, in the order of their changes. To walk them without "
    'missing one, follow the `Link` with rel="next" of each answer.',
)
INCLUDE_DELETED = Flag(
    name="includeDeleted",
    description="With `updatedAfter`: deleted customers too, as empty customers with `deletedAt`.",
    default=False,
)
OFFSET = Integer(
    name="offset",
    description="Results to skip; with `limit`, instead of `page` and `pageSize`.",
    default=0,
    most=limits.PAGE_MAX * limits.PAGE_SIZE_MAX,  # as deep as pages go
)
LIMIT = Integer(
    name="limit",
    description=f"Results in this answer; above {limits.PAGE_SIZE_MAX} it counts as {limits.PAGE_SIZE_MAX}.",
    default=limits.PAGE_SIZE_DEFAULT,
    least=1,
    clamp=limits.PAGE_SIZE_MAX,
)
LISTING: tuple[Parameter[Any], ...] = (
    LOCATION, PAGE, PAGE_SIZE, SEARCH, UPDATED_AFTER, INCLUDE_DELETED, OFFSET, LIMIT,
)  # fmt: skip


def page(call: Call) -> Answer:
    """A page of a location's customers: all, those that a search finds, or those changed since."""
    location_id = location_of(call)
    given = call.given
    by_offset = _is_by_offset(given)
    if by_offset:
        skip, limit = OFFSET.of(given), LIMIT.of(given)
    else:
        limit = PAGE_SIZE.of(given)
        skip = (PAGE.of(given) - 1) * limit
    found = _find(call, location_id, skip, limit)
    body = shift4.write_page(found.documents, _meta(given, found, by_offset=by_offset))
    is_last = found.last_updated_at is None or skip + found.shown >= found.total
    if is_last or UPDATED_AFTER.of(given) is None:
        return Answer(body)
    link = next_link(call.place, call.query, last_updated_at=found.last_updated_at or 0, by_offset=by_offset)
    return Answer(body, headers=(link,))


def one(call: Call) -> Answer:
    """One customer, as the list shows it."""
    location_id = location_of(call)
    pos_ref = call.path[POS_REF.name]
    if not 0 < len(pos_ref) <= limits.REF_LENGTH_MAX + limits.NAME_LENGTH_MAX + 1:
        raise errors.NotFound("There is no such customer")
    return Answer(listing.one(call.directory, call.grant, location_id, pos_ref))


def location_of(call: Call) -> int:
    """The location in the path; what is no id of a location is not there. One spelling each: no leading zero."""
    text = call.path[LOCATION.name]
    if not _LOCATION_ID.fullmatch(text) or int(text) > limits.LOCATION_ID_MAX:
        raise errors.NotFound("There is no such location")
    return int(text)


def _is_by_offset(given: Given) -> bool:
    if not (OFFSET.name in given or LIMIT.name in given):
        return False
    if PAGE.name in given or PAGE_SIZE.name in given:
        raise errors.Invalid(
            "offset and limit do not go with page and pageSize", field=OFFSET.name, rule="conflicting"
        )
    return True


def _find(call: Call, location_id: int, skip: int, limit: int) -> Page:
    directory, grant, given = call.directory, call.grant, call.given
    text, after = SEARCH.of(given), UPDATED_AFTER.of(given)
    if after is not None:
        return listing.changes(
            directory,
            grant,
            location_id,
            after=after,
            skip=skip,
            limit=limit,
            deleted=INCLUDE_DELETED.of(given),
            text=text,
        )
    if text is not None:
        return listing.search(directory, grant, location_id, text=text, skip=skip, limit=limit)
    return listing.joined_page(directory, grant, location_id, skip=skip, limit=limit)


def _meta(given: Given, found: Page, *, by_offset: bool) -> bytes:
    if by_offset:
        return b'{"offset":%d,"limit":%d,"count":%d,"totalCount":%d}' % (
            OFFSET.of(given), LIMIT.of(given), found.shown, found.total,
        )  # fmt: skip
    return b'{"page":%d,"pageSize":%d,"totalCount":%d}' % (PAGE.of(given), PAGE_SIZE.of(given), found.total)
