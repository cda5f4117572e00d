"""One client of many: nine reads in either dialect, then a write, and so on until it is told that it is enough."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from typing import Any

from tests.soak.shop import LOCATION

READS = 9  # before each write
PAUSE_SECONDS = 0.015
CUSTOMERS_MIN, CUSTOMERS_MAX = 10, 60  # of its own
FAILURES_MAX = 20
_SECONDS_MAX = 10.0
_PLACE = f"/pos/v2/{LOCATION}/customers"
Request = tuple[str, str, Any]


class Hand(threading.Thread):
    """What it asked is in `reads` and `writes`, milliseconds each, and what went wrong in `failures`."""

    def __init__(self, port: int, token: str, *, seed: int, count: int) -> None:
        super().__init__(name=f"hand {seed}", daemon=True)
        self.reads: list[float] = []
        self.writes: list[float] = []
        self.failures: list[str] = []
        self.notes: dict[str, str] = {}  # of its own customers, by id: the last that was acknowledged
        self.deleted: list[str] = []
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS_MAX)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._chance = random.Random(seed)
        self._count = count
        self._enough = threading.Event()

    def run(self) -> None:
        """Until it is closed, or too much went wrong."""
        while not self._enough.is_set() and len(self.failures) < FAILURES_MAX:
            for _ in range(READS):
                self._timed(self.reads, self._question())
                time.sleep(PAUSE_SECONDS)
            self._write()
            time.sleep(PAUSE_SECONDS)

    def close(self) -> None:
        """It is enough; returns when its last answer is there."""
        self._enough.set()
        self.join()
        self._connection.close()  # the server would, before the others have closed; the next question opens another

    def lost(self) -> list[str]:
        """Ids of customers that are not as they were acknowledged."""
        found = [id for id, note in self.notes.items() if self._note(id) != (200, note)]
        found += [id for id in self.deleted if self._note(id)[0] != 404]
        self._connection.close()
        return found

    def _note(self, id: str) -> tuple[int, str]:
        status, body = self._asked(("GET", f"/v2/customers/{id}", None))
        return status, json.loads(body).get("customer", {}).get("note", "")

    def _question(self) -> Request:
        """Shift4's dialect and Square's equally often."""
        number = self._chance.randrange(self._count)
        page = 1 + self._chance.randrange(max(1, self._count // 100))
        return self._chance.choice(
            (
                ("GET", f"{_PLACE}?page={page}&pageSize=50", None),
                ("GET", f"{_PLACE}?search=smith%20guest{number}", None),
                ("GET", f"{_PLACE}?updatedAfter=2020-01-01T00:00:00Z&page={page}", None),
                ("GET", f"{_PLACE}/R{number}", None),
                ("GET", "/v2/customers?limit=50", None),
                ("GET", "/v2/customers?sort_field=CREATED_AT&sort_order=DESC&count=true", None),
                ("POST", "/v2/customers/search", _search("email_address", "fuzzy", f"guest{number}")),
                ("POST", "/v2/customers/search", _search("reference_id", "exact", f"R{number}")),
            )
        )

    def _write(self) -> None:
        """Creates, edits or deletes one of its own."""
        number = len(self.writes)
        kind = self._chance.random()
        if len(self.notes) < CUSTOMERS_MIN or (kind < 0.1 and len(self.notes) < CUSTOMERS_MAX):
            new = {"given_name": "Ada", "family_name": self.name, "note": str(number)}
            body = self._timed(self.writes, ("POST", "/v2/customers", new))
            if body is not None:
                self.notes[json.loads(body)["customer"]["id"]] = str(number)
            return
        id = self._chance.choice(list(self.notes))
        if kind < 0.2:
            if self._timed(self.writes, ("DELETE", f"/v2/customers/{id}", None)) is not None:
                del self.notes[id]
                self.deleted.append(id)
        elif self._timed(self.writes, ("PUT", f"/v2/customers/{id}", {"note": str(number)})) is not None:
            self.notes[id] = str(number)

    def _timed(self, milliseconds: list[float], request: Request) -> bytes | None:
        """The body of an answer that is well."""
        began = time.perf_counter()
        try:
            status, body = self._asked(request)
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            self.failures.append(f"{request}: {error!r}")
            return None
        milliseconds.append((time.perf_counter() - began) * 1000)
        if status == 200:
            return body
        self.failures.append(f"{request}: {status} {body[:200]!r}")
        return None

    def _asked(self, request: Request) -> tuple[int, bytes]:
        method, path, said = request
        body = None if said is None else json.dumps(said).encode()
        self._connection.request(method, path, body, self._headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read()


def _search(field: str, how: str, text: str) -> Any:
    return {"limit": 50, "query": {"filter": {field: {how: text}}}}
