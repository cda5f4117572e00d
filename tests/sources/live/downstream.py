"""A second regulars that pulls an upstream, as processes that can be killed."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any, Protocol

from regulars.app.opening import open_directory
from tests.proof_faults import running
from tests.sources.live.upstream import Passage, everybody, well


class Reached(Protocol):
    """A point of sale behind a passage that counts what it is asked."""

    url: str
    token: str
    location_id: int
    passage: Passage


class Downstream:
    """A data folder with one source."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "downstream"

    def connect(self, kind: str, upstream: Reached, *words: object, secret: str | None = None) -> None:
        """Connects the upstream, by its token if nothing else is said."""
        token = self.folder / "token"
        token.write_text(secret or upstream.token)
        running.well(self.data, "location", "add", upstream.location_id, "--country", "US")
        running.well(
            self.data, "source", "add", kind, "--name", "up", "--location", upstream.location_id,
            "--url", upstream.url, "--token-file", token, *words,
        )  # fmt: skip

    def sync(self, *words: object) -> Any:
        """Pulls until it is up to date; the run."""
        [found] = well(self.data, "sync", *words)
        assert found["state"] == "active", found
        return found["run"]

    def sync_killed(self, upstream: Reached, chance: random.Random) -> bool:
        """Pulls and is killed after a few requests; whether there was time for that."""
        enough = upstream.passage.asked + chance.randint(1, 5)
        process = running.start("--data", self.data, "--json", "sync")
        try:
            while upstream.passage.asked < enough:
                if process.poll() is not None:
                    return False
                time.sleep(0.001)
            time.sleep(chance.uniform(0, 0.06))
            if process.poll() is not None:
                return False
            running.kill(process)
        finally:
            running.end(process)
        self._let_lease_run_out()
        return True

    def everybody(self, shape: str) -> dict[str, Any]:
        """Everybody as a dialect shows them, by ref."""
        return everybody(self.data, shape)

    def _let_lease_run_out(self) -> None:
        """What a minute of waiting would do."""
        directory = open_directory(self.data)
        try:
            with directory.store.write():
                directory.store.connection.execute("UPDATE pull SET lease_until = 0")
        finally:
            directory.close()


def differences(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """What is not the same: field by field, ours and theirs, of three customers at most; that says enough."""
    refs = [ref for ref in sorted(ours.keys() | theirs.keys()) if ours.get(ref) != theirs.get(ref)]
    found: dict[str, Any] = {}
    for ref in refs[:3]:
        one, other = ours.get(ref, {}), theirs.get(ref, {})
        names = sorted(one.keys() | other.keys())
        found[ref] = {
            name: (one.get(name), other.get(name)) for name in names if one.get(name) != other.get(name)
        }
    return found and {"how many": len(refs), **found}
