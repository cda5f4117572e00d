"""`regulars stats`, `backup` and `doctor`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from regulars.cli import codes, voice
from regulars.cli.command import command
from regulars.cli.session import Session


def register(app: typer.Typer) -> None:
    """Puts the commands on the command line."""
    command(app, "stats")(stats)
    command(app, "backup")(backup)
    command(app, "doctor")(doctor)


def stats(session: Session) -> None:
    """Count what is there, and tell how fresh each connected source is."""
    from regulars.directory import stats

    with session.account() as (directory, account_id):
        found = stats.summary(directory, account_id)
    if session.as_json:
        voice.value(found)
        return
    for key, kept in found.items():
        if not isinstance(kept, list):
            voice.line(f"{key}\t{voice.safe('' if kept is None else str(kept))}")
    columns = ("location_id", "name", "customers", "with_problems", "quarantined")
    if found["locations"]:
        voice.table(columns, [[place.get(column) for column in columns] for place in found["locations"]])
    if found["connected"]:
        voice.line("")
        standing = ("name", "kind", "location_id", "state", "fresh_at", "message")
        voice.table(standing, [[one[column] for column in standing] for one in found["connected"]])


def backup(
    session: Session,
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="The file to make; never over one.")],
) -> None:
    """Copy the store while others read and write.

    The copy is consistent, and encrypted if the store is.
    """
    from regulars.directory import upkeep

    with session.directory() as directory:
        size = upkeep.backup(directory, target)
    if session.as_json:
        voice.value({"file": str(target), "bytes": size})
    else:
        voice.say(f"{target}: {size:,} bytes.")
        voice.hint("To restore it: stop the server, put it into an empty data folder as regulars.db.")


def doctor(
    session: Session,
    full: Annotated[bool, typer.Option("--full", help="Also read every index; takes longer.")] = False,
) -> None:
    """Check that all is well, and name the cure.

    Looks at the data folder, the store, its key, the disk, the clock, webhooks, sources, who serves. The exit code is 1
    when something is.
    """
    from msgspec import structs

    from regulars.app import doctor

    found = doctor.examine(session.settings, full=full)
    if session.as_json:
        voice.value([structs.asdict(finding) for finding in found])
    else:
        voice.table(
            ("", "check", "seen"), [("ok" if each.well else "WRONG", each.what, each.seen) for each in found]
        )
        for each in found:
            if not each.well and each.cure:
                voice.hint(f"{each.what}: {each.cure}")
    if not all(each.well for each in found):
        raise typer.Exit(codes.FAILED)
