"""What is promised, judged by what this run measured."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import structs

from regulars.app.bench.inside import SEARCHES
from regulars.app.bench.report import Figure, Promise, Side, is_kept

# (key, what, numerator, denominator)
_RATIOS = (
    ("ratio.deep", "the deep page against page 1, each asked repeatedly", "http.page.deep", "http.page.first"),
    ("ratio.random", "random pages against page 1", "http.page.random", "http.page.anew"),
    ("ratio.nginx.first", "page 1 against nginx serving the same bytes", "http.page.first", "nginx.page.first"),
    (
        "ratio.nginx.random", "random pages against nginx serving such pages at random",
        "http.page.random", "nginx.page.random",
    ),
)  # fmt: skip

# (figure's key, what, side, bound, unit): of a run at 1,000,000 customers at one location (pulls: of 30,000)
_PROMISED: tuple[tuple[str, str, Side, float, str], ...] = (
    ("ratio.deep", _RATIOS[0][1], "at most", 1.2, "x"),
    ("ratio.nginx.first", _RATIOS[2][1], "at most", 13.0, "x"),
    ("ratio.nginx.random", _RATIOS[3][1], "at most", 20.0, "x"),
    *(
        (f"inside.rows.{text}", f"in process: search {text}, first page", "below", 1_000.0, "µs CPU")
        for text in SEARCHES
    ),
    ("ingest.rate", "ingest, everything on", "at least", 10_000.0, "customers/s a core"),
    ("pull.square", "pull of 30,000 over HTTP, kind square", "at least", 5_000.0, "customers/s by the clock"),
    ("pull.shift4", "pull of 30,000 over HTTP, kind shift4", "at least", 5_000.0, "customers/s by the clock"),
    ("disk.customer", "disk, everything included", "at most", 2_500.0, "bytes a customer"),
    ("start.ready", "start of `serve` to ready", "below", 1.0, "s"),
    ("memory.worker", "resident memory of a worker, after all requests", "below", 200.0, "MB"),
)


def ratios(figures: Iterable[Figure]) -> list[Figure]:
    """Those whose two sides were measured in this run, as quotients of medians."""
    by_key = {figure.key: figure for figure in figures}
    return [
        Figure(key, what, by_key[above].value / by_key[below].value, "x")
        for key, what, above, below in _RATIOS
        if above in by_key and below in by_key
    ]


def judged(figures: Iterable[Figure]) -> list[Promise]:
    """Each promise, kept or by how much it falls short."""
    values = {figure.key: figure.value for figure in figures}
    return [
        _judged(Promise(key, what, side, bound, unit, values.get(key), None))
        for key, what, side, bound, unit in _PROMISED
    ]


def _judged(promise: Promise) -> Promise:
    value, bound = promise.measured, promise.bound
    if value is None:
        return promise
    kept = is_kept(promise.side, bound, value)
    return structs.replace(promise, kept=kept, short_by="" if kept else _short_by(value, bound))


def _short_by(value: float, bound: float) -> str:
    if value == bound:
        return "just"
    return f"{abs(value / bound - 1) * 100:.0f} % {'above' if value > bound else 'below'}"
