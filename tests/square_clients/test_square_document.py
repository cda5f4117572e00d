"""Square's own OpenAPI document, turned on our server."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import TORTURE
from tests.proof_http.client import client
from tests.proof_http.house import ROOT, Served
from tests.square_clients.conftest import account_token

pytestmark = pytest.mark.xdist_group("square clients: document")

DOCUMENT = ROOT.parent / "shared" / "contracts" / "square-customers.openapi.json"
EXAMPLES = 100 if TORTURE else 4  # of each operation
# Whether an answer is as described, whatever was asked. What Square's document allows is not all that Square
# accepts (it has no lengths and no forms), so how many cases are accepted proves nothing.
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


@pytest.mark.skipif(not DOCUMENT.exists(), reason="Square's document is not part of the repository")
def test_answers_are_as_square_describes_them(served: Served, tmp_path: Path) -> None:
    """Every answer to what Square's document allows, and to much that it forbids, fits the document."""
    token = account_token(served.house.data, "document")
    with client(served.port) as asking:
        here = asking.get("/openapi.json").value["paths"]
    theirs = json.loads(DOCUMENT.read_text())["paths"]
    asked = [
        operation["operationId"]
        for path, item in theirs.items()
        for method, operation in item.items()
        if method in here.get(path, {})
    ]

    done = subprocess.run(
        [
            Path(sys.executable).with_name("st"), "run", str(DOCUMENT), "--url", served.url,
            "--checks", CHECKS, "--mode", "all", "--phases", "examples,coverage,fuzzing",
            "--max-examples", str(EXAMPLES), "--generation-deterministic", "--continue-on-failure",
            "--header", f"Authorization: Bearer {token}", "--request-timeout", "10", "--no-color",
            *(word for name in asked for word in ("--include-operation-id", name)),
        ],
        env=os.environ
        | {
            "SCHEMATHESIS_HOOKS": "tests.square_clients.square_hooks",
            "PYTHONPATH": str(ROOT),
            "PROOF_URL": served.url,
            "PROOF_TOKEN": token,
        },
        cwd=tmp_path,
        capture_output=True,
        check=False,
        text=True,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    assert f"Tested: {len(asked)}\n" in done.stdout
    generated = re.search(r"(\d+) generated", done.stdout)
    assert generated, done.stdout
    assert int(generated[1]) > len(asked) * EXAMPLES
