"""Who was erased here stays away: the sources that are pulled do not bring a customer back.

What is kept is a keyed hash of the source and the ref: it knows the customer again, and does not say who it was.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence

from regulars.directory.directory import Directory
from regulars.directory.preparing import Prepared
from regulars.store import suppressed


def note(directory: Directory, account_id: int, source_id: int, refs: Iterable[str]) -> None:
    """These refs of a source may not come back, if the source is pulled; in the transaction that erases them."""
    digests = [_digest(directory, source_id, ref) for ref in refs]
    suppressed.add(directory.store, account_id, source_id, digests, now=directory.clock())


def without(
    directory: Directory, account_id: int, source_id: int, group: Sequence[Prepared]
) -> list[Prepared]:
    """The records that may come in; costs nothing where nobody was erased."""
    if not suppressed.is_any(directory.store, account_id, source_id):
        return list(group)
    digests = {_digest(directory, source_id, each.ref): each for each in group}
    away = suppressed.of(directory.store, account_id, source_id, digests)
    return [each for digest, each in digests.items() if digest not in away]


def readmit(directory: Directory, account_id: int, source_id: int, ref: str) -> bool:
    """The source may bring this ref back; whether it was suppressed."""
    with directory.store.write():
        return suppressed.drop(directory.store, account_id, source_id, _digest(directory, source_id, ref))


def _digest(directory: Directory, source_id: int, ref: str) -> bytes:
    return hmac.new(directory.key("suppression"), f"{source_id}:{ref}".encode(), hashlib.sha256).digest()
