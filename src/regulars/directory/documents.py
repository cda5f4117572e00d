"""The finished answers of both dialects, made in two steps so that the store is locked only for the second.

`draft` does the work, before the store is locked, with marks where only the writing transaction knows: the change
time, the version, the time of making, the new id. `finish` puts these in. A mark stands behind its key, quotes and
all: text of a record cannot look like it, since quotes within a text are escaped.
"""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct, structs

from regulars.model import instant
from regulars.model.customer import Customer
from regulars.model.sets import REACHABLE_END
from regulars.wire import shift4, square

_AT = instant.LATEST
_ID = "?" * 26
_AT_SHIFT4 = instant.text(_AT).encode()
_VERSION = b'","version":%d}'
_AT_SQUARE = instant.text_milliseconds(_AT).encode()


class Drawn(Struct, frozen=True, gc=False):
    """Both answers but for what the transaction decides: what stands before and behind the change time.

    Behind Square's stands nothing but the version (contracts/square.md 2.3: `cards` come last, spliced in at read).
    """

    shift4: tuple[bytes, bytes]
    square: bytes
    is_reachable: bool


class Documents(NamedTuple):
    """One customer's answer in each dialect; Square's without what is spliced in at read."""

    shift4: bytes
    square: bytes


def draft(
    customer: Customer, *, pos_ref: str, location_id: int, creation_source: str, merchant_id: str
) -> Drawn:
    """The answers but for what the transaction decides, with all that Square's must always have."""
    served = structs.replace(
        customer,
        pos_ref=pos_ref,
        id=customer.id or _ID,
        reference_id=reference_id(customer, pos_ref),
        location_id=location_id,
        created_at=_AT if customer.created_at is None else customer.created_at,
        updated_at=_AT,
        creation_source=customer.creation_source or creation_source,
        version=0,
        email_unsubscribed=bool(customer.email_unsubscribed),
    )
    segment = merchant_id + REACHABLE_END
    before, behind = _parted(square.write_core(served, segment=segment), b'"updated_at":"', _AT_SQUARE)
    assert behind == _VERSION % 0  # noqa: S101  # the order of wire.square's fields
    is_reachable = square.is_reachable(before)
    return Drawn(_parted(shift4.write(served), b'"updatedAt":"', _AT_SHIFT4), before, is_reachable)


def reference_id(customer: Customer, pos_ref: str) -> str | None:
    """What Square's dialect shows as the reference: the customer's own, else the posRef unless that is its id."""
    return customer.reference_id or (None if pos_ref == customer.id else pos_ref)


def finish(
    drawn: Drawn, customer: Customer, *, id: str, created_at: int, updated_at: int, version: int
) -> Documents:
    """The answers, whole. `customer` is the one they were drawn from; times in microseconds."""
    (before4, behind4), before = drawn.shift4, drawn.square
    if customer.created_at is None:
        before4 = _put(before4, b'"createdAt":"', _AT_SHIFT4, instant.text(created_at))
        before = _put(before, b'"created_at":"', _AT_SQUARE, instant.text_milliseconds(created_at))
    if customer.id is None:
        before = _put(before, b'"id":"', _ID.encode(), id)
    return Documents(
        before4 + instant.text(updated_at).encode() + behind4,
        before + instant.text_milliseconds(updated_at).encode() + _VERSION % version,
    )


def _parted(document: bytes, key: bytes, mark: bytes) -> tuple[bytes, bytes]:
    at = document.index(key + mark + b'"') + len(key)
    return document[:at], document[at + len(mark) :]


def _put(document: bytes, key: bytes, mark: bytes, value: str) -> bytes:
    return document.replace(key + mark + b'"', key + value.encode() + b'"', 1)
