"""Custom attributes: what an account has defined, and the values that its customers have (contracts/square.md 2.2)."""

from __future__ import annotations

from typing import Any, Literal, get_args

from msgspec import Struct

Visibility = Literal["VISIBILITY_HIDDEN", "VISIBILITY_READ_ONLY", "VISIBILITY_READ_WRITE_VALUES"]
Kind = Literal[
    "Address",
    "Boolean",
    "Date",
    "DateTime",
    "Email",
    "Number",
    "PhoneNumber",
    "Selection",
    "String",
]
KINDS: tuple[str, ...] = get_args(Kind)
HIDDEN: Visibility = "VISIBILITY_HIDDEN"


class Schema(Struct, frozen=True, omit_defaults=True):
    """Of which type values are. `uri`: its name as the client spells it; a selection has options instead.

    `names` and `ids` are a selection's options, in the same order; a value is a list of ids.
    """

    kind: Kind
    uri: str | None = None
    names: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    items_max: int = 0


class Definition(Struct, frozen=True):
    """What a custom attribute is. `number` is the store's own; a key that is defined anew has another one."""

    number: int
    key: str
    schema: Schema
    name: str | None
    description: str | None
    visibility: Visibility
    version: int
    created_at: int
    updated_at: int


class Attribute(Struct, frozen=True):
    """A customer's value of a definition, as it came."""

    definition: Definition
    value: Any
    version: int
    created_at: int
    updated_at: int


class Sought(Struct, frozen=True):
    """What an index of terms is asked for: all of `every`, one of `any`, or a range from `first` to before `end`.

    With none of them there is nothing that the index knows.
    """

    every: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    first: str | None = None
    end: str | None = None
