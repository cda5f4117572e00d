"""Somebody who writes one thing after the other, whatever happens meanwhile, and knows what was acknowledged."""

from __future__ import annotations

import http.client
import json
import threading
import time
from typing import Any

RECOVERY_SECONDS_MAX = 30.0  # patience of a test on a crowded machine: it takes a second or two
_SECONDS_MAX = 10.0
_AGAIN_SECONDS = 0.02


class Writer(threading.Thread):
    """Numbers the note of a customer of its own, ever higher; after each trouble it looks what is there.

    `losses`: what was acknowledged and is gone. `wrong`: answers that no fault of the server or its database excuses.
    """

    def __init__(self, port: int, token: str, *, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.acknowledged = 0
        self.troubles = 0
        self.losses: list[str] = []
        self.wrong: list[str] = []
        self._tried = 0
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS_MAX)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._enough = threading.Event()
        created = self._asked("POST", "/v2/customers", {"given_name": name, "note": "0"})
        assert created is not None, self.wrong
        self._path = f"/v2/customers/{created['customer']['id']}"

    def run(self) -> None:
        """Until it is closed."""
        while not self._enough.is_set():
            self._tried += 1
            if self._asked("PUT", self._path, {"note": str(self._tried)}) is not None:
                self.acknowledged = self._tried
            else:
                self.troubles += 1
                self._look()
        self._look()

    def close(self) -> None:
        """It is enough; returns when it has looked what is there."""
        self._enough.set()
        self.join()
        self._connection.close()

    def _look(self) -> None:
        """Once anybody answers: the note is the one acknowledged last, or the one tried since."""
        deadline = time.monotonic() + RECOVERY_SECONDS_MAX
        while (found := self._asked("GET", self._path)) is None:
            if time.monotonic() > deadline:
                self.wrong.append("nobody answers any more")
                self._enough.set()
                return
            time.sleep(_AGAIN_SECONDS)
        note = int(found["customer"]["note"])
        if not self.acknowledged <= note <= self._tried:
            self.losses.append(f"{note} is there, {self.acknowledged} was acknowledged, {self._tried} tried")

    def _asked(self, method: str, path: str, said: Any = None) -> Any:
        """The answer; None when nothing came, or that it cannot be served just now."""
        body = None if said is None else json.dumps(said).encode()
        try:
            self._connection.request(method, path, body, self._headers)
            answer = self._connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return None
        if answer.status == 200:
            return json.loads(content)
        if answer.status != 503:
            self.wrong.append(f"{answer.status} {content[:200]!r}")
        return None
