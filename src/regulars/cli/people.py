"""`regulars find`, `show` and `delete`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from regulars.cli import voice
from regulars.cli.command import command
from regulars.cli.session import Session

if TYPE_CHECKING:
    from regulars.model.record import Record, Shown


def register(app: typer.Typer) -> None:
    """Puts the commands on the command line."""
    command(app, "find")(find)
    command(app, "show")(show)
    command(app, "delete")(delete)


def find(
    session: Session,
    text: Annotated[
        list[str], typer.Argument(metavar="TEXT...", help="Any piece of a name, e-mail or phone.")
    ],
    location: Annotated[int | None, typer.Option(metavar="ID", help="Only at this location.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, metavar="N", help="At most so many.")] = 20,
) -> None:
    """Find customers, the best first.

    Then by nickname; if nobody is found, whoever is one slip of each word away.
    """
    from regulars.directory import lookup

    with session.account() as (directory, account_id):
        found = lookup.find(directory, account_id, text=" ".join(text), location_id=location, limit=limit)
    if session.as_json:
        voice.value([_summary(one) | {"match": one.match} for one in found])
        return
    voice.table(("posRef", "location", "name", "company", "email", "phone", "id", "match"), map(_row, found))
    if not found:
        voice.say("Nobody found.")
    elif len(found) == limit:
        voice.hint(f"There may be more: --limit {limit * 5}")


def show(
    session: Session,
    reference: Annotated[str, typer.Argument(metavar="ID|POSREF", help="A Square id, or a posRef.")],
    location: Annotated[int | None, typer.Option(metavar="ID", help="Only at this location.")] = None,
) -> None:
    """Show everything known of a customer.

    Both dialects, problems, custom attributes, who was merged into it, and where the record came from. For an id that
    was merged away it is the survivor.
    """
    from regulars.directory import lookup

    with session.account() as (directory, account_id):
        found = lookup.show(directory, account_id, reference, location_id=location)
    if session.as_json:
        voice.value([_everything(one) for one in found])
        return
    for one in found:
        _print(one)


def delete(
    session: Session,
    reference: Annotated[str, typer.Argument(metavar="ID|POSREF", help="A Square id, or a posRef.")],
    location: Annotated[int | None, typer.Option(metavar="ID", help="Only at this location.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete a customer and the record it came from.

    Then its traces are wiped from the search index, which may take some seconds.
    """
    from regulars import errors
    from regulars.directory import deletion, lookup

    with session.account() as (directory, account_id):
        found = lookup.show(directory, account_id, reference, location_id=location, is_to_go=True)
        if len({one.location_id for one in found}) > 1:
            places = ", ".join(str(one.location_id) for one in found)
            raise errors.Conflict(f"It is at locations {places}", hint="Say which: --location ID")
        voice.confirm(f"Delete customer {found[0].id} at location {found[0].location_id} for good?", yes=yes)
        deleted = deletion.delete(directory, account_id, [one.id for one in found])
        with voice.progress(None) as go_on:
            wiped = deletion.purge(
                directory, lambda steps: go_on(steps, f"wiping the search index, step {steps}")
            )
    if not wiped:
        voice.hint("A long read keeps the store's log from being emptied; it will be when that ends.")
    if session.as_json:
        voice.value({"deleted": deleted})
    else:
        voice.say(f"{deleted} deleted.")
        voice.hint("Backups and exports made before still hold it.")


def _row(one: Shown) -> tuple[Any, ...]:
    from msgspec import json

    document = json.decode(one.shift4)
    return (
        one.pos_ref,
        one.location_id,
        " ".join(filter(None, (document["firstName"], document["lastName"]))),
        document["companyName"],
        _primary(document["customerEmails"], "email"),
        _primary(document["customerPhones"], "phone"),
        one.id,
        "" if one.match == "exact" else one.match,
    )


def _primary(contacts: list[dict[str, Any]], key: str) -> str:
    ordered = sorted(contacts, key=lambda contact: not contact.get("isPrimary"))
    return str(ordered[0].get(key, "")) if ordered else ""


def _summary(one: Shown) -> dict[str, Any]:
    from msgspec import json

    from regulars.model import instant

    return {
        "id": one.id,
        "pos_ref": one.pos_ref,
        "location_id": one.location_id,
        "source": one.source,
        "updated_at": instant.text(one.updated_at),
        "shift4": json.decode(one.shift4),
        "square": json.decode(one.square),
    }


def _everything(one: Shown) -> dict[str, Any]:
    from msgspec import to_builtins

    from regulars.model import instant

    return _summary(one) | {
        "ref": one.ref,
        "change_no": one.change_no,
        "created_at": instant.text(one.created_at),
        "seen_at": instant.text(one.seen_at),
        "pinned_fields": list(one.pinned),
        "custom_attributes": dict(one.attributes),
        "answers_for": list(one.answers_for),
        "problems": to_builtins(one.problems),
        "record": _record(one.record),
    }


def _record(record: Record) -> dict[str, Any]:
    return {
        "format": record.format,
        "place": record.place,
        "raw": record.raw.decode("utf-8", "backslashreplace"),
    }


def _print(one: Shown) -> None:
    """For people: the Shift4 document is the fuller one."""
    import json

    from regulars.model import instant

    voice.line(f"{voice.safe(one.pos_ref)} at location {one.location_id}, Square id {one.id}")
    voice.line(
        f"  from {voice.safe(one.source)}, {voice.safe(one.record.place)}, seen {instant.text(one.seen_at)}"
    )
    voice.line(f"  changed {instant.text(one.updated_at)}, change {one.change_no}")
    if one.pinned:
        voice.line(f"  pinned: {', '.join(one.pinned)}")
    if one.answers_for:
        voice.line(f"  answers for, since they were merged into it: {', '.join(one.answers_for)}")
    for key, value in one.attributes.items():
        voice.line(voice.safe(f"  {key}: {json.dumps(value, ensure_ascii=False)}"))
    for problem in one.problems:
        at = "" if problem.at is None else f" [{problem.at}]"
        voice.line(f"  problem: {voice.safe(problem.field)}{at}: {problem.rule}")
    for text in json.dumps(json.loads(one.shift4), indent=2, ensure_ascii=False).split("\n"):
        voice.line(voice.safe(text))
