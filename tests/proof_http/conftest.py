"""Data folders for the proofs."""

from pathlib import Path

import pytest

from tests.proof_http.house import House


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)
