"""`regulars demo`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from regulars.cli import voice
from regulars.cli.command import command
from regulars.cli.session import Session

if TYPE_CHECKING:
    from regulars.app.demo import Demo


def register(app: typer.Typer) -> None:
    """Puts the command on the command line."""
    command(app, "demo")(demonstrate)


def demonstrate(
    session: Session,
    folder: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where to keep it. None: a new folder, removed at the end."),
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="None: the first free one from 8080.")
    ] = None,
    serves: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve it, or only make it.")] = True,
) -> None:
    """Serve a few thousand invented customers.

    They live at three locations, in a folder of their own. Among them are duplicates, accents, foreign phones
    and records that cannot be read. Prints a token and lines to try; --json prints
    {"url", "token", "data", "location_ids"} as soon as it answers.
    """
    import sys

    from msgspec import structs

    from regulars.app import demo

    if session.gives_data:
        raise typer.BadParameter("The demo never touches your data; say --folder DIR to keep it.")
    if not serves and folder is None:
        raise typer.BadParameter("--no-serve needs --folder DIR")
    chosen = demo.free_port(port)
    with _folder(folder) as place:
        made = demo.prepare(place)
        url = f"http://127.0.0.1:{chosen}"
        if not serves:
            _tell_made(session, made)
            return
        from regulars.app import serving

        settings = structs.replace(
            session.settings, data=place, key_file=None, database=None, host="127.0.0.1", port=chosen
        )
        said: list[str] = []

        def announce(_line: str) -> None:
            if not said:
                said.append(_line)
                _tell(session, made, url)
                sys.stdout.flush()

        code = serving.serve(settings, announce)
    if code:
        raise typer.Exit(code)


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    import tempfile

    if kept is not None:
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="regulars-demo-", ignore_cleanup_errors=True) as made:
        yield Path(made)


def _tell_made(session: Session, made: Demo) -> None:
    if session.as_json:
        voice.value({"token": made.token, "data": str(made.data), "location_ids": made.location_ids})
        return
    voice.line(made.token)
    voice.hint(f"regulars --data {made.data} serve")


def _tell(session: Session, made: Demo, url: str) -> None:
    if session.as_json:
        voice.value(
            {"url": url, "token": made.token, "data": str(made.data), "location_ids": made.location_ids}
        )
        return
    place = made.location_ids[0]
    bearer = f'curl -H "Authorization: Bearer {made.token}"'
    for line in (
        f"{made.done.created:,} invented customers at locations {_joined(made.location_ids)}",
        "",
        "A token that sees them all:",
        f"  {made.token}",
        "",
        "As Shift4 serves them:",
        f'  {bearer} "{url}/pos/v2/{place}/customers?pageSize=2"',
        f'  {bearer} "{url}/pos/v2/{place}/customers?search=smith&pageSize=2"',
        f'  {bearer} "{url}/pos/v2/{place}/customers?updatedAfter=2024-01-01&pageSize=2"',
        "",
        "As Square serves them:",
        f'  {bearer} "{url}/v2/customers?limit=2&count=true"',
        f'  {bearer} "{url}/v2/locations"',
        "",
        "With Square's own SDK (pip install squareup):",
        "  from square import Square",
        f'  for customer in Square(base_url="{url}", token="{made.token}").customers.list():',
        "      print(customer.id, customer.given_name, customer.family_name)",
        "",
        f"The files it came from: {made.files}",
        f"The {made.done.quarantined} records among them that could not be read:",
        f"  regulars --data {made.data} quarantine list",
    ):
        voice.line(line)


def _joined(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers))
