"""What taps say, whichever of the two protocols they speak."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from regulars.sources.taps.stream import Folder


class Broken(Exception):
    """A line that is no message; the text says why, without what it holds."""


class Schema(Struct, frozen=True):
    """A stream there is, and which of its keys make one record another's."""

    stream: str
    keys: tuple[str, ...] = ()


class Said(Struct, frozen=True):
    """One record of a stream, byte for byte."""

    stream: str
    raw: bytes


class Standing(Struct, frozen=True):
    """Where the tap would go on from, after everything that it has said so far."""

    value: Any


class Activated(Struct, frozen=True):
    """The whole of a stream was shown: what did not come is no longer there."""

    stream: str


Message = Schema | Said | Standing | Activated


class Protocol(Struct, frozen=True):
    """How one of the two is spoken."""

    name: str
    read: Callable[[bytes], Message | None]  # None: of no interest; raises Broken
    merged: Callable[[Any, Any], Any]  # where it stands, of where it stood and what it says
    state_file: Callable[[Any], bytes]  # what the program takes as --state
    command: Callable[[list[str], Mapping[str, str], Folder], list[str]]  # the words to run, but for --state
    deleted_key: str  # of a record, with a value when it is gone
