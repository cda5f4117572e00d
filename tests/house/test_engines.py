"""No engine drops out of the suite without a word: neither in a test, nor in a run."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import engines

ROOT = Path(__file__).parents[2]
# Whoever opens a store in one of these says which engine it is on.
OPENING = {"opened", "open_directory"}

_SUITE = """
import pytest
from tests.engines import Engine

class Named(Engine):
    version = "1.0"
    def __init__(self, name):
        self.name = name
        self.version = f"{name} 1.0"

@pytest.fixture(params=NAMES)
def engine(request):
    return Named(request.param)

def test_something(engine):
    pass

def test_something_else(engine):
    pass
"""


def run(folder: Path, names: tuple[str, ...], *arguments: str) -> subprocess.CompletedProcess[str]:
    """A suite of its own, whose tests run on these engines."""
    (folder / "pytest.ini").write_text("[pytest]\ntestpaths = suite\n")
    (folder / "conftest.py").write_text('pytest_plugins = ("tests.engine_summary",)\n')
    (folder / "suite").mkdir()
    (folder / "suite" / "test_all.py").write_text(_SUITE.replace("NAMES", repr(names)))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "xdist", *arguments],
        cwd=folder,
        env=environment | {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_whole_run_names_its_engines(tmp_path: Path) -> None:
    """Each with its version and how many tests passed on it, in whichever process."""
    done = run(tmp_path, engines.NAMES, "-n2")

    named = ", ".join(f"{name} 1.0 (2 tests)" for name in engines.NAMES)
    assert f"engines: {named}\n" in done.stdout
    assert done.returncode == 0


def test_a_whole_run_without_an_engine_fails(tmp_path: Path) -> None:
    """Every test passed, and yet it is no success."""
    done = run(tmp_path, engines.NAMES[:-1])

    assert "6 passed" in done.stdout
    assert f"engines: no test passed on {engines.NAMES[-1]}; a whole run needs all\n" in done.stdout
    assert done.returncode == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize("chosen", [("-k", "something"), ("suite/test_all.py",)])
def test_whoever_chooses_tests_needs_no_engine(tmp_path: Path, chosen: tuple[str, ...]) -> None:
    """They know that not all run."""
    done = run(tmp_path, engines.NAMES[:1], *chosen)

    assert f"engines: {engines.NAMES[0]} 1.0 (2 tests)\n" in done.stdout
    assert done.returncode == 0


def test_no_test_of_the_directory_chooses_an_engine_by_itself() -> None:
    """It takes the one it is given; what it is not about, its mark says."""
    files = sorted((ROOT / "tests" / "directory").glob("test_*.py"))
    assert [one for file in files for one in chosen(file)] == []


def chosen(file: Path) -> Iterator[str]:
    """Where a file opens a store without saying on what."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", None))
        if name in OPENING and "engine" not in ast.unparse(node):
            yield f"{file.name}:{node.lineno}"
