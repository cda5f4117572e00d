"""No answer is of the past: whatever a process was asked before, it sees what another has just written."""

from __future__ import annotations

import json
from pathlib import Path

from regulars.directory import ingest, listing, lookup, places, square_list, stats
from regulars.model.record import Record
from tests.directory import world
from tests.proof_faults import people

SHOP = 11
CUSTOMERS = 700  # three buckets: deep pages walk them


def test_no_read_holds_a_process_in_the_past(tmp_path: Path) -> None:
    """After each kind of read, at any depth, the next count has what was added since, and the log can be emptied."""
    with world.opened(tmp_path) as writer, world.opened(tmp_path) as reader:
        account = world.settle_in(writer, SHOP)
        grant, account_id = world.grant_of(account), account.account_id

        def add(first: int, count: int) -> None:
            records = [
                Record("shift4", json.dumps(people.one(n)).encode(), "test")
                for n in range(first, first + count)
            ]
            ingest.batch(writer, account_id, SHOP, "files", records)

        add(0, CUSTOMERS)
        asked = [
            *(
                lambda skip=skip: listing.page(reader, grant, SHOP, skip=skip, limit=50)
                for skip in (0, 60, 300, 690, 9_999)
            ),
            *(
                lambda skip=skip, gone=gone: listing.changes(
                    reader, grant, SHOP, after=0, skip=skip, limit=50, deleted=gone
                )
                for skip in (0, 60, 300, 690, 9_999)
                for gone in (False, True)
            ),
            lambda: listing.search(reader, grant, SHOP, text="smith", skip=3, limit=5),
            lambda: listing.search(reader, grant, SHOP, text="nobody at all", skip=0, limit=5),
            lambda: listing.changes(reader, grant, SHOP, after=0, skip=1, limit=5, text="smith"),
            lambda: listing.one(reader, grant, SHOP, "R5"),
            lambda: square_list.page(
                reader, grant, sort="DEFAULT", order="DESC", after=None, limit=5, cards=True
            ),
            lambda: lookup.find(reader, account_id, text="smith", location_id=None, limit=3),
            lambda: stats.summary(reader, account_id),
            lambda: places.accounts(reader),
        ]
        for number, ask in enumerate(asked):
            ask()
            add(CUSTOMERS + number, 1)
            now = listing.page(reader, grant, SHOP, skip=0, limit=1).total
            assert now == CUSTOMERS + number + 1, number
        writer.store.connection.wal_checkpoint(mode=3)
        assert (tmp_path / "regulars.db-wal").stat().st_size == 0
