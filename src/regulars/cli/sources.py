"""`regulars source …`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from regulars.cli import readmitting, voice
from regulars.cli import source_options as given
from regulars.cli import source_shown as shown
from regulars.cli.command import command, group
from regulars.cli.session import Session

if TYPE_CHECKING:
    from regulars.app.connecting import Connected
    from regulars.model.pulling import Pull

_Name = Annotated[str, typer.Argument(metavar="NAME", help="The source, as `source list` shows it.")]
_TokenFile = Annotated[
    Path | None,
    typer.Option(
        "--token-file",
        metavar="FILE",
        help="Its credentials; - is standard input. Or REGULARS_SOURCE_TOKEN. `source kinds` says what it holds.",
    ),
]

_Every = Annotated[str | None, typer.Option(metavar="SPAN", help="How often it is pulled, such as 5m.")]
_FullEvery = Annotated[
    str | None,
    typer.Option("--full-every", metavar="SPAN", help="How often all of it is compared, such as 1d."),
]
_Budget = Annotated[
    str | None, typer.Option(metavar="N/SECONDS", help="The most requests in any stretch of so many seconds.")
]
_FailPercent = Annotated[
    int, typer.Option("--fail-percent", min=0, max=100, help="Unreadable records of a run that stop it.")
]
_VanishPercent = Annotated[
    int,
    typer.Option(
        "--vanish-percent", min=0, max=100, help="Customers vanished at once that a person must look at."
    ),
]


def register(app: typer.Typer) -> None:
    """Puts the group on the command line."""
    sources = group("Sources: points of sale whose customers are pulled.")
    command(sources, "kinds")(kinds)
    command(sources, "add")(add)
    command(sources, "list")(every)
    command(sources, "test")(test)
    command(sources, "runs")(runs)
    command(sources, "pause")(pause)
    command(sources, "resume")(resume)
    command(sources, "accept")(accept)
    command(sources, "secret")(secret)
    command(sources, "hook")(hook)
    command(sources, "readmit")(readmitting.readmit)
    command(sources, "remove")(remove)
    app.add_typer(sources, name="source")


def kinds(session: Session) -> None:
    """List the kinds of sources there are: what each needs, and what its tests ran against.

    proof is `live` when they ran against the real thing, `simulated` when against a simulator built from its contract.
    """
    from regulars import errors
    from regulars.sources import registry

    found = []
    for name in registry.names():
        try:
            found.append(shown.kind(registry.kind(name)))
        except errors.Fatal as error:  # one broken package hides no other kind
            voice.error(error.message, hint=error.hint)
    if session.as_json:
        voice.value(found)
        return
    rows = [
        (one["name"], one["proof"], one["summary"], one["secret"] or "", ", ".join(shown.needs(one)))
        for one in found
    ]
    voice.table(("kind", "proof", "summary", "token file", "options"), rows)


def add(
    session: Session,
    *,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="As `source kinds` shows it.")],
    name: Annotated[str, typer.Option(metavar="NAME", help="How it is called here.")],
    location: Annotated[int, typer.Option(metavar="ID", help="The location its customers belong to.")],
    url: Annotated[
        str | None, typer.Option(metavar="URL", help="Where it is, if not at its usual place.")
    ] = None,
    token_file: _TokenFile = None,
    hook_secret_file: Annotated[
        Path | None,
        typer.Option("--hook-secret-file", metavar="FILE", help="What it signs its webhooks with."),
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="An option of the kind; again for more."),
    ] = None,
    tap: Annotated[str | None, typer.Option(metavar="COMMAND", help="Short for --set tap=COMMAND.")] = None,
    every: _Every = None,
    full_every: _FullEvery = None,
    budget: _Budget = None,
    fail_percent: _FailPercent = 20,
    vanish_percent: _VanishPercent = 10,
    check: Annotated[bool, typer.Option("--check/--no-check", help="Ask it once before it is kept.")] = True,
) -> None:
    """Connect a point of sale: its customers are pulled from now on, by `serve`, `worker` or `sync`.

    Credentials are kept encrypted, and are never taken from the command line, where other users could see them.
    """
    from regulars.app import connecting

    options = given.pairs(option or [])
    if tap is not None:
        options["tap"] = tap
    wish = connecting.Wish(
        kind=kind,
        name=name,
        location_id=location,
        url=url,
        secret=given.secret(token_file),
        hook_secret=None if hook_secret_file is None else given.read(hook_secret_file),
        options=options,
        every_seconds=given.span(every, "every"),
        full_every_seconds=given.span(full_every, "full-every"),
        budget=given.budget(budget),
        fail_percent=fail_percent,
        vanish_percent=vanish_percent,
    )
    with session.account() as (directory, account_id):
        made = connecting.add(directory, account_id, wish, check=check)
    if session.as_json:
        voice.value(shown.source(made.pull) | {"hook": made.hook, "trouble": made.trouble})
    else:
        _tell_connected(made)


def every(session: Session) -> None:
    """List the account's sources: how fresh each is, and what is wrong with it; never credentials."""
    from regulars.directory import pulling

    with session.account() as (directory, account_id):
        found = [shown.source(pull) for pull in pulling.every(directory, account_id)]
    if session.as_json:
        voice.value(found)
        return
    columns = (
        "name",
        "kind",
        "location_id",
        "state",
        "fresh_at",
        "full_at",
        "next_at",
        "failures",
        "message",
    )
    voice.table(columns, [[row[column] for column in columns] for row in found])
    if not found:
        voice.hint("regulars source kinds")


def test(session: Session, name: _Name) -> None:
    """Ask a source once with its credentials; changes nothing."""
    from regulars.app import connecting
    from regulars.directory import pulling

    with session.account() as (directory, account_id):
        pull = pulling.named(directory, account_id, name)
        obeys = connecting.test(directory, pull)
    if session.as_json:
        voice.value({"name": name, "honours_filters": obeys})
        return
    voice.say(f"{name} answers.")
    if not obeys:
        voice.say("It does not obey the filter of its changes: every walk will be a full one.")


def runs(session: Session, name: _Name) -> None:
    """What became of a source's latest runs, newest first."""
    from regulars.directory import pulling

    with session.account() as (directory, account_id):
        found = pulling.runs(directory, pulling.named(directory, account_id, name))
    told = [shown.run(run) for run in found]
    if session.as_json:
        voice.value(told)
        return
    counted = ("read", "created", "updated", "unchanged", "quarantined", "deleted", "vanished")
    rows = [
        (
            one["run"],
            one["mode"],
            one["began_at"],
            one["outcome"] or "goes on",
            *(one["counts"][key] for key in counted),
            one["message"],
        )
        for one in told
    ]
    voice.table(("run", "mode", "began_at", "outcome", *counted, "message"), rows)


def pause(session: Session, name: _Name) -> None:
    """Stop pulling a source until it is resumed; where it stands is kept."""
    from regulars.directory import pulling

    with session.account() as (directory, account_id):
        pulling.pause(directory, pulling.named(directory, account_id, name))
        now = pulling.named(directory, account_id, name)
    _tell(session, now, f"{name} is paused.")


def resume(session: Session, name: _Name) -> None:
    """Pull a source again that was paused, or that stopped for something you have mended."""
    from regulars.directory import pulling

    with session.account() as (directory, account_id):
        pulling.resume(directory, pulling.named(directory, account_id, name))
        now = pulling.named(directory, account_id, name)
    _tell(session, now, f"{name} is pulled again.")


def accept(
    session: Session,
    name: _Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete the customers that a held run found vanished at the source."""
    from regulars.directory import pulling

    with session.account() as (directory, account_id):
        pull = pulling.named(directory, account_id, name)
        if pull.message and pull.held_run is not None:
            voice.say(pull.message)
        voice.confirm("Delete them here too?", yes=yes)
        deleted = pulling.accept(directory, pull)
    if session.as_json:
        voice.value({"deleted": deleted})
    else:
        voice.say(f"{deleted:,} customers were deleted.")


def secret(session: Session, name: _Name, token_file: _TokenFile = None) -> None:
    """Give a source new credentials."""
    from regulars import errors
    from regulars.app import connecting
    from regulars.directory import pulling

    text = given.secret(token_file)
    if text is None:
        raise errors.Invalid("There are no credentials", field="token-file", rule="required")
    with session.account() as (directory, account_id):
        connecting.keep_secret(directory, pulling.named(directory, account_id, name), text)
        now = pulling.named(directory, account_id, name)
    _tell(session, now, f"{name} has new credentials.")
    voice.hint(f"regulars source test {name}")
    if now.state == "stopped":
        voice.hint(f"regulars source resume {name}")


def hook(
    session: Session,
    name: _Name,
    hook_secret_file: Annotated[
        Path | None,
        typer.Option("--hook-secret-file", metavar="FILE", help="What its webhooks are signed with now."),
    ] = None,
) -> None:
    """Give a source a new path for its webhooks; the one before no longer holds."""
    from regulars.app import connecting
    from regulars.directory import pulling

    text = None if hook_secret_file is None else given.read(hook_secret_file)
    with session.account() as (directory, account_id):
        path = connecting.open_hook(directory, pulling.named(directory, account_id, name), text)
    if session.as_json:
        voice.value({"hook": path})
    else:
        voice.line(path)
        voice.say("Keep it now: it is not shown again.")


def remove(
    session: Session,
    name: _Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Disconnect a source, and forget its credentials; its customers stay."""
    from regulars.directory import pulling

    with session.account() as (directory, account_id):
        pull = pulling.named(directory, account_id, name)
        voice.confirm(f"Disconnect {name}?", yes=yes)
        pulling.remove(directory, pull)
    _tell(session, pull, f"{name} is no longer pulled; its customers are still here.")


def _tell_connected(made: Connected) -> None:
    name = shlex.quote(made.pull.name)
    voice.say(f"Source {made.pull.name} is connected.")
    if made.trouble is not None:
        voice.say(f"It could not be asked just now: {made.trouble}. It is tried again.")
    if made.hook is not None:
        voice.say(f"Its webhooks come to {made.hook}; this path is not shown again.")
        if made.pull.hook_secret is None:
            voice.say("They are refused until it is known what they are signed with:")
            voice.hint(f"regulars source hook {name} --hook-secret-file FILE")
    voice.hint(f"regulars sync {name}")


def _tell(session: Session, pull: Pull, words: str) -> None:
    if session.as_json:
        voice.value(shown.source(pull))
    else:
        voice.say(words)
