"""docs/performance.md and its plot, made from the results that are kept in bench/results.

.venv/bin/python -m bench.page
"""

from __future__ import annotations

import textwrap
from pathlib import Path

from msgspec import json

from bench import growth, plot
from bench.growth import Growth
from bench.peers import report
from bench.peers.report import Report as Peers
from bench.plot import Line
from bench.promised import Judged, Results, judged
from regulars.app.bench.report import Report as Bench
from regulars.app.bench.report import Run
from regulars.app.bench.tables import number, table

HERE = Path(__file__).parent
RESULTS = HERE / "results"
DOCS = HERE.parent / "docs"
PAGE, PLOT = DOCS / "performance.md", DOCS / "performance.svg"
PROMISED = 10_000_000
_REASONS = HERE / "reasons.json"  # why a promise falls short, by its key: written by people


def results() -> Results:
    """Of the runs that are kept."""
    return Results(
        json.decode((RESULTS / "bench.json").read_bytes(), type=Bench),
        json.decode((RESULTS / "growth.json").read_bytes(), type=Growth),
        [json.decode(path.read_bytes(), type=Peers) for path in sorted(RESULTS.glob("peers-*.json"))],
    )


def page(found: Results) -> str:
    """The whole page."""
    reasons: dict[str, str] = json.decode(_REASONS.read_bytes())
    promises = judged(found)
    return "\n\n".join(
        [
            "# Performance",
            _INTRODUCTION,
            "## Promises",
            table(("promise", "promised", "measured", "kept"), [_promise(one) for one in promises]),
            *_short(promises, reasons),
            "## Cost against size",
            "![CPU time of a request against the number of customers](performance.svg)",
            _OF_GROWTH,
            *_sizes(found.growth),
            *_run(found.growth),
            growth.markdown(found.growth),
            "## Beside what people would build instead",
            _OF_PEERS,
            *(part for run in _by_size(found) for part in _peers(run)),
            "## Against nginx",
            "`regulars bench` asks nginx for the bytes of the same pages as files, in turns.",
            *_run(found.bench),
            table(("figure", "median", "lowest … highest round"), _nginx(found.bench)),
        ]
    ) + "\n"  # fmt: skip


def lines(found: Results) -> list[Line]:
    """What is drawn: ours from the run of all sizes, peers from their runs."""
    drawn = [
        ("regulars: list, random page", "http.page.random", "#2f81f7", False),
        ("regulars: search smith", "http.search.smith", "#2f81f7", True),
        ("regulars: one customer written", growth.UPSERT, "#8957e5", False),
    ]
    sizes = [float(size.customers) for size in found.growth.sizes]
    ours = [
        Line(
            name, colour, [(x, cost.median / 1000) for x, cost in zip(sizes, row.costs, strict=True)], dashed
        )
        for name, key, colour, dashed in drawn
        if (row := found.growth.row(key))
    ]
    theirs = [
        ("FastAPI: list", "fastapi", "page.deep", "#d1782c", False),
        ("FastAPI: search smith", "fastapi", "search.smith", "#d1782c", True),
        ("Django: search smith", "django", "search.smith", "#c2536b", True),
        ("Fastify, tuned: list", "fastify", "page.deep", "#3d9a50", False),
        ("Fastify, tuned: search smith", "fastify", "search.smith", "#3d9a50", True),
    ]
    return ours + [
        Line(name, colour, points, dashed)
        for name, key, row, colour, dashed in theirs
        if (points := _points(found, key, row))
    ]


def write() -> None:
    """Both files."""
    found = results()
    PAGE.write_text(page(found), encoding="utf-8")
    PLOT.write_text(picture(found), encoding="utf-8")


def picture(found: Results) -> str:
    """The plot, as SVG."""
    return plot.svg(lines(found), title="CPU time of a request against the number of customers")


def _points(found: Results, contender: str, key: str) -> list[tuple[float, float]]:
    points = []
    for run in _by_size(found):
        row = run.row(key)
        cell = row.cell(contender) if row else None
        if cell:
            points.append((float(run.customers), cell.cost.median))
    return points


def _by_size(found: Results) -> list[Peers]:
    return sorted(found.peers, key=lambda run: run.customers)


def _promise(one: Judged) -> tuple[str, str, str, str]:
    promised = f"{one.side} {number(one.bound)} {one.unit}"
    if one.measured is None:
        return one.what, promised, "not measured", ""
    return (
        one.what,
        promised,
        f"{number(one.measured)} {one.unit}",
        "yes" if one.is_kept else f"no: {one.factor}",
    )


def _short(promises: list[Judged], reasons: dict[str, str]) -> list[str]:
    """Why each that is not kept is not; one that nobody has explained says so."""
    short = [one for one in promises if not one.is_kept]
    if not short:
        return []
    told = [f"* **{one.what}**:\n{_wrapped(reasons.get(one.key, 'not explained yet.'))}" for one in short]
    return ["What falls short, or was not measured, and why:", "\n".join(told)]


def _wrapped(text: str) -> str:
    return textwrap.fill(
        text,
        width=118,
        initial_indent="  ",
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _sizes(found: Growth) -> list[str]:
    """What the largest size was, where it is not the one that is promised."""
    largest = found.sizes[-1].customers
    if largest >= PROMISED:
        return []
    missing = (
        f"{PROMISED:,} customers are promised and were not measured; the largest store here has {largest:,}."
    )
    command = f"python -m bench.growth --sizes 100000 1000000 {PROMISED} --folder DIR"
    return [f"{missing}\n`{command}` makes and measures it, in hours."]


def _peers(run: Peers) -> list[str]:
    return [
        f"### {run.customers:,} customers",
        *_run(run),
        "\n".join(f"* {one.title}:\n{_wrapped(one.version)}" for one in run.contenders if one.version),
        report.costs(run),
        "How many customers each said there are, which tells whether they were asked the same:",
        report.totals(run),
        *(["\n".join(f"* {note}" for note in run.notes)] if run.notes else []),
    ]


def _run(run: Run) -> list[str]:
    machine = run.machine
    before, after = machine.load
    where = f"{machine.cpu}, {machine.cores} cores, {machine.memory_bytes / 1e9:.0f} GB, {machine.system}"
    return [
        f"On {run.date[:10]}, with",
        f"```sh\n{run.command}\n```",
        f"on {where},\nload average {before:.1f} before and {after:.1f} after:",
    ]


def _nginx(bench: Bench) -> list[list[str]]:
    keys = ("nginx.page.first", "http.page.first", "nginx.page.random", "http.page.random", "http.page.deep")
    found = [figure for key in keys if (figure := bench.figure(key))]
    return [
        [one.what, f"{number(one.value)} {one.unit}", f"{number(one.low or 0)} … {number(one.high or 0)}"]
        for one in found
    ]


_INTRODUCTION = """\
Everything here was measured; this page is made by `python -m bench.page` from the results in `bench/results`, and a
test compares the two. Figures are CPU time, user and system, of all processes that answer: the application's and the
database's. It repeats where the clock does not. Ratios are of medians of alternating rounds (A B C A B C …) of one
run."""

_OF_GROWTH = """\
All stores are served at the same time and asked in turns, so a busy moment of the machine falls on all sizes alike.
Each file is read through before. Every request over HTTP bears an id of its own, so none is answered from what a worker
keeps for the very same request ([decision 26](decisions/0026-pages-asked-again.md)). The dashed lines are searches."""

_OF_PEERS = """\
All of them hold the same invented customers and are asked in turns for pages of 50. FastAPI and Django are written as
their documentation writes such a thing; Fastify is tuned by hand, with finished documents and a trigram index. Peers
check no token; regulars does. No request is the very same as another, so regulars answers none from what it keeps
([decision 26](decisions/0026-pages-asked-again.md)). The last column is the cheapest peer against regulars on SQLite.
Datasette's deep page is an SQL query of one's own and counts nothing, so it is not compared; Datasette and Fastify
check nothing of what they write. How each is written, and what was left to it:
[decision 27](decisions/0027-beside-peers.md)."""


if __name__ == "__main__":
    write()
