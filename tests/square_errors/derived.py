"""The cases that follow from what a route declares: each parameter and each field of its body, with each misfit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import inspect

from regulars import limits
from regulars.api.parameters import Choice, Flag, Integer, Parameter, Text, Wanted
from regulars.api.route import Route
from tests.square_errors.case import Case

_DEPTH = 3


def cases(route: Route) -> list[Case]:
    """All of them, the body's in the order of its fields."""
    found = [case for one in route.parameters if one.place == "query" for case in _of_parameter(route, one)]
    if route.body is not None:
        found += _of_struct(route, inspect.type_info(route.body), [], _DEPTH)
    return found


def _of_parameter(route: Route, one: Parameter[Any]) -> Iterator[Case]:
    def case(when: str, text: str, code: str) -> Case:
        return Case(
            operation=route.name,
            parameter=one.name,
            when=when,
            code=code,
            field=one.name,
            query=f"{one.name}={text}",
        )

    match one:
        case Integer() | Wanted():
            least, most = (one.least, one.most) if isinstance(one, Integer) else (0, one.most)
            yield case("is no integer", "x", "EXPECTED_INTEGER")
            yield case(f"is less than {least}", str(least - 1), "VALUE_TOO_LOW")
            if most < 10**limits.INTEGER_DIGITS_MAX - 1:
                yield case(f"is more than {most}", str(most + 1), "VALUE_TOO_HIGH")
        case Flag():
            yield case("is neither true nor false", "x", "EXPECTED_BOOLEAN")
        case Choice(rule=rule):
            code = "INVALID_SORT_ORDER" if rule == "not_an_order" else "INVALID_ENUM_VALUE"
            yield case("is none of its values", "x", code)
        case Text(rule="not_a_cursor"):
            yield case("was not made here", "x", "INVALID_CURSOR")
        case Text(length_max=most):
            yield case(f"has more than {most} characters", "x" * (most + 1), "VALUE_TOO_LONG")
    if not isinstance(one, Text) or one.rule != "not_a_cursor":
        again = f"&{one.name}="
        yield Case(
            operation=route.name,
            parameter=one.name,
            when="is given more than once",
            code="CONFLICTING_PARAMETERS",
            field=one.name,
            query=f"{one.name}={_fitting(one)}{again}{_fitting(one)}",
        )


def _fitting(one: Parameter[Any]) -> str:
    match one:
        case Integer(least=least):
            return str(max(least, 1))
        case Flag():
            return "true"
        case Choice(choices=choices):
            return choices[0]
    return "1"


# --- bodies ----------------------------------------------------------------------------------------------------

Step = tuple[inspect.Type, str | None]  # a struct and the key taken of it; a list and None


def _of_struct(route: Route, shape: inspect.Type, way: list[Step], depth: int) -> list[Case]:
    assert isinstance(shape, inspect.StructType)
    found = []
    for one in shape.fields:
        steps = [*way, (shape, one.encode_name)]
        kinds = _kinds(one.type)
        if one.required:
            whole = _around(way, {k: v for k, v in _least(shape).items() if k != one.encode_name})
            found.append(_case(route, steps, "is missing", "MISSING_REQUIRED_PARAMETER", whole))
        if len(kinds) != 1:
            continue
        for when, value, code in _misfits(kinds[0]):
            found.append(_case(route, steps, when, code, _around(steps, value)))
        found += _inside(route, kinds[0], steps, depth - 1)
    return found


def _inside(route: Route, kind: inspect.Type, steps: list[Step], depth: int) -> list[Case]:
    """What a struct or a list holds; a map's entries are judged one by one, and declared by hand."""
    if depth < 0:
        return []
    match kind:
        case inspect.StructType():
            return _of_struct(route, kind, steps, depth)
        case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item):
            inner = [*steps, (kind, None)]
            kinds = _kinds(item)
            if len(kinds) != 1:
                return []
            found = [
                _case(route, inner, when, code, _around(inner, value))
                for when, value, code in _misfits(kinds[0])
            ]
            return found + _inside(route, kinds[0], inner, depth)
    return []


def _misfits(kind: inspect.Type) -> Iterator[tuple[str, Any, str]]:
    match kind:
        case inspect.StrType(min_length=least, max_length=most):
            yield "is no text", 5, "EXPECTED_STRING"
            if least:
                yield "is empty", "", "VALUE_EMPTY"
            if most:
                yield f"has more than {most} characters", "x" * (most + 1), "VALUE_TOO_LONG"
        case inspect.IntType(ge=low, le=high):
            yield "is no integer", "x", "EXPECTED_INTEGER"
            if low is not None:
                yield f"is less than {low}", low - 1, "VALUE_TOO_LOW"
            if high is not None:
                yield f"is more than {high}", high + 1, "VALUE_TOO_HIGH"
        case inspect.BoolType():
            yield "is neither true nor false", "x", "EXPECTED_BOOLEAN"
        case inspect.LiteralType() | inspect.EnumType():
            yield "is none of its values", "x", "INVALID_ENUM_VALUE"
        case inspect.StructType():
            yield "is no object", 5, "EXPECTED_OBJECT"
        case inspect.DictType(min_length=least, max_length=most, value_type=item):
            yield "is no object", 5, "EXPECTED_OBJECT"
            if least:
                yield "has no entry", {}, "VALUE_EMPTY"
            if most:
                yield f"has more than {most} entries", _many(most + 1, item), "TOO_MANY_MAP_ENTRIES"
        case inspect.ListType(min_length=least, max_length=most, item_type=item):
            yield "is no array", 5, "EXPECTED_ARRAY"
            if least:
                yield "has no item", [], "ARRAY_EMPTY"
            if most:
                yield (
                    f"has more than {most} items",
                    list(_many(most + 1, item).values()),
                    "ARRAY_LENGTH_TOO_LONG",
                )


def _many(count: int, item: inspect.Type) -> dict[str, Any]:
    return {f"k{number}": _fit(item) for number in range(count)}


def _case(route: Route, steps: list[Step], when: str, code: str, json: Any) -> Case:
    name = ""
    for _, key in steps:
        name += "[0]" if key is None else f".{key}" if name else key
    return Case(operation=route.name, parameter=name, when=when, code=code, field=name, json=json)


def _around(steps: list[Step], value: Any) -> Any:
    """The smallest body that has this value at the end of these steps."""
    for shape, key in reversed(steps):
        value = [value] if key is None else _least(shape) | {key: value}
    return value


def _least(shape: inspect.Type) -> dict[str, Any]:
    """The smallest object of a struct: what is required, and nothing else."""
    assert isinstance(shape, inspect.StructType)
    return {one.encode_name: _fit(one.type) for one in shape.fields if one.required}


def _fit(kind: inspect.Type) -> Any:
    match _kinds(kind)[0]:
        case inspect.StrType(min_length=least):
            return "x" * (least or 1)
        case inspect.IntType(ge=low):
            return low or 1
        case inspect.BoolType():
            return True
        case inspect.LiteralType(values=values):
            return values[0]
        case inspect.StructType() as shape:
            return _least(shape)
        case inspect.DictType(value_type=item):
            return {"k": _fit(item)}
        case inspect.ListType(item_type=item):
            return [_fit(item)]
    return "x"


def _kinds(kind: inspect.Type) -> list[inspect.Type]:
    """What a type may be, beside absent and null."""
    if isinstance(kind, inspect.Metadata):
        return _kinds(kind.type)
    if isinstance(kind, inspect.UnionType):
        return [one for each in kind.types for one in _kinds(each)]
    return [] if isinstance(kind, inspect.NoneType) or "Unset" in type(kind).__name__ else [kind]
