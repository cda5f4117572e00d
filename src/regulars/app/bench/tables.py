"""A report as rows for people, and as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from regulars.app.bench.report import Figure, Promise, Report, Run

PROMISE_COLUMNS = ("promise", "promised", "measured", "kept")
_HOW = (
    "CPU time is user and system time of the processes that answer, per request, under eight connections that always "
    "ask. Ratios are of medians of alternating rounds of this one run."
)
FIGURE_COLUMNS = ("figure", "median", "lowest … highest round", "note")


def promise_rows(report: Report) -> list[tuple[str, ...]]:
    """One row a promise."""
    return [_promise(promise) for promise in report.promises]


def figure_rows(report: Report) -> list[tuple[str, ...]]:
    """One row a figure."""
    return [_figure(figure) for figure in report.figures]


def machine_lines(run: Run, customers: str, versions: Mapping[str, str]) -> list[str]:
    """When, where and with what, one sentence a line. `customers`: how many there were, in words."""
    machine = run.machine
    before, after = machine.load
    return [
        f"{run.date}, `{run.command}`, {customers}",
        f"{machine.cpu}, {machine.cores} cores, {machine.memory_bytes / 1e9:.0f} GB, {machine.system}",
        f"load average {before:.2f} before, {after:.2f} after",
        ", ".join(f"{name} {version}" for name, version in versions.items()),
    ]


def markdown(report: Report) -> str:
    """The whole report as a page."""
    customers = f"{report.customers:,} customers at the location asked"
    parts = [
        "# What `regulars bench` measured",
        "\n".join(f"* {line}" for line in machine_lines(report, customers, report.versions)),
        _HOW,
        "## Promises",
        table(PROMISE_COLUMNS, promise_rows(report)),
        "## Figures",
        table(FIGURE_COLUMNS, figure_rows(report)),
        *(["## Not measured", "\n".join(f"* {note}" for note in report.notes)] if report.notes else []),
    ]
    return "\n\n".join(parts) + "\n"


def number(value: float) -> str:
    """Three or four digits that mean something."""
    size = abs(value)
    if size >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"


def _promise(promise: Promise) -> tuple[str, ...]:
    promised = f"{promise.side} {number(promise.bound)} {promise.unit}"
    if promise.measured is None:
        return promise.what, promised, "not measured", ""
    measured = f"{number(promise.measured)} {promise.unit}"
    return promise.what, promised, measured, "yes" if promise.kept else f"no: {promise.short_by}"


def _figure(figure: Figure) -> tuple[str, ...]:
    spread = (
        "" if figure.low is None or figure.high is None else f"{number(figure.low)} … {number(figure.high)}"
    )
    return figure.what, f"{number(figure.value)} {figure.unit}", spread, figure.note


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """As Markdown."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
