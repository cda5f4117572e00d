"""Everything that is known of one customer, taken apart."""

from __future__ import annotations

from msgspec import Struct

from regulars.model.customer import Customer
from regulars.model.record import Format


class Provenance(Struct, frozen=True):
    """The record that a customer comes from; `created_at` and `updated_at` are the POS's own times."""

    format: Format
    place: str
    seen_at: int
    created_at: int | None
    updated_at: int | None


class Whole(Struct, frozen=True):
    """A customer as it is now, and where it comes from.

    `edited`: fields that look otherwise than its record says; `pinned`: those that stay whatever its source says.
    """

    id: str
    pos_ref: str
    location_id: int
    country: str
    source: str
    ref: str
    version: int
    created_at: int
    updated_at: int
    customer: Customer
    group_ids: tuple[str, ...]
    segment_ids: tuple[str, ...]
    record: Provenance
    edited: tuple[str, ...]
    pinned: tuple[str, ...] = ()


class Gone(Struct, frozen=True):
    """A customer that is gone; `merged_into` is who answers for it."""

    id: str
    pos_ref: str
    location_id: int
    deleted_at: int
    merged_into: str | None = None
