"""A data folder for each test."""

from pathlib import Path

import pytest

from tests.cli.running import Till


@pytest.fixture
def till(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Till:
    monkeypatch.delenv("REGULARS_DATA", raising=False)
    monkeypatch.delenv("REGULARS_KEY_FILE", raising=False)
    monkeypatch.chdir(tmp_path)
    return Till(tmp_path)
