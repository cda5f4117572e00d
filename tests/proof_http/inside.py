"""The application in this process, over a real store: asked as a WSGI server asks, without one."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from regulars.api.application import make
from regulars.api.rate_limit import RateLimit
from regulars.api.route import Inside
from regulars.app import invented
from regulars.directory import Directory, ingest, places, tokens
from regulars.model.place import SCOPES_DEFAULT, Account
from regulars.model.record import Record
from tests.api.shop import environ_of
from tests.directory.world import Clock, opened
from tests.proof_http.client import Answer


@dataclass
class App:
    """The application, its directory, and a clock that a test moves."""

    directory: Directory
    clock: Clock
    ready: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        folder = self.directory.store.folder / "rate"
        self.rate_limit = RateLimit(folder, key=self.directory.key("rate limit"))
        self.wsgi = make(Inside(self.directory, self.rate_limit, lambda: self.ready))

    def ask(
        self,
        target: bytes,
        headers: tuple[tuple[bytes, bytes], ...] = (),
        *,
        method: str = "GET",
        body: bytes | None = None,
    ) -> Answer:
        """The answer to one request, decoded by the rules of PEP 3333 as granian does."""
        environ = environ_of(method, target.partition(b"#")[0]) | {
            "wsgi.version": (1, 0),
            "wsgi.input": io.BytesIO(body or b""),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": False,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        del environ["HTTP_HOST"]  # only the headers that are asked for
        for name, value in headers:
            key = "HTTP_" + name.decode("latin-1").upper().replace("-", "_")
            environ[
                key.removeprefix("HTTP_") if key in {"HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH"} else key
            ] = value.decode("latin-1")
        if body is not None:
            environ["CONTENT_LENGTH"] = str(len(body))
        started: list[Any] = []

        def start(
            status: str, answered: list[tuple[str, str]], _error: Any = None
        ) -> Callable[[bytes], object]:
            started[:] = [int(status[:3]), tuple(answered)]
            return started.append

        pieces = self.wsgi(environ, start)
        try:
            content = b"".join(pieces)
        finally:
            getattr(pieces, "close", lambda: None)()
        return Answer(started[0], started[1], content)

    def get(self, target: str, token: str) -> Any:
        """The JSON of an answer that must be good."""
        answer = self.ask(target.encode(), ((b"Authorization", b"Bearer " + token.encode()),))
        assert answer.status == 200, (target, answer)
        return json.loads(answer.body)

    def token(self, account: Account, location_ids: tuple[int, ...] | None = None, **options: Any) -> str:
        return tokens.create(
            self.directory,
            account.account_id,
            name="proof",
            location_ids=location_ids,
            scopes=options.pop("scopes", SCOPES_DEFAULT),
            **options,
        )

    def shop(
        self, account: Account, location_id: int, count: int, *, seed: int = 1, country: str = "US"
    ) -> None:
        """A location with invented customers."""
        places.add_location(
            self.directory,
            account.account_id,
            location_id,
            name="A shop",
            country=country,
            time_zone="Europe/Berlin",
        )
        made = enumerate(invented.customers(seed, count, country))
        records = [Record("shift4", content, f"invented:{at}") for at, content in made]
        ingest.batch(self.directory, account.account_id, location_id, "till", records)
        ingest.settle(self.directory)


@contextmanager
def app(folder: Path) -> Iterator[App]:
    """The application over an empty store."""
    clock = Clock(time.time_ns() // 1000)
    with opened(folder, clock=clock) as directory:
        made = App(directory, clock)
        try:
            yield made
        finally:
            made.rate_limit.close()
