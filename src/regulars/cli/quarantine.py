"""`regulars quarantine …`."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Annotated, Any

import typer

from regulars.cli import codes, voice
from regulars.cli.command import command, group
from regulars.cli.session import Session

if TYPE_CHECKING:
    from regulars.model.record import Quarantined

_Numbers = Annotated[
    list[int] | None, typer.Argument(metavar="N...", help="Their numbers, as `list` shows them.")
]
_All = Annotated[bool, typer.Option("--all", help="All of them.")]


def register(app: typer.Typer) -> None:
    """Puts the group on the command line."""
    made = group("Records that could not be read.")
    command(made, "list")(every)
    command(made, "show")(show)
    command(made, "replay")(replay)
    command(made, "drop")(drop)
    app.add_typer(made, name="quarantine")


def every(
    session: Session,
    limit: Annotated[int, typer.Option(min=1, max=10_000, metavar="N", help="At most so many.")] = 100,
    after: Annotated[int, typer.Option(min=0, metavar="N", help="Only those with a higher number.")] = 0,
) -> None:
    """List what is in quarantine, oldest first."""
    from regulars.directory import quarantine

    with session.account() as (directory, account_id):
        found = [_shown(one) for one in quarantine.every(directory, account_id, after=after, limit=limit)]
    if session.as_json:
        voice.value(found)
        return
    columns = ("number", "location_id", "source", "place", "format", "bytes", "reason")
    voice.table(columns, [[one[column] for column in columns] for one in found])
    if len(found) == limit:
        voice.hint(f"There may be more: --after {found[-1]['number']}")
    elif found:
        voice.hint(f"regulars quarantine show {found[0]['number']}")


def show(session: Session, number: Annotated[int, typer.Argument(metavar="N", help="Its number.")]) -> None:
    """Show one record as it came, with nothing in it that a terminal would obey."""
    from regulars.directory import quarantine

    with session.account() as (directory, account_id):
        found = quarantine.one(directory, account_id, number)
    if session.as_json:
        raw = {"raw": _text(found.raw), "raw_base64": base64.b64encode(found.raw).decode()}
        voice.value(_shown(found) | raw)
        return
    voice.say(f"{found.place}: {found.reason}")
    for text in voice.safe_lines(found.raw.decode("utf-8", "backslashreplace")):
        voice.line(text)


def replay(session: Session, numbers: _Numbers = None, everything: _All = False) -> None:
    """Try records again.

    Those that can be read now, for example after an update of regulars, become customers.
    """
    from msgspec import structs

    from regulars.directory import quarantine

    chosen = _chosen(numbers, everything=everything)
    with session.account() as (directory, account_id):
        done = quarantine.replay(directory, account_id, chosen)
    if session.as_json:
        voice.value(structs.asdict(done))
    else:
        taken_in = done.read - done.quarantined - done.suppressed
        voice.say(f"{taken_in} are customers now, {done.quarantined} still cannot be read.")
    if done.quarantined:
        raise typer.Exit(codes.PARTLY)


def drop(
    session: Session,
    numbers: _Numbers = None,
    everything: _All = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Forget records for good."""
    from regulars.directory import quarantine

    chosen = _chosen(numbers, everything=everything)
    what = "everything in quarantine" if chosen is None else f"{len(chosen)} quarantined records"
    with session.account() as (directory, account_id):
        voice.confirm(f"Forget {what} for good?", yes=yes)
        dropped = quarantine.drop(directory, account_id, chosen)
    if session.as_json:
        voice.value({"dropped": dropped})
    else:
        voice.say(f"{dropped} dropped.")


def _chosen(numbers: list[int] | None, *, everything: bool) -> list[int] | None:
    """The numbers given; None for all."""
    if bool(numbers) == everything:
        raise typer.BadParameter("Give numbers, or --all.")
    return numbers or None


def _shown(entry: Quarantined) -> dict[str, Any]:
    from regulars.model import instant

    return {
        "number": entry.number,
        "location_id": entry.location_id,
        "source": entry.source,
        "place": entry.place,
        "reason": entry.reason,
        "format": entry.format,
        "seen_at": instant.text(entry.seen_at),
        "bytes": len(entry.raw),
    }


def _text(raw: bytes) -> str | None:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None
