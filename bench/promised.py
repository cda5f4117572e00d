"""Everything that is promised of speed, judged by the runs whose results are kept in bench/results."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from bench import growth
from bench.growth import Growth, Size
from bench.peers.report import Report as Peers
from bench.peers.report import best_peer
from regulars.app.bench.inside import SEARCHES
from regulars.app.bench.report import Report as Bench
from regulars.app.bench.report import Side, is_kept
from regulars.app.bench.tables import number


class Results(Struct, frozen=True):
    """The runs: `regulars bench`, all sizes side by side, and the peers at every size they were measured at."""

    bench: Bench
    growth: Growth
    peers: list[Peers]

    @property
    def largest(self) -> Peers:
        """The peers' run with the most customers."""
        return max(self.peers, key=lambda run: run.customers)


class Judged(Struct, frozen=True):
    """One promise and what was measured; `measured` is None when no run has it."""

    key: str
    what: str
    side: Side
    bound: float
    unit: str
    measured: float | None
    where: str

    @property
    def is_kept(self) -> bool | None:
        """None when it was not measured."""
        return None if self.measured is None else is_kept(self.side, self.bound, self.measured)

    @property
    def factor(self) -> str:
        """By how much it falls short."""
        if self.measured is None or self.is_kept:
            return ""
        apart = self.bound / self.measured if self.side == "at least" else self.measured / self.bound
        return f"{number(apart)} times {'too little' if self.side == 'at least' else 'too much'}"


def judged(results: Results) -> list[Judged]:
    """All of them, in the order in which they are promised."""
    return [
        *_of_bench(results.bench),
        *_of_growth(results.growth),
        *_of_peers(results.largest),
        *_of_sizes(results.growth),
    ]


_RATIOS: dict[str, tuple[str, float]] = {
    "ratio.nginx.first": ("page 1 over HTTP against nginx serving the same bytes", 13.0),
    "ratio.nginx.random": ("random pages over HTTP against nginx serving such pages", 9.0),
    "ratio.deep": ("page 15,000 against page 1, each asked repeatedly", 1.2),
    "ratio.random": ("random pages against page 1", 1.6),
}


def _of_bench(bench: Bench) -> Iterator[Judged]:
    for key, (what, bound) in _RATIOS.items():
        figure = bench.figure(key)
        yield Judged(key, what, "at most", bound, "x", figure.value if figure else None, "regulars bench")


def _of_growth(found: Growth) -> Iterator[Judged]:
    """The worst step from one size to the next, whatever the factor between them."""
    kinds: tuple[tuple[str, str, tuple[str, ...]], ...] = (
        ("grown.list", "list with exact count", ("http.page.first", "http.page.deep", "http.page.random")),
        ("grown.search", "first page of each of the seven searches", growth.FIRST_PAGES),
        ("grown.upsert", "one customer written", (growth.UPSERT,)),
    )
    for key, what, rows in kinds:
        steps = [step for row in map(found.row, rows) if row for step in growth.ratios(row)]
        yield Judged(
            key, f"ten times the customers: {what}", "at most", 1.2, "x", max(steps, default=None), "growth"
        )


def _of_peers(run: Peers) -> Iterator[Judged]:
    yield Judged(
        "peers.list", "list and exact count: best peer against regulars", "at least", 100.0, "x",
        _less(run, "page.first"), "peers",
    )  # fmt: skip
    yield Judged(
        "peers.deep", "page 15,000 and exact count: best peer with a count against regulars", "at least", 100.0, "x",
        _less(run, "page.deep"), "peers",
    )  # fmt: skip
    for text in SEARCHES:
        yield Judged(
            f"peers.search.{text}", f"search {text} with exact count: best peer against regulars",
            "at least", 20.0, "x", _less(run, f"search.{text}"), "peers",
        )  # fmt: skip


def _less(run: Peers, key: str) -> float | None:
    """How many times less regulars on SQLite takes than the best peer."""
    row = run.row(key)
    best, ours = (best_peer(run, row), row.cell("regulars")) if row else (None, None)
    return best.cost.median / ours.cost.median if best and ours else None


_MILLION = 1_000_000


def _of_sizes(found: Growth) -> Iterator[Judged]:
    """What was measured of a store of a million, for which it is promised, and of the largest."""
    largest = found.sizes[-1]
    million = next((one for one in found.sizes if one.customers >= _MILLION), largest)
    wanted: tuple[tuple[str, str, Side, float, str, Size], ...] = (
        ("searches.p99", "the seven searches, page and total, p99", "below", 5.0, "ms CPU", million),
        ("pairs.p99", "random pairs of names, page and total, p99", "below", 20.0, "ms CPU", million),
        ("start.ready", "start to ready", "below", 1.0, "s", million),
        ("ingest.rate", "ingest, everything on", "at least", 10_000.0, "customers/s a core", largest),
        ("memory.worker", "resident memory of a worker", "below", 200.0, "MB", largest),
        ("disk.customer", "disk, everything included", "at most", 2_500.0, "bytes a customer", largest),
    )
    for key, what, side, bound, unit, size in wanted:
        asked = f"{what}, {size.customers:,} customers"
        yield Judged(key, asked, side, bound, unit, size.value(key), "growth")
