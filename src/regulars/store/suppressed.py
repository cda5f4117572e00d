"""Keyed hashes of refs that no source may bring back."""

from __future__ import annotations

from collections.abc import Iterable

from regulars.store.store import Store, array


def add(store: Store, account_id: int, source_id: int, digests: Iterable[bytes], *, now: int) -> None:
    """Keeps them, when the source is one that is pulled."""
    where = {"account_id": account_id, "source_id": source_id, "now": now}
    store.run_many("put_suppressed", [where | {"digest": digest} for digest in digests])


def is_any(store: Store, account_id: int, source_id: int) -> bool:
    """Whether anything of the source is suppressed."""
    return store.maybe("any_suppressed", {"account_id": account_id, "source_id": source_id}) is not None


def of(store: Store, account_id: int, source_id: int, digests: Iterable[bytes]) -> set[bytes]:
    """Those of these that are suppressed."""
    values = {
        "account_id": account_id,
        "source_id": source_id,
        "digests": array(digest.hex().upper() for digest in digests),
    }
    return {row[0] for row in store.rows("suppressed_of", values)}


def drop(store: Store, account_id: int, source_id: int, digest: bytes) -> bool:
    """Forgets one; whether it was there."""
    values = {"account_id": account_id, "source_id": source_id, "digest": digest}
    return store.run("delete_suppressed", values) > 0
