"""`regulars pin` and `unpin`."""

from __future__ import annotations

from typing import Annotated

import typer

from regulars.cli import voice
from regulars.cli.command import command
from regulars.cli.session import Session

_Id = Annotated[str, typer.Argument(metavar="ID", help="The customer's Square id.")]
_Fields = Annotated[list[str], typer.Argument(metavar="FIELD...", help="Such as phones, emails, last_name.")]


def register(app: typer.Typer) -> None:
    """Puts the commands on the command line."""
    command(app, "pin")(pin)
    command(app, "unpin")(unpin)


def pin(session: Session, customer_id: _Id, fields: _Fields) -> None:
    """Keep fields of a customer as they are, whatever its source says.

    They can still be edited here. Fields are first_name, last_name, company_name, nickname, note, birthday,
    reference_id, eu_vat, email_unsubscribed, emails, phones and addresses.
    """
    _change(session, customer_id, pin=fields)


def unpin(session: Session, customer_id: _Id, fields: _Fields) -> None:
    """Let the source change fields of a customer again.

    They stay as they are until it does.
    """
    _change(session, customer_id, unpin=fields)


def _change(
    session: Session, customer_id: str, *, pin: list[str] | None = None, unpin: list[str] | None = None
) -> None:
    from regulars import errors
    from regulars.directory import pins
    from regulars.model.pin import PINNABLE

    pin, unpin = pin or [], unpin or []
    if not set(pin) | set(unpin) <= set(PINNABLE):
        raise errors.Invalid(
            "There is no such field",
            field="field",
            rule="not_a_choice",
            hint=f"One of {', '.join(PINNABLE)}.",
        )
    with session.grant() as (directory, grant):
        pinned = pins.change(directory, grant, customer_id, pin=pin, unpin=unpin)
    if session.as_json:
        voice.value({"id": customer_id, "pinned_fields": pinned})
    else:
        voice.say(f"Pinned: {', '.join(pinned)}." if pinned else "Nothing is pinned.")
