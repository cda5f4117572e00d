"""One of several processes that write to one account: `python -m tests.postgres.writer URL FOLDER FIRST COUNT`."""

from __future__ import annotations

import sys
from pathlib import Path

from regulars.app.opening import open_directory
from regulars.directory import ingest, places
from tests.directory.world import person


def main(url: str, folder: str, first: str, count: str) -> None:
    directory = open_directory(Path(folder), database=url)
    account = places.account(directory, "default")
    for number in range(int(first), int(first) + int(count)):
        # Every writer also writes the same customer, each time anew.
        both = [person(f"own-{number}"), person("shared", first=f"Ada {number}")]
        ingest.batch(directory, account.account_id, 1, "till", both)
    directory.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
