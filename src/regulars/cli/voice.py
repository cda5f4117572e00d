"""The two voices of a command: data on stdout, talk on stderr. Nothing printed can drive a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

_JOINERS = {"\u200c", "\u200d"}  # part of how some scripts are written; harmless to a terminal


def value(data: Any) -> None:
    """One JSON value on stdout: what --json promises."""
    from msgspec import json

    line(json.encode(data).decode())


def line(text: str) -> None:
    """One line of data."""
    raw(text.encode("utf-8", "backslashreplace") + b"\n")


def raw(data: bytes) -> None:
    """Bytes on stdout, as they are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table: drawn on a terminal, else lines of tab-separated fields under their names."""
    cells = [["" if cell is None else safe(str(cell)) for cell in row] for row in rows]
    if not _is_terminal(sys.stdout):
        for row in [list(columns), *cells]:
            line("\t".join(row))
        return
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in cells:
        drawn.add_row(*map(Text, row))
    _console(stderr=False).print(drawn)


def say(text: str) -> None:
    """One line of talk."""
    _talk(safe(text))


def hint(text: str) -> None:
    """What to do next."""
    _talk(f"  → {safe(text)}")


def error(message: str, *, hint: str | None = None) -> None:
    """What went wrong, and the way out."""
    _talk(f"regulars: {safe(message)}")
    if hint:
        _talk(f"  → {safe(hint)}")


def confirm(question: str, *, yes: bool) -> None:
    """Asks before something is gone for good; Invalid when nobody is there to ask."""
    if yes:
        return
    if not _is_terminal(sys.stdin):
        from regulars import errors

        raise errors.Invalid("Nobody is there to confirm this", field="yes", hint="Say --yes if you mean it.")
    import typer

    sys.stderr.write(f"{safe(question)} [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        say("Nothing was done.")
        raise typer.Exit(1)


def safe(text: str) -> str:
    """The text with everything that a terminal would obey, or hide, written out."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or character in _JOINERS else _written_out(character)
        for character in text
    )


def safe_lines(text: str) -> list[str]:
    """The same for a text of several lines."""
    return [safe(part) for part in text.split("\n")]


@contextmanager
def progress(total: int | None) -> Iterator[Callable[[int, str], None]]:
    """A bar on a terminal, nothing elsewhere; what it yields takes (bytes done, a few words)."""
    if not _is_terminal(sys.stderr):
        yield lambda _done, _words: None
        return
    from rich import progress as bars

    columns = [
        bars.BarColumn(),
        bars.TaskProgressColumn(),
        bars.TextColumn("{task.description}"),
        bars.TransferSpeedColumn(),
        bars.TimeRemainingColumn(),
    ]
    with bars.Progress(*columns, console=_console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda done, words: bar.update(task, completed=done, description=words)


@contextmanager
def steps() -> Iterator[Callable[[str, int, int], None]]:
    """A bar for work of several kinds; what it yields takes (what is being done, done, of; 0: nobody knows)."""
    if not _is_terminal(sys.stderr):
        yield lambda _what, _done, _of: None
        return
    from rich import progress as bars

    columns = [bars.TextColumn("{task.description}"), bars.BarColumn(), bars.MofNCompleteColumn()]
    with bars.Progress(*columns, console=_console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda what, done, of: bar.update(
            task, description=safe(what), completed=done, total=of or None
        )


def fall_silent() -> None:
    """Nobody reads stdout any more: what is still buffered goes nowhere, without a word."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(devnull, sys.stdout.fileno())
    except (OSError, ValueError):
        pass
    finally:
        os.close(devnull)


def _talk(text: str) -> None:
    print(text, file=sys.stderr)


def _console(*, stderr: bool) -> Console:
    """Without any style, not only colour, where NO_COLOR asks for it."""
    from rich.console import Console

    return Console(stderr=stderr, color_system=None if os.environ.get("NO_COLOR") else "auto")


def _is_terminal(stream: Any) -> bool:
    return bool(stream.isatty())


def _written_out(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
