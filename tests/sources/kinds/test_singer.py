"""Any tap's messages become customers: its states are kept, its deaths are survived, and it never outlives us."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from regulars import errors, limits
from regulars.directory import preparing
from regulars.model.pull import Gone, Page
from regulars.model.record import Record
from regulars.sources.contract import Source
from regulars.sources.kinds.singer import KIND
from regulars.sources.taps import shapes
from regulars.sources.taps import walk as walking
from tests.sources.kinds import walks

TAP = Path(__file__).with_name("tap.py")
SCHEMA = {"type": "SCHEMA", "stream": "customers", "schema": {}, "key_properties": ["no"]}


def record(no: object, stream: str = "customers", **more: Any) -> dict[str, Any]:
    return {"type": "RECORD", "stream": stream, "record": {"no": no, "first_name": f"Ada {no}", **more}}


def state(value: object) -> dict[str, Any]:
    return {"type": "STATE", "value": value}


def many(count: int) -> dict[str, Any]:
    return {"repeat": count, "message": record("C-{n}")}


@pytest.fixture(autouse=True)
def closing() -> Iterator[None]:
    yield
    walks.close()


class Script:
    """A tap that says this."""

    def __init__(self, folder: Path, *steps: Any) -> None:
        self.path = folder / "script.jsonl"
        self.say(*steps)

    def say(self, *steps: Any) -> None:
        self.path.write_text("".join(json.dumps(step) + "\n" for step in steps))

    def source(self, **options: str) -> Source:
        tap = shlex.join([sys.executable, str(TAP), str(self.path)])
        return walks.opened(KIND, {"tap": tap, **options})


def refs(items: list[Any]) -> list[Any]:
    return [one["no"] for one in walks.raws(items)]


def test_a_tap_is_read_and_goes_on_from_its_state(tmp_path: Path) -> None:
    """Records of the customers' stream alone; the next run is given the last state."""
    tap = Script(
        tmp_path, {"if_state": {"seen": 2}, "skip": 5}, SCHEMA, record(1), record(9, "orders"), record(2),
        state({"seen": 2}), SCHEMA, record(3), state({"seen": 3}),
    )  # fmt: skip
    source = tap.source()
    source.check()

    tap.say(*[json.loads(line) for line in tap.path.read_text().splitlines()][:6])
    items, bookmark = walks.walked(source)
    assert refs(items) == [1, 2]
    assert bookmark == {"tap": {"seen": 2}}
    assert isinstance(items[0], Record)
    assert (items[0].format, items[0].columns) == ("fields", {"no": "pos_ref"})

    tap.say({"if_state": {"seen": 2}, "skip": 1}, {"exit": 1}, SCHEMA, record(3), state({"seen": 3}))
    items, bookmark = walks.walked(source, bookmark)
    assert (refs(items), bookmark) == ([3], {"tap": {"seen": 3}})
    assert source.begin(bookmark, full=True)["tap"] is None


def test_a_page_holds_a_thousand(tmp_path: Path) -> None:
    """However many come; each page's state says how many, and states of the tap come through as they are committed."""
    tap = Script(tmp_path, SCHEMA, many(1_500), state({"a": 1}), many(1_000), state({"b": 2}))

    found = list(walks.pages(tap.source()))

    assert [len(page.items) for page in found] == [1_000, 1_000, 500]
    assert [page.bookmark for page in found] == [None, {"tap": {"a": 1}}, {"tap": {"b": 2}}]
    assert found[1].state is not None
    assert (found[1].state["tap"], found[1].state["past"]) == ({"a": 1}, 500)


def test_who_goes_on_after_a_kill_skips_what_is_in(tmp_path: Path) -> None:
    """A tap that says the same again is let pass; what was committed does not come twice."""
    tap = Script(tmp_path, SCHEMA, many(2_500), state({"a": 1}))
    source = tap.source()
    first = source.page(source.begin(None, full=False))
    source.close()
    assert first.state is not None

    second = tap.source().page(walks.kept(first.state))

    assert refs(list(second.items)) == [f"C-{n}" for n in range(1_000, 2_000)]


def test_a_tap_that_says_otherwise_is_read_whole(tmp_path: Path) -> None:
    """Nothing is skipped when its order changed: a record twice is no change, one missed is a loss."""
    tap = Script(tmp_path, SCHEMA, many(2_500), state({"a": 1}))
    source = tap.source()
    first = source.page(source.begin(None, full=False))
    source.close()
    assert first.state is not None
    tap.say(SCHEMA, record("new"), many(2_500), state({"a": 1}))

    second = tap.source().page(walks.kept(first.state))

    assert refs(list(second.items))[:2] == ["new", "C-0"]
    assert second.state is not None
    assert second.state["page"] > first.state["page"]


def test_a_tap_that_dies_midway_is_run_again(tmp_path: Path) -> None:
    """What came is kept, the failure is told with the next page, and nothing is taken for the end."""
    tap = Script(tmp_path, SCHEMA, many(10), state({"a": 1}), record("x"), {"exit": 3})
    source = tap.source()
    page = source.page(source.begin(None, full=False))

    assert len(page.items) == 11
    assert page.bookmark == {"tap": {"a": 1}}
    assert page.state is not None
    with pytest.raises(errors.Retriable, match="exit code 3"):
        source.page(page.state)

    tap.say({"if_state": {"a": 1}, "skip": 1}, {"exit": 4}, SCHEMA, record("x"), record("y"), state({"b": 1}))
    last = source.page(walks.kept(page.state))
    assert (refs(list(last.items)), last.state, last.bookmark) == (["y"], None, {"tap": {"b": 1}})


def test_a_tap_killed_in_the_middle_of_a_line(tmp_path: Path) -> None:
    """Half a line at the end of a run that failed is not a record."""
    tap = Script(tmp_path, SCHEMA, record(1), {"raw": '{"type":"RECORD","stream":"cust'}, {"exit": 1})
    source = tap.source()

    page = source.page(source.begin(None, full=False))

    assert [type(each).__name__ for each in page.items] == ["Record", "Unreadable"]
    assert page.state is not None
    with pytest.raises(errors.Retriable):
        source.page(page.state)


def test_a_hanging_tap_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page ends after some seconds, with what came; after long silence the tap is ended, with all that it started."""
    monkeypatch.setattr(walking, "_PAGE_SECONDS", 0.6)
    child = tmp_path / "child"
    tap = Script(tmp_path, SCHEMA, {"child": str(child)}, record(1), {"hang": True})
    source = tap.source(patience="2")
    page = source.page(source.begin(None, full=False))
    while not page.items:
        assert page.state is not None
        page = source.page(page.state)
    assert refs(list(page.items)) == [1]
    number = int(child.read_text())
    assert is_running(number)

    with pytest.raises(errors.Retriable, match="nothing for a long time"):
        asked_on(source, page)

    assert_ends(number)


def asked_on(source: Source, page: Page) -> None:
    for _ in range(20):
        assert page.state is not None
        page = source.page(page.state)
        assert page.items == []


def test_a_tap_does_not_outlive_us(tmp_path: Path) -> None:
    """Not even when we are killed, nor what it started."""
    child = tmp_path / "child"
    tap = Script(tmp_path, SCHEMA, {"child": str(child)}, many(1_000), {"hang": True})
    code = (
        "import sys, time; from tests.sources.kinds.test_singer import *; from pathlib import Path;"
        f"tap = Script.__new__(Script); tap.path = Path({str(tap.path)!r}); source = tap.source();"
        "source.page(source.begin(None, full=False)); print('read', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"read\n"
        number = int(child.read_text())
        assert is_running(number)
        process.send_signal(signal.SIGKILL)

    assert_ends(number)


def is_running(number: int) -> bool:
    try:
        return " Z" not in Path(f"/proc/{number}/status").read_text().partition("State:")[2][:4]
    except FileNotFoundError:
        return False


def assert_ends(number: int) -> None:
    deadline = time.monotonic() + 10
    while is_running(number):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("INFO not a message\n", "no message"),
        ('{"type":"RECORD","stream":"customers"\n', "no message"),
        ('{"type":"RECORD","stream":"customers","record":[1]}\n', "no record"),
        ('{"type":"RECORD","stream":"customers"}\n', "no record"),
        ('{"stream":"customers"}\n', "no message"),
        ('{"type":"STATE","value":{"a":1}\n', "no message"),
        ('{"type":"RECORD","stream":"customers","record":{"no":"' + "x" * 3_000_000 + '"}}\n', "too long"),
        ('{"type":"RECORD","stream":"customers","record":{"no":"' + "x" * 1_500_000 + '"}}\n', "larger"),
    ],
    ids=["talk", "cut", "list", "absent", "typeless", "state", "long", "large"],
)
def test_broken_lines_wait_in_quarantine(tmp_path: Path, raw: str, reason: str) -> None:
    """With their bytes, bounded; the rest goes in."""
    tap = Script(tmp_path, SCHEMA, record(1), {"raw": raw}, record(2), state(1))

    items, _ = walks.walked(tap.source())

    [bad] = walks.unreadable(items)
    assert reason in bad.reason
    assert len(bad.raw) <= limits.RECORD_BYTES_MAX
    assert refs([each for each in items if each is not bad]) == [1, 2]


def test_a_deleted_record_is_gone(tmp_path: Path) -> None:
    """As taps that follow a database's log mark it."""
    tap = Script(
        tmp_path, {**SCHEMA, "key_properties": ["shop", "no"]}, record(1, shop="A"),
        record(2, shop="A", _sdc_deleted_at="2026-01-01"), record(3, shop="A", _sdc_deleted_at=None), state(1),
    )  # fmt: skip

    items, _ = walks.walked(tap.source())

    assert items[1] == Gone("A:2")
    assert refs([items[0], items[2]]) == [1, 3]


@pytest.mark.parametrize(
    ("document", "format"),
    [
        ({"id": "A", "given_name": "Ada"}, "square"),
        ({"posRef": "A", "firstName": "Ada"}, "shift4"),
        ({"id": "A", "object": "customer", "name": "Ada"}, "stripe"),
        ({"id": "A", "customerSince": 1700000000000}, "clover"),
        ({"id": "A", "customer_group_id": "B"}, "lightspeed-x"),
        ({"id": 1, "first_name": "Ada", "email": "ada@example.com"}, "fields"),
    ],
)
def test_the_shape_is_seen(tmp_path: Path, document: dict[str, Any], format: str) -> None:
    """By the keys that one shape alone has; a person may say otherwise."""
    tap = Script(tmp_path, {"type": "RECORD", "stream": "customers", "record": document})

    [seen], _ = walks.walked(tap.source())
    [said], _ = walks.walked(tap.source(shape="fields", key="id"))

    assert isinstance(seen, Record)
    assert isinstance(said, Record)
    assert (seen.format, said.format) == (format, "fields")
    assert said.columns == {"id": "pos_ref"}


@pytest.mark.parametrize("shape", shapes.SHAPES)
def test_every_shape_can_be_read(shape: str) -> None:
    """A format that nothing reads would stop a source."""
    raw = b'{"id":7,"posRef":"7","first_name":"Ada"}'

    assert preparing.read(Record(shape, raw, "", {})).pos_ref == "7"


@pytest.mark.parametrize("name", ["customers", "Customer", "public-customers", "dbo_customers"])
def test_the_stream_is_found_by_its_name(tmp_path: Path, name: str) -> None:
    """With what databases put before it."""
    tap = Script(tmp_path, record(1, "customer_groups"), record(2, name))

    assert refs(walks.walked(tap.source())[0]) == [2]


def test_which_stream_must_be_plain(tmp_path: Path) -> None:
    """None that is called so, or two: a person is asked, and told which there are."""
    with pytest.raises(errors.Fatal) as told:
        walks.walked(Script(tmp_path, record(1, "guests"), record(2, "orders")).source())
    assert told.value.hint == "Name it as stream: guests, orders"
    assert refs(walks.walked(Script(tmp_path, record(1, "guests")).source(stream="guests"))[0]) == [1]
    two = Script(tmp_path, record(1, "a-customers"), record(2, "b-customers")).source()
    page = two.page(two.begin(None, full=True))
    assert page.state is not None
    with pytest.raises(errors.Fatal, match="Several"):
        two.page(page.state)


@pytest.mark.parametrize("tap", ["", "'", "/no/such/program --config x"])
def test_a_command_that_is_none_is_told(tap: str) -> None:
    """For a person to mend."""
    with pytest.raises(errors.Fatal):
        walks.opened(KIND, {"tap": tap}).check()


@pytest.mark.parametrize("options", [{"shape": "circle"}, {"map": "shoe=size"}, {"patience": "-1"}])
def test_options_that_are_none_are_told(options: dict[str, str]) -> None:
    """Before anything is run."""
    with pytest.raises(errors.Fatal):
        walks.opened(KIND, {"tap": "true", **options})


def test_a_tap_that_says_nothing_has_failed(tmp_path: Path) -> None:
    """Its end is no end of a walk: everybody would be missed."""
    with pytest.raises(errors.Retriable):
        walks.walked(Script(tmp_path, {"exit": 0}).source())


def test_batches_are_refused(tmp_path: Path) -> None:
    """Records that lie in files would be lost silently."""
    tap = Script(tmp_path, SCHEMA, {"type": "BATCH", "stream": "customers", "manifest": []})

    with pytest.raises(errors.Fatal, match="files"):
        walks.walked(tap.source())


def test_a_state_that_is_too_large_is_refused(tmp_path: Path) -> None:
    """Rather than kept cut."""
    tap = Script(tmp_path, SCHEMA, record(1), state("x" * 70_000), many(1_000), record(2))

    with pytest.raises(errors.Fatal, match="too large"):
        walks.walked(tap.source())


PIPED = (
    "import json, sys; from tests.sources.kinds import walks; from regulars import errors;"
    "from regulars.sources.kinds.singer import KIND; source = walks.opened(KIND)\n"
    "try:\n"
    "    pages = list(walks.pages(source))\n"
    "    print(json.dumps([walks.raws([i for p in pages for i in p.items]), pages[-1].is_whole, pages[-1].bookmark]))\n"
    "except errors.OutOfBudget: print('[\"nobody\"]')"
)


@pytest.mark.parametrize("activated", [False, True])
def test_a_tap_may_be_piped_in(activated: bool) -> None:
    """Of what comes so nobody is missed for not having come, unless the tap says that it was all."""
    said = [
        SCHEMA,
        record(1),
        state({"a": 1}),
        *([{"type": "ACTIVATE_VERSION", "stream": "customers"}] * activated),
    ]

    assert piped("\n".join(map(json.dumps, said))) == [[record(1)["record"]], activated, {"tap": {"a": 1}}]


def test_no_tap_is_no_failure() -> None:
    """A background process, which nobody pipes anything into, leaves the source alone."""
    assert piped("") == ["nobody"]


def piped(text: str) -> Any:
    done = subprocess.run([sys.executable, "-c", PIPED], input=text.encode(), capture_output=True, check=True)
    return json.loads(done.stdout)


def test_our_settings_are_not_the_taps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where our key lies is none of its business."""
    monkeypatch.setenv("REGULARS_KEY_FILE", "/secret")
    code = (
        "import os, json; print(json.dumps({'type': 'RECORD', 'stream': 'customers', 'record': "
        "{'id': 1, 'note': str([n for n in os.environ if n.startswith('REGULARS')])}}))"
    )

    items, _ = walks.walked(walks.opened(KIND, {"tap": shlex.join([sys.executable, "-c", code])}))

    assert walks.raws(items)[0]["note"] == "[]"
    assert "REGULARS_KEY_FILE" in os.environ
