"""Square's SDKs for Node, each in a process that is asked line by line."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

from tests.proof_http.house import ROOT
from tests.square_clients.client import Refused
from tests.square_clients.operations import OPERATIONS

_FOLDER = ROOT / "tests" / "sdk" / "node"


class Node:
    """`SquareClient` of the npm package `square`."""

    script = "newest.mjs"

    def __init__(self, url: str, token: str) -> None:
        assert (_FOLDER / "node_modules").is_dir(), (
            "Square's SDKs for Node are not there: make test fetches them"
        )
        self._process = subprocess.Popen(
            [ROOT / "tools" / "node", "node", _FOLDER / self.script, url],
            env=os.environ | {"SQUARE_TOKEN": token},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, operation: str, **arguments: Any) -> dict[str, Any]:
        [page] = self._told(operation, arguments, all_pages=False)
        return page

    def walk(self, operation: str, **arguments: Any) -> list[dict[str, Any]]:
        return self._told(operation, arguments, all_pages=True)

    def accepts(self, *, body: str, signature: str, key: str, url: str) -> bool:
        answer = self._line({"verify": [body, signature, key, url]})
        return bool(answer["accepts"])

    def close(self) -> None:
        # At the end of its input it leaves.
        self._process.communicate(timeout=10)

    def _told(self, operation: str, arguments: dict[str, Any], *, all_pages: bool) -> list[dict[str, Any]]:
        how = OPERATIONS[operation]
        answer = self._line(how._asdict() | {"name": operation, "arguments": arguments, "walk": all_pages})
        if "pages" not in answer:
            raise Refused(answer["status"], answer["errors"])
        pages: list[dict[str, Any]] = answer["pages"]
        return pages

    def _line(self, question: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"{self.script} died of {question}"
        answer: dict[str, Any] = json.loads(line)
        assert "surprise" not in answer, (question, answer)
        return answer


class OldNode(Node):
    """`Client` of `square` 39.1.1, which validates every answer."""

    script = "old.mjs"
