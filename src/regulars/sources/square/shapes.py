"""Square's answers, as far as a source must understand them; customers stay bytes."""

from __future__ import annotations

from msgspec import Raw, Struct


class Peek(Struct):
    """What a walk must know of a record."""

    id: str | None = None
    created_at: str | None = None


class Customers(Struct):
    """A page of the list or of a search."""

    customers: list[Raw] | None = None
    cursor: str | None = None
    count: Raw = Raw(b"null")
    errors: list[Error] | None = None


class Merge(Struct):
    """Who was merged into whom."""

    from_customer_ids: list[str] | None = None
    to_customer_id: str | None = None


class Context(Struct):
    """Why an event happened."""

    merge: Merge | None = None


class Object(Struct):
    """What an event shows; the customer itself is looked at elsewhere."""

    event_context: Context | None = None


class Data(Struct):
    """What an event is about."""

    type: str | None = None
    id: str | None = None
    object: Object | None = None


class Event(Struct):
    """An event, as a webhook or in a search."""

    type: str | None = None
    event_id: str | None = None
    created_at: str | None = None
    data: Data | None = None


class Events(Struct):
    """A page of events."""

    events: list[Event] | None = None
    cursor: str | None = None


class Error(Struct):
    """One of the errors of an answer."""

    code: str | None = None
    field: str | None = None


class Errors(Struct):
    """An answer that is none."""

    errors: list[Error] | None = None


class One(Struct):
    """One customer, or why there is none."""

    customer: Raw = Raw(b"null")
    errors: list[Error] | None = None


class Retrieved(Struct):
    """The answer of BulkRetrieveCustomers."""

    responses: dict[str, One] | None = None
