"""Writes single customers beside whatever else happens, run as a program.

    python -m tests.proof_faults.writer DATA

Prints `ready`; then writes one customer after the other with a pause between. For each line that comes in it prints how
many milliseconds each took since the last, as a JSON list; it ends when no more can come.
"""

from __future__ import annotations

import json
import select
import sys
import time
from pathlib import Path

from regulars.app.opening import open_directory
from regulars.directory import ingest, places
from regulars.model.record import Record
from tests.proof_faults import people
from tests.proof_faults.running import SHOP

PAUSE_SECONDS = 0.01


def main(data: Path) -> None:
    """New customers and changed ones in turn, of a source of its own."""
    directory = open_directory(data)
    account_id = places.account(directory, "default").account_id
    print("ready", flush=True)  # noqa: T201
    took: list[float] = []
    number = 0
    while True:
        if select.select([sys.stdin], [], [], PAUSE_SECONDS)[0]:
            if not sys.stdin.readline():
                break
            print(json.dumps(took), flush=True)  # noqa: T201
            took = []
        record = Record("shift4", json.dumps(people.one(number // 2, version=number % 2)).encode(), "test")
        number += 1
        started = time.perf_counter()
        ingest.batch(directory, account_id, SHOP, "writer", [record])
        took.append((time.perf_counter() - started) * 1000)
    directory.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
