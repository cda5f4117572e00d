"""Sizes side by side, the plot, and the page that is made of all results."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from msgspec import structs

from bench import growth, page, plot
from bench.growth import Growth
from bench.plot import Line
from bench.promised import Judged, judged
from regulars.app.bench.rounds import QUICK

SIZES = (1_000, 2_000)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Growth:
    return growth.run(
        tmp_path_factory.mktemp("growth"), SIZES, seed=3, effort=QUICK, searches=70,
        command="python -m bench.growth", told=lambda *_: None,
    )  # fmt: skip


def test_measures_every_size(found: Growth) -> None:
    """Each cost is measured at each size, and what a store has alone too."""
    rows = {row.key: row for row in found.rows}

    assert set(rows) == {*growth.HTTP, *growth.HTTP_SEARCHES, *growth.FIRST_PAGES, growth.UPSERT}
    assert all(cost.low > 0 for row in rows.values() for cost in row.costs)
    assert {len(row.costs) for row in rows.values()} == {len(SIZES)}
    assert [size.customers for size in found.sizes] == list(SIZES)
    for size in found.sizes:
        for key in (
            "ingest.rate",
            "memory.worker",
            "searches.p99",
            "pairs.p99",
            "disk.customer",
            "start.ready",
        ):
            assert (size.value(key) or 0) > 0


def test_a_growing_cost_breaks_the_promise(found: Growth) -> None:
    """A list that costs twice as much at ten times the customers is said to fall short, and by how much."""
    row = found.rows[0]
    first = row.costs[0]
    grown = structs.replace(row, costs=[first, structs.replace(first, median=2 * first.median)])
    results = structs.replace(page.results(), growth=structs.replace(found, rows=[grown]))

    [promise] = [one for one in judged(results) if one.key == "grown.list"]

    assert promise.measured == 2.0
    assert promise.is_kept is False
    assert promise.factor == "1.67 times too much"
    assert "| no: 1.67 times too much |" in page.page(results)


def test_less_than_promised_is_too_little() -> None:
    """Half of what is promised is two times too little; what was not measured is neither kept nor broken."""
    half = Judged("key", "what", "at least", 10.0, "x", 5.0, "peers")

    assert (half.is_kept, half.factor) == (False, "2.00 times too little")
    assert structs.replace(half, measured=None).is_kept is None


def test_the_page_is_what_the_results_make_it() -> None:
    """docs/performance.md and its plot are not edited by hand: python -m bench.page."""
    results = page.results()

    assert page.PAGE.read_text(encoding="utf-8") == page.page(results)
    assert page.PLOT.read_text(encoding="utf-8") == page.picture(results)


def test_every_shortfall_is_explained() -> None:
    """Whoever commits results that fall short of a promise says why."""
    assert "not explained yet" not in page.PAGE.read_text(encoding="utf-8")


def test_draws_what_it_is_given() -> None:
    """A steeper line ends higher, every line is named, and the picture is XML."""
    flat, steep = (
        Line("flat", "#111111", [(1e5, 1.0), (1e6, 1.0)]),
        Line("steep", "#222222", [(1e5, 1.0), (1e6, 9.0)]),
    )

    root = ElementTree.fromstring(plot.svg([flat, steep], title="<both>"))  # noqa: S314  our own

    ends = {
        circle.get("fill"): float(circle.get("cy") or 0)
        for circle in root.iter("{http://www.w3.org/2000/svg}circle")
    }
    texts = {text.text for text in root.iter("{http://www.w3.org/2000/svg}text")}
    assert ends["#222222"] < ends["#111111"]
    assert {"flat", "steep", "100,000", "1,000,000"} <= texts
    with pytest.raises(ValueError, match="nothing"):
        plot.svg([], title="")


def test_results_are_of_this_repository() -> None:
    """Every result that is kept can be read, and says with what command it was made."""
    results = page.results()

    told = [(results.bench.command, results.bench.date), (results.growth.command, results.growth.date)]
    told += [(run.command, run.date) for run in results.peers]
    assert all(command and date for command, date in told)
    assert [path.name for path in Path(page.RESULTS).glob("*.json")]
