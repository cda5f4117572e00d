"""What the operations on custom attributes and their definitions take and answer."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from regulars import limits
from regulars.api.square.shapes import Absent, Time
from regulars.model.attribute import Visibility
from regulars.wire.square import Error
from regulars.wire.square_writing import Version

Text = Annotated[str, Meta(max_length=limits.ATTRIBUTE_NAME_LENGTH_MAX)]
GivenKey = Annotated[str, Meta(min_length=1, max_length=limits.REF_LENGTH_MAX)]
NewKey = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=limits.ATTRIBUTE_KEY_LENGTH_MAX,
        extra_json_schema={"pattern": "^[a-zA-Z0-9._-]+$"},
    ),
]
IdempotencyKey = Annotated[str, Meta(max_length=limits.SHORT_IDEMPOTENCY_KEY_LENGTH_MAX)]
_Bulk = Meta(min_length=1, max_length=limits.BULK_ATTRIBUTES_MAX)


class NewDefinition(Struct, kw_only=True):
    """What a client says of a new definition."""

    key: NewKey
    schema: dict[str, Any]
    name: Text | UnsetType | None = UNSET
    description: Text | UnsetType | None = UNSET
    visibility: Visibility | UnsetType | None = UNSET


class DefinitionGiven(Struct):
    """What a client says of a definition that is there; what it does not say stays as it is."""

    schema: dict[str, Any] | UnsetType | None = UNSET
    name: Text | UnsetType | None = UNSET
    description: Text | UnsetType | None = UNSET
    visibility: Visibility | UnsetType | None = UNSET
    version: Version | UnsetType | None = UNSET


class CreateDefinitionRequest(Struct):
    """A new definition: its key and schema, its name and description unless it is hidden."""

    custom_attribute_definition: NewDefinition
    idempotency_key: IdempotencyKey | None = None


class UpdateDefinitionRequest(Struct):
    """Changes of one; `version`: only if it still has it."""

    custom_attribute_definition: DefinitionGiven
    idempotency_key: IdempotencyKey | None = None


class AttributeGiven(Struct):
    """A value, of the type of its definition; `version`: only if the attribute still has it."""

    value: Any
    version: Version | UnsetType | None = UNSET


class UpsertAttributeRequest(Struct):
    """A value to be set."""

    custom_attribute: AttributeGiven
    idempotency_key: IdempotencyKey | None = None


class BulkAttributeGiven(AttributeGiven, kw_only=True):
    """The same, with the key of its definition."""

    key: GivenKey


class BulkUpsertItem(Struct):
    """A value to be set, and whose."""

    customer_id: Annotated[str, Meta(min_length=1)]
    custom_attribute: BulkAttributeGiven
    idempotency_key: IdempotencyKey | None = None


class BulkUpsertAttributesRequest(Struct):
    """1 to 25 values to be set, each under a name of the client's."""

    values: Annotated[dict[str, BulkUpsertItem], _Bulk]


class BulkAttributes(Struct):
    """The same, its entries not yet judged: one that is wrong is its own error, not that of the others."""

    values: Annotated[dict[str, Any], _Bulk]


class CustomAttributeDefinition(Struct, omit_defaults=True, kw_only=True):
    """What a custom attribute is."""

    key: str
    schema: dict[str, Any]
    name: str | Absent = UNSET
    description: str | Absent = UNSET
    visibility: Visibility
    version: int
    created_at: Time
    updated_at: Time


class CustomAttribute(Struct, omit_defaults=True, kw_only=True):
    """A customer's value of a definition, which is there when it was asked for."""

    key: str
    value: Any
    version: int
    visibility: Visibility
    created_at: Time
    updated_at: Time
    definition: CustomAttributeDefinition | Absent = UNSET


class DefinitionResponse(Struct):
    """One definition."""

    custom_attribute_definition: CustomAttributeDefinition


class ListDefinitionsResponse(Struct, omit_defaults=True):
    """A page of definitions; an empty object when there is none."""

    custom_attribute_definitions: list[CustomAttributeDefinition] | Absent = UNSET
    cursor: str | Absent = UNSET


class AttributeResponse(Struct):
    """One attribute."""

    custom_attribute: CustomAttribute


class ListAttributesResponse(Struct, omit_defaults=True):
    """A page of a customer's attributes; an empty object when there is none."""

    custom_attributes: list[CustomAttribute] | Absent = UNSET
    cursor: str | Absent = UNSET


class UpsertOutcome(Struct, omit_defaults=True):
    """The attribute and whose it is, or what went wrong with it."""

    customer_id: str | Absent = UNSET
    custom_attribute: CustomAttribute | Absent = UNSET
    errors: list[Error] | Absent = UNSET


class BulkUpsertAttributesResponse(Struct):
    """What became of each, under the name it was asked with."""

    values: dict[str, UpsertOutcome]


class GoneResponse(Struct):
    """Nothing: it is gone."""
