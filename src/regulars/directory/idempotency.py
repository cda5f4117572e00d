"""Idempotency keys: the same request again gets the first answer, and has no second effect.

An answer is kept in the transaction that it speaks of, for a day, and is forgotten with the customer it shows
(contracts/square.md, section 2.4).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import NamedTuple

from regulars import errors, limits
from regulars.directory.directory import Directory
from regulars.model.place import Grant
from regulars.store import editing as stored

_STEP = 500  # answers forgotten in one transaction


class Effect(NamedTuple):
    """What was done: the answer's body, and the rid of the customer that it shows (None: it shows nobody)."""

    body: bytes
    rid: int | None = None


def once(
    directory: Directory,
    grant: Grant,
    do: Callable[[], Effect],
    *,
    operation: str,
    key: str | None,
    asked: bytes,
) -> bytes:
    """The answer to a request under a key, inside a transaction of the caller's; `do` runs if there is none yet.

    `asked` is all that makes it the same request. The key belongs to the token that brings it. Raises Invalid
    (`key_reused`) when it was used for something else.
    """
    if key is None:
        return do().body
    store, now = directory.store, directory.clock()
    name = _hash(directory, grant.prefix, operation, key)
    digest = hashlib.blake2b(asked, digest_size=16).digest()
    found = stored.answered(store, grant.account_id, name)
    if found is not None and found.answered_at > now - limits.IDEMPOTENCY_MICROSECONDS:
        if found.digest != digest:
            raise errors.Invalid(
                "The idempotency key was used for another request", field="idempotency_key", rule="key_reused"
            )
        return found.body
    if found is not None:
        stored.drop_answer(store, grant.account_id, name)
    effect = do()
    stored.keep_answer(
        store, grant.account_id, name, stored.Answered(digest, effect.body, now), rid=effect.rid
    )
    return effect.body


def step(directory: Directory, account_id: int) -> bool:
    """Forgets some answers that are over a day old; whether there may be more."""
    store = directory.store
    before = directory.clock() - limits.IDEMPOTENCY_MICROSECONDS
    with store.read():
        if not stored.old_answers(store, account_id, before=before, limit=1):
            return False
    with store.write():
        old = stored.old_answers(store, account_id, before=before, limit=_STEP)
        for key in old:
            stored.drop_answer(store, account_id, key)
    return len(old) == _STEP


def _hash(directory: Directory, *parts: str) -> bytes:
    """Keyed, so that what is stored tells nobody a key that somebody uses."""
    text = "\0".join(parts).encode()
    return hashlib.blake2b(text, key=directory.key("idempotency"), digest_size=16).digest()
