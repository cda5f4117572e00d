"""schemathesis asks everything that the served OpenAPI document allows, and much that it forbids."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import TORTURE
from tests.proof_http.client import client
from tests.proof_http.house import INVENTED, ROOT, House

EXAMPLES = (
    1_000 if TORTURE else 50
)  # of each operation, beside those of boundaries and of walks from answer to answer
METHODS = {"get", "put", "post", "delete", "patch", "head", "options", "trace"}


def test_schemathesis_finds_nothing(house: House) -> None:
    """All of its checks hold for every operation of the served document, and no answer takes long."""
    house.location(12345)
    house.take_in(INVENTED, 12345)
    with house.serving() as served:
        token = house.token()
        with client(served.port) as asking:
            document = asking.get("/openapi.json").value
        # It leaves out the document itself, which it has read already.
        paths = {path: item for path, item in document["paths"].items() if path != "/openapi.json"}
        operations = sum(len(METHODS & set(item)) for item in paths.values())

        done = subprocess.run(
            [
                Path(sys.executable).with_name("st"), "run", f"{served.url}/openapi.json",
                "--checks", "all", "--mode", "all", "--max-examples", str(EXAMPLES),
                "--generation-deterministic", "--continue-on-failure",
                "--header", f"Authorization: Bearer {token}",
                "--max-response-time", "3", "--request-timeout", "5", "--no-color",
            ],
            env=os.environ
            | {
                "SCHEMATHESIS_HOOKS": "tests.proof_http.schemathesis_hooks",
                "PYTHONPATH": str(ROOT),
                "PROOF_URL": served.url,
                "PROOF_TOKEN": token,
            },
            cwd=house.folder,  # it leaves notes where it runs
            capture_output=True,
            check=False,
            text=True,
        )  # fmt: skip

    assert document["openapi"].startswith("3.1.")
    assert done.returncode == 0, done.stdout[-20_000:]
    assert f"Tested: {operations}\n" in done.stdout
    generated = re.search(r"(\d+) generated", done.stdout)
    assert generated, done.stdout
    assert int(generated[1]) > 1_000
    assert "token" not in done.stderr.lower()
