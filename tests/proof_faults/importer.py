"""A small importer, run as a program: says after each batch which customers are durable.

    python -m tests.proof_faults.importer DATA COUNT VERSION BATCH

Prints `ready`, then after each batch that returned the number of the first customer that is not in yet.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from regulars.app.opening import open_directory
from regulars.directory import ingest, places
from regulars.model.record import Record
from tests.proof_faults import people
from tests.proof_faults.running import SHOP


def main(data: Path, count: int, version: int, batch: int) -> None:
    """Takes in customers 0 to COUNT-1 of this version."""
    directory = open_directory(data)
    account_id = places.account(directory, "default").account_id
    print("ready", flush=True)  # noqa: T201
    for first in range(0, count, batch):
        numbers = range(first, min(first + batch, count))
        records = [
            Record("shift4", json.dumps(people.one(number, version=version)).encode(), f"test:{number}")
            for number in numbers
        ]
        ingest.batch(directory, account_id, SHOP, "files", records)
        print(numbers.stop, flush=True)  # noqa: T201
    ingest.settle(directory)
    directory.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:5]))
