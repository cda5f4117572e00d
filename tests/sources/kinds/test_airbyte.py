"""Any Airbyte source's messages become customers; its catalog is made of what it discovers."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from regulars import errors
from regulars.model.pull import Gone
from regulars.model.record import Record
from regulars.sources.contract import Source
from regulars.sources.kinds.airbyte import KIND
from tests.sources.kinds import walks

# Says what a file says: `discovered` or `read`, and writes down what it was given.
SOURCE = """
import json, sys
folder, command, *rest = sys.argv[1:]
given = {rest[at]: json.load(open(rest[at + 1])) for at in range(0, len(rest), 2)}
with open(folder + "/" + command + "-given.json", "w") as file:
    json.dump(given, file)
print(open(folder + "/" + command).read(), end="")
"""


@pytest.fixture(autouse=True)
def closing() -> Iterator[None]:
    yield
    walks.close()


def record(no: int, stream: str = "customers", **more: Any) -> dict[str, Any]:
    data = {"id": no, "first_name": f"Ada {no}", **more}
    return {"type": "RECORD", "record": {"stream": stream, "data": data, "emitted_at": 1}}


def stream_state(name: str, value: object, **more: Any) -> dict[str, Any]:
    of = {"stream_descriptor": {"name": name}, "stream_state": value}
    return {"type": "STATE", "state": {"type": "STREAM", "stream": of, **more}}


class Program:
    """A source that says this."""

    def __init__(self, folder: Path, *read: Any) -> None:
        self.folder = folder
        walks.write(folder, "config.json", "{}")
        self.says("read", *read)

    def says(self, command: str, *messages: Any) -> None:
        text = "".join((each if isinstance(each, str) else json.dumps(each)) + "\n" for each in messages)
        walks.write(self.folder, command, text)

    def source(self, *words: str, **options: str) -> Source:
        program = walks.write(self.folder, "source.py", SOURCE)
        config = ["--config", str(self.folder / "config.json")]
        tap = shlex.join([sys.executable, str(program), str(self.folder), "read", *config, *words])
        return walks.opened(KIND, {"tap": tap, **options})

    def catalog(self) -> list[str]:
        return ["--catalog", str(walks.write(self.folder, "mine.json", "{}"))]

    def given(self, command: str = "read") -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / f"{command}-given.json").read_text())
        return found


def offered(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "json_schema": {}, "supported_sync_modes": ["full_refresh"], **more}


def test_records_of_the_customers_come(tmp_path: Path) -> None:
    """What it logs is passed over, so is what it prints beside messages."""
    program = Program(
        tmp_path, {"type": "LOG", "log": {"level": "INFO", "message": "hello"}}, "a warning of some library",
        record(1), record(9, "orders"), record(2, _ab_cdc_deleted_at="2026-01-01"), stream_state("customers", {"a": 1}),
    )  # fmt: skip

    items, _ = walks.walked(program.source(*program.catalog()))

    assert items[1:] == [Gone("2")]
    assert isinstance(items[0], Record)
    assert (json.loads(items[0].raw)["id"], items[0].format, items[0].columns) == (
        1,
        "fields",
        {"id": "pos_ref"},
    )


@pytest.mark.parametrize(
    ("states", "given"),
    [
        (
            [{"type": "STATE", "state": {"data": {"a": 1}}}, {"type": "STATE", "state": {"data": {"a": 2}}}],
            {"a": 2},
        ),
        (
            [
                stream_state("customers", {"a": 1}),
                stream_state("orders", 5),
                stream_state("customers", {"a": 2}),
            ],
            [stream_state("customers", {"a": 2})["state"], stream_state("orders", 5)["state"]],
        ),
        (
            [{"type": "STATE", "state": {"type": "GLOBAL", "global": {"shared_state": at}}} for at in (1, 2)],
            [{"type": "GLOBAL", "global": {"shared_state": 2}}],
        ),
        (
            [stream_state("customers", 1, sourceStats={"recordCount": 7.0})],
            [stream_state("customers", 1)["state"]],
        ),
    ],
    ids=["legacy", "stream", "global", "stats"],
)
def test_the_next_run_is_given_its_states(tmp_path: Path, states: list[Any], given: Any) -> None:
    """The newest of each stream, as the platform writes them."""
    program = Program(tmp_path, record(1), *states)
    source = program.source(*program.catalog())
    _, bookmark = walks.walked(source)
    assert "--state" not in program.given()

    walks.walked(source, bookmark)

    assert program.given()["--state"] == given


def test_a_catalog_is_made(tmp_path: Path) -> None:
    """Of the customers' stream alone, from its cursor on where it has one."""
    program = Program(tmp_path, record(1))
    customers = offered(
        "customers", supported_sync_modes=["full_refresh", "incremental"], default_cursor_field=["updated_at"],
        source_defined_primary_key=[["id"]],
    )  # fmt: skip
    program.says("discover", {"type": "CATALOG", "catalog": {"streams": [offered("orders"), customers]}})

    walks.walked(program.source())

    assert program.given("discover") == {"--config": {}}
    assert program.given()["--catalog"] == {
        "streams": [
            {
                "stream": customers,
                "sync_mode": "incremental",
                "destination_sync_mode": "append",
                "cursor_field": ["updated_at"],
                "primary_key": [["id"]],
            }
        ]
    }


def test_which_stream_must_be_plain(tmp_path: Path) -> None:
    """A person is told which there are."""
    program = Program(tmp_path, record(1, "guests"))
    program.says(
        "discover", {"type": "CATALOG", "catalog": {"streams": [offered("orders"), offered("guests")]}}
    )

    with pytest.raises(errors.Fatal) as told:
        walks.walked(program.source())
    assert told.value.hint == "Name it as stream: guests, orders"
    assert len(walks.walked(program.source(stream="guests"))[0]) == 1
    assert program.given()["--catalog"]["streams"][0]["sync_mode"] == "full_refresh"


def error(kind: str) -> dict[str, Any]:
    return {
        "type": "TRACE",
        "trace": {"type": "ERROR", "error": {"message": "of ada@example.com", "failure_type": kind}},
    }


@pytest.mark.parametrize(
    ("kind", "raised"),
    [("config_error", errors.Fatal), ("system_error", errors.Retriable), ("x", errors.Retriable)],
)
def test_its_errors_are_ours(tmp_path: Path, kind: str, raised: type[errors.RegularsError]) -> None:
    """What a person must mend stops the source; what it says of it is not repeated."""
    program = Program(tmp_path, record(1), error(kind))

    source = program.source(*program.catalog())
    page = source.page(source.begin(None, full=True))
    assert len(page.items) == 1
    assert page.state is not None
    with pytest.raises(raised) as told:
        source.page(page.state)
    assert "ada" not in told.value.message + str(told.value.hint)


def test_nobody_at_all_is_an_end(tmp_path: Path) -> None:
    """A source that read its stream, and found it empty, has shown everybody."""
    status = {"stream_descriptor": {"name": "customers"}, "status": "COMPLETE"}
    program = Program(
        tmp_path, {"type": "TRACE", "trace": {"type": "STREAM_STATUS", "stream_status": status}}
    )

    assert walks.walked(program.source(*program.catalog()))[0] == []


@pytest.mark.parametrize(
    "line", ['{"type":"RECORD"', '{"type":"RECORD","record":{"stream":"customers","data":7}}', "{}"]
)
def test_broken_messages_wait_in_quarantine(tmp_path: Path, line: str) -> None:
    """With their bytes."""
    program = Program(tmp_path, line, record(1))

    items, _ = walks.walked(program.source(*program.catalog()))

    assert [each.raw for each in walks.unreadable(items)] == [line.encode()]
    assert len(items) == 2


@pytest.mark.parametrize("options", [{}, {"tap": ""}, {"tap": "source-x check --config x"}])
def test_a_command_that_is_none_is_told(options: dict[str, str]) -> None:
    """For a person to mend."""
    with pytest.raises(errors.Fatal):
        walks.opened(KIND, options).check()
