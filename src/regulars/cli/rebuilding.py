"""`regulars rebuild`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from regulars.cli import voice
from regulars.cli.command import command
from regulars.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from regulars.directory import Directory
    from regulars.model.place import Location
    from regulars.model.rebuilt import Rebuilt


def register(app: typer.Typer) -> None:
    """Puts the command on the command line."""
    command(app, "rebuild")(rebuild)


def rebuild(
    session: Session,
    *,
    location: Annotated[int | None, typer.Option(metavar="ID", help="Only at this location.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, and write nothing.")
    ] = False,
    after: Annotated[
        int,
        typer.Option(min=0, metavar="N", help="Go on where one that was interrupted said that it stood."),
    ] = 0,
) -> None:
    """Read the records that are kept by today's rules, and change what comes out otherwise.

    After an update of regulars, for example. Whoever was edited here keeps how it looks; pins hold. What waits in
    quarantine is tried again, too. A second run changes nothing. --json prints {"read", "changed", "unreadable",
    "fields", "quarantine", "dry_run"}; fields counts the customers that changed in each.
    """
    from regulars.directory import ingest, places, rebuilding

    with session.account() as (directory, account_id):
        if location is None:
            chosen = sorted(places.locations(directory, account_id), key=lambda one: one.number)
        else:
            chosen = [places.location(directory, account_id, location)]
        total = rebuilding.count(directory, chosen)
        with voice.steps() as go_on:
            done = _walk(
                directory, chosen, after, lambda read: go_on("reading records", read, total), dry_run=dry_run
            )
        waiting = rebuilding.quarantined(directory, account_id, chosen, dry_run=dry_run)
        if not dry_run:
            ingest.settle(directory)
    quarantine = {"read": waiting.read, "still": waiting.quarantined}
    if session.as_json:
        counts: dict[str, Any] = {"read": done.read, "changed": done.changed, "unreadable": done.unreadable}
        voice.value(counts | {"fields": done.fields, "quarantine": quarantine, "dry_run": dry_run})
        return
    _tell(done, quarantine, dry_run=dry_run)


def _walk(
    directory: Directory, chosen: list[Location], after: int, show: Callable[[int], None], *, dry_run: bool
) -> Rebuilt:
    from regulars.directory import rebuilding
    from regulars.model.rebuilt import Rebuilt

    done = Rebuilt()
    try:
        for location in chosen:
            for step in rebuilding.rebuild(directory, location, after=after, dry_run=dry_run):
                done += step.done
                after = step.rid
                show(done.read)
    except KeyboardInterrupt:
        voice.say(f"What was changed so far is changed. To go on: regulars rebuild --after {after}")
        raise
    return done


def _tell(done: Rebuilt, quarantine: dict[str, int], *, dry_run: bool) -> None:
    changed = "would change" if dry_run else "changed"
    fields = ", ".join(f"{field} {count:,}" for field, count in done.fields.items())
    voice.say(f"{done.read:,} customers read, {done.changed:,} {changed}{': ' + fields if fields else ''}.")
    if done.unreadable:
        voice.say(f"{done.unreadable:,} cannot be read by today's rules and stay as they are.")
    if quarantine["read"]:
        good = quarantine["read"] - quarantine["still"]
        can = "could be read now" if dry_run else "left quarantine"
        voice.say(f"{good:,} records {can}, {quarantine['still']:,} still cannot be read.")
    if dry_run:
        voice.say("Nothing was written.")
