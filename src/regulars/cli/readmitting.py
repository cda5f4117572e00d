"""`regulars source readmit`."""

from __future__ import annotations

from typing import Annotated

import typer

from regulars.cli import voice
from regulars.cli.session import Session


def readmit(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The source, as `source list` shows it.")],
    ref: Annotated[str, typer.Argument(metavar="REF", help="The customer's own id there.")],
) -> None:
    """Let a source bring back a customer that was deleted here.

    Whoever is deleted here stays away although their source still has them.
    """
    from regulars import errors
    from regulars.directory import pulling, suppression

    with session.account() as (directory, account_id):
        pull = pulling.named(directory, account_id, name)
        if not suppression.readmit(directory, account_id, pull.source_id, ref):
            raise errors.NotFound(
                "Nobody of this id was deleted here, or may come back already",
                hint="It is the id at the source: `ref` in the native API, not the Square id.",
            )
    if session.as_json:
        voice.value({"name": name, "readmitted": 1})
    else:
        voice.say("It may come back.")
        voice.hint(f"regulars sync {name} --full")
