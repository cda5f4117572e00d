"""The routes of Square's groups and segments."""

from __future__ import annotations

from regulars.api.route import Route
from regulars.api.square import groups, groups_shapes
from regulars.api.square.customers import CUSTOMER
from regulars.api.square.groups import GROUP, LISTING, SEGMENT
from regulars.api.square.version import VERSION

_GROUPS = "/v2/customers/groups"
_SEGMENTS = "/v2/customers/segments"
_MEMBER = "/v2/customers/{customer_id}/groups/{group_id}"

ROUTES = (
    Route(
        name="ListCustomerGroups",
        summary="Groups of customers",
        dialect="square",
        method="GET",
        template=_GROUPS,
        scope="customers:read",
        handle=groups.group_page,
        answer=groups_shapes.ListCustomerGroupsResponse,
        parameters=(*LISTING, VERSION),
    ),
    Route(
        name="CreateCustomerGroup",
        summary="A new group, once for each idempotency key",
        dialect="square",
        method="POST",
        template=_GROUPS,
        scope="customers:write",
        handle=groups.create_group,
        answer=groups_shapes.CustomerGroupResponse,
        body=groups_shapes.CreateCustomerGroupRequest,
        parameters=(VERSION,),
    ),
    Route(
        name="RetrieveCustomerGroup",
        summary="One group",
        dialect="square",
        method="GET",
        template=_GROUPS + "/{group_id}",
        scope="customers:read",
        handle=groups.group,
        answer=groups_shapes.CustomerGroupResponse,
        parameters=(GROUP, VERSION),
    ),
    Route(
        name="UpdateCustomerGroup",
        summary="Another name for a group",
        dialect="square",
        method="PUT",
        template=_GROUPS + "/{group_id}",
        scope="customers:write",
        handle=groups.update_group,
        answer=groups_shapes.CustomerGroupResponse,
        body=groups_shapes.UpdateCustomerGroupRequest,
        parameters=(GROUP, VERSION),
    ),
    Route(
        name="DeleteCustomerGroup",
        summary="Deletes a group; its customers stay",
        dialect="square",
        method="DELETE",
        template=_GROUPS + "/{group_id}",
        scope="customers:write",
        handle=groups.delete_group,
        answer=groups_shapes.NothingResponse,
        parameters=(GROUP, VERSION),
    ),
    Route(
        name="AddGroupToCustomer",
        summary="Puts a customer into a group",
        dialect="square",
        method="PUT",
        template=_MEMBER,
        scope="customers:write",
        handle=groups.put_in,
        answer=groups_shapes.NothingResponse,
        parameters=(CUSTOMER, GROUP, VERSION),
    ),
    Route(
        name="RemoveGroupFromCustomer",
        summary="Takes a customer out of a group",
        dialect="square",
        method="DELETE",
        template=_MEMBER,
        scope="customers:write",
        handle=groups.take_out,
        answer=groups_shapes.NothingResponse,
        parameters=(CUSTOMER, GROUP, VERSION),
    ),
    Route(
        name="ListCustomerSegments",
        summary="Segments of customers",
        dialect="square",
        method="GET",
        template=_SEGMENTS,
        scope="customers:read",
        handle=groups.segment_page,
        answer=groups_shapes.ListCustomerSegmentsResponse,
        parameters=(*LISTING, VERSION),
    ),
    Route(
        name="RetrieveCustomerSegment",
        summary="One segment",
        dialect="square",
        method="GET",
        template=_SEGMENTS + "/{segment_id}",
        scope="customers:read",
        handle=groups.segment,
        answer=groups_shapes.RetrieveCustomerSegmentResponse,
        parameters=(SEGMENT, VERSION),
    ),
)
