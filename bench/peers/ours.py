"""regulars as one of those that are measured: reads batches from standard input as the peers' programs do.

python -m bench.peers.ours ingest "FOLDER [DATABASE]"
"""

from __future__ import annotations

import sys
from pathlib import Path

from msgspec import Raw, json

from bench.peers.contenders import LOCATION_ID
from regulars.app.bench.loading import SOURCE
from regulars.app.opening import open_directory
from regulars.config import ACCOUNT_DEFAULT
from regulars.directory import ingest, places
from regulars.model.record import Record


def main(where: str) -> None:
    """One JSON array a line is one batch; an empty line asks for what was put off. Each is answered with a line."""
    folder, _, database = where.partition(" ")
    directory = open_directory(Path(folder), database=database or None)
    account_id = places.account(directory, ACCOUNT_DEFAULT).account_id
    decoder = json.Decoder(list[Raw])
    for at, line in enumerate(sys.stdin.buffer):
        if line.strip():
            records = [
                Record("shift4", bytes(raw), f"peers:{at}:{number}")
                for number, raw in enumerate(decoder.decode(line))
            ]
            ingest.batch(directory, account_id, LOCATION_ID, SOURCE, records)
        else:
            ingest.settle(directory)
        print("ok", flush=True)
    directory.close()


if __name__ == "__main__":
    main(sys.argv[2])
