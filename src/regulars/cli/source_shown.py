"""Sources, kinds and runs as `--json` prints them; never credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regulars.model.pulling import Pull, Run
    from regulars.sources.contract import Kind


def run(run: Run) -> dict[str, Any]:
    """A run as --json prints it."""
    from msgspec import structs

    return {
        "run": run.run_no,
        "mode": run.mode,
        "began_at": _time(run.began_at),
        "ended_at": _time(run.ended_at),
        "outcome": run.outcome,
        "message": run.message,
        "counts": structs.asdict(run.counts),
    }


def source(pull: Pull) -> dict[str, Any]:
    """A connected source: how it is pulled, and where it stands; never its credentials."""
    return {
        "name": pull.name,
        "kind": pull.kind,
        "location_id": pull.location_id,
        "url": pull.url,
        "options": dict(pull.options),
        "state": pull.state,
        "message": pull.message,
        "fresh_at": _time(pull.fresh_at),
        "full_at": _time(pull.full_at),
        "next_at": _time(pull.next_at or None),
        "failures": pull.failures,
        "is_running": pull.walk is not None,
        "has_token": pull.secret is not None,
        "every_seconds": pull.every_seconds,
        "full_every_seconds": pull.full_every_seconds,
        "budget": None
        if pull.budget_requests is None or pull.budget_milliseconds is None
        else {"requests": pull.budget_requests, "seconds": pull.budget_milliseconds / 1_000},
        "fail_percent": pull.fail_percent,
        "vanish_percent": pull.vanish_percent,
    }


def kind(kind: Kind) -> dict[str, Any]:
    """What a kind of source is and needs."""
    return {
        "name": kind.name,
        "summary": kind.summary,
        "proof": kind.proof,
        "secret": kind.secret,
        "needs_url": kind.needs_url,
        "options": [
            {
                "name": option.name,
                "summary": option.summary,
                "is_required": option.is_required,
                "default": option.default,
            }
            for option in kind.options
        ],
        "is_incremental": kind.is_incremental,
        "timestamps": list(kind.timestamps),
        "deletes": kind.deletes,
        "merges": kind.merges,
        "erasure": kind.erasure,
        "budget": None
        if kind.budget is None
        else {"requests": kind.budget.requests, "seconds": kind.budget.seconds},
        "every_seconds": kind.every_seconds,
        "full_every_seconds": kind.full_every_seconds,
        "webhooks": kind.hook is not None,
    }


def needs(kind: dict[str, Any]) -> list[str]:
    """The options that a kind takes, for people."""
    named = ["--url"] if kind["needs_url"] else []
    return named + [one["name"] + (" (required)" if one["is_required"] else "") for one in kind["options"]]


def _time(at: int | None) -> str | None:
    from regulars.model import instant

    return None if at is None else instant.text(at)
