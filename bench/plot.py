"""A plot of cost against size, as SVG made by hand: both axes logarithmic, colours that read on light and dark."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from msgspec import Struct

_WIDTH, _HEIGHT = 760, 440
_LEFT, _RIGHT, _TOP, _BOTTOM = 76, 250, 24, 52
_GREY = "#808890"


class Line(Struct, frozen=True):
    """One cost: its points are (customers, CPU milliseconds). Two of them at least, else there is no growth to see."""

    name: str
    colour: str
    points: list[tuple[float, float]]
    is_dashed: bool = False


def svg(lines: Sequence[Line], *, title: str) -> str:
    """The picture; raises ValueError when there is nothing to draw."""
    points = [point for line in lines for point in line.points]
    if not points:
        raise ValueError("a plot of nothing")
    across = _Axis([x for x, _ in points], _LEFT, _WIDTH - _RIGHT)
    up = _Axis([y for _, y in points], _HEIGHT - _BOTTOM, _TOP)
    look = (
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" font-size="12" fill="{_GREY}" role="img"'
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {look}>',
        f"<title>{escape(title)}</title>",
        *_grid(across, up),
        *(part for line in lines for part in _drawn(line, across, up)),
        *_names(lines, across, up),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


class _Axis:
    """From decades to places."""

    def __init__(self, values: Sequence[float], start: int, end: int) -> None:
        self.low = math.floor(math.log10(min(values)) + 1e-9)
        self.high = max(self.low + 1, math.ceil(math.log10(max(values)) - 1e-9))
        self._start, self._end = start, end

    def at(self, value: float) -> float:
        """Where a value lies."""
        part = (math.log10(value) - self.low) / (self.high - self.low)
        return round(self._start + part * (self._end - self._start), 1)

    def decades(self) -> list[float]:
        """Where its lines are."""
        return [10.0**decade for decade in range(self.low, self.high + 1)]


def _grid(across: _Axis, up: _Axis) -> Iterator[str]:
    left, right, top, bottom = _LEFT, _WIDTH - _RIGHT, _TOP, _HEIGHT - _BOTTOM
    for value in up.decades():
        y = up.at(value)
        yield f'<path d="M{left} {y}H{right}" stroke="{_GREY}" stroke-opacity=".25"/>'
        yield f'<text x="{left - 8}" y="{y + 4}" text-anchor="end">{value:g} ms</text>'
    for value in across.decades():
        x = across.at(value)
        yield f'<path d="M{x} {top}V{bottom}" stroke="{_GREY}" stroke-opacity=".25"/>'
        yield f'<text x="{x}" y="{bottom + 18}" text-anchor="middle">{value:,.0f}</text>'
    yield f'<text x="{(left + right) / 2}" y="{bottom + 40}" text-anchor="middle">customers</text>'


def _drawn(line: Line, across: _Axis, up: _Axis) -> Iterator[str]:
    places = [(across.at(x), up.at(y)) for x, y in line.points]
    path = "L".join(f"{x} {y}" for x, y in places)
    dashes = ' stroke-dasharray="5 4"' if line.is_dashed else ""
    yield f'<path d="M{path}" fill="none" stroke="{line.colour}" stroke-width="2"{dashes}/>'
    for x, y in places:
        yield f'<circle cx="{x}" cy="{y}" r="3.5" fill="{line.colour}"/>'


def _names(lines: Sequence[Line], across: _Axis, up: _Axis) -> Iterator[str]:
    """Beside the last point of each, moved apart where they would lie upon each other."""
    lowest = float(_HEIGHT)
    for line in sorted(lines, key=lambda line: up.at(line.points[-1][1]), reverse=True):
        x, y = across.at(line.points[-1][0]), up.at(line.points[-1][1])
        lowest = min(y + 4, lowest - 15)
        yield f'<text x="{max(x, _WIDTH - _RIGHT) + 10}" y="{lowest}" fill="{line.colour}">{escape(line.name)}</text>'
