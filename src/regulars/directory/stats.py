"""Counts for people."""

from __future__ import annotations

from typing import Any

from regulars.directory.directory import Directory
from regulars.model import instant
from regulars.model.place import Location
from regulars.model.pulling import Pull
from regulars.store import listing, places, pulls, quarantine, showing


def summary(directory: Directory, account_id: int) -> dict[str, Any]:
    """Counts of an account and of each location; reads every customer once for `with_problems`."""
    store = directory.store
    with store.read():
        account = places.account(store, account_id)
        changes, last_at, listed = places.counts(store, account_id)
        locations = [_location(directory, one) for one in places.locations(store, account_id)]
        sources = [one.name for one in places.sources(store, account_id).values()]
        connected = [_pull(one) for one in pulls.every(store, account_id)]
    return {
        "account": account.name,
        "merchant_id": account.merchant_id,
        "customers": sum(one["customers"] for one in locations),
        "listed": listed,
        "changes": changes,
        "last_change_at": instant.text(last_at) if last_at else None,
        "sources": sources,
        "connected": connected,
        "locations": locations,
    }


def _pull(pull: Pull) -> dict[str, Any]:
    return {
        "name": pull.name,
        "kind": pull.kind,
        "location_id": pull.location_id,
        "state": pull.state,
        "fresh_at": None if pull.fresh_at is None else instant.text(pull.fresh_at),
        "message": pull.message,
    }


def _location(directory: Directory, location: Location) -> dict[str, Any]:
    store, account_id, number = directory.store, location.account_id, location.number
    return {
        "location_id": location.location_id,
        "name": location.name,
        "customers": listing.count(store, account_id, number),
        "listed": places.listed(store, account_id, location.location_id),
        "with_problems": showing.count_problems(store, account_id, number),
        "quarantined": quarantine.count(store, account_id, number),
    }
