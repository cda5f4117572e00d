"""Deleting: gone at once for everybody, and no byte of the customer is left when the purge is done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from regulars import errors
from regulars.directory import deletion, ingest, listing, lookup, places, quarantine, square_list, stats
from regulars.model.record import Record, Unreadable
from tests.directory import world
from tests.engines import Engine

SHOP = 11
CANARIES = (b"Zzcanary", b"zzcanary", b"5550137", b"Xylophonian", b"xylophonian", b"Quillmark", b"quillmark")


def canary(ref: str) -> Record:
    return world.record(
        ref,
        firstName="Zzcanary",
        lastName="Xylophonian",
        companyName="Quillmark Ltd",
        customerEmails=[{"email": f"zzcanary.{ref}@quillmark.example"}],
        customerPhones=[{"phone": "+12125550137"}],
    )


def found_on_disk(folder: Path) -> dict[str, list[bytes]]:
    contents = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {
        name: hits for name, content in contents.items() if (hits := [c for c in CANARIES if c in content])
    }


@pytest.mark.engines("SQLite", why="it looks for the bytes in the file, where they are to be read")
def test_deleted_customers_leave_no_byte(tmp_path: Path, engine: Engine) -> None:
    """Erased among 2,000 others, after updates and merges: nothing in the file, nothing in the log."""
    with world.opened(tmp_path, engine=engine) as directory:
        account = world.settle_in(directory, SHOP)
        others = [
            world.person(str(number), f"Name{number}", phone=f"+1415556{number:04}")
            for number in range(2_000)
        ]
        ingest.batch(directory, account.account_id, SHOP, "files", others[:1_000])
        ingest.batch(
            directory, account.account_id, SHOP, "files", [canary(f"c{number}") for number in range(20)]
        )
        ingest.batch(directory, account.account_id, SHOP, "files", others[1_000:])
        assert found_on_disk(tmp_path)
        ids = [lookup.show(directory, account.account_id, f"c{number}")[0].id for number in range(20)]

        assert deletion.delete(directory, account.account_id, ids) == 20
        grant = world.grant_of(account)
        assert listing.search(directory, grant, SHOP, text="zzcanary", skip=0, limit=10).total == 0
        assert listing.page(directory, grant, SHOP, skip=0, limit=1).total == 2_000
        assert square_list.count(directory, grant) == 2_000
        steps: list[int] = []
        deletion.purge(directory, steps.append)

        assert steps
        assert found_on_disk(tmp_path) == {}
        assert listing.search(directory, grant, SHOP, text="name1999", skip=0, limit=10).total == 1


def test_what_waits_in_quarantine_of_the_customer_goes_too(tmp_path: Path, engine: Engine) -> None:
    """Entries that hold the reference, an e-mail or a phone of the deleted; those of others stay."""
    with world.opened(tmp_path, engine=engine) as directory:
        account = world.settle_in(directory, SHOP)
        waiting = [
            b'{"posRef": "1", "firstName": "Zzcanary"',
            b'{"posRef": "12", "firstName": "Somebody"',
            b'x;y;"zzcanary.c1@QUILLMARK.example',
            b"a,b,+12128660137,\xff",
            b"1,2,3",
        ]
        records = [Unreadable(raw, f"file:{line}", "cut") for line, raw in enumerate(waiting)]
        person = world.person("1", email="zzcanary.c1@quillmark.example", phone="+12128660137")
        ingest.batch(directory, account.account_id, SHOP, "files", [person, *records])
        (shown,) = lookup.show(directory, account.account_id, "1")
        deletion.delete(directory, account.account_id, [shown.id])
        left = [entry.raw for entry in quarantine.every(directory, account.account_id)]
        assert left == [waiting[1], waiting[4]]


def test_all_or_none_are_deleted(tmp_path: Path, engine: Engine) -> None:
    """One unknown id, and nobody is deleted."""
    with world.opened(tmp_path, engine=engine) as directory:
        account = world.settle_in(directory, SHOP)
        ingest.batch(directory, account.account_id, SHOP, "files", [world.person("1")])
        (shown,) = lookup.show(directory, account.account_id, "1")
        with pytest.raises(errors.NotFound):
            deletion.delete(directory, account.account_id, [shown.id, "UNKNOWN"])
        assert lookup.show(directory, account.account_id, "1") == [shown]


def test_a_tombstone_holds_ids_and_times_only(tmp_path: Path, engine: Engine) -> None:
    """Every key present, scalars null, arrays empty, and when it went."""
    with world.opened(tmp_path, engine=engine) as directory:
        account = world.settle_in(directory, SHOP)
        ingest.batch(directory, account.account_id, SHOP, "files", [canary("c1")])
        (shown,) = lookup.show(directory, account.account_id, "c1")
        deletion.delete(directory, account.account_id, [shown.id])
        page = listing.changes(
            directory, world.grant_of(account), SHOP, after=shown.updated_at, skip=0, limit=10, deleted=True
        )
        tombstone = json.loads(page.documents[0])
        assert (tombstone["posRef"], tombstone["locationId"], tombstone["firstName"]) == ("c1", SHOP, None)
        assert (
            tombstone["customerEmails"] == tombstone["customerPhones"] == tombstone["customerAddresses"] == []
        )
        assert tombstone["deletedAt"] == tombstone["updatedAt"]
        assert page.total == 1
        again = ingest.batch(directory, account.account_id, SHOP, "files", [canary("c1")])
        assert again.created == 1


def test_stats_count_what_is_there(tmp_path: Path, engine: Engine) -> None:
    """Customers, problems and quarantine of each location."""
    with world.opened(tmp_path, engine=engine) as directory:
        account = world.settle_in(directory, SHOP)
        records = [world.person("1"), world.person("2", phone="12"), Record("shift4", b"{")]
        ingest.batch(directory, account.account_id, SHOP, "files", records)
        summary = stats.summary(directory, account.account_id)
        assert (summary["customers"], summary["listed"], summary["changes"]) == (2, 2, 2)
        assert summary["locations"][0] == {
            "location_id": SHOP, "name": "Shop 11", "customers": 2, "listed": 2, "with_problems": 1, "quarantined": 1
        }  # fmt: skip
        assert places.accounts(directory)[0].name == "default"
