"""`regulars import`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from regulars.cli import codes, voice
from regulars.cli.command import command
from regulars.cli.session import Session

if TYPE_CHECKING:
    from regulars.model.record import Ingested
    from regulars.sources.files import File

Format = Literal["auto", "square-csv", "square-json", "shift4-json", "csv", "jsonl"]


def register(app: typer.Typer) -> None:
    """Puts the command on the command line."""
    command(app, "import")(import_files)


def import_files(
    session: Session,
    *,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Files of customers; - is standard input.")
    ],
    location: Annotated[int, typer.Option(metavar="ID", help="The location they belong to.")],
    source: Annotated[
        str,
        typer.Option(metavar="NAME", help="Where they come from; the same NAME and id update each other."),
    ] = "files",
    format: Annotated[Format, typer.Option(help="What the files are; usually seen by itself.")] = "auto",
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map", metavar="FIELD=COLUMN", help="What a CSV column is; again for more. See --dry-run."
        ),
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="When it is neither UTF-8 nor marked, such as windows-1252."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show how the files would be read, and write nothing.")
    ] = False,
) -> None:
    """Import customers from files.

    Square's CSV export, pages of either API, JSON Lines, or any CSV. A second run changes nothing. A row that
    cannot be read is quarantined, with its bytes, and the rest goes in; the exit code is then 4. --json prints
    {"read", "created", "updated", "unchanged", "quarantined", "problems"}.
    """
    from regulars.app import importing

    columns = importing.columns(mapping or [])
    options: dict[str, Any] = {"format": format, "columns": columns, "encoding": encoding}
    if dry_run:
        _look(session, files, location, options)
        return
    with session.account() as (directory, account_id), _Talk(session, files) as talk:
        done = importing.run(
            directory,
            account_id,
            location,
            source=source,
            paths=files,
            begin=talk.begin,
            progress=talk.go_on,
            **options,
        )
    _tell(session, done)
    if done.quarantined:
        raise typer.Exit(codes.PARTLY)


class _Talk:
    """What an import says while it runs: how a file's columns are taken, how far it is."""

    def __init__(self, session: Session, files: list[Path]) -> None:
        self._quiet = session.as_json
        self._before = 0  # bytes of the files before this one
        self._file: File | None = None
        sizes = [path.stat().st_size if path.is_file() else None for path in files]
        self._bar = voice.progress(None if None in sizes else sum(size or 0 for size in sizes))

    def __enter__(self) -> _Talk:
        self._show = self._bar.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: Any) -> None:
        self._bar.__exit__(kind, error, at)
        if kind is KeyboardInterrupt:
            voice.say("What was imported so far is in. Run it again for the rest: what is in stays as it is.")

    def begin(self, file: File, mapping: dict[str, str | None]) -> None:
        """The next file."""
        if self._file is not None:
            self._before += self._file.position
        self._file = file
        if mapping and not self._quiet:
            taken = ", ".join(f"{column} → {field}" for column, field in mapping.items() if field)
            voice.say(f"{file.name}: {taken}")
            left_out = [column for column, field in mapping.items() if not field]
            if left_out:
                voice.say(f"{file.name}: left out: {', '.join(left_out)}")

    def go_on(self, file: File, done: Ingested) -> None:
        """So far."""
        self._show(self._before + file.position, f"{_count(done.read)} records")


def _look(session: Session, paths: list[Path], location: int, options: dict[str, Any]) -> None:
    from msgspec import structs

    from regulars.app import importing

    with session.account() as (directory, account_id):
        looks = [importing.look(directory, account_id, location, path=path, **options) for path in paths]
    if session.as_json:
        voice.value([structs.asdict(look) for look in looks])
        return
    for look in looks:
        voice.say(f"{look.file}: {look.format}, {look.encoding}")
        if look.columns:
            voice.table(
                ("column", "field"),
                [(column, field or "(left out)") for column, field in look.columns.items()],
            )
            voice.line("")
        voice.table(
            ("posRef", "name", "company", "emails", "phones", "address", "problems"), map(_row, look.rows)
        )
    voice.say("Nothing was written.")


def _row(shown: dict[str, Any]) -> tuple[str, ...]:
    if "reason" in shown:
        return (shown["place"], f"(quarantine) {shown['reason']}", "", "", "", "", "")
    name = " ".join(filter(None, (shown["firstName"], shown["lastName"])))
    address: dict[str, Any] = next(iter(shown["customerAddresses"]), {})
    return (
        shown["posRef"] or "(made from the row)",
        name,
        shown["companyName"] or "",
        ", ".join(each["email"] for each in shown["customerEmails"]),
        ", ".join(each["phone"] for each in shown["customerPhones"]),
        ", ".join(
            address[key] for key in ("street", "city", "state", "zipCode", "country") if address.get(key)
        ),
        ", ".join(f"{each['field']}: {each['rule']}" for each in shown["problems"]),
    )


def _tell(session: Session, done: Ingested) -> None:
    from msgspec import structs

    counts = structs.asdict(done)
    del counts["suppressed"]  # who imports a file means it
    if session.as_json:
        voice.value(counts)
        return
    voice.say(", ".join(f"{_count(number)} {word}" for word, number in counts.items()))
    if done.quarantined:
        voice.hint("regulars quarantine list")
    elif done.created:
        voice.hint("regulars serve")


def _count(number: int) -> str:
    return f"{number:,}"
