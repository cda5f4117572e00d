"""What becomes of the costs when the customers become ten times as many: all sizes side by side in one run.

python -m bench.growth --sizes 100000 1000000 --folder DIR --output FILE.json

A store that is not in the folder is made, which takes minutes for a million and hours for ten.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct, json

from regulars.app.bench import children, inside, loading, machine, over_http, percentiles, upserts
from regulars.app.bench.client import Client
from regulars.app.bench.loading import Made, Plan
from regulars.app.bench.processes import Tree
from regulars.app.bench.report import Figure, Run, Sample
from regulars.app.bench.rounds import FULL, QUICK, Effort, Kind, Told, alternate, in_process
from regulars.app.bench.tables import number, table
from regulars.app.opening import open_directory
from regulars.directory import Directory, ingest, tokens

HTTP = ("http.page.first", "http.page.deep", "http.page.random", "http.changes.first")  # each anew
HTTP_SEARCHES = tuple(f"http.search.{text}" for text in inside.SEARCHES)
FIRST_PAGES = tuple(f"rows.{text}" for text in inside.SEARCHES)
UPSERT = "upsert"
_WHATS = {
    HTTP[0]: "over HTTP: page 1",
    HTTP[1]: f"over HTTP: page {inside.DEEP_PAGE:,}, or the last full one",
}
_UPSERTS_MAX = 40  # of a round: what is written stays, and is not to change the size


class Grown(Struct, frozen=True):
    """One cost at every size, microseconds of CPU; in the order of the sizes."""

    key: str
    what: str
    costs: list[Sample]


class Size(Struct, frozen=True):
    """One store: how many customers, and what was measured of it alone."""

    customers: int
    figures: list[Figure]

    def value(self, key: str) -> float | None:
        """Of the figure with this key; None when it was not measured."""
        return next((figure.value for figure in self.figures if figure.key == key), None)


class Growth(Run, frozen=True):
    """One run."""

    sizes: list[Size]
    rows: list[Grown]

    def row(self, key: str) -> Grown | None:
        """Of this key; None when it was not measured."""
        return next((row for row in self.rows if row.key == key), None)


def run(
    folder: Path, sizes: Sequence[int], *, seed: int, effort: Effort, searches: int, command: str, told: Told
) -> Growth:
    """Every cost at every size, in turns."""
    load_before, started = machine.load(), datetime.now(UTC)
    made, alone = [], []
    for size in sizes:
        one, figures, _ = loading.prepared(folder / str(size), Plan(size, seed, 1), told)
        made.append(one)
        alone.append(figures)
    for one in made:
        loading.read_through(one, told)
    with ExitStack() as stack:
        directories = [open_directory(one.folder, role="server") for one in made]
        for directory in directories:
            stack.callback(directory.close)
            # What an earlier run wrote is merged: all search indexes are as an import leaves them.
            ingest.settle(directory)
        rows = _over_http(made, directories, alone, seed=seed, effort=effort, told=told)
        rows += _first_pages(made, directories, seed=seed, effort=effort, told=told)
        for directory, one, figures in zip(directories, made, alone, strict=True):
            told("asking one search after the other", one.customers, one.customers)
            figures.extend(percentiles.figures(directory, one, seed=seed, times=searches))
        rows += _upserts(made, directories, seed=seed, effort=effort, told=told)
    return Growth(
        date=started.isoformat(timespec="seconds"),
        command=command,
        machine=machine.machine(load_before),
        sizes=[Size(one.customers, figures) for one, figures in zip(made, alone, strict=True)],
        rows=rows,
    )


def _over_http(
    made: Sequence[Made], directories: Sequence[Directory], alone: Sequence[list[Figure]], *, seed: int,
    effort: Effort, told: Told,
) -> list[Grown]:  # fmt: skip
    """One server for each size; only one is ever asked."""
    kinds: dict[str, Kind] = {}
    whats: dict[str, str] = {}
    with ExitStack() as stack:
        trees = []
        for at, (one, directory) in enumerate(zip(made, directories, strict=True)):
            middle = inside.middle(directory, tokens.grant(directory, one.token), one)
            child = stack.enter_context(children.serving(one.folder))
            client = stack.enter_context(Client(child.port))
            trees.append(Tree(child.pid))
            alone[at].append(Figure("start.ready", "start of `serve` to ready", child.ready_seconds, "s"))
            asked = over_http.asked_of(one, middle, client, seed)
            for key in (*HTTP, *HTTP_SEARCHES):
                kinds[f"{key} {at}"] = over_http.kind(
                    trees[-1], client, over_http.each_anew(asked[key].requests)
                )
                whats.setdefault(key, _WHATS.get(key, asked[key].what))
        by_key = {
            key: {name: kinds[name] for name in kinds if name.rpartition(" ")[0] == key} for key in whats
        }
        rows = [
            Grown(key, whats[key], list(alternate(some, effort=effort, what=whats[key], told=told).values()))
            for key, some in by_key.items()
        ]
        for at, tree in enumerate(trees):
            worker = tree.memories()[0].rss / 1e6
            alone[at].append(
                Figure("memory.worker", "resident memory of a worker, after all requests", worker, "MB")
            )
    return rows


def _first_pages(
    made: Sequence[Made], directories: Sequence[Directory], *, seed: int, effort: Effort, told: Told
) -> list[Grown]:
    """The first page of each search, in process, without its total."""
    everywhere = [
        inside.Place(directory, one, seed) for directory, one in zip(directories, made, strict=True)
    ]
    rows = []
    for key, text in zip(FIRST_PAGES, inside.SEARCHES, strict=True):
        what = f"in process: search {text}, first page"
        kinds = {str(at): in_process(partial(place.first_hits, text)) for at, place in enumerate(everywhere)}
        rows.append(Grown(key, what, list(alternate(kinds, effort=effort, what=what, told=told).values())))
    return rows


def _upserts(
    made: Sequence[Made], directories: Sequence[Directory], *, seed: int, effort: Effort, told: Told
) -> list[Grown]:
    kinds = {
        str(at): _few(upserts.writing(directory, one, seed=seed + at))
        for at, (directory, one) in enumerate(zip(directories, made, strict=True))
    }
    samples = alternate(kinds, effort=effort, what="writing single customers", told=told)
    return [Grown(UPSERT, "in process: one customer written, its own transaction", list(samples.values()))]


def _few(kind: Kind) -> Kind:
    return lambda times: kind(min(times, _UPSERTS_MAX))


def ratios(row: Grown) -> list[float]:
    """Each size against the one before."""
    return [after.median / before.median for before, after in zip(row.costs, row.costs[1:], strict=False)]


def markdown(found: Growth) -> str:
    """One row a cost, one column a size."""
    names = [f"{size.customers:,}" for size in found.sizes]
    columns = ["µs CPU", *names, *(f"{name} against the one before" for name in names[1:])]
    costs = [
        [row.what, *(number(cost.median) for cost in row.costs), *(f"{ratio:.2f} x" for ratio in ratios(row))]
        for row in found.rows
    ]
    keys = list(dict.fromkeys(figure.key for size in found.sizes for figure in size.figures))
    return table(columns, costs) + "\n\n" + table(["", *names], [_alone(found, key) for key in keys])


def _alone(found: Growth, key: str) -> list[str]:
    """What was measured of each size alone."""
    by_size = [{figure.key: figure for figure in size.figures} for size in found.sizes]
    first = next(figures[key] for figures in by_size if key in figures)
    values = [number(figures[key].value) if key in figures else "–" for figures in by_size]
    return [f"{first.what}, {first.unit}", *values]


def main(arguments: Sequence[str]) -> None:
    """Measures, and prints Markdown."""
    parser = argparse.ArgumentParser(
        "python -m bench.growth", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000], metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--folder", type=Path, metavar="DIR", help="keep the stores here, each under its size"
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the report here too, as JSON")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, rougher figures")
    given = parser.parse_args(arguments)
    with TemporaryDirectory(prefix="regulars-growth-") as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        found = run(
            folder, given.sizes, seed=given.seed, effort=QUICK if given.quick else FULL,
            searches=70 if given.quick else 1_400,
            command=" ".join(["python -m bench.growth", *arguments]),
            told=lambda what, done, of: print(f"{what}: {done:,} of {of:,}", file=sys.stderr),
        )  # fmt: skip
    if given.output is not None:
        given.output.write_bytes(json.format(json.encode(found), indent=1) + b"\n")
    print(markdown(found))


if __name__ == "__main__":
    main(sys.argv[1:])
