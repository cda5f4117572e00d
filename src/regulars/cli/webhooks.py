"""`regulars webhook`: the account's subscriptions, and their replay."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from regulars.cli import voice
from regulars.cli.command import command, group
from regulars.cli.session import Session


def register(app: typer.Typer) -> None:
    """Puts the group on the command line."""
    webhooks = group("Webhooks: who hears of what happens to customers.")
    command(webhooks, "list")(every)
    command(webhooks, "replay")(replay)
    app.add_typer(webhooks, name="webhook")


def every(session: Session) -> None:
    """List the account's webhooks and how they fare; never their keys."""
    from regulars.directory import subscriptions

    with session.grant() as (directory, grant):
        found = [_shown(one) for one in subscriptions.every(directory, grant)]
    if session.as_json:
        voice.value(found)
        return
    columns = (
        "id",
        "name",
        "format",
        "state",
        "notification_url",
        "attempts",
        "failing_since",
        "last_failure",
    )
    voice.table(columns, [[row[column] for column in columns] for row in found])


def replay(
    session: Session,
    id: Annotated[str, typer.Argument(metavar="ID", help="The webhook, as `webhook list` shows it.")],
    since: Annotated[
        str | None,
        typer.Option("--from", metavar="WHEN|EVENT", help="A date, an instant, or the id of an event."),
    ] = None,
) -> None:
    """Deliver again what happened since, and enable the webhook.

    Without --from it goes on where it stands. Events are kept for 28 days.
    """
    from regulars.directory import subscriptions
    from regulars.model import instant

    at = instant.parse(since.strip()) if since is not None else None
    event_id = since.strip() if since is not None and at is None else None
    with session.grant() as (directory, grant):
        count = subscriptions.replay(directory, grant, id, since=at, event_id=event_id)
    if session.as_json:
        voice.value({"events": count})
    else:
        voice.say(f"{count:,} events lie before it; those it asks for go out now.")


def _shown(one: Any) -> dict[str, Any]:
    from regulars.model import instant

    return {
        "id": one.id,
        "name": one.name,
        "format": one.format,
        "state": "enabled" if one.enabled else "disabled",
        "event_types": list(one.event_types),
        "notification_url": one.notification_url,
        "location_ids": None if one.location_ids is None else list(one.location_ids),
        "attempts": one.attempts,
        "failing_since": None if one.failing_since is None else instant.text(one.failing_since),
        "last_failure": one.last_failure,
    }
