"""Programs that copy Square's customers elsewhere copy ours: the Singer tap, and Airbyte's source."""

from __future__ import annotations

import csv
import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.proof_http.house import INVENTED, ROOT, House, Served

pytestmark = pytest.mark.xdist_group("square clients: taps")

TAPS = ROOT / ".venv" / "taps"
SECOND = 777
with INVENTED.open(encoding="utf-8") as _file:
    REFS = sorted(row["CustomerNo"] for row in csv.DictReader(_file))


class Shop(NamedTuple):
    """A server with everybody in it, and a token for them."""

    served: Served
    token: str
    folder: Path

    def file(self, name: str, value: Any) -> Path:
        path = self.folder / name
        path.write_text(json.dumps(value))
        return path


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    house = House(tmp_path_factory.mktemp("taps"))
    house.location(12345)
    house.location(SECOND)
    house.take_in(INVENTED, 12345)
    with house.serving() as served:
        yield Shop(served, house.token(), house.folder)


def said(*words: str | Path) -> list[dict[str, Any]]:
    """The messages of a program that ends well."""
    tool = Path(words[0])
    assert tool.exists(), f"{tool} is not there: make test builds it"
    done = subprocess.run(words, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr.decode()[-5_000:] + done.stdout.decode()[-5_000:]
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith(b"{")]


def singer_command(shop: Shop, streams: set[str]) -> list[str | Path]:
    """The tap with a configuration and a catalog of some streams, from a week ago on."""
    config = {
        "sandbox": "true",
        "start_date": (datetime.now(UTC) - timedelta(days=6)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "client_id": "sq0idp-nobody",
        "client_secret": "none",
        "refresh_token": "none",
        "access_token": shop.token,
    }
    run = [TAPS / "singer" / "bin" / "python", ROOT / "tests" / "square_clients" / "singer_tap.py"]
    start: list[str | Path] = [*run, shop.served.url, "--config", shop.file("config.json", config)]
    discovered = subprocess.run([*start, "--discover"], capture_output=True, check=True, timeout=60)
    catalog = json.loads(discovered.stdout)
    for stream in catalog["streams"]:
        if stream["stream"] in streams:
            [whole] = [one for one in stream["metadata"] if one["breadcrumb"] == []]
            whole["metadata"]["selected"] = True
    return [*start, "--catalog", shop.file("catalog.json", catalog)]


def singer(shop: Shop, streams: set[str], *words: str | Path) -> list[dict[str, Any]]:
    """The tap's messages about some streams."""
    return said(*singer_command(shop, streams), *words)


def test_singer_copies_every_customer(shop: Shop) -> None:
    """The tap asks for its token's end, for locations, and searches everybody; from its state on, only what changed."""
    messages = singer(shop, {"customers", "locations"})

    records = [one for one in messages if one["type"] == "RECORD"]
    customers = [one["record"] for one in records if one["stream"] == "customers"]
    assert sorted(one["reference_id"] for one in customers) == REFS
    assert {one["record"]["id"] for one in records if one["stream"] == "locations"} == {"12345", str(SECOND)}
    [*_, last] = [one["value"] for one in messages if one["type"] == "STATE"]

    late = b'{"posRef":"LATE","firstName":"Late"}\n'
    shop.served.house.take_in(shop.served.house.file("late.jsonl", late), SECOND)
    state = shop.file("state.json", last)
    again = [one for one in singer(shop, {"customers"}, "--state", state) if one["type"] == "RECORD"]
    assert [one["record"]["reference_id"] for one in again] == ["LATE"]


def airbyte_command(shop: Shop, *words: str | Path) -> list[str | Path]:
    """Airbyte's runner of the source's own manifest, pointed at the server."""
    [published] = (TAPS / "airbyte").glob("lib/python3*/site-packages/source_square/manifest.yaml")
    manifest = shop.folder / "manifest.yaml"
    text = published.read_text()
    for host in ("connect.squareupsandbox.com", "connect.squareup.com"):
        text = text.replace(f"https://{host}", shop.served.url)
    manifest.write_text(text)
    config = {
        "credentials": {"auth_type": "API Key", "api_key": shop.token},
        "is_sandbox": True,
        "start_date": "2021-01-01",
    }
    run = TAPS / "airbyte" / "bin" / "source-declarative-manifest"
    given: list[str | Path] = ["--config", shop.file("config.json", config), "--manifest-path", manifest]
    return [run, words[0], *given, *words[1:]]


def airbyte(shop: Shop, *words: str | Path) -> list[dict[str, Any]]:
    """The messages of Airbyte's runner."""
    return said(*airbyte_command(shop, *words))


def test_airbyte_copies_every_customer(shop: Shop) -> None:
    """The source finds its connection good, and reads every page of customers and every location."""
    [status] = [one for one in airbyte(shop, "check") if one["type"] == "CONNECTION_STATUS"]
    assert status["connectionStatus"]["status"] == "SUCCEEDED"

    streams = [
        {
            "stream": {"name": name, "json_schema": {}, "supported_sync_modes": ["full_refresh"]},
            "sync_mode": "full_refresh",
            "destination_sync_mode": "overwrite",
        }
        for name in ("customers", "locations")
    ]
    messages = airbyte(shop, "read", "--catalog", shop.file("streams.json", {"streams": streams}))

    records = [one["record"] for one in messages if one["type"] == "RECORD"]
    refs = {one["data"]["reference_id"] for one in records if one["stream"] == "customers"}
    assert refs - {"LATE"} == set(REFS)
    assert len([one for one in records if one["stream"] == "customers"]) == len(refs)
    assert {one["data"]["id"] for one in records if one["stream"] == "locations"} == {"12345", str(SECOND)}
