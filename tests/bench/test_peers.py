"""The peers are started, filled, asked and written to as in a full run, on a few customers."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bench.peers import __main__ as peers
from bench.peers import contenders, filling, report
from bench.peers.contenders import CONTENDERS
from bench.peers.measuring import QUICK
from bench.peers.postgres import bin_folder
from regulars.app.bench.loading import Plan

pytestmark = pytest.mark.xdist_group("peers")

PLAN = Plan(1_000, 3, 1)
WHY_NOT = {
    one.key: contenders.missing(one)
    or ("no PostgreSQL" if one.uses_postgres and bin_folder() is None else None)
    for one in CONTENDERS
}


@pytest.fixture(scope="module")
def found() -> Iterator[report.Report]:
    # Where PostgreSQL's own user may go, which pytest's folders are not.
    with TemporaryDirectory(prefix="regulars-peers-") as folder:
        yield peers.run(
            Path(folder), PLAN, only=[], effort=QUICK, command="python -m bench.peers", told=lambda *_: None
        )


@pytest.mark.parametrize("one", CONTENDERS, ids=lambda one: one.key)
def test_measures(found: report.Report, one: contenders.Contender) -> None:
    """Whoever can run here is asked everything that it can answer, and every figure is measured."""
    if WHY_NOT[one.key]:
        pytest.skip(f"{one.title} was not run: {WHY_NOT[one.key]}")
    cells = {row.key: cell for row in found.rows if (cell := row.cell(one.key))}

    cannot = {"search.555", "search.4240"} if one.key == "datasette" else set()
    assert set(cells) == {kind.key for kind in contenders.kinds(PLAN.customers)} - cannot | {"ingest"}
    assert all(cell.cost.low > 0 for cell in cells.values())
    assert next(each.memory_mb for each in found.contenders if each.key == one.key) > 10


@pytest.mark.parametrize(
    "key", ["page.first", "page.deep", "changes", "search.smith", "search.smith j", "search.john", "search.@gmail"]
)  # fmt: skip
def test_all_find_the_same(found: report.Report, key: str) -> None:
    """They hold the same customers: as many on the list, after the middle, and of each name."""
    row = found.row(key)
    assert row is not None

    totals = {cell.total for cell in row.cells if cell.total is not None}

    assert len(totals) == 1
    assert totals.pop() > 0


def test_those_not_run_are_named(found: report.Report) -> None:
    """A peer that is missing is in the notes, none is missing without a word."""
    assert {one.key for one in found.contenders} == {key for key, why in WHY_NOT.items() if why is None}
    assert len(found.notes) == sum(why is not None for why in WHY_NOT.values())


def test_writes_one_table(found: report.Report) -> None:
    """Every row and every contender is on the page, and the command that made it."""
    page = report.markdown(found)

    for words in [*(row.what for row in found.rows), *(one.title for one in found.contenders), found.command]:
        assert words in page


def test_numbers_are_given_once(tmp_path: Path) -> None:
    """What was written in an earlier run on kept databases is not written again."""
    first = filling.next_number(tmp_path, PLAN, 10)
    second = filling.next_number(tmp_path, PLAN, 10)

    assert (first, second) == (1_001, 1_011)
