"""Where webhooks come in, which of them were heard, and whom they want fetched."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from regulars.store.store import Store


class Opened(NamedTuple):
    """The source that a hook belongs to."""

    account_id: int
    source_id: int


def maybe(store: Store, digest: bytes) -> Opened | None:
    """The hook whose id has this digest."""
    row = store.maybe("hook", {"digest": digest})
    return Opened(*row) if row else None


def open(store: Store, account_id: int, source_id: int, digest: bytes) -> None:
    """A source's hook, in place of the one before."""
    where = {"account_id": account_id, "source_id": source_id}
    store.run("delete_pull_hooks", where)
    store.run("put_hook", where | {"digest": digest})


def has_heard(store: Store, account_id: int, source_id: int, digest: bytes) -> bool:
    """Whether this webhook came before."""
    values = {"account_id": account_id, "source_id": source_id, "digest": digest}
    return store.maybe("has_heard", values) is not None


def hear(store: Store, account_id: int, source_id: int, digest: bytes, *, now: int) -> bool:
    """Remembers a webhook; False when it came before."""
    values = {"account_id": account_id, "source_id": source_id, "digest": digest, "now": now}
    return store.run("put_heard", values) > 0


def forget(store: Store, account_id: int, *, before: int, limit: int) -> int:
    """Forgets some webhooks that came before a time; how many."""
    old = store.rows("old_heard", {"account_id": account_id, "before": before, "limit": limit})
    for source_id, digest in old:
        store.run("delete_heard", {"account_id": account_id, "source_id": source_id, "digest": digest})
    return len(old)


def is_any_old(store: Store, account_id: int, *, before: int) -> bool:
    """Whether there is anything to forget."""
    return bool(store.rows("old_heard", {"account_id": account_id, "before": before, "limit": 1}))


def want(store: Store, account_id: int, source_id: int, refs: Iterable[str], *, now: int) -> None:
    """These customers are to be fetched."""
    where = {"account_id": account_id, "source_id": source_id, "now": now}
    store.run_many("put_wanted", [where | {"ref": ref} for ref in refs])


def count_wanted(store: Store, account_id: int, source_id: int, *, limit: int) -> int:
    """How many are to be fetched; at most `limit` are counted."""
    values = {"account_id": account_id, "source_id": source_id, "limit": limit}
    found: int = store.one("count_wanted", values)[0]
    return found
