"""Lists that are asked for by offset: an offset shifts when somebody before it is deleted.

Whoever slips over the edge of a page would then look deleted. So each page begins with the end of the one before; where
nothing of that is there, the walk steps back until it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from regulars import errors
from regulars.model.pull import State

_OVERLAP = 5  # customers of the page before that the next one begins with
_DIGEST_BYTES = 6

BEGINNING: State = {"offset": 0, "edge": [], "back": 0}


def digest(ref: str) -> int:
    """Tells customers apart without naming them; a state holds nothing of a customer."""
    return int.from_bytes(hashlib.blake2b(ref.encode(), digest_size=_DIGEST_BYTES).digest())


def is_torn(state: State, refs: Sequence[str]) -> bool:
    """Whether a page does not begin where the one before ended."""
    return bool(state["offset"]) and set(state["edge"]).isdisjoint(map(digest, refs))


def stepped_back(state: State, size: int) -> State:
    """Further back each time; at the beginning no page is torn."""
    back = int(state["back"]) + 1
    return {**state, "offset": max(0, int(state["offset"]) - back * size // 2), "back": back}


def following(state: State, refs: Sequence[str], size: int) -> State:
    """Behind a whole page; raises Retriable when it ends where the one before ended: the offset was not looked at."""
    if refs and not state["back"] and state["edge"][-1:] == [digest(refs[-1])]:
        raise errors.Retriable("The source answers the same page whatever it is asked for")
    edge = [digest(ref) for ref in refs[-_OVERLAP:]]
    return {"offset": int(state["offset"]) + size - _OVERLAP, "edge": edge, "back": 0}
