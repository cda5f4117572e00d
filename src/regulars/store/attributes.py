"""Custom attributes: definitions, customers' values of them, and the terms that values are found by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from regulars.model.attribute import Attribute, Definition, Schema
from regulars.model.customer_filter import Times
from regulars.store import growing
from regulars.store.growing import Page
from regulars.store.store import Row, Store, array

_FAR = 1 << 62
_COUNTED_MAX = 256  # holders of a term that are counted to find the rarest
_COMPARED_MAX = 16  # terms of which the rarest is looked for
_SCHEMA = msgspec.json.Decoder(Schema)


class Value(NamedTuple):
    """A customer's value of a definition, as it is kept."""

    value: bytes
    version: int
    created_at: int
    updated_at: int

    def of(self, definition: Definition) -> Attribute:
        """The attribute."""
        return Attribute(definition, msgspec.json.decode(self.value), *self[1:])


def place_of(store: Store, account_id: int, id: str) -> tuple[int, int] | None:
    """(location number, rid) of a Square id."""
    row = store.maybe("place_of_customer", {"account_id": account_id, "id": id})
    return (row[0], row[1]) if row else None


def definitions(store: Store, account_id: int) -> list[Definition]:
    """All of an account, oldest first."""
    return [_definition(row) for row in store.rows("definitions", {"account_id": account_id})]


def definition(store: Store, account_id: int, key: str) -> Definition | None:
    """One by its key."""
    row = store.maybe("definition", {"account_id": account_id, "key": key})
    return _definition(row) if row else None


def take_number(store: Store, account_id: int) -> int:
    """A number for a new definition."""
    number: int = store.one("take_definition_number", {"account_id": account_id})[0]
    return number


def put_definition(store: Store, account_id: int, one: Definition) -> None:
    """Keeps a new one, or what changed of one."""
    values = {name: getattr(one, name) for name in one.__struct_fields__ if name != "number"}
    values |= {"account_id": account_id, "def_no": one.number, "schema": msgspec.json.encode(one.schema)}
    store.run("put_definition", values)


def drop_definition(store: Store, account_id: int, number: int) -> None:
    """Forgets one; its values are nobody's from now on."""
    where = {"account_id": account_id, "def_no": number}
    store.run("delete_definition", where)
    store.run("put_definition_gone", where)


def gone(store: Store, account_id: int) -> int | None:
    """A definition that was deleted and may have left values."""
    row = store.maybe("definition_gone", {"account_id": account_id})
    return row[0] if row else None


def forget_gone(store: Store, account_id: int, number: int) -> None:
    """It has left none."""
    store.run("delete_definition_gone", {"account_id": account_id, "def_no": number})


def value(store: Store, account_id: int, rid: int, number: int) -> Value | None:
    """A customer's value of a definition."""
    row = store.maybe("attribute", {"account_id": account_id, "rid": rid, "def_no": number})
    return Value(*row) if row else None


def values_of(store: Store, account_id: int, rid: int, *, after: int, limit: int) -> list[tuple[int, Value]]:
    """A customer's values by the numbers of their definitions, behind a number."""
    values = {"account_id": account_id, "rid": rid, "after": after, "limit": limit}
    return [(row[0], Value(*row[1:])) for row in store.rows("attributes_of", values)]


def put(store: Store, account_id: int, rid: int, number: int, value: Value, *, terms: Iterable[str]) -> None:
    """Keeps a value, and what it is found by."""
    where = {"account_id": account_id, "rid": rid, "def_no": number}
    store.run("put_attribute", where | value._asdict())
    store.run("delete_attribute_terms", where)
    store.run_many("put_attribute_term", [where | {"term": term} for term in sorted(terms)])


def drop(store: Store, account_id: int, rid: int, number: int) -> None:
    """Forgets a value."""
    where = {"account_id": account_id, "rid": rid, "def_no": number}
    store.run("delete_attribute", where)
    store.run("delete_attribute_terms", where)


class Kept(NamedTuple):
    """A value that some customer has."""

    value: bytes
    updated_at: int


def some(
    store: Store, account_id: int, rids: Iterable[int], numbers: Iterable[int]
) -> dict[tuple[int, int], Kept]:
    """The values that these customers have of these definitions, by (rid, number)."""
    values = {"account_id": account_id, "rids": array(rids), "def_nos": array(numbers)}
    return {(row[0], row[1]): Kept(*row[2:]) for row in store.rows("attribute_values", values)}


def holders(store: Store, account_id: int, number: int, times: Times, size: int) -> Iterator[Page]:
    """Who has a value that was changed in a range of times, in pages that grow."""
    before = _FAR if times.end_at is None else times.end_at
    values = {"account_id": account_id, "def_no": number, "before": before}
    place = {"after": -_FAR if times.start_at is None else times.start_at, "rid": -1}
    yield from growing.pages(store, "attribute_holders", values, place, rid=1, size=size)


def with_term(
    store: Store, account_id: int, number: int, term: str, *, loc_nos: Sequence[int], size: int
) -> Iterator[Page]:
    """Who has a term at some locations, in pages that grow."""
    for loc_no in loc_nos:
        values = {"account_id": account_id, "def_no": number, "term": term, "high": (loc_no + 1 << 32) - 1}
        place = {"after": (loc_no << 32) - 1}
        size = yield from growing.pages(store, "attribute_term_rids", values, place, rid=0, size=size)


def within(store: Store, account_id: int, number: int, *, first: str, end: str, size: int) -> Iterator[Page]:
    """Who has a term from `first` to before `end`, at any location, in pages that grow."""
    values = {"account_id": account_id, "def_no": number, "end": end}
    place = {"term": first, "rid": -1}
    yield from growing.pages(store, "attribute_range_rids", values, place, rid=1, size=size)


def at_locations(store: Store, account_id: int, loc_nos: Sequence[int], size: int) -> Iterator[Page]:
    """Who has any value at some locations, in pages that grow; once for each value."""
    for loc_no in loc_nos:
        values = {"account_id": account_id, "high": (loc_no + 1 << 32) - 1}
        place = {"after": (loc_no << 32) - 1, "def_no": 0}
        size = yield from growing.pages(store, "attribute_rids", values, place, rid=0, size=size)


def rarest(store: Store, account_id: int, number: int, terms: Sequence[str]) -> str:
    """Of these terms, one that few have."""
    best, fewest = terms[0], _COUNTED_MAX
    for term in terms[:_COMPARED_MAX] if len(terms) > 1 else ():
        values = {"account_id": account_id, "def_no": number, "term": term, "limit": fewest}
        count = len(store.rows("some_with_attribute_term", values))
        if count < fewest:
            best, fewest = term, count
        if fewest == 0:
            break
    return best


def _definition(row: Row) -> Definition:
    number, key, schema, *rest = row
    return Definition(number, key, _SCHEMA.decode(schema), *rest)
