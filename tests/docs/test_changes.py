"""The poller that the page of changes shows works as it says."""

import json
from pathlib import Path
from typing import Any

from regulars.app.opening import open_directory
from regulars.directory import deletion, ingest, lookup, places, tokens
from regulars.model.place import SCOPES_DEFAULT
from regulars.model.record import Record
from tests.docs import pages, running

PAGE = pages.DOCS / "concepts" / "changes.md"
LOCATION = 12345


def person(number: int, first: str) -> Record:
    return Record(
        "shift4", json.dumps({"posRef": f"c{number}", "firstName": first}).encode(), f"test:{number}"
    )


def test_the_poller_of_the_page_misses_nothing(tmp_path: Path) -> None:
    """It walks all changes over several pages, sees customers that change on the way, and learns of deleted ones."""
    directory = open_directory(tmp_path / "data")
    account_id = places.account(directory, "default").account_id
    places.add_location(directory, account_id, LOCATION, name="Shop", country="US", time_zone="UTC")
    token = tokens.create(directory, account_id, name="poller", location_ids=None, scopes=SCOPES_DEFAULT)
    ingest.batch(directory, account_id, LOCATION, "files", [person(number, "Ada") for number in range(250)])
    [gone] = lookup.show(directory, account_id, "c7")
    deletion.delete(directory, account_id, [gone.id])
    changes: Any = _poller()

    with running.serving("--data", str(tmp_path / "data"), "--workers", "1", folder=tmp_path) as port:
        walk = changes(f"http://127.0.0.1:{port}", LOCATION, token, "1970-01-01")
        copy: dict[str, str] = {}
        last = ""
        for number, customer in enumerate(walk):
            if number == 50:  # on the first page: these move behind everything, across the border of pages
                ingest.batch(
                    directory, account_id, LOCATION, "files", [person(one, "Bob") for one in range(60, 180)]
                )
            last = customer["updatedAt"]
            if "deletedAt" in customer:
                copy.pop(customer["posRef"], None)
            else:
                copy[customer["posRef"]] = customer["firstName"]
        again = list(changes(f"http://127.0.0.1:{port}", LOCATION, token, last))
    directory.close()

    assert copy == {f"c{n}": "Bob" if 60 <= n < 180 else "Ada" for n in range(250) if n != 7}
    assert again == []


def _poller() -> Any:
    [block] = pages.blocks(PAGE, "python", "poller")
    room: dict[str, Any] = {}
    exec(block.text, room)  # noqa: S102  # the page's own code
    return room["changes"]
