"""Who is deleted here does not come back with the next sync; who is deleted at the source may."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from regulars.directory import Directory, deletion, ingest, merging, quarantine, suppression
from regulars.model.record import Record
from regulars.store import hooks, records
from tests.directory import world
from tests.sync.shop import HERE, Shop, shop


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Shop]:
    """A directory that has pulled four customers of a till."""
    with shop(tmp_path / "data") as made:
        for name in ("Ada", "Bo", "Cy", "Di"):
            made.till.create(name, "+12125554240")
        made.sync()
        yield made


def delete(here: Shop, *refs: str) -> None:
    ids = here.ids()
    deletion.delete(here.directory, here.account.account_id, [ids[ref] for ref in refs])


def suppressed(directory: Directory) -> int:
    return int(directory.store.connection.execute("SELECT COUNT(*) FROM suppressed").get)


def test_the_deleted_stay_away(here: Shop) -> None:
    """From walks of everything and of changes, however the till edits them; the run counts them."""
    delete(here, "T00001", "T00002")

    run = here.sync(full=True).run
    assert run is not None
    assert (run.counts.read, run.counts.suppressed, run.counts.created) == (4, 2, 0)
    here.till.edit("T00001", name="Renamed")
    here.sync()
    assert here.people().keys() == {"T00003", "T00004"}
    assert suppressed(here.directory) == 2


def test_whom_the_source_deleted_may_come_back(here: Shop) -> None:
    """Gone, erased, merged or vanished there: nobody here has asked for it."""
    kept = dict(here.till.people)
    here.till.delete("T00001")
    here.till.erase("T00002")
    here.till.merge("T00003", "T00004")
    here.sync(full=True)
    assert here.people().keys() == {"T00004"}
    assert suppressed(here.directory) == 0

    here.till.people["T00001"] = kept["T00001"] | {"updated": here.till.now}
    here.sync(full=True)
    assert "T00001" in here.people()


def test_the_merged_stay_away_too(here: Shop) -> None:
    """Who was merged into a customer is deleted with it."""
    ids, grant = here.ids(), world.grant_of(here.account)
    merging.merge(here.directory, grant, ids["T00001"], [ids["T00002"]])
    delete(here, "T00001")

    here.sync(full=True)

    assert here.people().keys() == {"T00003", "T00004"}
    assert suppressed(here.directory) == 2


def test_the_readmitted_come_back(here: Shop) -> None:
    """One by one, with the next walk of everything."""
    delete(here, "T00001", "T00002")
    account_id = here.account.account_id

    assert suppression.readmit(here.directory, account_id, here.source_id, "T00001")
    assert not suppression.readmit(here.directory, account_id, here.source_id, "T00001")
    assert not suppression.readmit(here.directory, account_id, here.source_id, "T00003")

    here.sync(full=True)
    assert here.people().keys() == {"T00001", "T00003", "T00004"}


def test_an_import_brings_anybody_back(here: Shop) -> None:
    """Whoever imports a file means it; and a source that is not connected leaves nothing behind."""
    account_id = here.account.account_id
    ingest.batch(here.directory, account_id, HERE, "files", [world.person("F-1")])
    delete(here, "T00001")
    [shown] = [
        id for (id,) in here.directory.store.connection.execute("SELECT id FROM customer WHERE ref = 'F-1'")
    ]
    deletion.delete(here.directory, account_id, [shown])
    assert suppressed(here.directory) == 1

    ingest.batch(here.directory, account_id, HERE, "files", [world.person("F-1")])
    ingest.batch(here.directory, account_id, HERE, "till", [world.person("T00001")])

    assert here.people().keys() == {"T00001", "T00002", "T00003", "T00004", "F-1"}


def test_a_replay_brings_nobody_back(here: Shop) -> None:
    """A record that could not be read leaves quarantine, and its customer stays away."""
    account_id = here.account.account_id
    delete(here, "T00001")
    ingest.batch(here.directory, account_id, HERE, "till", [Record("shift4", b"{", "till:1")])
    [entry] = quarantine.every(here.directory, account_id)
    _repair(here.directory, entry.number, world.person("T00001"))

    done = quarantine.replay(here.directory, account_id, None)

    assert (done.read, done.suppressed, done.created) == (1, 1, 0)
    assert quarantine.every(here.directory, account_id) == []
    assert "T00001" not in here.people()


@pytest.mark.parametrize("is_merged", [False, True])
def test_nobody_is_fetched_who_was_deleted(here: Shop, *, is_merged: bool) -> None:
    """What webhooks spoke of goes with the customer, also if it was merged away."""
    account_id = here.account.account_id
    if is_merged:
        ids = here.ids()
        merging.merge(here.directory, world.grant_of(here.account), ids["T00001"], [ids["T00002"]])
    with here.directory.store.write():
        hooks.want(here.directory.store, account_id, here.source_id, ["T00001", "T00002", "T00003"], now=1)

    delete(here, *(["T00001"] if is_merged else ["T00001", "T00002"]))

    wanted = here.directory.store.connection.execute("SELECT ref FROM wanted").fetchall()
    assert wanted == [("T00003",)]


def test_what_is_kept_says_nothing(here: Shop) -> None:
    """Of the deleted nothing is left in the file, but for the ref in the tombstone."""
    here.till.create("Zcanary", "+12125554299")
    here.till.people["Zcanaryref"] = {
        "id": "Zcanaryref",
        "name": "Zcanary",
        "phone": "",
        "updated": here.till.now,
    }
    here.sync(full=True)
    delete(here, "T00005", "Zcanaryref")
    here.sync(full=True)

    assert suppressed(here.directory) == 2
    assert deletion.purge(here.directory)
    here.directory.store.connection.wal_checkpoint()
    kept = (here.directory.store.folder / "regulars.db").read_bytes().lower()
    assert (kept.count(b"zcanary"), kept.count(b"zcanaryref")) == (1, 1)


def test_nothing_is_asked_where_nobody_was_deleted(here: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The digests of refs are made only where there is something to compare them with."""
    asked: list[str] = []
    digest = suppression._digest

    def counted(directory: Directory, source_id: int, ref: str) -> bytes:
        asked.append(ref)
        return digest(directory, source_id, ref)

    monkeypatch.setattr(suppression, "_digest", counted)

    here.sync(full=True)
    assert asked == []
    delete(here, "T00001")
    here.sync(full=True)
    assert sorted(asked) == ["T00001", "T00001", "T00002", "T00003", "T00004"]


def _repair(directory: Directory, number: int, record: Record) -> None:
    """As if an update of the program could read it now."""
    packed = records.pack(record.format, record.raw)
    with directory.store.write():
        directory.store.connection.execute("UPDATE quarantine SET raw = ? WHERE number = ?", (packed, number))
