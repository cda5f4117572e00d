"""`regulars account …` and `regulars location …`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from regulars.cli import voice
from regulars.cli.command import command, group
from regulars.cli.session import Session

if TYPE_CHECKING:
    from regulars.model.place import Location


def register(app: typer.Typer) -> None:
    """Puts both groups on the command line."""
    accounts = group("The businesses in this directory.")
    command(accounts, "add")(add_account)
    command(accounts, "list")(list_accounts)
    app.add_typer(accounts, name="account")
    locations = group("The shops of an account.")
    command(locations, "add")(add_location)
    command(locations, "list")(list_locations)
    app.add_typer(locations, name="location")


def add_account(session: Session, name: Annotated[str, typer.Argument(help="What to call it.")]) -> None:
    """Add an account: a business whose customers no other account sees."""
    from regulars.directory import places

    with session.directory() as directory:
        account = places.add_account(directory, name)
    if session.as_json:
        voice.value({"name": account.name, "merchant_id": account.merchant_id})
    else:
        voice.say(f"Account {account.name} is there.")
        voice.hint(f"regulars location add 1 --account {account.name} --name … --country …")


def list_accounts(session: Session) -> None:
    """List the accounts."""
    from regulars.directory import places
    from regulars.model import instant

    with session.directory() as directory:
        places.account(directory, places.DEFAULT_ACCOUNT)
        found = [
            (one.name, one.merchant_id, instant.text(one.created_at)) for one in places.accounts(directory)
        ]
    columns = ("name", "merchant_id", "created_at")
    if session.as_json:
        voice.value([dict(zip(columns, row, strict=True)) for row in found])
    else:
        voice.table(columns, found)


def add_location(
    session: Session,
    *,
    location_id: Annotated[int, typer.Argument(metavar="ID", help="Any number: Shift4's locationId.")],
    country: Annotated[
        str,
        typer.Option(
            metavar="CC", help="Two letters, such as US: how phones without a country code are read."
        ),
    ],
    name: Annotated[str | None, typer.Option(help="What to call it.")] = None,
    time_zone: Annotated[str, typer.Option(metavar="ZONE", help="Such as America/New_York.")] = "UTC",
    currency: Annotated[str | None, typer.Option(metavar="CUR", help="Three letters, such as USD.")] = None,
    language: Annotated[str | None, typer.Option(metavar="LANG", help="Such as en-US.")] = None,
    main: Annotated[bool, typer.Option("--main", help="Make it the account's main location.")] = False,
) -> None:
    """Add a location."""
    from regulars.directory import places

    _check_time_zone(time_zone)
    with session.account() as (directory, account_id):
        location = places.add_location(
            directory,
            account_id,
            location_id,
            name=name or f"Location {location_id}",
            country=country,
            time_zone=time_zone,
            currency=currency,
            language=language,
            main=main,
        )
    if session.as_json:
        voice.value(_shown(location))
    else:
        voice.say(f"Location {location_id} is there" + (" and is the main one." if location.is_main else "."))
        voice.hint(f"regulars import FILE --location {location_id}")


def list_locations(session: Session) -> None:
    """List the account's locations."""
    from regulars.directory import places

    with session.account() as (directory, account_id):
        found = [_shown(one) for one in places.locations(directory, account_id)]
    if session.as_json:
        voice.value(found)
        return
    columns = ("location_id", "name", "country", "time_zone", "is_main")
    voice.table(columns, [[one[column] for column in columns] for one in found])
    if not found:
        voice.hint("regulars location add 1 --name … --country …")


def _shown(location: Location) -> dict[str, Any]:
    from msgspec import structs

    from regulars.model import instant

    kept = structs.asdict(location) | {"created_at": instant.text(location.created_at)}
    return {key: kept[key] for key in kept if key not in {"account_id", "number"} and kept[key] is not None}


def _check_time_zone(name: str) -> None:
    """Invalid when the zone is unknown; a system without zone data can only judge the shape, which `places` does."""
    import zoneinfo
    from difflib import get_close_matches

    from regulars import errors

    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        known = zoneinfo.available_timezones()
        if not known:
            return
        close = get_close_matches(name, known, n=1) or get_close_matches(
            name, [zone.split("/")[-1] for zone in known]
        )
        raise errors.Invalid(
            "That is no time zone", field="time_zone", rule="unknown",
            hint=f"Did you mean {close[0]}?" if close else "Such as Europe/Berlin.",
        ) from None  # fmt: skip
