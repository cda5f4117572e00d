"""`regulars delete` over the command line: afterwards no file of the data folder holds a byte of the customer."""

from __future__ import annotations

from pathlib import Path

from regulars.directory import events, places
from tests.directory.world import opened
from tests.proof_faults import canaries, consistent, people, running
from tests.proof_faults.running import SHOP

CANARIES = 6


def take_in(data: Path, file: Path, *lines: str) -> None:
    file.write_text("\n".join([*lines, ""]))
    assert running.run(data, "import", file, "--location", SHOP).code in {0, 4}
    file.unlink()


def test_deleted_customers_leave_no_byte(tmp_path: Path) -> None:
    """Among others, after a history of updates, with events of each of them, beside a running server."""
    data, file = tmp_path / "data", tmp_path / "in.jsonl"
    token = running.settle_in(data)
    with opened(data) as directory:
        account = places.account(directory, "default")
        events.ask(directory, account.account_id, asked=True)
    others = [line.decode().strip() for line in people.lines(1_500)]
    with running.serving(data, token) as server:
        take_in(data, file, *others[:700])
        for version in range(4):
            take_in(data, file, *(canaries.one(number, version=version) for number in range(CANARIES)))
            take_in(data, file, *others[700 + 200 * version : 900 + 200 * version])
        assert server.get(f"/pos/v2/{SHOP}/customers?search=zzcanary")[1]["meta"]["totalCount"] == CANARIES
        assert canaries.found_in(data)

        for number in range(CANARIES):
            assert running.well(data, "delete", f"canary-{number}", "--yes") == {"deleted": 1}
            assert server.get(f"/pos/v2/{SHOP}/customers/canary-{number}")[0] == 404

        assert canaries.found_in(data) == {}
        assert server.get(f"/pos/v2/{SHOP}/customers?search=zzcanary")[1]["meta"]["totalCount"] == 0
        assert server.total() == 1_500
    assert canaries.found_in(data) == {}
    assert consistent.complaints(data) == []


def test_what_could_not_be_read_goes_with_its_customer(tmp_path: Path) -> None:
    """A later record of the customer that came broken lies in quarantine with its bytes: deleting takes it along."""
    data, file = tmp_path / "data", tmp_path / "in.jsonl"
    running.settle_in(data)
    take_in(data, file, *(line.decode().strip() for line in people.lines(300)), canaries.one(1))
    take_in(data, file, canaries.one(1, version=2)[:-20])
    assert running.well(data, "stats")["locations"][0]["quarantined"] == 1
    running.well(data, "delete", "canary-1", "--yes")
    assert canaries.found_in(data) == {}


def test_dropped_quarantine_leaves_no_byte(tmp_path: Path) -> None:
    """A record that could not be read is kept with its bytes; `quarantine drop` wipes them, also beside a server."""
    data, file = tmp_path / "data", tmp_path / "in.jsonl"
    token = running.settle_in(data)
    with running.serving(data, token):
        take_in(data, file, *(line.decode().strip() for line in people.lines(300)), canaries.one(1)[:-20])
        assert running.run(data, "quarantine", "show", 1).out.count("Zzcanary") == 1
        assert running.well(data, "quarantine", "drop", "--all", "--yes")["dropped"] == 1
        assert canaries.found_in(data) == {}
