"""What every command has in common: the global options, before it or behind it, and how it ends.

A command is a function that takes a `Session` first and Typer's parameters after it. `command` registers it with
the global options added to its signature, so they are written down once and every command knows them.
"""

from __future__ import annotations

import inspect
import os
import sys
import traceback
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from regulars import errors
from regulars.cli import codes, voice
from regulars.cli.session import Session

_Given = dict[str, Any]

_SHARED: dict[str, Any] = {
    "data": Annotated[
        Path | None,
        typer.Option(
            "--data", metavar="DIR", help="The data folder (or REGULARS_DATA; else ./regulars-data)."
        ),
    ],
    "account": Annotated[
        str | None, typer.Option("--account", metavar="NAME", help="The account (else `default`).")
    ],
    "key_file": Annotated[
        Path | None,
        typer.Option(
            "--key-file", metavar="FILE", help="The key of an encrypted store (or REGULARS_KEY_FILE)."
        ),
    ],
    "database": Annotated[
        str | None,
        typer.Option(
            "--database",
            metavar="URL",
            help="A PostgreSQL database instead of a file (or REGULARS_DATABASE, which may hold a password).",
        ),
    ],
    "as_json": Annotated[
        bool, typer.Option("--json", help="Print one JSON value on stdout and nothing else.")
    ],
}


def group(help: str) -> typer.Typer:
    """A group of commands that takes the global options too."""
    made = typer.Typer(help=help, no_args_is_help=True, rich_markup_mode=None, add_completion=False)
    made.callback()(accepting(lambda context, given: None))
    return made


def command(
    app: typer.Typer, name: str, **options: Any
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Registers a function as a command of `app`."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        app.command(name, **options)(_complete(function))
        return function

    return register


def accepting(
    then: Callable[[typer.Context, _Given], None], *extra: inspect.Parameter
) -> Callable[..., None]:
    """A callback of a group that takes the global options, keeps them for its commands, and calls `then`."""

    def callback(context: typer.Context, **given: Any) -> None:
        context.obj = _merged(context, given)
        then(context, given)

    _sign(callback, [_context(), *extra, *_shared()])
    return callback


def _complete(function: Callable[..., None]) -> Callable[..., None]:
    """The function with the global options, ending in an exit code whatever happens."""
    hints = get_type_hints(function, include_extras=True)
    own = [
        parameter.replace(annotation=hints[parameter.name], kind=inspect.Parameter.KEYWORD_ONLY)
        for parameter in list(inspect.signature(function).parameters.values())[1:]
    ]

    @wraps(function)
    def complete(context: typer.Context, **given: Any) -> None:
        shared = {name: given.pop(name) for name in _SHARED}
        with_outer = _merged(context, shared)
        _run(lambda: function(Session(**with_outer), **given))

    _sign(complete, [_context(), *own, *_shared()])
    return complete


def _run(work: Callable[[], None]) -> None:
    try:
        work()
        sys.stdout.flush()
    except errors.RegularsError as error:
        voice.error(error.message, hint=error.hint)
        _show_traceback()
        raise typer.Exit(codes.of(error)) from None
    except BrokenPipeError:
        voice.fall_silent()
        raise typer.Exit(codes.UNREAD) from None
    except KeyboardInterrupt:
        voice.error("Interrupted")
        raise typer.Exit(codes.INTERRUPTED) from None
    except (typer.Exit, typer.Abort, typer.BadParameter):
        raise
    except Exception as error:
        # Only the kind and the place: the message may hold a customer's data.
        voice.error(
            f"Unexpected {type(error).__name__} at {_place(error)}",
            hint="Please report this. REGULARS_TRACEBACK=1 shows where it came from.",
        )
        _show_traceback()
        raise typer.Exit(codes.FAILED) from None


def _place(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"


def _show_traceback() -> None:
    from regulars import config

    if os.environ.get(config.TRACEBACK) == "1":
        traceback.print_exc()


def _merged(context: typer.Context, given: _Given) -> _Given:
    """What was given here, else what was given before: the later word wins."""
    outer: _Given = context.obj or {}
    return {name: given.get(name) or outer.get(name) for name in _SHARED}


def _context() -> inspect.Parameter:
    return inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)


def _shared() -> list[inspect.Parameter]:
    return [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=False if name == "as_json" else None,
            annotation=annotation,
        )
        for name, annotation in _SHARED.items()
    ]


def _sign(function: Callable[..., None], parameters: list[inspect.Parameter]) -> None:
    """Gives a function the signature that Typer is to read."""
    function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    function.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
