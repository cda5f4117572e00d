"""Answers of JSON taken apart, record by record, so that one record that is no JSON spoils no other beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeVar
from urllib.parse import quote

import msgspec
from msgspec import Raw, Struct

from regulars import errors
from regulars.model.pull import Gone, Item
from regulars.sources.http import Response, shaped

T = TypeVar("T", bound=Struct)

# A text, or a sign outside of texts; a quotation mark alone begins a text that never ends.
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|["\[\]{},:]', re.DOTALL)
_CLOSING = {b"]": b"[", b"}": b"{"}


def seen(raw: Raw | bytes, shape: type[T]) -> T | None:
    """What a source must know of one record, in the shape of a struct; None when the record does not say it."""
    try:
        return msgspec.json.decode(raw, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def one_by_one(refs: Sequence[str], ask: Callable[[str], Item]) -> list[Item]:
    """Customers fetched with a request each; `ask` gets a ref ready for a path. `Gone`: the source has no such one."""
    items: list[Item] = []
    for ref in refs:
        try:
            items.append(ask(quote(ref, safe="")))
        except errors.NotFound:
            items.append(Gone(ref))
    return items


def parted(response: Response, key: str, shape: type[T]) -> tuple[list[bytes], T]:
    """The elements of the list under a key of the answer's object, byte for byte, and the object in its shape.

    `shape` has a field of that name, a list of Raw. Elements that are no JSON (`NaN`, nested without end) come as they
    stand, for their reader to refuse. Raises Retriable for anything that is no such answer, or only a part of one.
    """
    try:
        found = shaped(response, shape)
    except errors.Retriable:
        return _torn(response, key, shape)
    return [bytes(raw) for raw in getattr(found, key) or ()], found


def _torn(response: Response, key: str, shape: type[T]) -> tuple[list[bytes], T]:
    body = response.body.removeprefix(b"\xef\xbb\xbf")
    cuts = _cuts(body, b'"' + key.encode() + b'"')
    if not cuts:
        raise _no_page()
    rest = body[: cuts[0] + 1] + body[cuts[-1] :]
    elements = [body[start + 1 : end].strip() for start, end in pairwise(cuts)]
    try:
        return [each for each in elements if each], msgspec.json.decode(rest, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _no_page() from None


def _cuts(body: bytes, key: bytes) -> list[int]:
    """Where the list under the key begins, is cut, and ends; empty when it is not there. Every bracket must close."""
    open_: list[bytes] = []
    cuts: list[int] = []
    text = b""
    is_in_list = is_next = False
    for match in _TOKEN.finditer(body):
        token = match[0]
        if token == b'"':
            raise _no_page()
        if len(token) > 1:
            text = token
        elif token in b"[{":
            if is_next and token == b"[" and not cuts:
                is_in_list = True
                cuts.append(match.start())
            open_.append(token)
        elif token in b"]}":
            if not open_ or open_.pop() != _CLOSING[token]:
                raise _no_page()
            if is_in_list and len(open_) == 1:
                is_in_list = False
                cuts.append(match.start())
        elif token == b"," and is_in_list and len(open_) == 2:
            cuts.append(match.start())
        is_next = token == b":" and len(open_) == 1 and text == key
    if open_:
        raise _no_page()
    return cuts


def _no_page() -> errors.Retriable:
    return errors.Retriable("The source answered something else than a page")
