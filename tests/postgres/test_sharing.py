"""Many processes on one database: nobody's write is lost, and the schema is made once."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from regulars.app.opening import open_directory
from regulars.directory import listing, places, upkeep
from regulars.store import places as stored
from regulars.store import postgres_schema, schema
from tests.directory.world import grant_of, settle_in

WRITERS, EACH = 4, 25


def test_processes_that_start_at_once_make_the_schema_once(url: str, tmp_path: Path) -> None:
    """Each finds it whole; every migration was applied by exactly one of them."""
    with ThreadPoolExecutor(8) as pool:
        applied = list(pool.map(lambda _: postgres_schema.bring_up_to_date(url, now=1), range(8)))

    made = [step.number for steps in applied for step in steps]
    assert sorted(made) == [step.number for step in schema.migrations("postgres")]
    with closing(open_directory(tmp_path, database=url)) as directory:
        assert directory.store.damage(full=True) == []


def test_writers_of_one_account_take_turns(url: str, tmp_path: Path) -> None:
    """Every number is given once, every write is there, and the counters say how many there are."""
    with closing(open_directory(tmp_path / "own", database=url)) as directory:
        account = settle_in(directory, 1)
        command = [sys.executable, "-m", "tests.postgres.writer"]
        writers = [
            subprocess.Popen([*command, url, str(tmp_path / str(each)), str(each * EACH), str(EACH)])
            for each in range(WRITERS)
        ]
        assert [writer.wait(120) for writer in writers] == [0] * WRITERS

        page = listing.page(directory, grant_of(account), 1, skip=0, limit=1_000)
        with directory.store.read():
            changes, _last_at, _listed = stored.counts(directory.store, account.account_id)
    assert len(page.documents) == page.total == WRITERS * EACH + 1
    # Each write of `shared` but the first changes it, each of its own makes a customer.
    assert changes == 2 * WRITERS * EACH


def test_whoever_waits_for_writes_sees_them(url: str, tmp_path: Path) -> None:
    """What the background process looks at, outside any transaction, tells of another's write."""
    with (
        closing(open_directory(tmp_path / "a", database=url)) as one,
        closing(open_directory(tmp_path / "b", database=url)) as other,
    ):
        before = upkeep.data_version(one)
        settle_in(other, 1)

        assert upkeep.data_version(one) != before


def test_accounts_do_not_wait_for_each_other(url: str, tmp_path: Path) -> None:
    """While one account's writer holds its turn, another account's writes."""
    with (
        closing(open_directory(tmp_path / "a", database=url)) as one,
        closing(open_directory(tmp_path / "b", database=url)) as other,
    ):
        first, second = settle_in(one, 1), settle_in(one, 2, account="second")
        with one.store.write():
            assert stored.counts(one.store, first.account_id)
            more = places.add_location(
                other, second.account_id, 3, name="More", country="US", time_zone="America/New_York"
            )
        assert more.location_id == 3
