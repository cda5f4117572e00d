"""A real Tryton, from the packages below .venv/tryton; its empty database is made once, and copied for each test.

What happens in it happens by its own API: REST for what a client writes, its wizards for merging and erasing.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from regulars.sources.contract import Given
from regulars.sources.http import Request, Response
from regulars.sources.kinds.tryton import KIND
from regulars.sources.transport import Network
from regulars.testing.tills.serving import Serving
from regulars.testing.trial import Trial
from tests.proof_http.house import ROOT
from tests.sources.live.upstream import Passage

HOME = ROOT / ".venv" / "tryton"
_PASSWORD = "invented"
_NAME = "pos"
_FILE = f"{_NAME}.sqlite"


class Server:
    """The program, serving the database in its folder; it is known to serve one of them only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._config = _configured(folder, f"\n[web]\nlisten = 127.0.0.1:{self.port}\n")
        self._log = (folder / "log").open("wb")
        self._process = subprocess.Popen(
            [HOME / "bin" / "trytond", "-c", self._config, "-d", _NAME], stdout=self._log, stderr=self._log
        )

    def wait(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1):
                    return
            except OSError:
                assert self._process.poll() is None, (self.folder / "log").read_text()
                time.sleep(0.05)
        raise AssertionError("Tryton does not answer")

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(10)
        self._log.close()


class RealTryton(Trial):
    """One database, empty at first; what a trial can do is done by Tryton's own API."""

    kind = KIND
    many = 12

    def __init__(self, folder: Path) -> None:
        made = _made()
        shutil.copy(made / _FILE, folder / _FILE)
        self._server = Server(folder)
        self._server.wait()
        self.token = (made / "key").read_text()
        self.location_id = 12345
        self._base = f"http://127.0.0.1:{self._server.port}/{_NAME}"
        self._network = Network(seconds=60)
        self._session = ""

    def given(self) -> Given:
        return Given(self._base, self.token, {}, self.location_id, "US")

    def send(self, request: Request) -> Response:
        return self._network.send(request)

    @contextmanager
    def served(self) -> Iterator[None]:
        """Through a passage that counts requests, as `url`."""
        self.passage = Passage(self._base)
        with Serving(self.passage) as serving:
            self.passage.own = self.url = serving.url
            yield

    def create(self, name: str, phone: str) -> str:
        return self.create_all([(name, phone)])[0]

    def create_all(self, people: list[tuple[str, str]]) -> list[str]:
        """Many in one request of its RPC."""
        values = [
            {
                "name": name,
                "contact_mechanisms": [["create", [{"type": "phone", "value": phone}]]] if phone else [],
                "addresses": [],
            }
            for name, phone in people
        ]
        return [str(id) for id in self.rpc("model.party.party.create", values, {})]

    def edit(self, ref: str, *, name: str | None = None, phone: str | None = None) -> None:
        if name is not None:
            self.rest("PUT", f"party.party/{ref}", {"name": name})
        if phone is not None:
            [mechanism] = self._phones(ref)
            self.rest("PUT", f"party.contact_mechanism/{mechanism}", {"value": phone})

    def delete(self, ref: str) -> None:
        self.rest("DELETE", f"party.party/{ref}")

    def archive(self, ref: str) -> None:
        self.rest("PUT", f"party.party/{ref}", {"active": False})

    def archive_phone(self, ref: str) -> None:
        """The contact is hidden; its party's time does not move."""
        [mechanism] = self._phones(ref)
        self.rest("PUT", f"party.contact_mechanism/{mechanism}", {"active": False})

    def merge(self, ref: str, into: str) -> None:
        # It warns of two names that are not the same.
        [named] = self.rpc("model.party.party.read", [int(into)], ["name"], {})
        self.rest("PUT", f"party.party/{ref}", {"name": named["name"]})
        asked = {"source": int(ref), "destination": int(into)}
        self._wizard("party.replace", "replace", {"ask": asked}, int(ref))

    def erase(self, ref: str) -> None:
        self.archive(ref)
        self._wizard("party.erase", "erase", {"ask": {"party": int(ref)}}, int(ref))

    def living(self) -> dict[str, tuple[str, str]]:
        """Whom Tryton shows: ref -> name and phone."""
        found = self.rpc("model.party.party.search_read", [], 0, None, None, ["name", "phone"], {})
        return {str(one["id"]): (one["name"], one["phone"] or "") for one in found}

    def close(self) -> None:
        self._network.close()
        self._server.close()

    def rest(self, method: str, path: str, body: Any = None) -> Any:
        """What its REST answers."""
        headers = {"authorization": f"bearer {self.token}", "content-type": "application/json"}
        return _asked(method, f"{self._base}/rest/model/{path}", body, headers)

    def rpc(self, method: str, *params: Any) -> Any:
        """What its RPC answers to the administrator."""
        self._session = self._session or _session(self._base)
        return _rpc(self._base, self._session, method, *params)

    def _phones(self, ref: str) -> list[int]:
        domain = [["party", "=", int(ref)], ["type", "=", "phone"]]
        found: list[int] = self.rpc("model.party.contact_mechanism.search", domain, 0, None, None, {})
        return found

    def _wizard(self, name: str, state: str, data: dict[str, Any], id: int) -> None:
        context = {"active_model": "party.party", "active_id": id, "active_ids": [id]}
        session, start, _ = self.rpc(f"wizard.{name}.create", {})
        self.rpc(f"wizard.{name}.execute", session, {}, start, context)
        self.rpc(f"wizard.{name}.execute", session, data, state, context)


def _made() -> Path:
    """A folder with an empty database and the key of a user application; made when it is first asked for."""
    lock_file = ROOT / "requirements" / "tryton.txt"
    made = HOME / f"made-{hashlib.sha256(lock_file.read_bytes()).hexdigest()[:16]}"
    with (HOME / "made.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            unfinished = HOME / "unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            _make(unfinished)
            unfinished.rename(made)
    return made


def _make(folder: Path) -> None:
    (folder / _FILE).touch()
    (folder / "password").write_text(_PASSWORD)
    config = _configured(folder, "")
    for words in (("--all", "--email", "admin@example.com"), ("-u", "party", "--activate-dependencies")):
        subprocess.run(
            [HOME / "bin" / "trytond-admin", "-c", config, "-d", _NAME, *words],
            env=os.environ | {"TRYTONPASSFILE": str(folder / "password")},
            check=True,
            capture_output=True,
        )
    server = Server(folder)
    try:
        server.wait()
        base = f"http://127.0.0.1:{server.port}/{_NAME}"
        session = _session(base)
        application = {"user": 1, "application": "rest"}
        [id] = _rpc(base, session, "model.res.user.application.create", [application], {})
        [made] = _rpc(base, session, "model.res.user.application.read", [id], ["key"], {})
        (folder / "key").write_text(made["key"])
    finally:
        server.close()
    with contextlib.closing(sqlite3.connect(folder / _FILE)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # only the file itself is copied


def _configured(folder: Path, more: str) -> Path:
    config = folder / "trytond.conf"
    config.write_text(f"[database]\nuri = sqlite://\npath = {folder}\n{more}")
    return config


def _session(base: str) -> str:
    # A database is loaded by the first request to it; a login cannot be that.
    with contextlib.suppress(AssertionError):
        _asked("GET", f"{base}/rest/model/party.party?s=1", None, {})
    id, session, *_ = _rpc(base, "", "common.db.login", "admin", {"password": _PASSWORD}, "en")
    return base64.b64encode(f"admin:{id}:{session}".encode()).decode()


def _rpc(base: str, session: str, method: str, *params: Any) -> Any:
    headers = {"content-type": "application/json"}
    if session:
        headers["authorization"] = f"Session {session}"
    answer = _asked("POST", f"{base}/rpc/", {"id": 0, "method": method, "params": params}, headers)
    assert "error" not in answer, answer["error"]
    return answer["result"]


def _asked(method: str, url: str, body: Any, headers: dict[str, str]) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers, method=method)  # noqa: S310  # our own server
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            text = answer.read()
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{method}: {error.code} {error.read(300)!r}") from None
    return json.loads(text) if text else None
