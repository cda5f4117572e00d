"""Reads a customer of any JSON object whose shape nobody knows: its keys are taken for fields, as columns are.

A key inside another is written with a dot (`address.city`), and so it is named in a mapping. Of lists, e-mails and
phones are all taken, of anything else the first element.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import Raw

from regulars import limits
from regulars.errors import Invalid
from regulars.model import columns as table
from regulars.model import instant
from regulars.model.cells import Cells
from regulars.model.customer import Customer, Problem

_DEPTH_MAX: Final = 6  # objects and lists inside each other; a customer's e-mail lies three deep
_LEAVES_MAX: Final = 4 * limits.TABLE_COLUMNS_MAX  # values of one object that are looked at


class _Leaf(NamedTuple):
    """One plain value; `at` is its place in the outermost list around it."""

    path: tuple[str, ...]
    at: int
    value: str | bool | int | float | None


def read(raw: bytes, columns: Mapping[str, str]) -> Customer:
    """One customer of a JSON object. `columns` names the field of some keys: {key: field}; the others are guessed.

    Several keys that are named `pos_ref` make one reference together. Raises Invalid for what is no JSON object, for
    one without any field of a customer, and for a reference that nobody could ask for.
    """
    leaves = list(_leaves(_object(raw), (), 0))
    cells = Cells()
    if len(leaves) > _LEAVES_MAX:
        cells.problems.append(Problem("record", "too_many"))
    del leaves[_LEAVES_MAX:]
    paths = tuple(dict.fromkeys(leaf.path for leaf in leaves))
    fields = _fields(paths, tuple(sorted(columns.items())))
    refs: dict[str, str] = {}
    said = set()
    for leaf in leaves:
        field = fields.get(leaf.path)
        if field is None or (leaf.at and field not in table.REPEATED):
            continue
        text = _text(leaf.value, field)
        if not text or text.isspace() or (field, text) in said:
            continue
        said.add((field, text))
        if field == "pos_ref":
            refs[".".join(leaf.path)] = text.strip()
        else:
            cells.take(field, text)
    if refs:
        order = [key for key in columns if key in refs] or list(refs)
        cells.take("pos_ref", ":".join(refs[key] for key in order))
    if cells.is_empty:
        raise Invalid("The object has no field of a customer", rule="empty")
    return cells.customer()


def _object(raw: bytes) -> Mapping[str, Any]:
    try:
        found = msgspec.json.decode(raw)
    except msgspec.ValidationError:  # a number that no machine holds
        found = _digits_kept(raw, 0)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Invalid("The record is no JSON object", rule="not_an_object")
    return found


def _digits_kept(raw: bytes, depth: int) -> Any:
    """The same where some numbers are too large: those become texts, as they stand."""
    try:
        return msgspec.json.decode(raw)
    except msgspec.ValidationError:
        pass
    if raw[:1] not in b"{[":
        return raw.decode()[: limits.TEXT_LENGTH_MAX]
    if depth == _DEPTH_MAX:
        return None
    if raw[:1] == b"[":
        return [_digits_kept(bytes(each), depth + 1) for each in msgspec.json.decode(raw, type=list[Raw])]
    parts = msgspec.json.decode(raw, type=dict[str, Raw])
    return {key: _digits_kept(bytes(each), depth + 1) for key, each in parts.items()}


def _leaves(value: Any, path: tuple[str, ...], at: int) -> Iterator[_Leaf]:
    if isinstance(value, dict):
        if len(path) < _DEPTH_MAX:
            for key, each in value.items():
                yield from _leaves(each, (*path, key), at)
    elif isinstance(value, list):
        for place, each in enumerate(value[: limits.CONTACTS_MAX]):
            if not isinstance(each, list):
                yield from _leaves(each, path, at or place)
    else:
        yield _Leaf(path, at, value)


def _text(value: str | bool | int | float | None, field: str) -> str | None:
    if isinstance(value, str) or value is None:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if field in {"created_at", "updated_at"}:
        return _moment(value)
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _moment(number: float) -> str:
    """A time that came as a number: seconds since 1970, or thousandths or millionths, told by its size."""
    micros = int(number * (1_000_000 if abs(number) < 1e11 else 1_000 if abs(number) < 1e14 else 1))
    return instant.text(micros) if instant.EARLIEST <= micros <= instant.LATEST else str(number)


@lru_cache(maxsize=256)
def _fields(
    paths: tuple[tuple[str, ...], ...], overrides: tuple[tuple[str, str], ...]
) -> Mapping[tuple[str, ...], str]:
    """What the keys of an object are taken for; the objects of one source mostly have the same keys."""
    named = dict(overrides)
    if not set(named.values()) <= set(table.FIELDS):
        raise Invalid("there is no such field", field="field", rule="unknown", hint=", ".join(table.FIELDS))
    address = _address_of(paths)
    spoken = {path: ".".join(path) if ".".join(path) in named else _spoken(path, address) for path in paths}
    known = [(path, name) for path, name in spoken.items() if name][: limits.TABLE_COLUMNS_MAX]
    chosen = {at: named[".".join(path)] for at, (path, _) in enumerate(known) if ".".join(path) in named}
    meant = table.guess([name for _, name in known], chosen)
    pairs = zip(known, meant, strict=True)
    return {path: field for (path, _), field in pairs if field not in {None, "ignore"} and field is not None}


# Keys around a customer's fields that say nothing themselves.
_WRAPPERS: Final = frozenset(
    (
        *(
            "customer",
            "contact",
            "person",
            "profile",
            "properties",
            "attributes",
            "fields",
            "data",
            "details",
        ),
        *("personal", "general", "info", "record", "individual", "contactinfo", "contactdetails"),
        *("contactinformation", "personaldata", "taxids"),
    )
)
# Keys around the parts of an address; of several addresses the first named here is the customer's.
_ADDRESSES: Final = (
    *("address", "addresses", "defaultaddress", "primaryaddress", "homeaddress", "billingaddress", "billing"),
    *("postaladdress", "mailingaddress", "physicaladdress", "shippingaddress", "shipping"),
)
_ADDRESS_FIELDS: Final = frozenset(("street", "street2", "street3", "city", "state", "zip_code", "country"))
_EMAILS: Final = frozenset(
    ("email", "emails", "emailaddress", "emailaddresses", "defaultemailaddress", "mails")
)
_PHONES: Final = frozenset(
    (
        *("phone", "phones", "phonenumber", "phonenumbers", "telephone", "telephones", "telephonenumbers"),
        *("mobile", "mobiles", "mobilephone", "mobilephones", "defaultphonenumber"),
    )
)
_NAMES: Final = frozenset(("name", "names", "nameparts"))
_COMPANIES: Final = frozenset(("company", "organization", "organisation", "business"))
_VALUES: Final = frozenset(
    (
        *("value", "text", "raw", "address", "email", "emailaddress", "number", "phone", "phonenumber"),
        *("mobile", "e164", "fullnumber", "formatted"),
    )
)


def _address_of(paths: Sequence[tuple[str, ...]]) -> str:
    """The key of the address that is the customer's."""
    around = {_plain(path[-2]) for path in paths if len(path) > 1}
    return next((name for name in _ADDRESSES if name in around), "")


def _spoken(path: tuple[str, ...], address: str) -> str:
    """What a column that holds the same would be called; empty when none is known to."""
    plain = [_plain(part) for part in path]
    while len(plain) > 1 and plain[0] in _WRAPPERS:
        del plain[0]
    leaf = plain[-1]
    if len(plain) == 1:
        return "email" if leaf in _EMAILS else _phone(leaf) if leaf in _PHONES else leaf
    parent = plain[0]
    if len(plain) > 2:
        return ""
    if parent in _EMAILS and leaf in _VALUES:
        return "email"
    if parent in _PHONES and leaf in _VALUES:
        return _phone(parent)
    if parent in _NAMES:
        return leaf if leaf.endswith("name") else leaf + "name"
    if parent in _COMPANIES and leaf == "name":
        return "companyname"
    return _address_part(leaf) if parent == address else ""


def _phone(name: str) -> str:
    return "mobilephone" if name.startswith("mobile") else "phone"


def _address_part(leaf: str) -> str:
    for name in (leaf, "address" + leaf):
        if table.guess([name], {})[0] in _ADDRESS_FIELDS:
            return name
    return "state" if leaf.startswith("administrativedistrict") else ""


def _plain(key: str) -> str:
    return "".join([character for character in key.casefold() if character.isalnum()])
