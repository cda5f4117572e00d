"""The documents of the native answers."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class Health(Struct):
    """All is well."""

    status: Literal["ok"]


class Version(Struct):
    """What is running."""

    name: str
    version: str


class Problem(Struct):
    """An error (RFC 9457, problem details)."""

    type: str
    title: str
    status: int
    detail: str
