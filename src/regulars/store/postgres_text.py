"""Texts as PostgreSQL keeps them: it knows no NUL, which JSON, SQLite and therefore our customers do.

A NUL becomes the two signs 1 1 and a sign 1 becomes 1 2, so what was written is what is read, and texts keep their
order. Where no such sign is, nothing is changed.
"""

from __future__ import annotations

from msgspec import json
from psycopg import Connection
from psycopg.abc import Buffer
from psycopg.types import string

_TEXT_TYPES = ("text", "varchar")


def kept(text: str) -> str:
    """As it stands in the database."""
    if "\x00" in text or "\x01" in text:
        return text.replace("\x01", "\x01\x02").replace("\x00", "\x01\x01")
    return text


def meant(text: str) -> str:
    """What `kept` was given."""
    return text.replace("\x01\x01", "\x00").replace("\x01\x02", "\x01") if "\x01" in text else text


def kept_list(texts: str | None) -> str | None:
    """A JSON array of texts, each of them as it stands in the database; None is none."""
    if texts is None or "\\u000" not in texts:  # as JSON spells both signs
        return texts
    return json.encode([kept(text) for text in json.decode(texts, type=list[str])]).decode()


class _Dumper(string.StrDumperUnknown):
    def dump(self, obj: str) -> Buffer | None:
        return super().dump(kept(obj))


class _BinaryDumper(string.StrBinaryDumper):
    def dump(self, obj: str) -> Buffer | None:
        return super().dump(kept(obj))


class _Loader(string.TextLoader):
    def load(self, data: Buffer) -> bytes | str:
        return meant(str(data, self._encoding))


class _BinaryLoader(string.TextBinaryLoader):
    def load(self, data: Buffer) -> bytes | str:
        return meant(str(data, self._encoding))


def set_up(connection: Connection[tuple[object, ...]]) -> None:
    """Makes a connection write and read texts so."""
    adapters = connection.adapters
    adapters.register_dumper(str, _BinaryDumper)
    adapters.register_dumper(
        str, _Dumper
    )  # the last one is the one for statements; COPY takes the binary one
    for name in _TEXT_TYPES:
        adapters.register_loader(name, _Loader)
        adapters.register_loader(name, _BinaryLoader)
