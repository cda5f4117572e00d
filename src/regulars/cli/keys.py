"""`regulars key …`."""

from __future__ import annotations

import typer

from regulars.cli import voice
from regulars.cli.command import command, group
from regulars.cli.session import Session


def register(app: typer.Typer) -> None:
    """Puts the group on the command line."""
    made = group("The key of an encrypted store.")
    command(made, "create")(create)
    app.add_typer(made, name="key")


def create(session: Session) -> None:
    """Make a key: 32 random bytes in a new file, named by --key-file or REGULARS_KEY_FILE."""
    from regulars import errors
    from regulars.app import keys

    path = session.settings.key_file
    if path is None:
        raise errors.Invalid(
            "Where to put the key?", field="key_file", rule="missing",
            hint="Say --key-file FILE, best outside the data folder and its backups.",
        )  # fmt: skip
    keys.create(path)
    if session.as_json:
        voice.value({"key_file": str(path)})
    else:
        voice.say(
            f"The key is in {path}. Without it nobody reads the store again: keep a copy apart from the data."
        )
        voice.hint(f"export REGULARS_KEY_FILE={path}")
