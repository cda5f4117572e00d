"""`regulars bench`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from regulars.cli import codes, voice
from regulars.cli.command import command
from regulars.cli.session import Session


def register(app: typer.Typer) -> None:
    """Puts the command on the command line."""
    command(app, "bench")(measure)


def measure(
    session: Session,
    *,
    customers: Annotated[int, typer.Option(metavar="N", help="How many invented customers.")] = 1_000_000,
    seed: Annotated[int, typer.Option(help="Which ones.")] = 1,
    locations: Annotated[int, typer.Option(metavar="N", help="Spread over so many locations.")] = 1,
    folder: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where to keep the store for the next run. None: a new one."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the Markdown table here too.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer rounds, rougher figures.")] = False,
) -> None:
    """Measure the promises on this machine.

    Against nginx where it is installed; prints a Markdown page. The exit code is 1 when a promise is not kept.
    """
    from msgspec import to_builtins

    from regulars.app import bench
    from regulars.app.bench import tables

    if session.gives_data:
        raise typer.BadParameter("The bench never touches your data; say --folder DIR to keep its store.")
    settings = bench.Settings(customers=customers, seed=seed, locations=locations, data=folder, quick=quick)
    with voice.steps() as told:
        report = bench.run(settings, told=told)
    text = tables.markdown(report)
    if output is not None:
        output.write_text(text, encoding="utf-8")
    if session.as_json:
        voice.value(to_builtins(report))
    else:
        voice.raw(text.encode())
    if any(promise.kept is False for promise in report.promises):
        raise typer.Exit(codes.FAILED)
