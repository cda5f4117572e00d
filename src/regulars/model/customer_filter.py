"""Square's search filter, which customers a search finds, or a segment holds (contracts/square.md 2.6).

All that is given must hold; None and () ask for nothing. `wire.square_searching` reads it, `normalise.filtering`
judges a customer's own fields by it, and what others hold (groups, segments, attributes) is judged where it is held.
"""

from __future__ import annotations

from typing import Literal, get_args

from msgspec import Struct

CreationSource = Literal[
    "OTHER",
    "APPOINTMENTS",
    "COUPON",
    "DELETION_RECOVERY",
    "DIRECTORY",
    "EGIFTING",
    "EMAIL_COLLECTION",
    "FEEDBACK",
    "IMPORT",
    "INVOICES",
    "LOYALTY",
    "MARKETING",
    "MERGE",
    "ONLINE_STORE",
    "INSTANT_PROFILE",
    "TERMINAL",
    "THIRD_PARTY",
    "THIRD_PARTY_IMPORT",
    "UNMERGE_RECOVERY",
]
CREATION_SOURCES: tuple[CreationSource, ...] = get_args(CreationSource)
Rule = Literal["INCLUDE", "EXCLUDE"]


class Text(Struct, frozen=True, omit_defaults=True):
    """A text as it must be, or words that must be in it: one of the two."""

    exact: str | None = None
    fuzzy: str | None = None


class Times(Struct, frozen=True, omit_defaults=True):
    """From `start_at` on, and before `end_at`; microseconds."""

    start_at: int | None = None
    end_at: int | None = None


class Sources(Struct, frozen=True, omit_defaults=True):
    """One of these creation sources, or (EXCLUDE) none of them."""

    values: tuple[CreationSource, ...]
    rule: Rule = "INCLUDE"


class Sets(Struct, frozen=True, omit_defaults=True):
    """In one of `any`, in each of `all`, in none of `none`; an empty one asks for nothing."""

    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()


class Dates(Struct, frozen=True, omit_defaults=True):
    """Days as YYYY-MM-DD, both included."""

    start_at: str | None = None
    end_at: str | None = None


class Numbers(Struct, frozen=True, omit_defaults=True):
    """Numbers in hundred-thousandths (five decimals), both included."""

    start_at: int | None = None
    end_at: int | None = None


class Place(Struct, frozen=True, omit_defaults=True):
    """An address's postal code, exactly, and its country (ISO 3166-1 alpha-2, or ZZ)."""

    postal_code: str | None = None
    country: str | None = None


class Attribute(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a custom attribute must be: at most one of the values by type, and when it was last changed.

    `updated_at` is [start, end) here as everywhere; Square's range, which includes its end, ends a millisecond later.
    """

    key: str
    email: Text | None = None
    phone: Text | None = None
    text: Text | None = None
    selection: Sets | None = None  # display names; `none` is never given
    date: Dates | None = None
    number: Numbers | None = None
    boolean: bool | None = None
    address: Place | None = None
    updated_at: Times | None = None


class Own(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What is asked of a customer's own fields: all that a segment may be defined by."""

    creation_source: Sources | None = None
    created_at: Times | None = None
    updated_at: Times | None = None
    email_address: Text | None = None
    phone_number: Text | None = None
    reference_id: Text | None = None


class CustomerFilter(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A whole filter."""

    own: Own = Own()
    groups: Sets = Sets()
    segments: Sets = Sets()
    attributes: tuple[Attribute, ...] = ()


class Fields(Struct, frozen=True, kw_only=True, gc=False):
    """A customer's own fields, as Square's dialect shows them; `e164`: the phone as understood.

    Times in microseconds.
    """

    email_address: str | None = None
    phone_number: str | None = None
    e164: str | None = None
    reference_id: str | None = None
    creation_source: str
    created_at: int
    updated_at: int


NOTHING_ASKED = Own()
EVERYBODY = CustomerFilter()
