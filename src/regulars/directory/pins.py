"""Pins: a pinned field keeps its value whatever the source sends, until it is edited here or no longer pinned.

A pin is no change of the customer: it takes no number, and nobody hears of it.
"""

from __future__ import annotations

from collections.abc import Iterable

from regulars.directory import editing
from regulars.directory.directory import Directory
from regulars.directory.whole import Reader
from regulars.model.pin import PINNABLE
from regulars.model.place import Grant
from regulars.store import pins as stored
from regulars.wire import native_customers


def replace(directory: Directory, grant: Grant, customer_id: str, fields: Iterable[str]) -> bytes:
    """Pins these fields of a customer and no others; its native document. Raises NotFound."""
    with directory.store.write():
        rid = editing.find(directory, grant, customer_id).stored.rid
        stored.put(directory.store, grant.account_id, rid, _in_order(fields))
        return native_customers.customer(Reader(directory, grant).by_rid(rid))


def change(
    directory: Directory,
    grant: Grant,
    customer_id: str,
    *,
    pin: Iterable[str] = (),
    unpin: Iterable[str] = (),
) -> list[str]:
    """Pins and unpins fields of a customer; those that are pinned now. Raises NotFound."""
    with directory.store.write():
        rid = editing.find(directory, grant, customer_id).stored.rid
        before = stored.of(directory.store, grant.account_id, rid)
        after = _in_order((set(before) | set(pin)) - set(unpin))
        stored.put(directory.store, grant.account_id, rid, after)
    return after


def _in_order(fields: Iterable[str]) -> list[str]:
    given = set(fields)
    return [field for field in PINNABLE if field in given]
