"""`regulars token …`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from regulars.cli import spans, voice
from regulars.cli.command import command, group
from regulars.cli.session import Session

if TYPE_CHECKING:
    from regulars.model.place import TokenInfo


def register(app: typer.Typer) -> None:
    """Puts the group on the command line."""
    tokens = group("Bearer tokens: what opens the APIs.")
    command(tokens, "create")(create)
    command(tokens, "list")(every)
    command(tokens, "revoke")(revoke)
    app.add_typer(tokens, name="token")


def create(
    session: Session,
    *,
    name: Annotated[str, typer.Option(help="Whom or what it is for.")],
    location: Annotated[
        list[int] | None, typer.Option(metavar="ID", help="A location it sees; again for more. None: all.")
    ] = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            help="What it may do; again for more: customers:read, customers:write, locations:read, "
            "locations:write, admin. None: customers:read and locations:read."
        ),
    ] = None,
    expires: Annotated[
        str | None, typer.Option(metavar="WHEN", help="A date, an instant, or a span such as 90d, 12h.")
    ] = None,
    rate: Annotated[
        int | None, typer.Option(metavar="N", help="The most requests a minute. None: no limit.")
    ] = None,
) -> None:
    """Make a token and print it, this once: only its hash is kept."""
    from regulars.directory import tokens
    from regulars.model.place import SCOPES_DEFAULT

    with session.account() as (directory, account_id):
        token = tokens.create(
            directory,
            account_id,
            name=name,
            location_ids=tuple(location) if location else None,
            scopes=tuple(scope) if scope else SCOPES_DEFAULT,  # type: ignore[arg-type]
            expires_at=_instant(expires, now=directory.clock()) if expires is not None else None,
            rate=rate,
        )
    if session.as_json:
        voice.value({"token": token})
    else:
        voice.line(token)
        voice.say("Keep it now: it is not shown again.")
        place = location[0] if location else "LOCATION"
        voice.hint(f'curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8080/pos/v2/{place}/customers')


def every(session: Session) -> None:
    """List the account's tokens; never the tokens themselves."""
    from regulars.directory import tokens

    with session.account() as (directory, account_id):
        found = [_shown(one, now=directory.clock()) for one in tokens.every(directory, account_id)]
    if session.as_json:
        voice.value(found)
        return
    columns = ("prefix", "name", "locations", "scopes", "state", "expires_at", "rate")
    rows = [
        one | {"locations": _listed(one["location_ids"]) or "all", "scopes": _listed(one["scopes"])}
        for one in found
    ]
    voice.table(columns, [[row.get(column) for column in columns] for row in rows])
    if not found:
        voice.hint("regulars token create --name …")


def revoke(
    session: Session,
    prefix: Annotated[str, typer.Argument(help="How the token begins, as `token list` shows it.")],
) -> None:
    """Revoke a token, at once and for good."""
    from regulars.directory import tokens

    with session.account() as (directory, account_id):
        info = tokens.revoke(directory, account_id, prefix)
        now = directory.clock()
    if session.as_json:
        voice.value(_shown(info, now=now))
    else:
        voice.say(f"Token {info.prefix} ({info.name}) opens nothing any more.")


def _shown(info: TokenInfo, *, now: int) -> dict[str, Any]:
    from regulars.model import instant

    state = "revoked" if info.revoked_at is not None else "active"
    if state == "active" and info.expires_at is not None and info.expires_at <= now:
        state = "expired"
    times = {"created_at": info.created_at, "expires_at": info.expires_at, "revoked_at": info.revoked_at}
    return {
        "prefix": info.prefix,
        "name": info.name,
        "location_ids": None if info.location_ids is None else list(info.location_ids),
        "scopes": list(info.scopes),
        "state": state,
        "rate": info.rate,
    } | {key: None if at is None else instant.text(at) for key, at in times.items()}


def _listed(items: list[Any] | None) -> str:
    return ", ".join(map(str, items or ()))


def _instant(text: str, *, now: int) -> int:
    """Microseconds of a date, an instant, or a span from now; Invalid when it is none of them, or over."""
    from regulars import errors
    from regulars.model import instant

    span = spans.seconds(text)
    at = now + span * 1_000_000 if span is not None else instant.parse(text.strip())
    if at is None or at > instant.LATEST:
        raise errors.Invalid(
            "That is no time",
            field="expires",
            rule="form",
            hint="Such as 2030-01-31, 2030-01-31T12:00:00Z or 90d.",
        )
    if at <= now:
        raise errors.Invalid(
            "That time is over", field="expires", rule="past", hint="A token must live a while."
        )
    return at
