"""SIGKILL in the middle of an import: nothing that was acknowledged is lost, nothing is half-written."""

from __future__ import annotations

import json
import os
import random
import time
from pathlib import Path
from urllib.parse import quote

import pytest

from regulars.app.opening import open_directory
from regulars.directory import export, places
from tests.proof_faults import consistent, people, running
from tests.proof_faults.running import SHOP, Server

TORTURE = os.environ.get("REGULARS_TORTURE") == "1"
ROUNDS = 100 if TORTURE else 8  # of each kind
COUNT = 2_000
BROKEN_EVERY = 250
END_SECONDS_MAX = 2.0  # design.md section 5
READY_SECONDS_MAX = 5.0  # on a machine full of other tests; with room it takes half a second


def served(data: Path) -> dict[int, int]:
    """Which version of each customer is in, by its number."""
    directory = open_directory(data)
    try:
        account_id = places.account(directory, "default").account_id
        found = export.documents(directory, account_id, location_id=SHOP, dialect="shift4")
        shown = [json.loads(document) for document in found]
    finally:
        directory.close()
    assert len({one["posRef"] for one in shown}) == len(shown)
    return {int(one["posRef"].removeprefix("R")): people.version_of(one) for one in shown}


def kill_an_importer(data: Path, version: int, chance: random.Random) -> int:
    """Kills the small importer somewhere; how many customers it had said were durable."""
    importer = running.start(data, COUNT, version, 64, module="tests.proof_faults.importer")
    assert importer.stdout is not None
    try:
        assert importer.stdout.readline() == "ready\n"
        enough, said = chance.randrange(COUNT * 9 // 10), "0"
        while int(said) <= enough:
            said = importer.stdout.readline().strip()
        time.sleep(chance.uniform(0, 0.02))
        running.kill(importer)
        # What it said before it died counts, also what nobody had read yet.
        return int(([said, *importer.stdout.read().split("\n")[:-1]])[-1])
    finally:
        running.end(importer)


def kill_a_command(data: Path, version: int, chance: random.Random, server: Server) -> tuple[int, bool]:
    """Kills `regulars import` somewhere behind its first write.

    How many customers, at least, the server had shown by then, and whether the import was still running.
    """
    file = people.file(data.parent / f"{version}.jsonl", COUNT, version=version, broken_every=BROKEN_EVERY)
    since = quote(running.well(data, "stats")["last_change_at"] or "2000-01-01T00:00:00Z")
    enough = chance.randrange(COUNT // 2)
    command = running.start("--data", data, "--json", "import", file, "--location", SHOP)
    try:
        running.wait_until(lambda: changed(server, since) > enough)
        time.sleep(chance.uniform(0, 0.02))
        was_running = command.poll() is None
        running.kill(command)
        assert not running.is_alive(command.pid)
        return enough + 1, was_running
    finally:
        running.end(command)


def changed(server: Server, since: str) -> int:
    """How many customers the server shows that changed since then."""
    _, page = server.get(f"/pos/v2/{SHOP}/customers?updatedAfter={since}&pageSize=1")
    total: int = page["meta"]["totalCount"]
    return total


def import_whole(data: Path, version: int) -> dict[str, int]:
    """`regulars import` of a file to its end: the counts it tells."""
    file = people.file(data.parent / "whole.jsonl", COUNT, version=version, broken_every=BROKEN_EVERY)
    done = running.run(data, "--json", "import", file, "--location", SHOP)
    assert done.code == 4, done.talk  # some were quarantined
    told: dict[str, int] = done.value
    return told


@pytest.mark.parametrize("victim", ["importer", "command"])
def test_a_killed_import_loses_nothing_and_halves_nothing(tmp_path: Path, victim: str) -> None:
    """Killed again and again beside a server: what was said to be in is in, it all agrees, and can be run again."""
    data, chance = tmp_path / "data", random.Random(f"killed {victim}")
    token = running.settle_in(data)
    with running.serving(data, token) as server:
        before: dict[int, int] = {}
        killed = 0
        for version in range(1, ROUNDS + 1):
            if victim == "importer":
                durable, was_running = kill_an_importer(data, version, chance), True
            else:
                durable, was_running = kill_a_command(data, version, chance, server)
            killed += was_running
            after = served(data)
            # Customers come in the file's order: the first so many are of this version, and nobody went back or away.
            assert all(after[number] == version for number in range(durable))
            assert all(after[number] in {was, version} for number, was in before.items())
            assert consistent.complaints(data) == []
            assert server.total() == len(after)
            before = after
        assert killed > ROUNDS // 2

        broken = COUNT // BROKEN_EVERY
        told = import_whole(data, ROUNDS)
        assert (told["read"], told["quarantined"]) == (COUNT + broken, broken)
        assert told["unchanged"] == sum(version == ROUNDS for version in before.values())
        assert served(data) == dict.fromkeys(range(COUNT), ROUNDS)
        again = import_whole(data, ROUNDS)
        assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, COUNT)
        assert server.total() == COUNT
    assert consistent.complaints(data) == []


def test_server_and_importers_killed_together_start_again_at_once(tmp_path: Path) -> None:
    """All killed in mid-import: nobody is left, the next server is ready at once and shows what was durable."""
    data, chance = tmp_path / "data", random.Random("killed together")
    token = running.settle_in(data)
    seconds = []
    for version in range(1, ROUNDS + 1):
        with running.serving(data, token, workers=2) as server:
            durable = kill_an_importer(data, version, chance)
            running.kill(server.process)
            running.wait_for_end(server.process.pid, seconds=END_SECONDS_MAX)
        started = time.monotonic()
        with running.serving(data, token) as server:
            running.wait_until(server.answers)
            seconds.append(time.monotonic() - started)
            assert server.total() >= durable
        after = served(data)
        assert all(after[number] == version for number in range(durable))
        assert consistent.complaints(data) == []
    assert max(seconds) < READY_SECONDS_MAX
