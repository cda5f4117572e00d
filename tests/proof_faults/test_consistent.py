"""The checker of these tests sees what it must: each harm that is done behind the program's back is complained of."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.directory import world
from tests.proof_faults import asking, consistent

HARMS = {
    "customer without document": "DELETE FROM doc WHERE rid = (SELECT min(rid) FROM doc)",
    "document without customer": "DELETE FROM customer WHERE rid = (SELECT min(rid) FROM customer)",
    "customer without record": "DELETE FROM record WHERE rid = (SELECT max(rid) FROM record)",
    "document of somebody else": "UPDATE doc SET shift4 = (SELECT d.shift4 FROM doc d ORDER BY rid LIMIT 1)",
    "not in the search index": "DELETE FROM find WHERE rowid = (SELECT max(rid) FROM customer)",
    "found by other words": "INSERT OR REPLACE INTO find (rowid, t) SELECT max(rid), 'somebody' FROM customer",
    "a deleted one still found": "INSERT INTO find (rowid, t) SELECT (loc_no << 32) + 7, 'smith' FROM location",
    "one too many in a bucket": "UPDATE bucket SET n = n + 1 WHERE kind = 2",
    "one too few in a bucket": "UPDATE bucket SET n = n - 1 WHERE kind = 11 AND no = 1",
    "a bucket too many": "INSERT INTO bucket SELECT account_id, loc_no, 21, 99, 1, 1 FROM location",
    "a bucket that begins too late": "UPDATE bucket SET first_at = first_at + 1 WHERE kind = 11 AND no = 0",
    "a change number left out": "UPDATE account SET change_no = change_no + 1",
    "a place left out": "UPDATE location SET pos = pos + 1",
    "a list place left out": "UPDATE location SET seq = seq + 1",
    "listed miscounted": "UPDATE location SET listed = listed + 1",
    "an earlier time for a later change": "UPDATE customer SET updated_at = 5 WHERE change_no = 390",
    "a change of the future": "UPDATE customer SET change_no = 100000 WHERE change_no = 390",
    "the same change number twice": "UPDATE customer SET change_no = 389 WHERE change_no = 390",
    "a tombstone lost": "DELETE FROM tombstone WHERE pos = (SELECT max(pos) FROM tombstone)",
    "a member lost": "DELETE FROM member WHERE rid = (SELECT min(rid) FROM customer)",
    "a member too many": "INSERT INTO member SELECT account_id, 7, max(rid) FROM customer",
    "another way in": "UPDATE customer SET came_by = 9 WHERE rid = (SELECT min(rid) FROM customer)",
    "the hash of another record": "UPDATE customer SET hash = x'00' WHERE change_no = 5",
}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("consistent")
    asking.fill(folder)
    return folder


def test_a_whole_store_has_no_complaints(filled: Path) -> None:
    """After customers came, changed and went."""
    assert consistent.complaints(filled) == []


@pytest.mark.parametrize("harm", HARMS)
def test_every_harm_is_complained_of(tmp_path: Path, filled: Path, harm: str) -> None:
    """One statement, at least one complaint."""
    (tmp_path / "regulars.db").write_bytes((filled / "regulars.db").read_bytes())
    with world.opened(tmp_path) as directory:
        directory.store.connection.execute(HARMS[harm])
        assert directory.store.connection.total_changes() > 0
        assert consistent.complaints_of(directory) != []
