"""A till that never rests: takes in, changes and deletes customers, from a process of its own.

python -m tests.proof_http.writer DATA LOCATION SOURCE SEED SECONDS
"""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path

from regulars import errors
from regulars.app.opening import open_directory
from regulars.directory import Directory, deletion, ingest, lookup, places
from regulars.model.record import Record

REFS = 400
WORDS = ("Ada", "Béla", "Chloë", "Dörte", "Emil", "Farouk", "Grete", "Hana", "Søren", "Łucja")


def main(data: str, location: str, source: str, seed: str, seconds: str) -> None:
    """Writes until the time is up; prints what it did."""
    dice = random.Random(int(seed))
    directory = open_directory(Path(data))
    deadline = time.monotonic() + float(seconds)
    done = {"changed": 0, "unchanged": 0, "deleted": 0}
    try:
        account_id = places.account(directory, "default").account_id
        while time.monotonic() < deadline:
            if dice.random() < 0.75:
                records = [_record(dice) for _ in range(dice.randint(1, 40))]
                taken = ingest.batch(directory, account_id, int(location), source, records)
                done["changed"] += taken.created + taken.updated
                done["unchanged"] += taken.unchanged
            else:
                done["deleted"] += _delete(directory, account_id, int(location), dice)
            if dice.random() < 0.02:
                deletion.purge(directory)
    finally:
        directory.close()
    sys.stdout.write(json.dumps(done))


def _record(dice: random.Random) -> Record:
    # Few contents, so that the same one often comes again and changes nothing.
    content = {
        "posRef": f"C-{dice.randrange(REFS)}",
        "firstName": dice.choice(WORDS),
        "lastName": str(dice.randrange(3)),
        "customerPhones": [{"phone": f"+1212555{dice.randrange(3):04}"}],
    }
    return Record("shift4", json.dumps(content).encode(), "writer:1")


def _delete(directory: Directory, account_id: int, location_id: int, dice: random.Random) -> int:
    deleted = 0
    for _ in range(dice.randint(1, 5)):
        try:
            shown = lookup.show(directory, account_id, f"C-{dice.randrange(REFS)}", location_id=location_id)
            deleted += deletion.delete(directory, account_id, [shown[0].id])
        except errors.NotFound:  # not there yet, not there any more, or the other writer was quicker
            continue
    return deleted


if __name__ == "__main__":
    main(*sys.argv[1:])
