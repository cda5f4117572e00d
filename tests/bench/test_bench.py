"""The bench measures everything it speaks of, in the run it speaks of."""

from pathlib import Path

import pytest

from regulars import errors
from regulars.app import bench
from regulars.app.bench import children, inside, loading, promises, square_searches, tables
from regulars.app.bench.loading import Plan
from regulars.app.bench.report import Report

CUSTOMERS = 2_000

LOADED = {"ingest.rate", "ingest.wall", "disk.customer"}
INSIDE = {
    "open.cpu", "open.wall", "inside.page.first", "inside.page.deep", "inside.page.random",
    "inside.changes.first", "inside.changes.deep",
    *(f"inside.{what}.{text}" for what in ("rows", "total") for text in inside.SEARCHES),
}  # fmt: skip
HTTP = {
    "start.ready", "memory.worker", "memory.growth", "memory.all",
    "http.nothing", "http.page.first", "http.page.anew", "http.page.deep", "http.page.random", "http.changes.first",
    "http.changes.deep", "http.square.first", "http.square.walk", "ratio.deep", "ratio.random",
    *(f"http.search.{text}" for text in inside.SEARCHES),
    *(f"http.square.search.{key}" for key, *_ in square_searches.SEARCHES),
}  # fmt: skip
NGINX = {"nginx.page.first", "nginx.page.random", "ratio.nginx.first", "ratio.nginx.random"}
UPSERTS = {f"upsert.{how}.{which}" for how in ("cpu", "wall") for which in ("mean", "p50", "p99", "max")}

PULLS = {"pull.square", "pull.shift4"}

has_nginx = children.nginx_path() is not None


def silent(what: str, done: int, of: int) -> None:
    assert 0 <= done <= of, what


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bench") / "data"


@pytest.fixture(scope="module")
def report(folder: Path) -> Report:
    return bench.run(bench.Settings(customers=CUSTOMERS, seed=3, data=folder, quick=True), told=silent)


def test_measures_every_row(report: Report) -> None:
    """Every figure of the table is there and was measured in this run."""
    wanted = LOADED | INSIDE | HTTP | UPSERTS | PULLS | (NGINX if has_nginx else set())

    assert {figure.key for figure in report.figures} == wanted
    assert [
        figure.key for figure in report.figures if not figure.value > 0 and figure.key != "memory.growth"
    ] == []


def test_judges_every_promise(report: Report) -> None:
    """Each promise is kept or says by how much it is not; without nginx two were not measured."""
    unmeasured = {promise.key for promise in report.promises if promise.kept is None}

    assert [promise.key for promise in report.promises] == [promise.key for promise in promises.judged([])]
    assert unmeasured == (set() if has_nginx else {"ratio.nginx.first", "ratio.nginx.random"})
    assert all(promise.kept or promise.short_by for promise in report.promises if promise.kept is not None)
    assert bool(report.notes) is not has_nginx


def test_finds_what_it_searches(report: Report) -> None:
    """The searches that are measured find something."""
    for text in ("smith", "john", "555", "@gmail"):
        figure = report.figure(f"inside.total.{text}")
        assert figure is not None
        assert int(figure.note.split()[0]) > 0


def test_writes_markdown(report: Report) -> None:
    """The page holds the machine, the command, every promise and every figure."""
    page = tables.markdown(report)

    assert report.command in page
    assert report.machine.cpu in page
    for row in [*tables.promise_rows(report), *tables.figure_rows(report)]:
        assert row[0] in page


def test_keeps_the_store_and_says_so(report: Report, folder: Path) -> None:
    """A kept store is measured again without importing; what its import cost is told again, and a note says so."""
    made, figures, notes = loading.prepared(folder, Plan(CUSTOMERS, 3, 1), silent)

    assert made.customers >= CUSTOMERS
    assert {figure.key for figure in figures} == LOADED
    assert [figure for figure in figures if figure.key.startswith("ingest.")] == [
        figure for figure in report.figures if figure.key.startswith("ingest.")
    ]
    assert len(notes) == 1


def test_refuses_a_store_of_another_version(tmp_path: Path) -> None:
    """What a folder says of its store must be in the form that is written today."""
    (tmp_path / "bench.json").write_text('{"customers": 1000, "seed": 3, "locations": 1}')

    with pytest.raises(errors.Conflict):
        loading.prepared(tmp_path, Plan(CUSTOMERS, 3, 1), silent)


def test_refuses_other_folders(report: Report, folder: Path, tmp_path: Path) -> None:
    """A store of other customers, or somebody's own, is left alone."""
    (tmp_path / "regulars.db").write_bytes(b"somebody's")

    for path, plan in ((folder, Plan(CUSTOMERS, 4, 1)), (tmp_path, Plan(CUSTOMERS, 3, 1))):
        with pytest.raises(errors.Conflict):
            loading.prepared(path, plan, silent)


@pytest.mark.parametrize(("customers", "locations"), [(10, 1), (10**9, 1), (CUSTOMERS, 0)])
def test_refuses_what_is_out_of_bounds(customers: int, locations: int) -> None:
    """Too few customers, too many, no location."""
    with pytest.raises(errors.Invalid):
        bench.run(bench.Settings(customers=customers, locations=locations))
