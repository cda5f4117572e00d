"""The staircase holds: `make layers` passes on a house in order and names the rule that a planted import breaks."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
LINT = Path(sys.executable).parent / "lint-imports"
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
CONTRACTS: dict[str, dict[str, Any]] = {contract["name"]: contract for contract in CONFIG["contracts"]}

STAIRCASE = "One staircase, and it only goes down"
FORMATS = "The wire formats do not know each other, nor do the sources"
SQL = "Only store speaks SQL"
PURE = "The pure rooms touch nothing outside"
SETTINGS = "Settings are read at the front door"
HALLWAY = "The rooms are entered through the hallway"
CIRCLES = "No circles, at any depth"


def rooms(*, to_come: bool) -> list[str]:
    names = [name.strip() for layer in CONTRACTS[STAIRCASE]["layers"] for name in layer.split("|")]
    return [name.strip("()") for name in names if to_come or not name.startswith("(")]


def build(folder: Path, *, to_come: bool = True) -> Path:
    """A house of empty rooms, each with two empty modules."""
    house = folder / "regulars"
    house.mkdir()
    (house / "__init__.py").touch()
    for room in rooms(to_come=to_come):
        if room == "__main__":
            (house / "__main__.py").touch()
            continue
        (house / room).mkdir()
        for module in ("__init__", "one", "two"):
            (house / room / f"{module}.py").touch()
    kinds = house / "sources" / "kinds"
    kinds.mkdir(exist_ok=True)
    for module in ("__init__", "one", "two"):
        (kinds / f"{module}.py").touch()
    return house


def lint(folder: Path) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"PYTHONPATH": str(folder), "NO_COLOR": "1", "COLUMNS": "200"}
    command = [str(LINT), "--config", str(ROOT / "pyproject.toml"), "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("to_come", [False, True])
def test_a_house_in_order_passes(tmp_path: Path, to_come: bool) -> None:
    """The rules hold for the rooms built so far, and go on holding when the others come."""
    build(tmp_path, to_come=to_come)

    done = lint(tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "7 kept, 0 broken" in done.stdout


@pytest.mark.parametrize(
    ("where", "line", "broken"),
    [
        ("store/one.py", "from regulars.directory import one", STAIRCASE),
        ("errors/one.py", "from regulars.model import one", STAIRCASE),
        ("api/one.py", "from regulars.console import one", STAIRCASE),
        ("normalise/one.py", "from regulars.wire import one", STAIRCASE),
        ("wire/one.py", "from regulars.wire import two", FORMATS),
        ("sources/kinds/one.py", "from regulars.sources.kinds import two", FORMATS),
        ("directory/one.py", "import apsw", SQL),
        ("sync/one.py", "import sqlite3", SQL),
        ("cli/one.py", "import apsw", SQL),
        ("model/one.py", "import os", PURE),
        ("wire/one.py", "import time", PURE),
        ("directory/one.py", "from regulars.config import one", SETTINGS),
        ("api/one.py", "from regulars.store import one", HALLWAY),
        ("cli/one.py", "from regulars.normalise import one", HALLWAY),
    ],
)
def test_a_planted_import_is_reported(tmp_path: Path, where: str, line: str, broken: str) -> None:
    """One import up the stairs, or out of the window, breaks the rule that is there for it."""
    (build(tmp_path) / where).write_text(line + "\n", encoding="utf-8")

    done = lint(tmp_path)

    assert done.returncode == 1
    assert f"{broken} BROKEN" in done.stdout


def test_a_circle_is_reported(tmp_path: Path) -> None:
    """Two modules of one room may not need each other."""
    house = build(tmp_path)
    (house / "store" / "one.py").write_text("from regulars.store import two\n", encoding="utf-8")
    (house / "store" / "two.py").write_text("from regulars.store import one\n", encoding="utf-8")

    assert f"{CIRCLES} BROKEN" in lint(tmp_path).stdout


def test_a_room_without_a_floor_is_reported(tmp_path: Path) -> None:
    """A new top-level room must be given its place on the stairs first."""
    (build(tmp_path) / "attic.py").touch()

    assert f"{STAIRCASE} BROKEN" in lint(tmp_path).stdout


def test_a_room_that_comes_is_named_in_every_rule() -> None:
    """Once `match` or `sources` is built, the rules for rooms of its kind name it."""
    built = {path.stem for path in (ROOT / "src" / "regulars").iterdir()}
    pure = {f"regulars.{room}" for room in ("errors", "match", "model", "normalise", "wire") if room in built}
    inner = {f"regulars.{room}" for room in ("match", "normalise", "store") if room in built}

    assert pure <= set(CONTRACTS[PURE]["source_modules"])
    assert inner <= set(CONTRACTS[HALLWAY]["protected_modules"])
