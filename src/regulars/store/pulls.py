"""Connected sources: where each stands, who pulls it now, what became of its runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from regulars.model.pulling import Counts, NewPull, Pull, Run, Walk, Wanted
from regulars.store.store import Row, Store, array

_encode = msgspec.json.Encoder().encode
_OPTIONS = msgspec.json.Decoder(dict[str, str])
_STATE = msgspec.json.Decoder(dict[str, Any])
_WALK = msgspec.json.Decoder(Walk)
_COUNTS = msgspec.json.Decoder(Counts)
_SPENT = msgspec.json.Decoder(tuple[int, ...])
# What goes with a source that is no longer pulled; its customers stay.
_OF_SOURCE = (
    "delete_pull_runs",
    "delete_pull_hooks",
    "delete_pull_heard",
    "delete_pull_wanted",
    "delete_pull",
)


class Standing(Struct, frozen=True, kw_only=True):
    """Where a source stands once a run is over."""

    state: str
    message: str | None
    bookmark: Mapping[str, Any] | None
    full_at: int | None
    fresh_at: int | None
    held_run: int | None
    next_at: int
    failures: int
    spent: Iterable[int]


class Unmet(NamedTuple):
    """A customer in the order of refs, and whether a full walk has not met it."""

    ref: str
    id: str
    is_unmet: int


def every(store: Store, account_id: int) -> list[Pull]:
    """An account's connected sources, by name."""
    return [_pull(account_id, row) for row in store.rows("pulls", {"account_id": account_id})]


def maybe(store: Store, account_id: int, source_id: int) -> Pull | None:
    """One by the number of its source."""
    row = store.maybe("pull", {"account_id": account_id, "source_id": source_id})
    return _pull(account_id, row) if row else None


def add(store: Store, account_id: int, source_id: int, new: NewPull, *, now: int) -> None:
    """Connects a source."""
    store.run(
        "put_pull",
        {
            "account_id": account_id,
            "source_id": source_id,
            "kind": new.kind,
            "location_id": new.location_id,
            "url": new.url,
            "options": _encode(new.options).decode(),
            "secret": new.secret,
            "hook_secret": new.hook_secret,
            "every_seconds": new.every_seconds,
            "full_every_seconds": new.full_every_seconds,
            "budget_requests": new.budget_requests,
            "budget_milliseconds": new.budget_milliseconds,
            "fail_percent": new.fail_percent,
            "vanish_percent": new.vanish_percent,
            "now": now,
        },
    )


def drop(store: Store, account_id: int, source_id: int) -> None:
    """It is no longer pulled."""
    for query in _OF_SOURCE:
        store.run(query, _key(account_id, source_id))


def set_state(
    store: Store, account_id: int, source_id: int, state: str, message: str | None, *, now: int
) -> None:
    """A person says so; what failed before is tried again at once."""
    store.run(
        "set_pull_state", _key(account_id, source_id) | {"state": state, "message": message, "now": now}
    )


def let_go(store: Store, account_id: int, source_id: int, *, now: int) -> None:
    """Nothing is held any more."""
    store.run("let_go_pull", _key(account_id, source_id) | {"now": now})


def set_secret(store: Store, account_id: int, source_id: int, secret: bytes | None, *, now: int) -> None:
    """New credentials, sealed."""
    store.run("set_pull_secret", _key(account_id, source_id) | {"secret": secret, "now": now})


def set_hook_secret(store: Store, account_id: int, source_id: int, secret: bytes, *, now: int) -> None:
    """What its webhooks are signed with, sealed."""
    store.run("set_pull_hook_secret", _key(account_id, source_id) | {"secret": secret, "now": now})


def hurry(store: Store, account_id: int, source_id: int, *, now: int) -> None:
    """It is due now, if it was not yet, and has not failed just now."""
    store.run("hurry_pull", _key(account_id, source_id) | {"now": now})


def due(store: Store, account_id: int, *, now: int) -> list[int]:
    """Numbers of those whose time has come and whom nobody pulls, the longest due first."""
    found = store.rows("due_pulls", {"account_id": account_id, "now": now})
    return [source_id for source_id, _ in sorted(found, key=lambda row: (row[1], row[0]))]


def lease(store: Store, account_id: int, source_id: int, owner: str, *, now: int, until: int) -> bool:
    """Takes one for a while; False when somebody has it."""
    values = _key(account_id, source_id) | {"owner": owner, "now": now, "until": until}
    return store.maybe("lease_pull", values) is not None


def renew(store: Store, account_id: int, source_id: int, owner: str, *, until: int) -> bool:
    """Keeps it for a while longer; False when the lease is lost."""
    return store.run("renew_pull", _key(account_id, source_id) | {"owner": owner, "until": until}) > 0


def release(store: Store, account_id: int, source_id: int, owner: str) -> None:
    """Gives the lease back."""
    store.run("release_pull", _key(account_id, source_id) | {"owner": owner})


def move(store: Store, pull: Pull, walk: Walk, *, owner: str, spent: Iterable[int], until: int) -> bool:
    """A page is in; False when the lease is lost."""
    values = {
        "owner": owner,
        "walk": _encode(walk),
        "bookmark": _state_bytes(pull.bookmark),
        "spent": _spent(spent),
        "until": until,
    }
    return store.run("move_pull", _key_of(pull) | values) > 0


def spend(store: Store, pull: Pull, *, owner: str, spent: Iterable[int], until: int) -> bool:
    """A request is about to be sent; False when the lease is lost."""
    return (
        store.run("spend_pull", _key_of(pull) | {"owner": owner, "spent": _spent(spent), "until": until}) > 0
    )


def begin_run(store: Store, pull: Pull, walk: Walk | None, run: Run, *, owner: str) -> bool:
    """A run begins; False when the lease is lost."""
    values = {"owner": owner, "walk": None if walk is None else _encode(walk), "run_no": run.run_no}
    if not store.run("begin_pull_run", _key_of(pull) | values | {"spent": _spent(pull.spent)}):
        return False
    keep_run(store, pull, run)
    return True


def end_run(store: Store, pull: Pull, standing: Standing, run: Run, *, owner: str) -> bool:
    """A run is over; False when the lease is lost."""
    if not stand(store, pull, standing, owner=owner):
        return False
    keep_run(store, pull, run)
    return True


def stand(store: Store, pull: Pull, standing: Standing, *, owner: str) -> bool:
    """No walk is under way; False when the lease is lost."""
    values = {
        "owner": owner,
        "state": standing.state,
        "message": standing.message,
        "bookmark": _state_bytes(standing.bookmark),
        "full_at": standing.full_at,
        "fresh_at": standing.fresh_at,
        "held_run": standing.held_run,
        "next_at": standing.next_at,
        "failures": standing.failures,
        "spent": _spent(standing.spent),
    }
    return store.run("end_pull_run", _key_of(pull) | values) > 0


def wait(
    store: Store,
    pull: Pull,
    *,
    owner: str,
    next_at: int,
    failures: int,
    message: str | None,
    spent: Iterable[int],
) -> None:
    """It goes on at a later time."""
    values = {"owner": owner, "next_at": next_at, "failures": failures, "message": message}
    store.run("wait_pull", _key_of(pull) | values | {"spent": _spent(spent)})


def keep_run(store: Store, pull: Pull, run: Run, *, kept: int = 100) -> None:
    """What a run has come to so far; only the latest are kept."""
    values = {
        "run_no": run.run_no,
        "mode": run.mode,
        "began_at": run.began_at,
        "ended_at": run.ended_at,
        "outcome": run.outcome,
        "message": run.message,
        "counts": _encode(run.counts).decode(),
    }
    store.run("put_pull_run", _key_of(pull) | values)
    store.run("drop_old_pull_runs", _key_of(pull) | {"run_no": run.run_no - kept})


def runs(store: Store, account_id: int, source_id: int, *, limit: int) -> list[Run]:
    """The latest runs, newest first."""
    rows = store.rows("pull_runs", _key(account_id, source_id) | {"limit": limit})
    return [_run(row) for row in rows]


def sight(store: Store, account_id: int, run_no: int, rids: Iterable[int]) -> None:
    """A full walk met these customers, and they are as they were."""
    store.run_many("put_sighting", [{"account_id": account_id, "run_no": run_no, "rid": rid} for rid in rids])


def unmet(
    store: Store,
    account_id: int,
    loc_no: int,
    source_id: int,
    *,
    run_no: int,
    began_at: int,
    after: str,
    limit: int,
) -> list[Unmet]:
    """The next customers of a source, with those marked whom a full walk has not met."""
    values = _key(account_id, source_id) | {
        "loc_no": loc_no,
        "run_no": run_no,
        "began_at": began_at,
        "after": after,
        "limit": limit,
    }
    return [Unmet(*row) for row in store.rows("next_vanished", values)]


def ids_by_ref(
    store: Store, account_id: int, loc_no: int, source_id: int, refs: Iterable[str]
) -> dict[str, str]:
    """The Square ids of those of a source's refs that are there."""
    values = _key(account_id, source_id) | {"loc_no": loc_no, "refs": array(refs)}
    return {row[0]: row[3] for row in store.rows("customers_by_ref", values)}


def met(
    store: Store,
    account_id: int,
    loc_no: int,
    source_id: int,
    refs: Iterable[str],
    *,
    run_no: int,
    began_at: int,
) -> set[str]:
    """Those of a source's refs whom a run has met already."""
    values = _key(account_id, source_id) | {"loc_no": loc_no, "refs": array(refs)}
    return {row[0] for row in store.rows("met_by_ref", values | {"run_no": run_no, "began_at": began_at})}


def wanted(store: Store, account_id: int, source_id: int, *, limit: int) -> list[Wanted]:
    """Customers to be fetched because of webhooks, the longest waiting first."""
    rows = store.rows("wanted", _key(account_id, source_id) | {"limit": limit})
    return [Wanted(*row) for row in rows]


def fetched(store: Store, account_id: int, source_id: int, done: Iterable[Wanted]) -> None:
    """They were fetched; those of whom a webhook has spoken since stay."""
    store.run_many(
        "delete_wanted",
        [_key(account_id, source_id) | {"ref": one.ref, "wanted_at": one.wanted_at} for one in done],
    )


def _pull(account_id: int, row: Row) -> Pull:
    names = Pull.__struct_fields__[1:]
    values = dict(zip(names, row, strict=True))
    values["options"] = _OPTIONS.decode(values["options"])
    values["bookmark"] = None if values["bookmark"] is None else _STATE.decode(values["bookmark"])
    values["walk"] = None if values["walk"] is None else _WALK.decode(values["walk"])
    values["spent"] = () if values["spent"] is None else _SPENT.decode(values["spent"])
    return Pull(account_id=account_id, **values)


def _run(row: Row) -> Run:
    run_no, mode, began_at, ended_at, outcome, message, counts = row
    return Run(run_no, mode, began_at, ended_at, outcome, message, _COUNTS.decode(counts))


def _key(account_id: int, source_id: int) -> dict[str, Any]:
    return {"account_id": account_id, "source_id": source_id}


def _key_of(pull: Pull) -> dict[str, Any]:
    return _key(pull.account_id, pull.source_id)


def _state_bytes(state: Mapping[str, Any] | None) -> bytes | None:
    return None if state is None else _encode(state)


def _spent(stamps: Iterable[int]) -> bytes:
    return _encode(list(stamps))
