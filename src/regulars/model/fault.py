"""What a sandbox can be asked to do wrong."""

from __future__ import annotations

from typing import Literal, get_args

Fault = Literal[
    "429", "500", "slow", "cut", "stale-list", "expire-cursors", "duplicate", "cursor-loop", "wrong-total",
    "ignore-updated-after",
]  # fmt: skip
FAULTS: tuple[Fault, ...] = get_args(Fault)
