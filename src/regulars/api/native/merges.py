"""`POST /v1/customers/{customer_id}/merge` and its undo."""

from __future__ import annotations

from regulars import errors, limits
from regulars.api.native import merges_shapes as shapes
from regulars.api.parameters import PathText
from regulars.api.route import Answer, Call, Route
from regulars.directory import merging

CUSTOMER = PathText(name="customer_id", description="The Square id of the customer that survives.")
MERGE = PathText(name="merge_id", description="The merge's id.")


def merge(call: Call) -> Answer:
    """The survivor, and the id to undo it by."""
    asked = call.read(shapes.MergeRequest)
    customer_id = call.path[CUSTOMER.name]
    if len(customer_id) > limits.REF_LENGTH_MAX:
        raise errors.NotFound("There is no such customer")
    done = merging.merge(call.directory, call.grant, customer_id, asked.from_, version=asked.version)
    return Answer(_survivor(done) + b"}")


def undo(call: Call) -> Answer:
    """The survivor as it is now, and who came back."""
    merge_id = call.path[MERGE.name]
    if len(merge_id) > limits.REF_LENGTH_MAX:
        raise errors.NotFound("There is no such merge")
    done = merging.undo(call.directory, call.grant, merge_id)
    returned = b",".join(one.square(cards=True) for one in done.returned)
    return Answer(_survivor(done) + b',"returned":[' + returned + b"]}")


def _survivor(done: merging.Done) -> bytes:
    """The beginning of both answers; an id of ours needs no escaping."""
    return b'{"merge_id":"' + done.merge_id.encode() + b'","customer":' + done.survivor.square(cards=True)


ROUTES: tuple[Route, ...] = (
    Route(
        name="mergeCustomers",
        summary="Merge customers into one",
        dialect="native",
        method="POST",
        template="/v1/customers/{customer_id}/merge",
        scope="customers:write",
        handle=merge,
        body=shapes.MergeRequest,
        answer=shapes.MergeAnswer,
        parameters=(CUSTOMER,),
    ),
    Route(
        name="undoMerge",
        summary="Bring back whom a merge merged away",
        dialect="native",
        method="POST",
        template="/v1/merges/{merge_id}/undo",
        scope="customers:write",
        handle=undo,
        answer=shapes.UndoAnswer,
        parameters=(MERGE,),
    ),
)
