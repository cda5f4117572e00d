"""`regulars serve`."""

from __future__ import annotations

from typing import Annotated

import typer

from regulars.cli import voice
from regulars.cli.command import command
from regulars.cli.session import Session


def register(app: typer.Typer) -> None:
    """Puts the command on the command line."""
    command(app, "serve")(serve)


def serve(
    session: Session,
    host: Annotated[str | None, typer.Option(help="The address to listen at (else 127.0.0.1).")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="The port (else 8080; 0: any free one).")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=64, metavar="N", help="Processes that answer (else one a core, at most 4)."),
    ] = None,
) -> None:
    """Serve both APIs until stopped.

    Ctrl-C or SIGTERM lets running requests finish. GET /healthz and /readyz answer without a token. --json
    prints {"url"} as soon as it answers.
    """
    import sys

    from msgspec import structs

    from regulars.app import serving, serving_ports

    given = {"host": host, "port": port, "workers": workers}
    settings = structs.replace(
        session.settings, **{key: kept for key, kept in given.items() if kept is not None}
    )
    address = serving_ports.choose(settings.host, settings.port)
    settings = structs.replace(settings, port=address.port)
    said: list[str] = []

    def announce(line: str) -> None:
        if not session.as_json:
            voice.say(line)
        elif not said:
            voice.value({"url": address.url})
            sys.stdout.flush()
        said.append(line)

    code = serving.serve(settings, announce)
    if code:
        raise typer.Exit(code)
