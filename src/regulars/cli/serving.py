"""`regulars serve`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from regulars.cli import voice
from regulars.cli.command import command
from regulars.cli.session import Session

if TYPE_CHECKING:
    from regulars.config import SandboxSettings
    from regulars.directory.sandbox import Seeded

_WORKER_HELP = "Run the background process too: webhooks, and other work that no request waits for."
_REPLICA_HELP = (
    "A streaming replica of the database, for tokens that can only read; again for more (or REGULARS_REPLICAS, which "
    "may hold passwords)."
)
_LAG_HELP = "How old an answer of a replica may be, in seconds (else 5)."
_FAULT_HELP = (
    "What goes wrong with every request, or with the share RATE (0 to 1) of them; again for more: 429, 500, slow, cut, "
    "stale-list, expire-cursors, duplicate, cursor-loop, wrong-total, ignore-updated-after."
)

_FaultSeed = Annotated[
    int | None, typer.Option(metavar="N", help="Draws other requests for faults with a rate (else 0).")
]
_EndWith = Annotated[
    int | None, typer.Option(min=1, metavar="PID", help="End the sandbox when this process has ended.")
]
_Replica = Annotated[list[str] | None, typer.Option(metavar="URL", help=_REPLICA_HELP)]
_ReplicaLag = Annotated[float | None, typer.Option(min=0.5, metavar="N", help=_LAG_HELP)]


def register(app: typer.Typer) -> None:
    """Puts the command on the command line."""
    command(app, "serve")(serve)


def serve(
    session: Session,
    *,
    host: Annotated[str | None, typer.Option(help="The address to listen at (else 127.0.0.1).")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="The port (else 8080; 0: any free one).")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=64, metavar="N", help="Processes that answer (else one a core, at most 4)."),
    ] = None,
    sandbox: Annotated[
        bool,
        typer.Option("--sandbox", help="Serve an empty store of its own to tests, and remove it at the end."),
    ] = False,
    sandbox_token: Annotated[
        str | None, typer.Option(metavar="TOKEN", help="The sandbox's token (else a new one).")
    ] = None,
    fault: Annotated[list[str] | None, typer.Option(metavar="NAME[=RATE]", help=_FAULT_HELP)] = None,
    fault_seed: _FaultSeed = None,
    request_log: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where the sandbox adds a line of JSON for each request."),
    ] = None,
    end_with: _EndWith = None,
    worker: Annotated[bool, typer.Option("--worker/--no-worker", help=_WORKER_HELP)] = True,
    replica: _Replica = None,
    replica_lag_seconds: _ReplicaLag = None,
) -> None:
    """Serve both APIs until stopped.

    Ctrl-C or SIGTERM lets running requests finish. GET /healthz and /readyz answer without a token. --json
    prints {"url"} as soon as it answers.

    With --sandbox: one worker, on this machine only, with a token that may do everything; --json prints
    {"url", "token", "account", "merchant_id", "location_id", "data"}.
    """
    if not sandbox:
        _refuse(
            sandbox_token=sandbox_token,
            fault=fault,
            fault_seed=fault_seed,
            request_log=request_log,
            end_with=end_with,
        )
        beside = {"replicas": _replicas(replica), "replica_lag_seconds": replica_lag_seconds}
        _serve(session, {"host": host, "port": port, "workers": workers, "worker": worker} | beside)
        return
    if workers is not None:
        raise typer.BadParameter("A sandbox has one worker.")
    if session.gives_data:
        raise typer.BadParameter("A sandbox never touches your data: it has a store of its own.")
    how = _how(fault or (), fault_seed or 0, request_log)
    _serve_sandbox(session, how, host=host, port=port, token=sandbox_token, end_with=end_with, worker=worker)


def _refuse(**only_in_a_sandbox: object) -> None:
    for name, given in only_in_a_sandbox.items():
        if given is not None:
            raise typer.BadParameter(f"--{name.replace('_', '-')} needs --sandbox")


def _replicas(given: list[str] | None) -> tuple[str, ...] | None:
    from regulars import config

    return tuple(config.address(url, variable=config.REPLICAS) for url in given) if given else None


def _serve(session: Session, given: dict[str, Any]) -> None:
    import sys

    from msgspec import structs

    from regulars import errors
    from regulars.app import serving, serving_ports

    settings = structs.replace(
        session.settings, **{key: kept for key, kept in given.items() if kept is not None}
    )
    if settings.replicas and settings.database is None:
        raise errors.Invalid(
            "Only a PostgreSQL database has replicas",
            field="replica",
            hint="Say --database, or set REGULARS_DATABASE.",
        )
    address = serving_ports.choose(settings.host, settings.port)
    settings = structs.replace(settings, port=address.port)
    said: list[str] = []

    def announce(line: str) -> None:
        if not session.as_json:
            voice.say(line)
        elif not said:
            voice.value({"url": address.url})
            sys.stdout.flush()
        said.append(line)

    code = serving.serve(settings, announce)
    if code:
        raise typer.Exit(code)


def _how(faults: Sequence[str], fault_seed: int, request_log: Path | None) -> SandboxSettings:
    from regulars.app import sandbox
    from regulars.config import SandboxSettings

    return SandboxSettings(
        faults=sandbox.read_faults(faults),
        fault_seed=fault_seed,
        request_log=request_log and sandbox.check_log(request_log),
    )


def _serve_sandbox(
    session: Session,
    how: SandboxSettings,
    *,
    host: str | None,
    port: int | None,
    token: str | None,
    end_with: int | None,
    worker: bool,
) -> None:
    import sys

    from regulars.app import sandbox, serving
    from regulars.config import Settings

    plain = Settings()
    address = sandbox.check_host(host or plain.host, plain.port if port is None else port)
    if end_with is not None:
        sandbox.end_with(end_with)
    said: list[str] = []
    with sandbox.prepared(token) as (folder, seeded):
        settings = Settings(
            data=folder, host=address.host, port=address.port, workers=1, sandbox=how, worker=worker
        )

        def announce(line: str) -> None:
            if not said:
                _tell(session, seeded, address.url, folder)
                sys.stdout.flush()
            said.append(line)

        code = serving.serve(settings, announce)
    if code:
        raise typer.Exit(code)


def _tell(session: Session, seeded: Seeded, url: str, folder: Path) -> None:
    from msgspec import structs

    if session.as_json:
        voice.value({"url": url, **structs.asdict(seeded), "data": str(folder)})
        return
    for line in (
        f"A sandbox at {url}; what is in it is gone when it ends.",
        f"Token: {seeded.token}",
        "",
        f'  curl -H "Authorization: Bearer {seeded.token}" "{url}/v2/customers"',
        "",
        "With Square's own SDK (pip install squareup):",
        "  from square import Square",
        f'  client = Square(base_url="{url}", token="{seeded.token}")',
    ):
        voice.line(line)
