"""`regulars sync`."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from regulars.cli import codes, voice
from regulars.cli.command import command
from regulars.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from regulars.model.pulling import Pull, Run
    from regulars.sync.engine import Engine
    from regulars.sync.parts import Step

    Show = Callable[[str, int, int], None]

_POLL_SECONDS = 1.0


def register(app: typer.Typer) -> None:
    """Puts the command on the command line."""
    command(app, "sync")(sync)


def sync(
    session: Session,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Which sources. None: all of them.")
    ] = None,
    *,
    full: Annotated[
        bool, typer.Option("--full", help="Compare everything, not only what has changed.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on pulling whatever is due, until Ctrl-C or SIGTERM.")
    ] = False,
) -> None:
    """Pull sources now, each until it is up to date.

    Waits where a source asks for it, or where its budget is spent. A run that was interrupted goes on where it was.
    The exit code is 4 when a record was quarantined, or a source needs you. --json prints an array of {"source",
    "state", "message", "run"}, a run with its counts; with --watch at the end.
    """
    from regulars.app import pulling as composing
    from regulars.directory import pulling
    from regulars.sync.engine import Engine

    with session.account() as (directory, account_id), _sigterm_interrupts():
        chosen = [pulling.named(directory, account_id, name) for name in dict.fromkeys(names or [])]
        if not chosen:
            every = pulling.every(directory, account_id)
            chosen = [pull for pull in every if not composing.is_piped(pull)]
        engine = Engine(directory, composing.parts(directory))
        found = []
        if full or not watch:
            found = [_pulled(engine, pull, full=full) for pull in chosen]
        if watch:
            found = _watched(engine, account_id, {pull.name for pull in chosen} if names else None)
    if session.as_json:
        voice.value(found)
    elif not found:
        voice.say("No source is connected that is pulled without its name.")
        voice.hint("regulars source list")
    if any(one["needs_you"] for one in found):
        raise typer.Exit(codes.PARTLY)


# --- until it is up to date ------------------------------------------------------------------------------------------


def _pulled(engine: Engine, pull: Pull, *, full: bool) -> dict[str, Any]:
    """Pulls one source until its run is over, and tells of it."""
    from regulars.directory import pulling

    with voice.steps() as show:
        while True:
            step = _until_it_waits(engine, pull, show, full=full)
            if step is None and _is_let_go(engine, pull, show):
                continue
            if step is None or step.until is None:
                break
            now = pulling.one(engine.directory, pull.account_id, pull.source_id)
            full = full and (now is None or now.walk is None or now.walk.mode != "full")
            _wait(engine, pull, step, show)
    if step is not None and step.run is not None:
        voice.say(f"{pull.name}: {_summary(step.run)}")
    return _outcome(engine, pull, None if step is None else step.run, is_ours=step is not None)


def _until_it_waits(engine: Engine, pull: Pull, show: Show, *, full: bool) -> Step | None:
    """Steps until the run is over or must wait; None when somebody else has the source."""
    from regulars import errors

    try:
        with engine.pulling(pull.account_id, pull.source_id, full=full) as pulled:
            while pulled is not None:
                step = pulled.step()
                show(f"{pull.name}: {step.counts.read:,} read", step.counts.read, step.total or 0)
                if not step.goes_on:
                    return step
    except errors.Conflict:
        pass  # the lease was lost: this machine slept, say
    return None


def _wait(engine: Engine, pull: Pull, step: Step, show: Show) -> None:
    until = step.until or 0
    seconds = _seconds_until(engine, until)
    if seconds > _POLL_SECONDS:
        voice.say(f"{pull.name}: {step.message or 'it must wait'}; it goes on in {seconds:,.0f} s.")
    while (seconds := _seconds_until(engine, until)) > 0:
        show(f"{pull.name}: {step.message or 'waits'}; {seconds:,.0f} s", step.counts.read, step.total or 0)
        time.sleep(min(seconds, _POLL_SECONDS))


def _is_let_go(engine: Engine, pull: Pull, show: Show) -> bool:
    """Waits for whoever has the source: whether it was given back, or was left by a program that was killed."""
    from regulars.directory import pulling

    seen = None
    while True:
        now = pulling.one(engine.directory, pull.account_id, pull.source_id)
        if now is None or (seen is not None and now.lease_until > seen):
            return False  # it is gone, or somebody is at work
        if now.lease_owner is None or _seconds_until(engine, now.lease_until) <= 0:
            return True
        if seen is None:
            voice.say(f"{pull.name}: somebody else has it, or was killed with it; waiting.")
        seen = now.lease_until
        show(f"{pull.name}: somebody else has it", 0, 0)
        time.sleep(_POLL_SECONDS)


def _seconds_until(engine: Engine, at: int) -> float:
    return max(0.0, (at - engine.directory.clock()) / 1_000_000)


# --- for ever --------------------------------------------------------------------------------------------------------


def _watched(engine: Engine, account_id: int, names: set[str] | None) -> list[dict[str, Any]]:
    """Pulls whatever is due, those that are connected meanwhile too, until it is interrupted."""
    from regulars import errors
    from regulars.app import pulling as composing
    from regulars.directory import pulling

    voice.say("Pulling. Ctrl-C ends it.")
    latest: dict[int, Run] = {}

    def tell(pull: Pull, step: Step) -> None:
        if step.run is not None:
            latest[pull.source_id] = step.run
            voice.say(f"{pull.name}: {_summary(step.run)}")
        if step.message:
            voice.say(f"{pull.name}: {step.message}")

    def watched() -> list[Pull]:
        every = pulling.every(engine.directory, account_id)
        return [pull for pull in every if (pull.name in names if names else not composing.is_piped(pull))]

    try:
        while True:
            try:
                due = set(pulling.due(engine.directory, account_id))
                for pull in watched():
                    if pull.source_id in due:
                        composing.turn(engine, pull, lambda: False, tell)
            except (errors.Retriable, errors.StorageFull) as error:  # of the store: it is tried again
                voice.say(error.message)
            time.sleep(_POLL_SECONDS)
    except KeyboardInterrupt:
        return [_outcome(engine, pull, latest.get(pull.source_id)) for pull in watched()]


# --- what is told ----------------------------------------------------------------------------------------------------


def _outcome(engine: Engine, pull: Pull, run: Run | None, *, is_ours: bool = True) -> dict[str, Any]:
    """How a source stands now, told; and as --json prints it."""
    from regulars.cli import source_shown
    from regulars.directory import pulling

    now = pulling.one(engine.directory, pull.account_id, pull.source_id)
    state = "removed" if now is None else now.state
    message = None if now is None else now.message
    if not is_ours and now is not None:
        message = "Somebody else pulls it now"
    if message or state in {"paused", "removed"}:
        voice.say(f"{pull.name}: {message or f'it is {state}'}")
    name = shlex.quote(pull.name)
    hints = {
        "held": f"regulars source accept {name}",
        "stopped": f"Mend it, then: regulars source resume {name}",
        "paused": f"regulars source resume {name}",
    }
    if state in hints:
        voice.hint(hints[state])
    quarantined = run is not None and run.counts.quarantined > 0
    return {
        "source": pull.name,
        "state": state,
        "message": message,
        "run": None if run is None else source_shown.run(run),
        "needs_you": quarantined or state in {"held", "stopped"},
    }


def _summary(run: Run) -> str:
    """What a run brought, in words: what was read first, then whatever is not nothing."""
    from msgspec import structs

    counts = structs.asdict(run.counts)
    words = [f"{counts.pop('read'):,} read"]
    requests, _ = counts.pop("requests"), counts.pop("pages")
    words += [f"{number:,} {word}" for word, number in counts.items() if number]
    return ", ".join(words) + (f" ({requests:,} requests)" if requests else "")


@contextmanager
def _sigterm_interrupts() -> Iterator[None]:
    """SIGTERM gives back what is leased, as Ctrl-C does."""
    import signal

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
