"""Opens new data folders at the same instant as others do, run as a program.

    python -m tests.proof_faults.opener FOLDER ROUNDS KEYFILE

Prints `ready`; then waits for each file `FOLDER/go-N` and opens `FOLDER/data-N` (with the key when N is odd). Prints
what must be the same for everybody.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from regulars import errors
from regulars.app.opening import open_directory
from regulars.directory import places


def main(folder: Path, rounds: int, key_file: Path) -> None:
    """All rounds."""
    print("ready", flush=True)  # noqa: T201
    for number in range(rounds):
        while not (folder / f"go-{number}").exists():
            time.sleep(0.0002)
        try:
            directory = open_directory(folder / f"data-{number}", key_file=key_file if number % 2 else None)
            account = places.account(directory, "default")
            print(directory.secret.hex(), account.account_id, account.merchant_id, flush=True)  # noqa: T201
            directory.close()
        except errors.RegularsError as error:
            print(error.message, flush=True)  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
