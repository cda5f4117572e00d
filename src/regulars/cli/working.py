"""`regulars worker`."""

from __future__ import annotations

from typing import Annotated

import typer

from regulars.cli import voice
from regulars.cli.command import command
from regulars.cli.session import Session


def register(app: typer.Typer) -> None:
    """Puts the command on the command line."""
    command(app, "worker")(worker)


def worker(
    session: Session,
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, then end.")] = False,
) -> None:
    """Deliver webhooks and do the work that no request waits for.

    `serve` runs one by itself. More of them, with or without a server, share the work. Ctrl-C or SIGTERM lets
    deliveries under way finish. --json prints {"delivered", "failed"} at the end.
    """
    import logging
    import signal
    import sys
    import threading

    from msgspec import structs

    from regulars.app import background

    stop = threading.Event()
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, lambda _number, _frame: stop.set()) for number in numbers]
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    if not once:
        voice.say(f"Working for {session.settings.data}. Ctrl-C ends it.")
    try:
        done = background.run(session.settings, stop, once=once)
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
    if session.as_json:
        voice.value(structs.asdict(done))
    else:
        voice.say(f"{done.delivered:,} delivered, {done.failed:,} failed.")
