"""What a run of the bench found: figures, promises, and on what machine."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Side = Literal["at most", "at least", "below"]


def is_kept(side: Side, bound: float, measured: float) -> bool:
    """Whether what was measured is on the side of the bound that was promised."""
    return {"at least": measured >= bound, "at most": measured <= bound, "below": measured < bound}[side]


class Sample(Struct, frozen=True):
    """One kind's rounds: the median, and the lowest and highest of them."""

    median: float
    low: float
    high: float
    rounds: int


class Figure(Struct, frozen=True):
    """One measured figure. `low` and `high`: the rounds it is the median of, where there were several."""

    key: str
    what: str
    value: float
    unit: str
    low: float | None = None
    high: float | None = None
    note: str = ""


class Promise(Struct, frozen=True):
    """What is promised, and what was measured. `measured` and `kept` are None when it was not measured."""

    key: str
    what: str
    side: Side
    bound: float
    unit: str
    measured: float | None
    kept: bool | None
    short_by: str = ""


class Machine(Struct, frozen=True):
    """Where it ran. `load`: the machine's load average when it began and when it ended."""

    cpu: str
    cores: int
    memory_bytes: int
    system: str
    load: tuple[float, float]


class Run(Struct, frozen=True):
    """When, by what and where something was measured."""

    date: str
    command: str
    machine: Machine


class Report(Run, frozen=True):
    """One run, everything of it measured in it; `notes` say what was not, and why."""

    customers: int
    versions: dict[str, str]
    promises: list[Promise]
    figures: list[Figure]
    notes: list[str]

    def figure(self, key: str) -> Figure | None:
        """The figure of this key; None when it was not measured."""
        return next((figure for figure in self.figures if figure.key == key), None)
