"""Physical lines of a stream of bytes, each bounded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Line(NamedTuple):
    """One line without its end; `is_cut` when it was longer than the bound."""

    number: int
    data: bytes
    is_cut: bool


def lines(chunks: Iterable[bytes], *, end: bytes, size_max: int) -> Iterator[Line]:
    """Every line, numbered from 1. A longer one than `size_max` is cut there, and the next begins behind its end."""
    number, rest, is_cut = 1, b"", False
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(end) if rest else chunk.split(end)
        for data in whole:
            yield Line(number, data[:size_max], is_cut or len(data) > size_max)
            number, is_cut = number + 1, False
        if len(rest) > size_max:
            rest, is_cut = rest[:size_max], True
    if rest:
        yield Line(number, rest, is_cut)
