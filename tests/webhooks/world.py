"""Subscriptions, customers and deliveries of a test's own directory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from regulars.directory import Directory, deletion, ingest, subscriptions
from regulars.directory.subscriptions import Asked
from regulars.model.event import TYPES, Format
from regulars.model.place import Account, Grant
from regulars.webhooks.delivering import Deliveries
from regulars.webhooks.network import Policy
from regulars.webhooks.sending import Sender
from tests import engines
from tests.directory.world import person

HERE, THERE = 12345, 7
LOOPBACK = Policy(["127.0.0.0/8"])


def subscribe(
    directory: Directory,
    grant: Grant,
    url: str,
    *types: str,
    format: Format = "square",
) -> str:
    """A subscription to these types (none: all); its id."""
    asked = Asked("Test", types or TYPES, url)
    return subscriptions.create(directory, grant, asked, format=format)


def add(directory: Directory, account: Account, *refs: str, location_id: int = HERE, **fields: Any) -> None:
    """Customers of these refs."""
    records = [person(ref, **fields) for ref in refs]
    ingest.batch(directory, account.account_id, location_id, "files", records)


def ids(directory: Directory, account: Account) -> dict[str, str]:
    """The id of each ref."""
    rows = engines.ask(
        directory.store,
        "SELECT ref, id FROM customer WHERE account_id = ? ORDER BY rid",
        account.account_id,
    )
    return {str(ref): str(id) for ref, id in rows}


def delete(directory: Directory, account: Account, *customer_ids: str) -> None:
    deletion.delete(directory, account.account_id, customer_ids)


def deliver(directory: Directory, *, rounds: int = 50) -> None:
    """Delivers what is due, until nothing is."""
    deliveries = Deliveries(directory, Sender(LOOPBACK), threads=2)
    for _ in range(rounds):
        if not deliveries.begin() and not deliveries.under_way:
            break
        while deliveries.under_way:
            deliveries.collect(5)
    deliveries.close(5)


def files_of(folder: Path) -> bytes:
    """Every byte of a data folder."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
