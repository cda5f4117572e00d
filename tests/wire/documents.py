"""JSON that strangers send: right, nearly right, and not at all."""

from typing import Any

import msgspec
from hypothesis import strategies as st

_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_leaf = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
)
_dates = st.sampled_from(
    ["2024-01-15T10:30:00Z", "2024-01-15", "0000-00-00", "yesterday", "12-10", "0000-02-29"]
)
_kinds = st.sampled_from(["MOBILE", "home", "FAX", "BILLING", "411111111111", "4111 1111 1111 1111"])
values = st.recursive(
    _leaf | _text | _dates | _kinds,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=6,
)


def objects(keys: list[str], inner: dict[str, list[str]]) -> st.SearchStrategy[bytes]:
    """JSON objects with some of these keys and any values; `inner` are the keys of objects inside a key's list."""

    def shape(names: list[str]) -> st.SearchStrategy[Any]:
        return st.fixed_dictionaries({}, optional=dict.fromkeys(names, values))

    parts: dict[str, st.SearchStrategy[Any]] = dict.fromkeys(keys, values)
    for key, names in inner.items():
        parts[key] = st.lists(shape(names) | values, max_size=3) | shape(names) | values
    return st.fixed_dictionaries({}, optional=parts).map(msgspec.json.encode)


def damaged(document: bytes) -> st.SearchStrategy[bytes]:
    """The document with one stretch of it replaced by something else."""
    piece = st.binary(max_size=4) | st.sampled_from(
        [b'"', b"{", b"[", b"1e999", b"NaN", b"\\ud800", b"\xff", b"null"]
    )
    place = st.integers(0, len(document))
    return st.builds(
        lambda start, length, new: document[:start] + new + document[start + length :],
        place,
        st.integers(0, 30),
        piece,
    )


NO_OBJECTS = [
    b"",
    b"null",
    b"[]",
    b'"text"',
    b"12",
    b"{",
    b'{"posRef":}',
    b'{"posRef":"a"} x',
    b'{"id":NaN,"posRef":NaN}',
    b'{"x":Infinity}',
    b'{"x":01}',
    b'{"x":"\xff"}',
    b'{"posRef":"\xff","id":"\xff"}',
    b'{"x":"\xed\xa0\x80"}',
    b'{"x":"\\ud800"}',
    b'{"x":"\\udc00 and more text after it"}',
    b'{"x":"\x01"}',
    b'{"x":' + b"[" * 100_000,
    b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    b'{"customerEmails":' + b'[{"email":' * 50_000 + b"1" + b"}]" * 50_000 + b"}",
    b'{"address":' + b'{"locality":' * 50_000 + b"1" + b"}" * 50_000 + b"}",
    "{}".encode("utf-16"),
    b"\xef\xbb\xbf{}",
]
