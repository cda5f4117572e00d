"""`regulars merge` and `unmerge`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from regulars.cli import voice
from regulars.cli.command import command
from regulars.cli.session import Session

if TYPE_CHECKING:
    from regulars.directory.merging import Done


def register(app: typer.Typer) -> None:
    """Puts the commands on the command line."""
    command(app, "merge")(merge)
    command(app, "unmerge")(unmerge)


def merge(
    session: Session,
    survivor: Annotated[str, typer.Argument(metavar="ID", help="The Square id of the one that survives.")],
    others: Annotated[
        list[str], typer.Argument(metavar="FROM...", help="Square ids of the others, 20 at most.")
    ],
) -> None:
    """Merge customers into one, which answers for all of them.

    It gains what it lacks. `regulars unmerge` takes it back.
    """
    from regulars.directory import merging

    with session.grant() as (directory, grant):
        done = merging.merge(directory, grant, survivor, others)
    _tell(session, done)
    if not session.as_json:
        voice.say(f"Merged. To take it back: regulars unmerge {done.merge_id}")


def unmerge(
    session: Session,
    merge_id: Annotated[str, typer.Argument(metavar="MERGE_ID", help="What the merge told.")],
) -> None:
    """Bring back customers that were merged away.

    The survivor loses what it gained, unless somebody has changed it since.
    """
    from regulars.directory import merging

    with session.grant() as (directory, grant):
        done = merging.undo(directory, grant, merge_id)
    _tell(session, done)
    if not session.as_json:
        voice.say(f"{len(done.returned)} back.")


def _tell(session: Session, done: Done) -> None:
    if session.as_json:
        voice.value(
            {
                "merge_id": done.merge_id,
                "survivor": done.survivor.id,
                "returned": [one.id for one in done.returned],
            }
        )
