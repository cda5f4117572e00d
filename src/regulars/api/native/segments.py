"""`/v1/segments`: segments of our own, defined by a filter of Square's search."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from regulars import errors
from regulars.api.native import segments_shapes as shapes
from regulars.api.parameters import PathText
from regulars.api.route import Answer, Call, Route
from regulars.directory import segments
from regulars.model import instant
from regulars.model.sets import CustomerSet
from regulars.wire.square_searching import CustomerFilterData, OwnFilterData

SEGMENT = PathText(name="segment_id", description="The segment's id.")

_ALL = "/v1/segments"
_ONE = _ALL + "/{segment_id}"
_FILTER = msgspec.json.Decoder(OwnFilterData)
_OTHERS = ("group_ids", "segment_ids", "custom_attribute")


def every(call: Call) -> Answer:
    """All of them that customers are judged by, behind Reachable."""
    found = segments.every(call.directory, call.grant)
    return Answer(msgspec.json.encode(shapes.SegmentList([_shown(call, one) for one in found])))


def one(call: Call) -> Answer:
    """One of them."""
    found = segments.one(call.directory, call.grant, call.path[SEGMENT.name])
    return Answer(msgspec.json.encode(_shown(call, found)))


def define(call: Call) -> Answer:
    """A new one."""
    body = call.read(shapes.SegmentRequest)
    made = segments.define(call.directory, call.grant, body.name, _own(body.filter))
    return Answer(msgspec.json.encode(_shown(call, made)))


def delete(call: Call) -> Answer:
    """Nobody is in it any more, and nobody sees it."""
    segments.delete(call.directory, call.grant, call.path[SEGMENT.name])
    return Answer(b"{}")


ROUTES: tuple[Route, ...] = (
    Route(
        name="listSegments",
        summary="Reachable, and the segments defined here",
        dialect="native",
        method="GET",
        template=_ALL,
        scope="customers:read",
        handle=every,
        answer=shapes.SegmentList,
    ),
    Route(
        name="defineSegment",
        summary="A new segment: whom a search filter finds, from now on",
        dialect="native",
        method="POST",
        template=_ALL,
        scope="customers:write",
        handle=define,
        body=shapes.SegmentRequest,
        answer=shapes.Segment,
    ),
    Route(
        name="getSegment",
        summary="One segment",
        dialect="native",
        method="GET",
        template=_ONE,
        scope="customers:read",
        handle=one,
        answer=shapes.Segment,
        parameters=(SEGMENT,),
    ),
    Route(
        name="deleteSegment",
        summary="Delete a segment that was defined here",
        dialect="native",
        method="DELETE",
        template=_ONE,
        scope="customers:write",
        handle=delete,
        answer=shapes.Deleted,
        parameters=(SEGMENT,),
    ),
)


def _own(filter: CustomerFilterData) -> OwnFilterData:
    """What a filter asks of a customer's own fields; raises Invalid when it asks for anything else."""
    for name in _OTHERS:
        if getattr(filter, name) is not None:
            raise errors.Invalid(
                f"filter.{name} cannot define a segment", field=f"filter.{name}", rule="not_supported"
            )
    return OwnFilterData(**{name: getattr(filter, name) for name in OwnFilterData.__struct_fields__})


def _shown(call: Call, segment: CustomerSet) -> shapes.Segment:
    """The filter may name somebody: a token that does not see every customer does not see it."""
    asks: OwnFilterData | UnsetType = UNSET
    if segment.filter is not None and call.grant.location_ids is None:
        asks = _FILTER.decode(segment.filter)
    return shapes.Segment(
        segment.id,
        segment.name,
        instant.text(segment.created_at),
        instant.text(segment.updated_at),
        segment.filled_to is None,
        asks,
    )
