"""Cases of custom attributes and their definitions that no declaration tells of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.square_errors.case import Case

DEFINITION = "CustomerCustomAttributeDefinition"
ATTRIBUTE = "CustomerCustomAttribute"
CREATE, UPDATE = f"Create{DEFINITION}", f"Update{DEFINITION}"
AT = "custom_attribute_definition"
ALL = "/v2/customers/custom-attribute-definitions"
COMMON = "https://developer-production-s.squarecdn.com/schemas/v1/common.json#squareup.common."
STRING = {"$ref": f"{COMMON}String"}
OPTION = "9492bdda-ab4d-4eeb-8496-0986c8f78499"
SHOWN = {"visibility": "VISIBILITY_READ_WRITE_VALUES"}

# What the world has defined: key, and type or schema.
SIZES: dict[str, Any] = {
    "type": "array",
    "maxItems": 1,
    "uniqueItems": True,
    "items": {"names": ["Small", "Large"]},
}
DEFINED: Mapping[str, dict[str, Any]] = {
    "size": STRING,
    "mail": {"$ref": f"{COMMON}Email"},
    "phone": {"$ref": f"{COMMON}PhoneNumber"},
    "home": {"$ref": f"{COMMON}Address"},
    "since": {"$ref": f"{COMMON}Date"},
    "seen": {"$ref": f"{COMMON}DateTime"},
    "vip": {"$ref": f"{COMMON}Boolean"},
    "points": {"$ref": f"{COMMON}Number"},
    "shirt": SIZES,
}


def _customer(operation: str, json: Any = None) -> tuple[Case, ...]:
    return (
        Case(operation=operation, parameter="customer_id", when="is nobody's", code="NOT_FOUND",
             path={"customer_id": "{nobody}"}, json=json),
        Case(operation=operation, parameter="customer_id", when="is at a location that is not the token's",
             code="NOT_FOUND", path={"customer_id": "{elsewhere}"}, token="here", json=json),
    )  # fmt: skip


def _key(operation: str, json: Any = None) -> tuple[Case, ...]:
    return (
        Case(operation=operation, parameter="key", when="is not defined", code="NOT_FOUND",
             path={"key": "nothing"}, json=json),
        Case(operation=operation, parameter="key", when="is that of another application", code="NOT_FOUND",
             path={"key": "sq0ids-example%3Asize"}, json=json),
    )  # fmt: skip


def _everywhere(operation: str, json: Any = None) -> Case:
    return Case(operation=operation, parameter="", when="comes with a token for some locations",
                code="INSUFFICIENT_SCOPES", json=json, token="here")  # fmt: skip


def _new(parameter: str, when: str, code: str, said: dict[str, Any], *, field: bool = True) -> Case:
    given = {"key": "new", "schema": STRING} | said
    name = f"{AT}.{parameter}"
    return Case(operation=CREATE, parameter=name, when=when, code=code, field=name if field else None,
                json={AT: {one: part for one, part in given.items() if part is not None}})  # fmt: skip


def _schema(parameter: str, when: str, code: str, said: dict[str, Any]) -> Case:
    name = f"schema.{parameter}" if parameter else "schema"
    return _new(name, when, code, {"schema": said})


def _selection(parameter: str, when: str, code: str, **said: Any) -> Case:
    return _schema(parameter, when, code, SIZES | said)


def _changed(parameter: str, when: str, code: str, said: dict[str, Any], key: str = "size") -> Case:
    name = f"{AT}.{parameter}"
    return Case(operation=UPDATE, parameter=name, when=when, code=code, field=name, path={"key": key},
                json={AT: said})  # fmt: skip


def _value(key: str, when: str, code: str, value: Any, *, at: str = "") -> tuple[Case, ...]:
    """A value that both upserts judge alike."""
    field = f"custom_attribute.value{at}"
    return (
        Case(operation=f"Upsert{ATTRIBUTE}", parameter=field, when=when, code=code, field=field, path={"key": key},
             json={"custom_attribute": {"value": value}}),
        Case(operation=f"BulkUpsert{ATTRIBUTE}s", parameter=f"values.NAME.{field}", when=when, code=code, field=field,
             json={"values": {"one": {"customer_id": "{customer}",
                                      "custom_attribute": {"key": key, "value": value}}}}, within="one"),
    )  # fmt: skip


def _item(parameter: str, when: str, code: str, item: Any, *, field: str | None = None) -> Case:
    return Case(operation=f"BulkUpsert{ATTRIBUTE}s", parameter=f"values.NAME{parameter}", when=when, code=code,
                field=field, json={"values": {"one": item}}, within="one")  # fmt: skip


DUNE = {"custom_attribute": {"value": "Dune"}}
BULK = {"key": "size", "value": "L"}

CASES = (
    *_key(f"Retrieve{DEFINITION}"),
    *_key(f"Update{DEFINITION}", {AT: {}}),
    *(
        case
        for operation, json in (
            (f"Retrieve{ATTRIBUTE}", None), (f"Upsert{ATTRIBUTE}", DUNE), (f"Delete{ATTRIBUTE}", None)
        )
        for case in (*_customer(operation, json), *_key(operation, json))
    ),
    *_customer(f"List{ATTRIBUTE}s"),
    *(
        Case(operation=operation, parameter="key", when="is of no value that the customer has", code="NOT_FOUND",
             path={"key": "mail"})
        for operation in (f"Retrieve{ATTRIBUTE}", f"Delete{ATTRIBUTE}")
    ),
    *(
        Case(operation=operation, parameter="version", when="is higher than the current one", code="BAD_REQUEST",
             field="version", query="version=99")
        for operation in (f"Retrieve{DEFINITION}", f"Retrieve{ATTRIBUTE}")
    ),
    _everywhere(CREATE, {AT: {"key": "new", "schema": STRING}}),
    _everywhere(UPDATE, {AT: {"name": "New"}}),
    _everywhere(f"Delete{DEFINITION}"),
    _new("key", "is missing", "MISSING_REQUIRED_PARAMETER", {"key": None}),
    _new("key", "has anything but letters, digits, periods, underscores and hyphens", "VALUE_REGEX_MISMATCH",
         {"key": "fav:drink"}),
    _new("key", "is that of another definition", "CONFLICT", {"key": "size"}, field=False),
    _new("name", "is that of another definition", "CONFLICT", {"name": "SIZE"}, field=False),
    _new("name", "is missing, and it is not hidden", "MISSING_REQUIRED_PARAMETER", SHOWN),
    _new("description", "is missing, and it is not hidden", "MISSING_REQUIRED_PARAMETER", SHOWN | {"name": "New"}),
    _new("schema", "is missing", "MISSING_REQUIRED_PARAMETER", {"schema": None}),
    _schema("", "is neither a $ref nor a selection's", "INVALID_VALUE", {}),
    _schema("$ref", "is no text", "EXPECTED_STRING", {"$ref": 5}),
    _schema("$ref", "names no type of Square's", "INVALID_VALUE", {"$ref": f"{COMMON}Colour"}),
    _selection("items", "is no object", "EXPECTED_OBJECT", items=5),
    _selection("items.names", "is no array", "EXPECTED_ARRAY", items={}),
    _selection("items.names", "is empty", "ARRAY_EMPTY", items={"names": []}),
    _selection("items.names", "has more than 100 items", "ARRAY_LENGTH_TOO_LONG",
               items={"names": [str(one) for one in range(101)]}),
    _selection("items.names", "has an item twice", "CONFLICTING_PARAMETERS", items={"names": ["S", "S"]}),
    _selection("items.names[0]", "is no text", "EXPECTED_STRING", items={"names": [5]}),
    _selection("items.names[0]", "is empty", "VALUE_EMPTY", items={"names": [""]}),
    _selection("items.names[0]", "has more than 255 characters", "VALUE_TOO_LONG", items={"names": ["x" * 256]}),
    _selection("items.enum", "is longer than names", "ARRAY_LENGTH_TOO_LONG",
               items={"names": ["S"], "enum": [OPTION, OPTION.replace("9", "8")]}),
    _selection("items.enum", "has anything but UUIDs", "VALUE_REGEX_MISMATCH", items={"names": ["S"], "enum": ["s"]}),
    _selection("maxItems", "is no integer", "EXPECTED_INTEGER", maxItems="x"),
    _selection("maxItems", "is less than 1", "VALUE_TOO_LOW", maxItems=0),
    _selection("maxItems", "is more than 100", "VALUE_TOO_HIGH", maxItems=101),
    _selection("uniqueItems", "is not true", "INVALID_VALUE", uniqueItems=False),
    _selection("$schema", "is not that of selections", "INVALID_VALUE", **{"$schema": "x"}),
    Case(operation=CREATE, parameter="idempotency_key", when="was used for another request",
         code="IDEMPOTENCY_KEY_REUSED", field="idempotency_key",
         json={"idempotency_key": "used", AT: {"key": "other", "schema": STRING}},
         first={"method": "POST", "target": ALL,
                "json": {"idempotency_key": "used", AT: {"key": "used", "schema": STRING}}}),
    _changed("name", "would be missing, and it is not hidden", "MISSING_REQUIRED_PARAMETER", {"name": None}),
    _changed("description", "would be missing, and it is not hidden", "MISSING_REQUIRED_PARAMETER",
             {"description": ""}),
    _changed("schema", "is of another type", "INVALID_VALUE", {"schema": {"$ref": f"{COMMON}Email"}}),
    _changed("schema", "is no longer that of a selection", "INVALID_VALUE", {"schema": STRING}, "shirt"),
    _changed("schema.items.names", "lacks an option", "INVALID_VALUE",
             {"schema": SIZES | {"items": {"names": ["Small"]}}}, "shirt"),
    Case(operation=UPDATE, parameter=f"{AT}.version", when="is not the current one", code="CONFLICT",
         json={AT: {"name": "New", "version": 99}}),
    Case(operation=UPDATE, parameter=f"{AT}.name", when="is that of another definition", code="CONFLICT",
         json={AT: {"name": "MAIL"}}),
    Case(operation=f"Upsert{ATTRIBUTE}", parameter="custom_attribute.value", when="is missing",
         code="MISSING_REQUIRED_PARAMETER", field="custom_attribute.value", json={"custom_attribute": {}}),
    Case(operation=f"Upsert{ATTRIBUTE}", parameter="custom_attribute.version", when="is not the current one",
         code="CONFLICT", json={"custom_attribute": {"value": "L", "version": 99}}),
    *_value("size", "is no text (String)", "EXPECTED_STRING", 5),
    *_value("size", "has more than 1000 characters (String)", "VALUE_TOO_LONG", "x" * 1001),
    *_value("mail", "is no e-mail (Email)", "INVALID_EMAIL_ADDRESS", "ada@"),
    *_value("phone", "is no number of E.164 (PhoneNumber)", "INVALID_PHONE_NUMBER", "212 555 0140"),
    *_value("home", "is no object (Address)", "EXPECTED_OBJECT", "somewhere"),
    *_value("home", "has other fields than an address (Address)", "INVALID_VALUE", {"planet": "Mars"}),
    *_value("home", "is no text", "EXPECTED_STRING", {"locality": 5}, at=".locality"),
    *_value("home", "is no code of ISO 3166-1 alpha-2", "INVALID_ENUM_VALUE", {"country": "USA"}, at=".country"),
    *_value("since", "is no date (Date)", "INVALID_TIME", "2023-02-29"),
    *_value("seen", "is no RFC 3339 time (DateTime)", "INVALID_TIME", "2023-02-28"),
    *_value("vip", "is neither true nor false (Boolean)", "EXPECTED_BOOLEAN", "yes"),
    *_value("points", "is no text (Number)", "EXPECTED_STRING", 10.5),
    *_value("points", "is no number of at most five decimals (Number)", "INVALID_VALUE", "0.000001"),
    *_value("points", "is more than 92233720368547 (Number)", "VALUE_TOO_HIGH", "92233720368547.00001"),
    *_value("points", "is less than -92233720368547 (Number)", "VALUE_TOO_LOW", "-92233720368548"),
    *_value("shirt", "is no array (Selection)", "EXPECTED_ARRAY", OPTION),
    *_value("shirt", "has more items than maxItems (Selection)", "ARRAY_LENGTH_TOO_LONG", [OPTION, OPTION]),
    *_value("shirt", "is no option", "INVALID_ENUM_VALUE", [OPTION], at="[0]"),
    *_value("shirt", "is no text", "EXPECTED_STRING", [5], at="[0]"),
    _item("", "is no object", "EXPECTED_OBJECT", 5),
    _item(".customer_id", "is missing", "MISSING_REQUIRED_PARAMETER", {"custom_attribute": BULK},
          field="customer_id"),
    _item(".customer_id", "is nobody's", "NOT_FOUND", {"customer_id": "{nobody}", "custom_attribute": BULK}),
    _item(".custom_attribute", "is missing", "MISSING_REQUIRED_PARAMETER", {"customer_id": "{customer}"},
          field="custom_attribute"),
    _item(".custom_attribute.key", "is missing", "MISSING_REQUIRED_PARAMETER",
          {"customer_id": "{customer}", "custom_attribute": {"value": "L"}}, field="custom_attribute.key"),
    _item(".custom_attribute.key", "is not defined", "NOT_FOUND",
          {"customer_id": "{customer}", "custom_attribute": BULK | {"key": "nothing"}}),
    _item(".custom_attribute.value", "is missing", "MISSING_REQUIRED_PARAMETER",
          {"customer_id": "{customer}", "custom_attribute": {"key": "size"}}, field="custom_attribute.value"),
    _item(".custom_attribute.version", "is not the current one", "CONFLICT",
          {"customer_id": "{customer}", "custom_attribute": BULK | {"version": 99}}),
    _item(".idempotency_key", "has more than 45 characters", "VALUE_TOO_LONG",
          {"customer_id": "{customer}", "custom_attribute": BULK, "idempotency_key": "x" * 46},
          field="idempotency_key"),
)  # fmt: skip
