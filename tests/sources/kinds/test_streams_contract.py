"""The promises of every source, kept by another instance and by a tap."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from regulars.sources.contract import Given
from regulars.sources.http import Request, Response
from regulars.sources.kinds import files, regulars, singer
from regulars.testing import conformance
from regulars.testing.trial import Trial
from tests.api.shop import HERE, Shop, shop_in

URL = "http://upstream.example.com"
ROOMS = ExitStack()
ROOT: list[Path] = []
TAP = """
import json
for line in open({path!r}):
    print(json.dumps({{"type": "RECORD", "stream": "customers", "record": json.loads(line)}}))
print(json.dumps({{"type": "SCHEMA", "stream": "customers", "schema": {{}}, "key_properties": ["id"]}}))
print(json.dumps({{"type": "STATE", "value": {{"whole": True}}}}))
"""


@pytest.fixture(autouse=True)
def rooms(tmp_path: Path) -> Iterator[None]:
    """Where the tills of a test lie."""
    ROOT[:] = [tmp_path]
    with ROOMS:
        yield


class Upstream(Trial):
    """Another instance: its real application, asked in memory."""

    kind = regulars.KIND
    many = 120

    def __init__(self) -> None:
        self.shop: Shop = ROOMS.enter_context(shop_in(ROOT[0]))
        self.writer = self.shop.token(scopes=("customers:read", "customers:write"))

    def given(self) -> Given:
        return Given(URL, self.writer, {}, 1, "US")

    def send(self, request: Request) -> Response:
        target = urlsplit(request.url)._replace(scheme="", netloc="").geturl()
        headers = {name: value for name, value in request.headers.items() if name == "authorization"}
        answer = self.shop.ask(request.method, target, token=None, headers=headers)
        return Response(
            answer.status, {name.lower(): text for name, text in answer.headers.items()}, answer.body
        )

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.shop.ask(method, path, token=self.writer, json=body)
        assert answer.status == 200, answer.body
        return answer.json

    def create(self, name: str, phone: str) -> str:
        body = {"first_name": name, "phones": [{"text": phone}], "location_id": HERE}
        return str(self.ask("POST", "/v1/customers", body)["id"])

    def edit(self, ref: str, *, name: str | None = None, phone: str | None = None) -> None:
        said = {"first_name": name, "phones": [{"text": phone}] if phone else None}
        self.ask("PUT", f"/v1/customers/{ref}", {key: value for key, value in said.items() if value})

    def delete(self, ref: str) -> None:
        self.ask("DELETE", f"/v1/customers/{ref}")

    def merge(self, ref: str, into: str) -> None:
        self.ask("POST", f"/v1/customers/{into}/merge", {"from": [ref]})

    def pass_seconds(self, seconds: int) -> None:
        """Its clock plays no part."""


class Written(Trial):
    """Customers in a file of JSON Lines."""

    is_http = False
    many = 1_050

    def __init__(self) -> None:
        self.folder = ROOT[0] / "till"
        self.folder.mkdir()
        self.found: dict[str, dict[str, str]] = {}
        self.write()

    @property
    def path(self) -> Path:
        return self.folder / "customers.jsonl"

    def write(self) -> None:
        """Anew, at once: whoever reads it reads on in what it was."""
        new = self.folder / ".customers.jsonl.part"
        new.write_text("".join(json.dumps(one) + "\n" for one in self.found.values()))
        new.rename(self.path)

    def create(self, name: str, phone: str) -> str:
        ref = f"C-{len(self.found)}"
        self.found[ref] = {"id": ref, "given_name": name, "phone_number": phone}
        with self.path.open("a") as file:
            file.write(json.dumps(self.found[ref]) + "\n")
        return ref

    def edit(self, ref: str, *, name: str | None = None, phone: str | None = None) -> None:
        said = {"given_name": name, "phone_number": phone}
        self.found[ref] |= {key: text for key, text in said.items() if text}
        self.write()

    def edit_silently(self, ref: str, *, phone: str) -> None:
        self.edit(ref, phone=phone)


class Tap(Written):
    """A tap that shows everybody each time."""

    kind = singer.KIND

    def given(self) -> Given:
        tap = shlex.join([sys.executable, "-c", TAP.format(path=str(self.path))])
        return Given(None, None, {"tap": tap, "shape": "square"}, 1, "US")

    def delete(self, ref: str) -> None:
        del self.found[ref]
        self.write()


class Watched(Written):
    """A folder that the whole file is put into, again and again."""

    kind = files.KIND

    def now(self) -> float:
        return super().now() + 60

    def given(self) -> Given:
        return Given(None, None, {"folder": str(self.folder)}, 1, "US")


# A tap and a folder cannot be asked for one customer; an empty file is told as one that cannot be read.
LEFT_OUT = {
    Upstream: set[str](),
    Tap: {"fetching_shows_them_as_they_are_now"},
    Watched: {"fetching_shows_them_as_they_are_now", "an_empty_till_is_walked"},
}
KEPT = [
    pytest.param(trial, promise, id=f"{trial.__name__} {conformance.name(promise)}")
    for trial, left_out in LEFT_OUT.items()
    for promise in conformance.promises(trial)
    if conformance.name(promise) not in left_out
]


@pytest.mark.parametrize(("trial", "promise"), KEPT)
def test_it_keeps_the_contract_of_sources(trial: type[Trial], promise: conformance.Promise) -> None:
    """What every kind promises."""
    promise(trial())
