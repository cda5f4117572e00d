"""`regulars export`."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from regulars.cli import voice
from regulars.cli.command import command
from regulars.cli.session import Session


def register(app: typer.Typer) -> None:
    """Puts the command on the command line."""
    command(app, "export")(export)


def export(
    session: Session,
    location: Annotated[int | None, typer.Option(metavar="ID", help="Only this location.")] = None,
    format: Annotated[
        Literal["jsonl", "csv"], typer.Option(help="JSON Lines (one customer a line), or a table.")
    ] = "jsonl",
    shape: Annotated[
        Literal["shift4", "square", "native"],
        typer.Option(help="Whose fields; native: all that is known, as /v1 has it, and more."),
    ] = "shift4",
    raw_cells: Annotated[
        bool,
        typer.Option(
            "--raw-cells", help="CSV: leave cells that a spreadsheet would run as a formula as they are."
        ),
    ] = False,
) -> None:
    """Print every customer: JSON Lines or CSV.

    JSON Lines are a stream, one JSON value a line. With --json it is one JSON array. In CSV a cell that begins
    like a formula gets a ' in front. --shape native has custom attributes, pins, problems
    and ids that were merged away, too.
    """
    from regulars.app import exporting
    from regulars.directory import export as directory_export

    if session.as_json and format == "csv":
        raise typer.BadParameter("--json and --format csv are two different things")
    if shape == "native" and format == "csv":
        raise typer.BadParameter("--shape native does not fit into a table")
    with session.account() as (directory, account_id):
        documents = directory_export.documents(directory, account_id, location_id=location, dialect=shape)
        if session.as_json:
            chunks = exporting.array(documents)
        elif format == "csv" and shape != "native":
            chunks = exporting.table(documents, shape, guarded=not raw_cells)
        else:
            chunks = (document + b"\n" for document in documents)
        for chunk in chunks:
            voice.raw(chunk)
