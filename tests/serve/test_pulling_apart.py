"""Programs that are pulled in the background of a server."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

from tests.proof_http.house import House, until

# Says who it is, and then nothing more.
HANGING = """
import os, sys, time
print('{"type": "SCHEMA", "stream": "customers", "schema": {}, "key_properties": ["id"]}', flush=True)
open(sys.argv[1], "w").write(str(os.getpid()))
time.sleep(600)
"""


def test_a_tap_that_hangs_holds_up_nobody(tmp_path: Path) -> None:
    """Another tap and a folder are pulled meanwhile, and with the server the hanging program ends."""
    house = House(tmp_path)
    house.location(1)
    number = tmp_path / "number"
    hanging = shlex.join([sys.executable, "-c", HANGING, str(number)])
    said = {"type": "RECORD", "stream": "customers", "record": {"id": "T-1", "given_name": "Ada"}}
    tap = shlex.join([sys.executable, "-c", f"print({json.dumps(said)!r})"])
    folder = tmp_path / "incoming"
    folder.mkdir()
    (folder / "people.csv").write_text("id,name\nF-1,Zoe\n")
    for kind, name, words in (
        ("singer", "hanging", ("--tap", hanging)),
        ("singer", "tap", ("--tap", tap)),
        ("files", "folder", ("--set", f"folder={folder}", "--every", "5s")),
    ):
        house.run("source", "add", kind, "--name", name, "--location", 1, "--no-check", *words)

    with house.serving():
        for _ in until(60):
            if len(house.run("export")) == 2 and number.exists():
                break
        assert {one["posRef"] for one in house.run("export")} == {"T-1", "F-1"}
        assert is_running(int(number.read_text()))
    for _ in until(10):
        if not is_running(int(number.read_text())):
            break
    assert not is_running(int(number.read_text()))


def is_running(number: int) -> bool:
    return Path(f"/proc/{number}").exists()
