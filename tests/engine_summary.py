"""Says at the end of a run which engines its tests ran on, and fails a whole run that left one out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from typing import Any

import pytest
from _pytest.terminal import TerminalReporter

from tests import engines

_PROPERTY = "engine"
_PASSED = pytest.StashKey[Counter[tuple[str, str]]]()  # by the engine's name and version
# Whoever chooses among the tests knows that not all run.
_CHOICES = ("keyword", "markexpr", "deselect", "lf", "ignore", "ignore_glob", "collectonly")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_PASSED] = Counter()
    config.pluginmanager.register(_Counting(config.stash[_PASSED]))


class _Counting:
    """Counts in the process that prints; what it counts may come from others."""

    def __init__(self, passed: Counter[tuple[str, str]]) -> None:
        self._passed = passed

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            properties: dict[str, Any] = dict(report.user_properties)
            if _PROPERTY in properties:
                name, version = properties[_PROPERTY]
                self._passed[name, version] += 1


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Notes where a test ran, in the process that runs it."""
    report = yield
    engine = getattr(item, "funcargs", {}).get("engine")
    if call.when == "call" and isinstance(engine, engines.Engine):
        report.user_properties.append((_PROPERTY, (engine.name, engine.version)))
    return report


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if exitstatus == pytest.ExitCode.OK and _missing(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: TerminalReporter, exitstatus: int, config: pytest.Config
) -> None:
    passed = config.stash[_PASSED]
    if passed:
        ran = sorted(passed.items(), key=lambda one: engines.NAMES.index(one[0][0]))
        words = ", ".join(f"{version} ({count} tests)" for (_, version), count in ran)
        terminalreporter.write_line(f"engines: {words}")
    if exitstatus not in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}:
        return  # broken off: nobody expects all
    for name in _missing(config):
        terminalreporter.write_line(f"engines: no test passed on {name}; a whole run needs all", red=True)


def _missing(config: pytest.Config) -> list[str]:
    """The engines that a run of everything did without."""
    is_worker = hasattr(config, "workerinput")
    is_whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    if is_worker or not is_whole or any(config.getoption(name, None) for name in _CHOICES):
        return []
    ran = {engine for engine, _ in config.stash[_PASSED]}
    return [name for name in engines.NAMES if name not in ran]
