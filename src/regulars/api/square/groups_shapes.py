"""What the operations on groups and segments take and answer."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct

from regulars import limits
from regulars.api.square.shapes import Absent, Time

Name = Annotated[str, Meta(min_length=1, max_length=limits.GROUP_NAME_LENGTH_MAX)]
Key = Annotated[str, Meta(max_length=limits.SHORT_IDEMPOTENCY_KEY_LENGTH_MAX)]


class CustomerGroupData(Struct):
    """What may be said of a group; the rest is ignored."""

    name: Name


class CreateCustomerGroupRequest(Struct):
    """A new group."""

    group: CustomerGroupData
    idempotency_key: Key | None = None


class UpdateCustomerGroupRequest(Struct):
    """Another name for a group."""

    group: CustomerGroupData


class CustomerGroup(Struct):
    """A group of customers."""

    created_at: Time
    id: str
    name: str
    updated_at: Time


class CustomerSegment(Struct):
    """A segment of customers, who are in it by what is known of them."""

    created_at: Time
    id: str
    name: str
    updated_at: Time


class CustomerGroupResponse(Struct):
    """One group."""

    group: CustomerGroup


class ListCustomerGroupsResponse(Struct, omit_defaults=True):
    """A page of groups, in the order of making."""

    groups: list[CustomerGroup] | Absent = UNSET
    cursor: str | Absent = UNSET


class RetrieveCustomerSegmentResponse(Struct):
    """One segment."""

    segment: CustomerSegment


class ListCustomerSegmentsResponse(Struct, omit_defaults=True):
    """A page of segments: Reachable first, then in the order of making."""

    segments: list[CustomerSegment] | Absent = UNSET
    cursor: str | Absent = UNSET


class NothingResponse(Struct):
    """It is done: `{}`."""
