"""Walks that never end: a cursor that comes again, pages without anything on them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from regulars import limits
from regulars.model.pulling import Walk

_encode = msgspec.json.Encoder(order="sorted").encode


def digest(state: Mapping[str, Any]) -> int:
    """Tells states of a walk apart; 48 bits, so that JSON of any reader holds it exactly."""
    return int.from_bytes(hashlib.blake2b(_encode(state), digest_size=6).digest())


def is_circle(walk: Walk, state: Mapping[str, Any]) -> bool:
    """Whether a walk that goes on from this state would never end."""
    return (
        digest(state) in walk.seen
        or walk.empty_pages > limits.SOURCE_EMPTY_PAGES_MAX
        or walk.counts.pages >= limits.SOURCE_PAGES_MAX
    )


def remembered(walk: Walk, state: Mapping[str, Any]) -> tuple[int, ...]:
    """The states to know again, this one among them."""
    return (*walk.seen[1 - limits.SOURCE_STATES_REMEMBERED :], digest(state))
