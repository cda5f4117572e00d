"""What a run found: as JSON, and as one table."""

from __future__ import annotations

from msgspec import Struct

from bench.peers.measuring import Cell, Row
from regulars.app.bench.report import Run
from regulars.app.bench.tables import machine_lines, number, table


class Measured(Struct, frozen=True):
    """One of those that were measured. `memory_mb`: of its own processes, after all requests; 0 when not asked."""

    key: str
    title: str
    version: str
    is_ours: bool
    memory_mb: float


class Report(Run, frozen=True):
    """One run; `notes` say who was not measured, and why."""

    customers: int
    versions: dict[str, str]
    contenders: list[Measured]
    rows: list[Row]
    notes: list[str]

    def row(self, key: str) -> Row | None:
        """Of this key; None when it was not measured."""
        return next((row for row in self.rows if row.key == key), None)


def best_peer(report: Report, row: Row) -> Cell | None:
    """The cheapest of those that are not ours; where others count, one that does not is no comparison."""
    ours = {one.key for one in report.contenders if one.is_ours}
    peers = [cell for cell in row.cells if cell.contender not in ours]
    counting = [cell for cell in peers if cell.total is not None]
    return min(counting or peers, key=lambda cell: cell.cost.median, default=None)


def costs(report: Report) -> str:
    """One row a kind, one column for each; the last: how much less regulars on SQLite takes than the best peer."""
    columns = ["CPU ms", *(one.title for one in report.contenders), "best peer against regulars"]
    lines = [
        [row.what, *(_cost(row.cell(one.key)) for one in report.contenders), _against(report, row)]
        for row in report.rows
    ]
    memory = ["its processes hold, MB", *(f"{one.memory_mb:.0f}" for one in report.contenders), ""]
    return table(columns, [*lines, memory])


def totals(report: Report) -> str:
    """How many customers each said there are."""
    columns = ["customers found", *(one.title for one in report.contenders)]
    return table(
        columns,
        [
            [row.what, *(_total(row.cell(one.key)) for one in report.contenders)]
            for row in report.rows
            if any(cell.total is not None for cell in row.cells)
        ],
    )


def heading(report: Report) -> list[str]:
    """When, where and with what, one sentence a line."""
    return [
        *machine_lines(report, f"{report.customers:,} customers", report.versions),
        *(f"{one.title}: {one.version}" for one in report.contenders if one.version),
    ]


def markdown(report: Report) -> str:
    """The whole report as a page."""
    parts = [
        "# regulars beside its peers",
        "\n".join(f"* {line}" for line in heading(report)),
        costs(report),
        totals(report),
        *(["\n".join(f"* {note}" for note in report.notes)] if report.notes else []),
    ]
    return "\n\n".join(parts) + "\n"


def _cost(cell: Cell | None) -> str:
    return "–" if cell is None else milliseconds(cell.cost.median)


def milliseconds(value: float) -> str:
    """Three digits that mean something, also below one."""
    return f"{value:.3f}" if value < 1 else number(value)


def _total(cell: Cell | None) -> str:
    return "–" if cell is None or cell.total is None else f"{cell.total:,}"


def _against(report: Report, row: Row) -> str:
    best, ours = best_peer(report, row), row.cell("regulars")
    return "–" if best is None or ours is None else f"{number(best.cost.median / ours.cost.median)} x"
