"""schemathesis asks everything that the served OpenAPI document allows, and much that it forbids."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from regulars.model.place import Scope
from tests.conftest import TORTURE
from tests.proof_http.client import client
from tests.proof_http.house import INVENTED, ROOT, House

EXAMPLES = 100 if TORTURE else 10  # of each operation, beside those of boundaries and of walks
# These refuse whatever is asked of them where tokens are real, which no schema says.
SANDBOX_ONLY = ("ObtainToken", "RevokeToken")
METHODS = {"get", "put", "post", "delete", "patch", "head", "options", "trace"}
# What a body must not be, no schema says in full (one of five fields, a key that is there): judged in tests/api.
RULES_OF_BODIES = ("--exclude-checks", "positive_data_acceptance,negative_data_rejection")


@pytest.mark.parametrize(
    ("scopes", "words"), [((), ()), (get_args(Scope), RULES_OF_BODIES)], ids=["reading", "writing"]
)
def test_schemathesis_finds_nothing(house: House, scopes: tuple[str, ...], words: tuple[str, ...]) -> None:
    """All of its checks hold for every operation of the served document, and no answer takes long."""
    house.location(12345)
    house.take_in(INVENTED, 12345)
    with house.serving() as served:
        token = house.token(*(word for scope in scopes for word in ("--scope", scope)))
        with client(served.port) as asking:
            document = asking.get("/openapi.json").value
        # It leaves out the document itself, which it has read already.
        paths = {path: item for path, item in document["paths"].items() if path != "/openapi.json"}
        operations = sum(len(METHODS & set(item)) for item in paths.values()) - len(SANDBOX_ONLY)
        done = _run(house, served.url, token, *words)

    assert document["openapi"].startswith("3.1.")
    assert done.returncode == 0, done.stdout[-20_000:]
    assert f"Tested: {operations}\n" in done.stdout
    generated = re.search(r"(\d+) generated", done.stdout)
    assert generated, done.stdout
    assert int(generated[1]) > 1_000
    assert "token" not in done.stderr.lower()


def _run(house: House, url: str, token: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            Path(sys.executable).with_name("st"), "run", f"{url}/openapi.json",
            "--checks", "all", *words, "--mode", "all", "--max-examples", str(EXAMPLES),
            "--generation-deterministic", "--continue-on-failure",
            # Of a path's id, only the empty one is wrong, so that most wrong ones are thrown away.
            "--suppress-health-check", "filter_too_much",
            "--header", f"Authorization: Bearer {token}",
            *(word for name in SANDBOX_ONLY for word in ("--exclude-operation-id", name)),
            "--max-response-time", "3", "--request-timeout", "5", "--no-color",
        ],
        env=os.environ
        | {
            "SCHEMATHESIS_HOOKS": "tests.proof_http.schemathesis_hooks",
            "PYTHONPATH": str(ROOT),
            "PROOF_URL": url,
            "PROOF_TOKEN": token,
        },
        cwd=house.folder,  # it leaves notes where it runs
        capture_output=True,
        check=False,
        text=True,
    )  # fmt: skip
