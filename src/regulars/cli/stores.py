"""`regulars store …`: moving a store to another engine, spreading one over machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from regulars.cli import voice
from regulars.cli.command import command, group
from regulars.cli.session import Session

if TYPE_CHECKING:
    from regulars.app.moving import Moved, Place


def register(app: typer.Typer) -> None:
    """Puts the group on the command line."""
    made = group("The store itself: where it is kept.")
    command(made, "copy")(copy)
    command(made, "distribute")(distribute)
    app.add_typer(made, name="store")


def copy(
    session: Session,
    *,
    came: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="PLACE",
            help="A data folder, or the address of a PostgreSQL database (else this run's own store).",
        ),
    ] = None,
    went: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="PLACE", help="The same; it must hold nothing (else this run's own store)."
        ),
    ] = None,
) -> None:
    """Copy everything into another store: from SQLite to PostgreSQL, or back.

    Nobody may serve or write to either meanwhile. A copy that was interrupted goes on where it stood when the same is
    said again; until it is whole nothing opens it. At the end every table is compared with what it came from. --json
    prints {"from", "to", "copied", "tables"}: the engines, the rows that this run copied, and rows and digest of each
    table.
    """
    from msgspec import structs

    from regulars.app import moving

    with voice.steps() as show:
        moved = moving.move(
            _place(session, came), _place(session, went), key_file=session.settings.key_file, show=show
        )
    if session.as_json:
        digests = {name: structs.asdict(digest) for name, digest in moved.tables.items()}
        voice.value({"from": moved.came, "to": moved.went, "copied": moved.copied, "tables": digests})
        return
    _tell(moved)


def _tell(moved: Moved) -> None:
    voice.say(f"{moved.copied:,} rows copied. Every table is the same on both sides:")
    rows = [(name, digest.rows, digest.sum) for name, digest in moved.tables.items() if digest.rows]
    voice.table(("table", "rows", "digest"), rows)


def _place(session: Session, named: str | None) -> Place:
    """What was named, or this run's own; a database's folder is this run's."""
    from pathlib import Path

    from regulars.app.moving import Place

    settings = session.settings
    if named is None:
        return Place(settings.data, settings.database)
    if "://" in named:
        from regulars import config

        return Place(settings.data, config.address(named))
    return Place(Path(named))


def distribute(
    session: Session,
    *,
    shards: Annotated[
        int,
        typer.Option(
            min=1, max=4096, metavar="N", help="Into how many parts; many more than there are machines."
        ),
    ] = 32,
) -> None:
    """Spread the accounts of a PostgreSQL database over the machines of a Citus cluster.

    Everything of one account lies on one machine. What is spread already stays; a second run does nothing. Say it
    again after an update that brings new tables. Nobody should write meanwhile. --json prints {"shards", "spread",
    "shared"}: the tables that this run has spread, and those it has put whole on every machine.
    """
    from msgspec import structs

    from regulars import errors
    from regulars.app import spreading

    database = session.settings.database
    if database is None:
        raise errors.Invalid(
            "Only a PostgreSQL database can be spread over machines",
            field="database",
            rule="missing",
            hint="Say --database, or set REGULARS_DATABASE.",
        )
    with voice.steps() as show:
        settings = session.settings
        done = spreading.distribute(
            database, settings.data, key_file=settings.key_file, shards=shards, show=show
        )
    if session.as_json:
        voice.value(structs.asdict(done))
        return
    count = len(done.spread) + len(done.shared)
    voice.say(
        f"{count} tables spread over {shards} shards." if count else f"Spread over {shards} shards already."
    )
