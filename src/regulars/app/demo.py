"""`regulars demo`: three invented shops in a folder of their own, imported as real ones would be."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from regulars import errors
from regulars.app import demo_files, importing
from regulars.app.demo_files import SHOPS
from regulars.app.opening import open_directory
from regulars.app.serving_ports import choose, next_free
from regulars.config import ACCOUNT_DEFAULT, HOST_DEFAULT, PORT_DEFAULT
from regulars.directory import Directory, places, tokens
from regulars.model.place import SCOPES_DEFAULT
from regulars.model.record import Ingested

SEED = 20_240_115
_FILES = "files"


class Demo(Struct, frozen=True):
    """A demo ready to be served: where it lies, what is in it, and a token that sees all of it."""

    data: Path
    files: Path
    token: str
    location_ids: tuple[int, ...]
    done: Ingested


def prepare(folder: Path, *, seed: int = SEED) -> Demo:
    """Makes the files and imports them; a folder that holds a demo already is brought up to date.

    Raises Conflict for a folder that holds anything else.
    """
    files = folder / _FILES
    if folder.exists() and any(folder.iterdir()) and not files.is_dir():
        raise errors.Conflict(f"{folder} holds something else", hint="Give the demo a folder of its own.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    files.mkdir(mode=0o700, exist_ok=True)
    written = demo_files.write(files, seed)
    directory = open_directory(folder)
    try:
        account_id = places.account(directory, ACCOUNT_DEFAULT).account_id
        _add_shops(directory, account_id)
        done = Ingested()
        for path, export in written:
            done += importing.run(
                directory,
                account_id,
                export.location_id,
                source=export.source,
                paths=[path],
                encoding=export.encoding,
            )
        token = tokens.create(directory, account_id, name="demo", location_ids=None, scopes=SCOPES_DEFAULT)
        return Demo(folder, files, token, tuple(shop.location_id for shop in SHOPS), done)
    finally:
        directory.close()


def free_port(port: int | None) -> int:
    """The port asked for, else the first free one from the usual on; raises Fatal when it is taken."""
    found = next_free(HOST_DEFAULT, PORT_DEFAULT) if port is None else choose(HOST_DEFAULT, port)
    return found.port


def _add_shops(directory: Directory, account_id: int) -> None:
    there = {location.location_id for location in places.locations(directory, account_id)}
    for shop in SHOPS:
        if shop.location_id not in there:
            places.add_location(
                directory,
                account_id,
                shop.location_id,
                name=shop.name,
                country=shop.country,
                time_zone=shop.time_zone,
                currency=shop.currency,
                language=shop.language,
            )
