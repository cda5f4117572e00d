"""Invented customers in a running sandbox, and raw questions about them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import urllib3

from regulars.directory import Directory, ingest, tokens
from regulars.store.opening import open_store
from regulars.testing.sandbox import Server, SquareSandbox
from tests.directory.world import person

SECOND = 1_000_000


def fill(server: Server, account: SquareSandbox, refs: Sequence[str], *, seconds_ago: int = 60) -> None:
    """Customers who came to be some time ago; by name they stand in the order of their refs."""
    now = time.time_ns() // 1_000
    store = open_store(server.data, key_file=None, role="tool", now=now)
    directory = Directory(store, clock=lambda: now - seconds_ago * SECOND)
    try:
        grant = tokens.grant(directory, account.token)
        people = [person(ref, f"Ada {ref}") for ref in refs]
        ingest.batch(directory, grant.account_id, int(account.location_id), "files", people)
    finally:
        directory.close()


def get(
    account: SquareSandbox, target: str, *, fault: str | None = None, method: str = "GET"
) -> urllib3.BaseHTTPResponse:
    """One answer, whatever it is; nothing is asked twice."""
    return urllib3.request(
        method, account.url + target, headers=account.headers(fault=fault), retries=False, timeout=20
    )


def names(page: Any) -> list[str]:
    """The refs of a page's customers, in either dialect."""
    if "results" in page:
        return [one["posRef"] for one in page["results"]]
    return [one["reference_id"] for one in page.get("customers", ())]
