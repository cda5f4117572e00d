"""Two accounts with the same location id never see each other: answers are the same with and without the other."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars import errors
from regulars.directory import Directory, deletion, ingest, listing, lookup, square_list
from regulars.model.place import Account, Grant
from tests.conftest import TORTURE
from tests.directory import world
from tests.engines import Engine

SHOP = 11
ids = st.sampled_from(["1", "2", "3", "4"])
names = st.sampled_from(["Smith", "Smythe", "Zoë"])
writes = st.lists(
    st.tuples(st.sampled_from(["mine", "theirs", "theirs-gone"]), ids, names), min_size=1, max_size=25
)


def answers(directory: Directory, grant: Grant) -> list[Any]:
    """Everything that can be asked, but for ids and times that the clock and chance decide."""
    said: list[Any] = []
    for skip in (0, 1, 3):
        page = listing.page(directory, grant, SHOP, skip=skip, limit=2)
        said += [page.total, *page.documents]
        page = listing.search(directory, grant, SHOP, text="smith", skip=skip, limit=2)
        said += [page.total, *page.documents]
        page = listing.changes(directory, grant, SHOP, after=0, skip=skip, limit=2, deleted=True)
        said += [page.total, page.last_updated_at, *page.documents]
    said.append(square_list.count(directory, grant))
    found = square_list.page(directory, grant, sort="DEFAULT", order="ASC", after=None, limit=3, cards=True)
    said += [*found.documents, found.next]
    for pos_ref in ("1", "2", "3", "4"):
        try:
            said.append(listing.one(directory, grant, SHOP, pos_ref))
        except errors.NotFound as error:
            said.append(str(error))
    return said


def play(engine: Engine, history: list[tuple[str, str, str]], *, with_others: bool) -> list[Any]:
    clock = world.Clock()
    with (
        TemporaryDirectory(prefix="regulars-test-") as folder,
        world.opened(Path(folder), clock=clock, engine=engine) as directory,
    ):
        mine = world.settle_in(directory, SHOP)
        theirs = world.settle_in(directory, SHOP, account="theirs")
        for who, ref, name in history:
            clock.now += 10
            if who == "mine":
                ingest.batch(directory, mine.account_id, SHOP, "files", [world.person(ref, "Ada", name)])
            elif with_others and who == "theirs":
                ingest.batch(directory, theirs.account_id, SHOP, "files", [world.person(ref, "Eve", name)])
            elif with_others:
                forget(directory, theirs, ref)
        return answers(directory, world.grant_of(mine)) + answers(directory, world.grant_of(mine, (SHOP,)))


def forget(directory: Directory, account: Account, ref: str) -> None:
    try:
        (shown,) = lookup.show(directory, account.account_id, ref)
    except errors.NotFound:
        return
    deletion.delete(directory, account.account_id, [shown.id])


def test_the_other_account_changes_no_byte(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same history with and without the other account's writes gives the same bytes."""
    monkeypatch.setattr("regulars.directory.writing.os.urandom", bytes)

    @settings(max_examples=engine.examples(2_000 if TORTURE else 100))
    @given(history=writes)
    def law(history: list[tuple[str, str, str]]) -> None:
        assert play(engine, history, with_others=True) == play(engine, history, with_others=False)

    law()
