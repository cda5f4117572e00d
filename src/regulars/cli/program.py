"""The whole command line: every command, in the order a newcomer meets them."""

from __future__ import annotations

import inspect
from importlib.util import find_spec
from typing import Annotated, Any

import typer

from regulars.cli import (
    codes,
    demonstration,
    exporting,
    importing,
    keys,
    merging,
    people,
    pinning,
    places,
    quarantine,
    rebuilding,
    serving,
    sources,
    stores,
    syncing,
    tokens,
    upkeep,
    webhooks,
    working,
)
from regulars.cli.command import accepting

app = typer.Typer(
    name="regulars",
    help="One customer directory for every till: imports customers, serves them in Shift4's and Square's formats.",
    epilog=codes.HELP,
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help starts twice as fast and reads the same in a pipe
    pretty_exceptions_enable=False,  # they would show local variables, which hold customers
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _tell_version(context: typer.Context, given: dict[str, Any]) -> None:
    """`regulars --version` prints it and ends."""
    if given["version"]:
        from regulars import __version__

        typer.echo(f"regulars {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(codes.USAGE)


_VERSION = inspect.Parameter(
    "version",
    inspect.Parameter.KEYWORD_ONLY,
    default=False,
    annotation=Annotated[bool, typer.Option("--version", help="Print the version.")],
)

app.callback(invoke_without_command=True)(accepting(_tell_version, _VERSION))

for part in (
    demonstration, serving, working, places, importing, sources, syncing, exporting, tokens, webhooks, people,
    pinning, merging, quarantine, rebuilding, upkeep, stores, keys,
):  # fmt: skip
    part.register(app)
if find_spec("regulars.app.bench") is not None:
    from regulars.cli import benching

    benching.register(app)
